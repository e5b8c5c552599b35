import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { UnreadableFile } from '../model.ts';

/** Longer than any workflow or compose file that a person keeps. */
const mostCharacters = 2_000_000;
/** Merge keys within merge keys can ask for the same values without end. */
const mostSteps = 500_000;

/** A text of a YAML file, and where it is written. */
export interface YamlText {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** What the author wrote behind it on its line, without the `#`. */
  readonly comment: string | null;
  /** Whether it stands below its key, after `|` or `>`. */
  readonly isBlock: boolean;
}

/**
 * A YAML file as it is written: with the lines of its values, with aliases and merge keys
 * followed, and nothing built that is not asked for, so that a few aliases cannot fill the
 * memory.
 */
export class YamlTree {
  readonly root: Node | null;
  readonly #path: string;
  readonly #source: string;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Node, Node>;

  #steps = 0;

  private constructor(
    path: string,
    source: string,
    lines: LineCounter,
    document: Document.Parsed,
  ) {
    this.#path = path;
    this.#source = source;
    this.#lines = lines;
    this.root = document.contents;
    this.#targets = aliasTargets(document);
  }

  /** Throws `UnreadableFile` where the text is no YAML, or is far too large or too deep. */
  static parse(text: string, path: string): YamlTree {
    if (text.length > mostCharacters) {
      const limit = `${mostCharacters / 1e6} million characters`;
      throw new UnreadableFile(
        path,
        `it has more than ${limit}, too many to be written by hand`,
      );
    }
    const lines = new LineCounter();
    try {
      // Whether keys are unique takes quadratic time to tell, and both of two are read here.
      const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
      const [problem] = document.errors;
      if (problem)
        throw new UnreadableFile(path, `it is no YAML: ${firstLine(problem.message)}`);
      return new YamlTree(path, text, lines, document);
    } catch (error) {
      if (error instanceof UnreadableFile) throw error;
      const why =
        error instanceof RangeError ? 'it is nested too deeply' : 'it is no YAML';
      throw new UnreadableFile(path, why, { cause: error });
    }
  }

  /**
   * The keys and values of a mapping, and then those that are merged into it; of anything
   * else, none. Throws `UnreadableFile` where the file asks for too much.
   */
  *entries(node: unknown): Generator<readonly [string, Node]> {
    const seen = new Set<unknown>();
    const waiting = [this.#follow(node)];
    for (let map = waiting.shift(); map !== undefined; map = waiting.shift()) {
      if (!isMap(map) || seen.has(map)) continue;
      seen.add(map);
      for (const { key, value } of map.items) {
        this.#count();
        const name = this.#follow(key);
        if (!isScalar(name) || !isNode(value)) continue;
        if (name.value === '<<') waiting.push(...this.#sources(value));
        else yield [String(name.value), value];
      }
    }
  }

  /** The value of a key of a mapping; what is merged in comes last. */
  get(node: unknown, wanted: string): Node | null {
    for (const [key, value] of this.entries(node)) if (key === wanted) return value;
    return null;
  }

  /** The items of a list; of anything else, none. */
  items(node: unknown): Node[] {
    const list = this.#follow(node);
    if (!isSeq(list)) return [];
    this.#count(list.items.length);
    return list.items.filter(isNode);
  }

  /** A scalar that is a text; null where it is none, or empty. */
  text(node: unknown): YamlText | null {
    const scalar = this.#follow(node);
    if (!isScalar(scalar) || typeof scalar.value !== 'string') return null;
    if (scalar.value.trim() === '') return null;
    const [start = 0, end = start] = scalar.range ?? [];
    const { line } = this.#lines.linePos(start);
    const rest = this.#source.slice(end, end + 512).split(/[\r\n]/, 1);
    const [, comment = null] =
      /^[^\S\n]+#[^\S\n]*(.*?)[^\S\n]*$/.exec(rest[0] ?? '') ?? [];
    const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
    return { text: scalar.value, line, comment, isBlock };
  }

  /** Whether a value is there, and not null. */
  has(node: unknown): boolean {
    const value = this.#follow(node);
    return isNode(value) && !(isScalar(value) && value.value === null);
  }

  #sources(value: Node): unknown[] {
    const target = this.#follow(value);
    return isSeq(target) ? this.items(target).map((one) => this.#follow(one)) : [target];
  }

  #count(steps = 1): void {
    this.#steps += steps;
    if (this.#steps <= mostSteps) return;
    throw new UnreadableFile(this.#path, 'its aliases ask for the same values too often');
  }

  #follow(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node;
  }
}

/** What each alias stands for: the last anchor of its name before it. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}
