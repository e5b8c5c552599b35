import { type Instruction, readDockerfile } from './dockerfile-lines.ts';
import { type ImageReference, parseImage } from './image-reference.ts';
import type {
  FoundImages,
  ImageRole,
  ImageUse,
  UnresolvedReference,
} from './image-use.ts';
import { type Expansion, expandVariables } from './variables.ts';

/** What BuildKit sets by itself, by the machine that builds. */
const platformArguments = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$|^TARGETSTAGE$/;
const digits = /^\d+$/;

/**
 * Finds the images that a Dockerfile builds from (`FROM`), copies from (`COPY --from`,
 * `RUN --mount=from`) and is read by (`# syntax=`). Its own stages are none.
 */
export function imagesInDockerfile(text: string, path: string): FoundImages {
  const { escapeCharacter, syntax, instructions } = readDockerfile(text);
  const file = new DockerfileImages(path, escapeCharacter);
  if (syntax) file.add(syntax.text.split(/\s/, 1)[0] ?? '', syntax.line, 'syntax');
  for (const instruction of instructions) file.read(instruction);
  return { uses: file.uses, unresolved: file.unresolved };
}

class DockerfileImages {
  readonly uses: ImageUse[] = [];
  readonly unresolved: UnresolvedReference[] = [];
  readonly #path: string;
  readonly #escape: '\\' | '`';
  /** The arguments that stand before the first `FROM`; null where they have no default. */
  readonly #arguments = new Map<string, string | null>();
  readonly #stages: string[] = [];
  readonly #namedStages = new Set<string>();

  constructor(path: string, escapeCharacter: '\\' | '`') {
    this.#path = path;
    this.#escape = escapeCharacter;
  }

  read(instruction: Instruction): void {
    const { name, text, line } = instruction;
    if (name === 'FROM') this.#readFrom(text, line);
    else if (name === 'ARG' && this.#stages.length === 0) this.#readArguments(text);
    else if (name === 'COPY') this.#readFlags(text, /^--from=(.+)$/, line);
    else if (name === 'RUN') this.#readFlags(text, /^--mount=(?:.*,)?from=([^,]+)/, line);
    else if (name === 'ONBUILD') {
      const [, inner = '', rest = ''] = /^(COPY|RUN)\s+([\s\S]*)$/i.exec(text) ?? [];
      if (inner) this.read({ name: inner.toUpperCase(), text: rest, line });
    }
  }

  add(text: string, line: number, role: ImageRole): void {
    const image = parseImage(text);
    if (image) this.uses.push({ image, path: this.#path, line, text, role });
    else this.unresolved.push({ line, text, why: 'is no name of an image' });
  }

  #readFrom(text: string, line: number): void {
    const words = text.split(/\s+/).filter((word) => !word.startsWith('--'));
    const [written = '', as = '', name = ''] = words;
    const expansion = this.#expand(unquote(written));
    const isStage = this.#isStage(expansion);
    this.#stages.push(name.toLowerCase());
    if (as.toLowerCase() === 'as' && name !== '')
      this.#namedStages.add(name.toLowerCase());
    if (isStage || ('text' in expansion && expansion.text === 'scratch')) return;
    if ('why' in expansion) {
      this.unresolved.push({ line, text: written, why: expansion.why });
      return;
    }
    const image: ImageReference | null = parseImage(expansion.text);
    const use = { path: this.#path, line, text: written, role: 'base' as const };
    if (image) this.uses.push({ image, ...use });
    else this.unresolved.push({ line, text: written, why: 'is no name of an image' });
  }

  /** Of `FROM build-$TARGETARCH`, what is known tells whether it can be a stage. */
  #isStage(expansion: Expansion): boolean {
    if ('text' in expansion) return this.#namedStages.has(expansion.text.toLowerCase());
    const known = expansion.known.toLowerCase();
    return known !== '' && [...this.#namedStages].some((name) => name.startsWith(known));
  }

  #readArguments(text: string): void {
    for (const [one] of text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)) {
      const [name = ''] = one.split('=', 1);
      const written = one.includes('=') ? unquote(one.slice(name.length + 1)) : null;
      const value = written === null ? null : this.#expand(written);
      this.#arguments.set(name, value !== null && 'text' in value ? value.text : null);
    }
  }

  #readFlags(text: string, flag: RegExp, line: number): void {
    for (const word of text.split(/\s+/)) {
      if (!word.startsWith('--')) return;
      const source = unquote(flag.exec(word)?.[1] ?? '');
      if (source === '' || this.#isOwn(source)) continue;
      if (source.includes('$')) {
        const why = 'depends on a variable of the build';
        this.unresolved.push({ line, text: source, why });
      } else this.add(source, line, 'copy');
    }
  }

  #isOwn(source: string): boolean {
    return digits.test(source) || this.#namedStages.has(source.toLowerCase());
  }

  #expand(text: string): Expansion {
    const lookUp = (name: string) =>
      platformArguments.test(name) ? null : (this.#arguments.get(name) ?? null);
    return expandVariables(text, { lookUp, escape: this.#escape });
  }
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
