import type { Advisory, AdvisoryClass, OsvEcosystem } from './advisory.ts';
import { affectedCheck } from './ranges.ts';
import type { AffectedPackage, OsvRecord } from './record.ts';
import { gravest, severities } from './severity.ts';
import { inOrder, readVersion } from './version-order.ts';

/** What one record says of the package in question. */
interface Statement {
  readonly record: OsvRecord;
  readonly entries: readonly AffectedPackage[];
}

/** Gravest first. */
const classes: readonly AdvisoryClass[] = [
  'malicious',
  'vulnerable',
  'unsound',
  'unmaintained',
];

/**
 * The advisories of one package, those that are one by alias merged; withdrawn records are
 * left out. Gravest first.
 *
 * The databases of one problem may disagree about versions. Then a version is affected if
 * one of them says so, and a fix is what all of them take for free of it: a hit too many is
 * seen and settled by a person, a hit too few is seen by nobody.
 */
export function mergeRecords(
  records: readonly OsvRecord[],
  ecosystem: OsvEcosystem,
  name: string,
): Advisory[] {
  const wanted = packageKey(ecosystem, name);
  const statements: Statement[] = [];
  for (const record of newestOfEach(records)) {
    if (record.withdrawn) continue;
    const entries = record.affected.filter(
      (entry) =>
        entry.ecosystem === ecosystem && packageKey(ecosystem, entry.name) === wanted,
    );
    if (entries.length > 0) statements.push({ record, entries });
  }
  return sameByAlias(statements)
    .map((group) => merged(group, ecosystem))
    .sort(byGravity);
}

/** Names that mean one package have one key: GitHub does not tell upper from lower case. */
export function packageKey(ecosystem: OsvEcosystem, name: string): string {
  return ecosystem === 'GitHub Actions' ? name.toLowerCase() : name;
}

/** A record may be in a database twice, as a file of its own and in an archive. */
function newestOfEach(records: readonly OsvRecord[]): Iterable<OsvRecord> {
  const newest = new Map<string, OsvRecord>();
  for (const record of records) {
    const known = newest.get(record.id);
    const isOlder =
      known !== undefined && (known.modified ?? '') > (record.modified ?? '');
    if (!isOlder) newest.set(record.id, record);
  }
  return newest.values();
}

/** Groups what is connected by a common name, over any number of steps (union–find). */
function sameByAlias(statements: readonly Statement[]): Statement[][] {
  const parents = new Map<string, string>();
  const rootOf = (name: string) => {
    let root = name;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    // Every name on the way leads there directly from now on.
    for (let at = name; at !== root; ) {
      const up = parents.get(at) ?? root;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (const { record } of statements) {
    for (const alias of record.aliases) {
      const [one, other] = [rootOf(record.id), rootOf(alias)];
      if (one !== other) parents.set(other, one);
    }
  }
  return [...Map.groupBy(statements, ({ record }) => rootOf(record.id)).values()];
}

function namesOf(record: OsvRecord): string[] {
  return [record.id, ...record.aliases];
}

function merged(group: readonly Statement[], ecosystem: OsvEcosystem): Advisory {
  const order = [...group].sort(byPreference(ecosystem));
  const [first] = order as [Statement, ...Statement[]];
  const { id } = first.record;
  const entries = order.flatMap((statement) => statement.entries);
  const checks = entries.map((entry) => affectedCheck(entry, ecosystem));
  const affects = (version: string) => checks.some((check) => check(version));
  const names = new Set(order.flatMap(({ record }) => namesOf(record)));
  names.delete(id);
  const scores = entries.flatMap(({ rating }) => rating.score ?? []);
  const summary = order.find(({ record }) => record.summary !== '')?.record.summary ?? id;
  return {
    id,
    aliases: [...names].sort(),
    summary: entries.every(({ isNotice }) => isNotice) ? `Notice: ${summary}` : summary,
    published: order.flatMap(({ record }) => record.published ?? []).sort()[0] ?? null,
    modified:
      order
        .flatMap(({ record }) => record.modified ?? [])
        .sort()
        .at(-1) ?? null,
    class: classOf(order),
    severity: gravest(entries.map(({ rating }) => rating.severity)),
    score: scores.length === 0 ? null : Math.max(...scores),
    affects,
    fixedIn: fixesOf(entries, affects),
    url: urlOf(id),
    withdrawn: false,
  };
}

/** RustSec tells holes from soundness bugs and dead crates; its word goes before others'. */
function classOf(group: readonly Statement[]): AdvisoryClass {
  const said = (statements: readonly Statement[]) =>
    statements.flatMap(({ entries }) => entries.map((entry) => entry.class));
  if (said(group).includes('malicious')) return 'malicious';
  const rustSec = group.filter(({ record }) => record.id.startsWith('RUSTSEC-'));
  const heard = said(rustSec.length > 0 ? rustSec : group);
  return classes.find((one) => heard.includes(one)) ?? 'vulnerable';
}

/** Whose name an advisory goes by: the ecosystem's own database, but first `MAL-`. */
function byPreference(ecosystem: OsvEcosystem) {
  const own = ecosystem === 'crates.io' ? ['RUSTSEC-', 'GHSA-'] : ['GHSA-', 'RUSTSEC-'];
  const prefixes = ['MAL-', ...own];
  const rank = ({ record }: Statement) => {
    const found = prefixes.findIndex((prefix) => record.id.startsWith(prefix));
    return found === -1 ? prefixes.length : found;
  };
  return (one: Statement, other: Statement) =>
    rank(one) - rank(other) || compareTexts(one.record.id, other.record.id);
}

function fixesOf(
  entries: readonly AffectedPackage[],
  affects: (version: string) => boolean,
): string[] {
  const bounds = entries.flatMap((entry) => entry.ranges.flat());
  const said = bounds.flatMap(({ kind, version }) => (kind === 'fixed' ? version : []));
  return [...new Set(said)]
    .flatMap((text) => {
      const version = readVersion(text);
      return version === null || affects(text) ? [] : { text, version };
    })
    .sort((one, other) => inOrder(one.version, other.version))
    .map(({ text }) => text);
}

/** Made from the id alone: a record's own links may lead anywhere. */
function urlOf(id: string): string {
  if (id.startsWith('RUSTSEC-')) return `https://rustsec.org/advisories/${id}.html`;
  if (id.startsWith('GHSA-')) return `https://github.com/advisories/${id}`;
  return `https://osv.dev/vulnerability/${id}`;
}

function byGravity(one: Advisory, other: Advisory): number {
  const severity = (advisory: Advisory) =>
    // What nobody rated may be anything: it ranks as high.
    severities.indexOf(advisory.severity ?? 'high');
  return (
    classes.indexOf(one.class) - classes.indexOf(other.class) ||
    severity(one) - severity(other) ||
    compareTexts(one.id, other.id)
  );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
