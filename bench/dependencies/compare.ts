import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditByAction, hitsOf, offlineInputs } from './by-action.ts';
import { scan } from './by-scanner.ts';
import { type Hit, isSame, missingIn, shown } from './hit.ts';
import type { Repository } from './repositories.ts';
import { holds, type RustsecRecord, rangesOf } from './rustsec.ts';
import { reached } from './verdict.ts';

type Row = readonly [label: string, figure: string];

interface Compared {
  readonly name: string;
  readonly own: readonly Hit[];
  /** Of packages from a registry. */
  readonly theirs: readonly Hit[];
  /** Of the project's own packages, which bear the name of somebody else's. */
  readonly misled: readonly Hit[];
}

/** Holds the hits of both against each other, and all of them against the records. */
export async function compareHits(
  repositories: readonly Repository[],
  {
    scanner,
    database,
    zip,
    records,
  }: {
    readonly scanner: string;
    readonly database: string;
    readonly zip: string;
    readonly records: ReadonlyMap<string, RustsecRecord>;
  },
): Promise<Row[]> {
  const compared: Compared[] = [];
  for (const { name, directory } of repositories) {
    const audit = await auditByAction(directory, offlineInputs(zip));
    const lockfile = join(directory, 'Cargo.lock');
    const { hits } = await scan(scanner, [lockfile], database);
    const project = ownPackages(await readFile(lockfile, 'utf8'));
    const isOwn = (hit: Hit) => project.has(`${hit.name} ${hit.version}`);
    compared.push({
      ...{ name, own: hitsOf(audit.result) },
      theirs: hits.filter((hit) => !isOwn(hit)),
      misled: hits.filter(isOwn),
    });
  }
  return rowsOf(compared, records);
}

/** What a lockfile lists without a source is of the project itself. */
function ownPackages(lockfile: string): ReadonlySet<string> {
  const entries = lockfile.split('[[package]]').slice(1);
  return new Set(
    entries
      .filter((entry) => !/^source = /m.test(entry))
      .map((entry) => {
        const [, name, version] = /name = "(.+)"\nversion = "(.+)"/.exec(entry) ?? [];
        return `${name} ${version}`;
      }),
  );
}

function rowsOf(
  compared: readonly Compared[],
  records: ReadonlyMap<string, RustsecRecord>,
): Row[] {
  const explain = (hit: Hit): string => explanation(hit, records);
  const lacking = compared.flatMap(({ own, theirs }) => missingIn(theirs, own));
  const more = compared.flatMap(({ own, theirs }) => missingIn(own, theirs));
  const all = compared.flatMap(({ own }) => own);
  const wrong = all.filter((hit) => holds(hit, records) !== true);
  // A hit that the record itself contradicts is none that anybody could lack.
  const missed = lacking.filter((hit) => holds(hit, records) !== false);
  return [
    ...compared.map(({ name, own, theirs }): Row => {
      const [less, extra] = [missingIn(theirs, own), missingIn(own, theirs)];
      const text = `${own.length} and ${theirs.length}; ${less.length} only theirs, ${extra.length} only here`;
      return [`${name}: hits here and by osv-scanner`, text];
    }),
    ...compared.flatMap(({ misled }) =>
      misled.map(
        (hit): Row => [
          `  only theirs: ${shown(hit)}`,
          "the project's own package, of the name of another",
        ],
      ),
    ),
    ...compared.flatMap(({ own, theirs }) => mergedRows(own, theirs)),
    ...lacking.map((hit): Row => [`  only theirs: ${shown(hit)}`, explain(hit)]),
    ...more.map((hit): Row => [`  only here: ${shown(hit)}`, explain(hit)]),
    ...wrong.map((hit): Row => [`  wrong: ${shown(hit)}`, explain(hit)]),
    [
      'hits here that the record confirms',
      `${all.length - wrong.length} of ${all.length}`,
    ],
    ['goal: no hit of theirs missing here', reached(missed.length === 0)],
    ['goal: no hit here that the record denies', reached(wrong.length === 0)],
  ];
}

/** Records that are one and the same problem by alias are one hit here. */
function mergedRows(own: readonly Hit[], theirs: readonly Hit[]): Row[] {
  const several = own
    .map((hit) => ({ hit, same: theirs.filter((one) => isSame(one, hit)) }))
    .filter(({ same }) => same.length > 1);
  if (several.length > 20) {
    return [['  one hit here, several records there', `${several.length} times`]];
  }
  return several.map(({ hit, same }) => [
    `  one hit here: ${hit.name} ${hit.version}`,
    `${same.map(({ ids }) => ids[0]).join(' and ')}, which name each other`,
  ]);
}

/** What the record itself says of a hit. */
function explanation(hit: Hit, records: ReadonlyMap<string, RustsecRecord>): string {
  const record = hit.ids.flatMap((id) => records.get(id) ?? [])[0];
  if (!record) return 'there is no such record';
  if (record.withdrawn) return `withdrawn ${record.withdrawn}`;
  const ranges = record.affected
    .filter((one) => one.package.name === hit.name)
    .flatMap((one) => (one.ranges ?? []).flatMap(({ events }) => rangesOf(events)));
  const verdict = holds(hit, records) ? 'affected' : 'not affected';
  return `${verdict} by its record: ${ranges.join(' || ')}`;
}
