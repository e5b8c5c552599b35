import { describe, expect, test } from 'vitest';
import { wantsRowHash } from '../../../../src/tasks/backup-restore-test/proof/rows.ts';
import { dumpAndRestore, told } from './dumped.ts';
import { useRig } from './rig.ts';
import { shop } from './samples.ts';

const rig = useRig(15, 18);

const partitions = `
create table measured (id int, at timestamptz) partition by hash (id);
create table measured_0 partition of measured for values with (modulus 2, remainder 0);
create table measured_1 partition of measured for values with (modulus 2, remainder 1);
insert into measured select i, now() - i * interval '1 h' from generate_series(1, 1000) i;`;

describe('rows that were loaded through the root of partitions', () => {
  const args = ['--load-via-partition-root'];

  test.each([
    ['as they were', '', 'proven'],
    ['one changed', 'update public.measured set at = now() where id = 3', 'differs'],
    ['one missing', 'delete from public.measured where id = 3', 'differs'],
  ])('are compared in any order: %s', async (_, damage, status) => {
    const zurich = { args, timeZone: 'Europe/Zurich' };
    await using restored = await dumpAndRestore(rig, partitions, zurich);
    await restored.database.query(damage);
    const digests = restored.digests.filter(({ entry }) => wantsRowHash(entry));
    expect(digests).toHaveLength(2);
    const { tables, findings } = await restored.prove({ digests });
    expect(tables).toMatchObject([{ table: 'public.measured', status }]);
    expect(findings).toHaveLength(status === 'proven' ? 0 : 1);
  });
});

test('of INSERT statements only the number is compared', async () => {
  await using restored = await dumpAndRestore(rig, shop, { args: ['--inserts'] });
  const healthy = await restored.prove();
  expect(healthy.tables.map(({ status }) => status)).toEqual(['rows-only', 'rows-only']);
  expect(healthy.findings).toMatchObject([{ code: 'not-checked', severity: 'low' }]);
  await restored.database.query('delete from public.orders where id = 8');
  const damaged = await restored.prove();
  expect(told(damaged.findings)).toEqual([
    'not-checked public.customers',
    'row-mismatch public.orders',
  ]);
});

test('a table that is left out is no proof of anything', async () => {
  const args = ['--exclude-table-data=orders'];
  await using restored = await dumpAndRestore(rig, shop, { args });
  const { findings, tables } = await restored.prove();
  expect(findings).toMatchObject([
    { severity: 'medium', message: 'The dump leaves out the data of public.orders.' },
  ]);
  expect(tables).toHaveLength(1);
});

test('bytea in the old form is recognised', async () => {
  const fill = `create table pictures (raw bytea); insert into pictures values ('\\x00ff41');
    do $$ begin execute format('alter database %I set bytea_output to escape', current_database()); end $$;`;
  await using restored = await dumpAndRestore(rig, fill);
  const { tables } = await restored.prove();
  expect(tables).toMatchObject([{ status: 'proven' }]);
  // So it is where nothing tells it: it was set for the role that dumped.
  const entries = restored.archive.entries.filter(
    ({ kind }) => kind !== 'DATABASE PROPERTIES',
  );
  const again = await restored.prove({ archive: { ...restored.archive, entries } });
  expect(again.tables).toMatchObject([{ status: 'proven' }]);
});

describe('where the time zone of the dump cannot be told', () => {
  test('without samples nothing is claimed', async () => {
    const options = { timeZone: 'Europe/Zurich' };
    await using restored = await dumpAndRestore(rig, partitions, options);
    const sampleOffsets = async () => [{ time: '2026-07-01 12:00:00+02:17' }];
    const { findings, tables } = await restored.prove({ sampleOffsets });
    expect(told(findings)).toEqual(['not-checked public.measured_0']);
    expect(tables[0]).toMatchObject({ status: 'not-comparable' });
  });

  test('a changed value is found as soon as another table has told it', async () => {
    const fill = `${partitions} create table notes (at timestamptz, text text);
      insert into notes values ('2026-07-01Z', 'at 2026-07-01 12:00:00+11');`;
    const options = { timeZone: 'Europe/Zurich' };
    await using restored = await dumpAndRestore(rig, fill, options);
    expect((await restored.prove()).findings).toEqual([]);
    await restored.database.query(`update public.notes set text = text || '!'`);
    expect(told((await restored.prove()).findings)).toEqual([
      'content-mismatch public.notes',
    ]);
  });
});

test('tables that an extension fills as well are not held against it', async () => {
  await using restored = await dumpAndRestore(rig, shop);
  await restored.database.query('insert into public.customers (name) values ($1)', ['x']);
  await restored.database.query('alter extension plpgsql add table public.customers');
  const { findings } = await restored.prove();
  expect(told(findings)).toContain('not-checked public.customers');
  expect(told(findings)).not.toContain('row-mismatch public.customers');
});

describe('large objects', () => {
  test.each<[string, string, string[]]>([
    ['as they were', '', []],
    [
      'one is missing',
      'select lo_unlink(max(oid)) from pg_largeobject_metadata',
      ['row-mismatch large objects'],
    ],
    [
      'one byte of one is another',
      `select lo_put(min(oid), 3000, 'x') from pg_largeobject_metadata`,
      ['content-mismatch large objects'],
    ],
  ])('%s', async (_, damage, expected) => {
    const fill = `select lo_from_bytea(0, convert_to(repeat('abc', 2000), 'UTF8')), lo_from_bytea(0, ''), lo_from_bytea(0, 'z')`;
    await using restored = await dumpAndRestore(rig, fill);
    await restored.database.query(damage);
    expect(told((await restored.prove()).findings)).toEqual(expected);
  });
});
