import type { AdvisoryClass } from './advisory.ts';
import { type Fields, fieldsOf, listOf, stringOf, stringsOf } from './json.ts';
import type { AffectedVersions, Bound } from './ranges.ts';
import { type Rating, ratingOf } from './severity.ts';

/** One record as one database has it (https://ossf.github.io/osv-schema/). */
export interface OsvRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** RFC 3339. */
  readonly published: string | null;
  /** RFC 3339. */
  readonly modified: string | null;
  readonly withdrawn: boolean;
  readonly affected: readonly AffectedPackage[];
}

/** What a record says of one package; there may be several such entries of one package. */
export interface AffectedPackage extends AffectedVersions {
  readonly ecosystem: string;
  readonly name: string;
  readonly class: AdvisoryClass;
  readonly rating: Rating;
  /** RustSec's `notice`: something to know, neither a hole nor a dead end. */
  readonly isNotice: boolean;
}

const idPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-:._][A-Za-z0-9]+)+$/;
const longestId = 80;
const longestSummary = 300;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Whether a text may be the id of a record: it goes into URLs and messages. */
export function isRecordId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= longestId && idPattern.test(id);
}

/** Reads what `JSON.parse` made of a record; null where it is none. Never throws. */
export function readRecord(value: unknown): OsvRecord | null {
  const fields = fieldsOf(value);
  const id = fields['id'];
  if (!isRecordId(id)) return null;
  const aliases = stringsOf(fields['aliases']).filter(isRecordId);
  const summary = summaryOf(fields);
  const isMalicious = saysMalicious(id, aliases, summary, fields);
  return {
    id,
    aliases,
    summary,
    published: timeOf(fields['published']),
    modified: timeOf(fields['modified']),
    withdrawn: stringOf(fields['withdrawn']) !== null,
    affected: listOf(fields['affected']).flatMap(
      (entry) => readAffected(fieldsOf(entry), fields, isMalicious) ?? [],
    ),
  };
}

function readAffected(
  entry: Fields,
  record: Fields,
  isMalicious: boolean,
): AffectedPackage | null {
  const { ecosystem: fullEcosystem, name } = fieldsOf(entry['package']);
  if (typeof fullEcosystem !== 'string' || typeof name !== 'string') return null;
  // `Debian:12`: what follows the colon is a release of the ecosystem.
  const [ecosystem = ''] = fullEcosystem.split(':', 1);
  const own = fieldsOf(entry['database_specific']);
  const shared = fieldsOf(record['database_specific']);
  const informational = stringOf(own['informational']);
  const isNotice = !isMalicious && informational === 'notice';
  const words = stringsOf([own['severity'], shared['severity'], isNotice ? 'low' : null]);
  const rating = ratingOf(words, vectorsOf(entry, record, own));
  return {
    ecosystem,
    name,
    class: isMalicious ? 'malicious' : classOf(informational),
    rating: isMalicious ? { ...rating, severity: 'critical' } : rating,
    isNotice,
    ranges: listOf(entry['ranges']).flatMap((range) => readBounds(fieldsOf(range))),
    versions: stringsOf(entry['versions']),
    lastKnown:
      stringOf(own['last_known_affected_version_range']) ??
      stringOf(shared['last_known_affected_version_range']),
  };
}

function classOf(informational: string | null): AdvisoryClass {
  if (informational === 'unsound') return 'unsound';
  const isUnmaintained = informational === 'unmaintained' || informational === 'notice';
  return isUnmaintained ? 'unmaintained' : 'vulnerable';
}

/**
 * Code that is meant to harm: the OpenSSF's malicious packages (`MAL-`), GHSA's weakness
 * CWE-506, "embedded malicious code". RustSec has no field for it, but its own wording.
 */
function saysMalicious(
  id: string,
  aliases: readonly string[],
  summary: string,
  record: Fields,
): boolean {
  if ([id, ...aliases].some((name) => name.startsWith('MAL-'))) return true;
  const specific = fieldsOf(record['database_specific']);
  if (specific['malicious-packages-origins'] !== undefined) return true;
  if (stringsOf(specific['cwe_ids']).includes('CWE-506')) return true;
  const wording = /removed from crates\.io .*\bmalicious\b|^malicious crate\b/;
  return id.startsWith('RUSTSEC-') && wording.test(summary);
}

/** The vectors of the entry, else of the record, else where RustSec has its own. */
function vectorsOf(entry: Fields, record: Fields, own: Fields): string[] {
  for (const place of [entry['severity'], record['severity']]) {
    const vectors = stringsOf(listOf(place).map((item) => fieldsOf(item)['score']));
    if (vectors.length > 0) return vectors;
  }
  return stringsOf([own['cvss']]);
}

function readBounds(range: Fields): [Bound[]] | [] {
  if (range['type'] !== 'SEMVER' && range['type'] !== 'ECOSYSTEM') return [];
  const bounds: Bound[] = [];
  for (const event of listOf(range['events'])) {
    const fields = fieldsOf(event);
    for (const kind of ['introduced', 'fixed', 'last_affected', 'limit'] as const) {
      const version = fields[kind];
      if (typeof version === 'string') bounds.push({ kind, version });
    }
  }
  return [bounds];
}

function summaryOf(fields: Fields): string {
  const text = stringOf(fields['summary']) ?? stringOf(fields['details']) ?? '';
  const [line = ''] = text
    .slice(0, 4 * longestSummary)
    .trim()
    .split('\n', 1);
  const clean = line.replace(controls, ' ').trim();
  if (clean.length <= longestSummary) return clean;
  return `${clean.slice(0, longestSummary - 1)}…`;
}

function timeOf(value: unknown): string | null {
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
  return typeof value === 'string' && pattern.test(value) ? value : null;
}
