import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import type { Archive } from '../../../pg-dump/archive.ts';
import { foldMany, nameThose } from './fold.ts';

const setval =
  /^SELECT pg_catalog\.setval\('((?:[^'\\]|'')+)', (-?\d+), (true|false)\);\n?$/;

interface SequenceValue {
  readonly name: string;
  readonly value: string;
  readonly isCalled: boolean;
}

/** How many sequences are read in one statement. */
const batch = 500;

/** Compares the values of sequences with those of the archive. */
export async function compareSequences(
  client: pg.Client,
  { entries }: Archive,
): Promise<Finding[]> {
  const inArchive = entries
    .filter(({ kind }) => kind === 'SEQUENCE SET')
    .flatMap(({ definition }) => readSetval(definition ?? '') ?? []);
  const restored = await readSequences(client, inArchive);
  const cases = inArchive.flatMap((archived) => {
    const now = restored.get(archived.name);
    // What is not there is missed in the catalog already.
    const isSame =
      !now || (now.value === archived.value && now.isCalled === archived.isCalled);
    return isSame ? [] : [`${describe(archived)} in the archive, and ${describe(now)}`];
  });
  return foldMany(
    cases,
    (text) => finding('content-mismatch', 'sequences', `Sequence ${text} restored.`),
    (all) =>
      finding(
        'content-mismatch',
        'sequences',
        `${all.length} sequences have another value than in the archive: ${nameThose(all)} restored.`,
      ),
  );
}

function readSetval(definition: string): SequenceValue | null {
  const [, name = '', value = '', isCalled] = setval.exec(definition) ?? [];
  return name === ''
    ? null
    : { name: name.replaceAll("''", "'"), value, isCalled: isCalled === 'true' };
}

async function readSequences(
  client: pg.Client,
  sequences: readonly SequenceValue[],
): Promise<Map<string, SequenceValue>> {
  const { rows: found } = await client.query<{ given: string; name: string }>(
    `\
select given, oid::regclass::text as name
from unnest($1::text[]) given join pg_catalog.pg_class on oid = to_regclass(given)
where relkind = 'S'`,
    [sequences.map(({ name }) => name)],
  );
  const values = new Map<string, SequenceValue>();
  for (let from = 0; from < found.length; from += batch) {
    const selects = found.slice(from, from + batch).map(
      // The name is quoted by the server itself.
      ({ name }, index) =>
        `select ${from + index} as index, last_value::text as value, is_called as "isCalled" from ${name}`,
    );
    const { rows } = await client.query<SequenceValue & { index: number }>(
      selects.join('\nunion all\n'),
    );
    for (const { index, ...value } of rows) {
      const name = found[index]?.given ?? '';
      values.set(name, { ...value, name });
    }
  }
  return values;
}

function describe({ name, value, isCalled }: SequenceValue): string {
  return `${name} is at ${value}${isCalled ? '' : ' (not used yet)'}`;
}
