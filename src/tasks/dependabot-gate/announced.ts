import { parseDocument } from 'yaml';
import type { LockfileChange } from './evidence.ts';

/** One update that Dependabot says it makes. */
export interface AnnouncedUpdate {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly group: string | null;
}

/** What the messages of the commits announce. */
export interface Announced {
  readonly updates: readonly AnnouncedUpdate[];
  /** Why the messages cannot be relied upon, as sentences. */
  readonly problems: readonly string[];
}

const longestMessage = 256 * 1024;
const longestBlock = 64 * 1024;
const mostUpdates = 200;
const name = /^[\p{L}\p{N}@._/:-]{1,214}$/u;
const versionText = /^[\w.+:@/-]{1,256}$/;
const keys = new Set([
  ...['dependency-name', 'dependency-version', 'dependency-type', 'update-type'],
  ...['dependency-group', 'previous-version'],
]);

/**
 * Reads what Dependabot writes into its commits: sentences such as "Bumps [serde](…) from
 * 1.0.1 to 1.0.2.", and one YAML block `updated-dependencies` between `---` and `...`.
 * Both must say the same. Text that only looks like them is a problem, never an update.
 */
export function readAnnounced(messages: readonly string[]): Announced {
  const updates = new Map<string, AnnouncedUpdate>();
  const problems: string[] = [];
  for (const message of messages) {
    const read = readMessage(message);
    if (typeof read === 'string') problems.push(read);
    else for (const update of read) updates.set(`${update.name} ${update.to}`, update);
  }
  if (updates.size > mostUpdates) problems.push(`${updates.size} updates are announced.`);
  return { updates: [...updates.values()], problems };
}

/**
 * Names each update as the registry does, where a message names a package of npm as the
 * project does: `web` for `"w": "npm:web@^4.1.0"`. The alias must have been there before.
 */
export function withoutAliases(
  { updates, problems }: Announced,
  lockfiles: readonly Pick<LockfileChange, 'ecosystem' | 'before' | 'after' | 'delta'>[],
): Announced {
  const moved = new Set(
    lockfiles.flatMap(({ delta }) =>
      [...delta.incoming, ...delta.outgoing].map((one) => one.name),
    ),
  );
  const plain = updates.map((update) => {
    if (moved.has(update.name)) return update;
    const folder = `node_modules/${update.name}`;
    const [aliased] = lockfiles.flatMap(({ ecosystem, before, after }) => {
      const was = before.packages.get(folder)?.name;
      const isSame = ecosystem === 'npm' && was === after.packages.get(folder)?.name;
      return isSame && was !== undefined ? [was] : [];
    });
    return aliased === undefined ? update : { ...update, name: aliased };
  });
  return { updates: plain, problems };
}

function readMessage(message: string): readonly AnnouncedUpdate[] | string {
  if (message.length > longestMessage) return 'A commit message is longer than 256 kB.';
  const text = message.replaceAll('\r\n', '\n');
  const blocks = [...text.matchAll(/^[ \t]*updated-dependencies:/gm)];
  if (blocks.length !== 1) {
    const count = blocks.length === 0 ? 'no' : 'more than one';
    return `A commit message has ${count} block \`updated-dependencies\`.`;
  }
  const [, before = '', yaml = ''] =
    /^([\s\S]*?)\n---\n(updated-dependencies:\n[\s\S]*?)\n\.\.\.(?:\n|$)/.exec(text) ??
    [];
  if (yaml === '') return 'The block `updated-dependencies` of a commit does not end.';
  const listed = readBlock(yaml);
  return typeof listed === 'string' ? listed : joined(listed, readSentences(before));
}

interface Listed {
  readonly name: string;
  readonly version: string | null;
  readonly group: string | null;
}

function readBlock(yaml: string): readonly Listed[] | string {
  const broken = 'The block `updated-dependencies` of a commit cannot be read.';
  const value = yaml.length > longestBlock ? null : parseBlock(yaml);
  const list = textsOf(value, 'updated-dependencies');
  if (!Array.isArray(list) || list.length === 0) return broken;
  const listed: Listed[] = [];
  for (const item of list) {
    const read = readItem(item);
    if (read === null) return broken;
    listed.push(read);
  }
  return listed;
}

/** Null where it cannot be read, also because it is nested too deeply. */
function parseBlock(yaml: string): unknown {
  try {
    const document = parseDocument(yaml, { schema: 'failsafe' });
    const isWhole = document.errors.length === 0 && document.warnings.length === 0;
    return isWhole ? document.toJS({ maxAliasCount: 0 }) : null;
  } catch {
    return null;
  }
}

function readItem(item: unknown): Listed | null {
  if (typeof item !== 'object' || item === null) return null;
  if (!Object.keys(item).every((key) => keys.has(key))) return null;
  const dependency = textsOf(item, 'dependency-name');
  const version = textsOf(item, 'dependency-version') ?? null;
  const group = textsOf(item, 'dependency-group') ?? null;
  if (typeof dependency !== 'string' || !name.test(dependency)) return null;
  if (version !== null && typeof version !== 'string') return null;
  if (version !== null && version !== '' && !versionText.test(version)) return null;
  if (group !== null && typeof group !== 'string') return null;
  return { name: dependency, version: version || null, group };
}

interface Sentence {
  readonly from: string;
  readonly to: string;
}

/** The sentences by the name that they are about; one name may have several. */
function readSentences(text: string): ReadonlyMap<string, readonly Sentence[]> {
  const found = new Map<string, Sentence[]>();
  const sentence =
    /^(?:Bumps|Updates) (?:\[([^\]\n]+)\]\([^)\n]*\)|`([^`\n]+)`|(\S+)) from (\S+) to (\S+?)\.?(?:\s|$)/gm;
  for (const [, linked, quoted, bare, from = '', to = ''] of text.matchAll(sentence)) {
    const about = linked ?? quoted ?? bare ?? '';
    const plain = { from: unquoted(from), to: unquoted(to) };
    found.set(about, [...(found.get(about) ?? []), plain]);
  }
  return found;
}

function joined(
  listed: readonly Listed[],
  sentences: ReadonlyMap<string, readonly Sentence[]>,
): readonly AnnouncedUpdate[] | string {
  const updates: AnnouncedUpdate[] = [];
  for (const { name: about, version, group } of listed) {
    const said = sentences.get(about) ?? [];
    const fitting = said.filter(({ to }) => version === null || sameVersion(to, version));
    if (said.length > 0 && fitting.length === 0) {
      return `A commit announces ${about} ${version}, and another version in its first lines.`;
    }
    const [first = { from: null, to: version }] = fitting;
    updates.push({ name: about, from: first.from, to: version ?? first.to, group });
  }
  const names = new Set(listed.map((one) => one.name));
  const unlisted = [...sentences.keys()].find((about) => !names.has(about));
  if (unlisted === undefined) return updates;
  return `A commit speaks of ${unlisted.slice(0, 100)}, which its list of updates lacks.`;
}

/** Sentences shorten commits and keep the `v` of tags. */
function sameVersion(said: string, version: string): boolean {
  const bare = (text: string) => text.replace(/^v(?=\d)/, '');
  const isCommit = /^[0-9a-f]{7,}$/.test(said);
  return bare(said) === bare(version) || (isCommit && version.startsWith(said));
}

function unquoted(text: string): string {
  return text.replace(/^`(.*)`$/, '$1');
}

function textsOf(value: unknown, key: string): unknown {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
