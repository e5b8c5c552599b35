import { describe, expect, test } from 'vitest';
import { dumpAndRestore, told } from './dumped.ts';
import { useRig } from './rig.ts';
import { shop } from './samples.ts';

const rig = useRig(15, 18);

async function findingsAfter(damage: string) {
  await using restored = await dumpAndRestore(rig, shop);
  await restored.database.query(`set search_path to public; ${damage}`);
  return (await restored.prove()).findings;
}

describe('exactly that is found which was done to the restored database', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    [
      'one value changed',
      'update customers set name = name || $$!$$ where id = 7',
      ['content-mismatch public.customers'],
    ],
    [
      'two values swapped',
      'update orders set amount = 3 - amount where id in (1, 2)',
      ['content-mismatch public.orders'],
    ],
    [
      'a point in time moved',
      'update orders set created_at = created_at + interval $$1 us$$ where id = 9',
      ['content-mismatch public.orders'],
    ],
    ['a row missing', 'delete from orders where id = 44', ['row-mismatch public.orders']],
    [
      'a row too many',
      'insert into customers (name) overriding system value values ($$x$$); select setval($$customers_id_seq$$, 20)',
      ['row-mismatch public.customers', 'sequence-behind public.customers_id_seq'],
    ],
    ['no rows', 'truncate orders', ['row-mismatch public.orders']],
    [
      'a row in another place',
      'with gone as (delete from orders where id = 5 returning *) insert into orders select * from gone',
      [],
    ],
    [
      'no foreign key',
      'alter table orders drop constraint orders_customer_fkey',
      ['schema-mismatch public.orders orders_customer_fkey'],
    ],
    [
      'no index',
      'drop index orders_customer',
      ['schema-mismatch public.orders_customer'],
    ],
    [
      'an index that is not valid',
      `update pg_index set indisvalid = false where indexrelid = 'orders_customer'::regclass`,
      ['schema-mismatch public.orders_customer'],
    ],
    [
      'no trigger',
      'drop trigger stamps on orders',
      ['schema-mismatch public.orders stamps'],
    ],
    [
      'no function',
      'drop function stamp cascade',
      ['schema-mismatch public.orders stamps', 'schema-mismatch public.stamp()'],
    ],
    ['no view', 'drop view totals', ['schema-mismatch public.totals']],
    [
      'no policy',
      'drop policy visible on customers',
      ['schema-mismatch public.customers visible'],
    ],
    [
      'no row security',
      'alter table customers disable row level security',
      ['schema-mismatch public.customers'],
    ],
    [
      'no default',
      'alter table orders alter id drop default',
      ['schema-mismatch public.orders id'],
    ],
    [
      'no grants',
      `update pg_class set relacl = null where oid = 'orders'::regclass`,
      ['schema-mismatch TABLE public.orders'],
    ],
    [
      'another owner',
      'create role other; alter table customers owner to other',
      ['schema-mismatch public.customers', 'schema-mismatch public.customers_id_seq'],
    ],
    [
      'a constraint not valid',
      'alter table orders add constraint cheap check (amount < 400) not valid',
      ['constraint-not-valid public.orders'],
    ],
    [
      'a sequence behind',
      'select setval($$orders_id_seq$$, 400)',
      ['content-mismatch sequences', 'sequence-behind public.orders_id_seq'],
    ],
  ])('%s', async (_, damage, expected) => {
    expect(told(await findingsAfter(damage))).toEqual(expected.sort());
  });
});

test('a table that is not there takes all with it that hangs on it', async () => {
  const found = told(await findingsAfter('drop table orders cascade'));
  expect(found).toEqual([
    'row-mismatch public.orders',
    'schema-mismatch TABLE public.orders',
    'schema-mismatch public.orders',
    'schema-mismatch public.orders id',
    'schema-mismatch public.orders orders_customer_fkey',
    'schema-mismatch public.orders orders_pkey',
    'schema-mismatch public.orders stamps',
    'schema-mismatch public.orders_customer',
    'schema-mismatch public.orders_id_seq',
    'schema-mismatch public.orders_id_seq',
    'schema-mismatch public.totals',
  ]);
});

test('the message has what is needed to believe it', async () => {
  const [content] = await findingsAfter('update customers set name = upper(name)');
  expect(content?.message).toMatch(
    /^public\.customers has 20 rows in the archive and after the restore, but they are not the same: the SHA-256 of their text is [0-9a-f]{64} in the archive, [0-9a-f]{64} restored\.$/,
  );
  const [rows] = await findingsAfter('delete from orders where id > 400');
  expect(rows?.message).toBe(
    'public.orders has 500 rows in the archive, and after the restore 400.',
  );
});

test('many cases of one kind are told as one', async () => {
  const views = Array.from({ length: 30 }, (_, index) => `v${index}`);
  const fill = views.map((view) => `create view ${view} as select 1 as a;`).join('');
  await using restored = await dumpAndRestore(rig, fill);
  await restored.database.query(`drop view ${views.map((view) => `public.${view}`)}`);
  const { findings } = await restored.prove();
  expect(findings.map(({ message }) => message)).toEqual([
    'VIEW: 30 objects are in the archive and not in the restored database: public.v0, public.v1, public.v10, public.v11, public.v12 and 25 more.',
  ]);
});
