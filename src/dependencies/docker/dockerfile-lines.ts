/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  /** From 1: where it begins. */
  readonly line: number;
  /** In capitals: `FROM`. */
  readonly name: string;
  readonly text: string;
}

export interface DockerfileLines {
  /** The character that continues a line, and takes away the meaning of the next. */
  readonly escapeCharacter: '\\' | '`';
  /** The image that reads the file, from `# syntax=`. */
  readonly syntax: { readonly line: number; readonly text: string } | null;
  readonly instructions: readonly Instruction[];
}

const directive = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S(?:.*\S)?)\s*$/;

/** Reads the lines of a Dockerfile as its reference says: directives, joins, heredocs. */
export function readDockerfile(text: string): DockerfileLines {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const { escapeCharacter, syntax } = readDirectives(lines);
  const ends = new HeredocEnds(lines);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    if (isCommentOrEmpty(line)) {
      at++;
      continue;
    }
    const begin = at;
    const pieces: string[] = [];
    for (; at < lines.length; at++) {
      const next = lines[at] ?? '';
      if (pieces.length > 0 && isCommentOrEmpty(next)) continue;
      const kept = next.trimEnd();
      const goesOn = kept.endsWith(escapeCharacter);
      pieces.push(goesOn ? kept.slice(0, -1) : next);
      if (!goesOn) break;
    }
    at++;
    const [, name = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(pieces.join('')) ?? [];
    instructions.push({ line: begin + 1, name: name.toUpperCase(), text: rest.trim() });
    for (const heredoc of heredocsOf(name, rest)) at = ends.after(heredoc, at) ?? at;
  }
  return { escapeCharacter, syntax, instructions };
}

/** They stand above everything else, other comments included. */
function readDirectives(lines: readonly string[]): Omit<DockerfileLines, 'instructions'> {
  const found = new Map<string, { line: number; text: string }>();
  for (const [index, line] of lines.entries()) {
    const [, name = '', text = ''] = (line.length < 1000 && directive.exec(line)) || [];
    if (name === '') break;
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, { line: index + 1, text });
  }
  const escapeCharacter = found.get('escape')?.text === '`' ? '`' : '\\';
  return { escapeCharacter, syntax: found.get('syntax') ?? null };
}

function isCommentOrEmpty(line: string): boolean {
  const [first] = line.trimStart();
  return first === undefined || first === '#';
}

interface Heredoc {
  readonly end: string;
  /** `<<-`: the tabs before its lines are no part of it. */
  readonly isIndented: boolean;
}

/** A word of a shell line, with its quotes. */
const word = /(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g;
const heredocStart = /^\d*<<(-?)(["']?)([^<"'\s]+)\2$/;

function heredocsOf(name: string, text: string): Heredoc[] {
  if (!/^(?:run|copy|add)$/i.test(name) || !text.includes('<<')) return [];
  return [...text.matchAll(word)].flatMap(([one]) => {
    const [, dash, , end] = heredocStart.exec(one) ?? [];
    return end === undefined ? [] : [{ end, isIndented: dash === '-' }];
  });
}

/** Finds where heredocs end; those without an end are none, and cost no search. */
class HeredocEnds {
  readonly #lines: readonly string[];
  readonly #withoutTabs: () => readonly string[];
  readonly #lastOf = new Map<readonly string[], Map<string, number>>();

  constructor(lines: readonly string[]) {
    let kept: readonly string[] | undefined;
    this.#lines = lines;
    this.#withoutTabs = () => {
      kept ??= lines.map((line) => line.replace(/^\t+/, ''));
      return kept;
    };
  }

  /** The index of the line behind it; null where it never ends. */
  after({ end, isIndented }: Heredoc, from: number): number | null {
    const lines = isIndented ? this.#withoutTabs() : this.#lines;
    const last = this.#lastIn(lines).get(end) ?? -1;
    if (last < from) return null;
    for (let at = from; at < last; at++) if (lines[at] === end) return at + 1;
    return last + 1;
  }

  #lastIn(lines: readonly string[]): ReadonlyMap<string, number> {
    const known = this.#lastOf.get(lines);
    if (known) return known;
    const made = new Map(lines.map((line, index) => [line, index]));
    this.#lastOf.set(lines, made);
    return made;
  }
}
