/** One table with one index on it, and what is done to it once it is filled. */
export interface Shape {
  /** The name of the table; its index is `<name>_index`. */
  readonly name: string;
  /** The columns of the table, beside `n`, the number of the row. */
  readonly columns: string;
  /** The values of these columns in row `i`. */
  readonly values: string;
  /** What follows `create index … on <table>`. */
  readonly index: string;
  readonly unique?: true;
  readonly rows?: number;
  /** Run after the tables were filled, before they are vacuumed. */
  readonly damage?: string;
  /** Run last of all: what nobody has vacuumed or analyzed since. */
  readonly afterwards?: string;
}

const rows = 300_000;

/** Rows are scattered by this prime, so that they are not in the order of the table. */
const scattered = `((i * 7919::bigint) % ${rows})`;

const time = `timestamptz '2026-01-01' + i * interval '20 seconds'`;

/** The part of the rows that a random delete leaves. */
const survivors = (share: number) =>
  `hashint4(n) % 1000 between ${-share * 1000} and ${share * 1000}`;

function deleteBut(share: number): string {
  return `delete from %I where not (${survivors(share)})`;
}

/** Indexes that are bloated, each in its own way. */
const bloated: readonly Shape[] = [
  {
    name: 'bloated_random',
    columns: 'id bigint',
    values: 'i',
    index: '(id)',
    unique: true,
    damage: deleteBut(0.4),
  },
  {
    name: 'bloated_range',
    columns: 'at timestamptz',
    values: time,
    index: '(at)',
    damage: `delete from %I where n < ${rows * 0.6}`,
  },
  {
    name: 'bloated_low_cardinality',
    columns: 'status int',
    values: 'i % 3',
    index: '(status)',
    rows: rows * 2,
    damage: deleteBut(0.25),
  },
  {
    name: 'bloated_numeric',
    columns: 'price numeric(12,4)',
    values: `(${scattered} % 99991) * 1.0371`,
    index: '(price)',
    damage: deleteBut(0.4),
  },
  {
    name: 'bloated_uuid',
    columns: 'key uuid',
    values: 'md5(i::text)::uuid',
    index: '(key)',
    unique: true,
    damage: deleteBut(0.5),
  },
  {
    name: 'bloated_partial',
    columns: 'account int, is_open bool',
    values: `${scattered}, i % 2 = 0`,
    index: '(account) where is_open',
    damage: 'update %I set is_open = false where is_open and n % 10 < 7',
  },
  {
    name: 'bloated_expression',
    columns: 'symbol text',
    values: `'SYM' || (${scattered} % 60000)`,
    index: '(lower(symbol))',
    damage: deleteBut(0.4),
  },
  {
    name: 'bloated_gin',
    columns: 'tags int[]',
    values: `array[i % 1000, ${scattered} % 5000, i % 77]`,
    index: 'using gin (tags)',
    damage: deleteBut(0.25),
  },
];

/** Indexes that look bloated to one estimate or another, and are not. */
const decoys: readonly Shape[] = [
  {
    name: 'decoy_deduplicated',
    columns: 'market int',
    values: 'i % 40',
    index: '(market)',
    rows: rows * 2,
  },
  {
    name: 'decoy_numeric',
    columns: 'price numeric(12,4)',
    values: `(${scattered} % 299993) * 1.0371`,
    index: '(price)',
  },
  {
    name: 'decoy_fillfactor',
    columns: 'id bigint',
    values: 'i',
    index: '(id) with (fillfactor = 70)',
    unique: true,
  },
  {
    name: 'decoy_just_grown',
    columns: 'id bigint',
    values: 'i',
    index: '(id)',
    unique: true,
    rows: 2000,
    afterwards: `insert into %I select i, i from generate_series(2001, ${rows}) i`,
  },
];

/** Indexes of every other shape, none of them bloated. */
const healthy: readonly Shape[] = [
  {
    name: 'random_inserts',
    columns: 'key uuid',
    values: 'md5(i::text)::uuid',
    index: '(key)',
    rows: 20_000,
    damage: `insert into %I select i, md5(i::text)::uuid from generate_series(20001, 180000) i`,
  },
  {
    name: 'text_unique',
    columns: 'code text',
    values: `'code-' || i`,
    index: '(code)',
    unique: true,
  },
  {
    name: 'text_long',
    columns: 'note text',
    values: `repeat(md5(i::text), 1 + i % 5)`,
    index: '(note)',
    rows: 60_000,
  },
  {
    name: 'text_half_null',
    columns: 'note text',
    values: `case when i % 2 = 0 then 'note ' || i end`,
    index: '(note)',
  },
  {
    name: 'text_c',
    columns: 'symbol text',
    values: `'S' || ${scattered} % 90000`,
    index: '(symbol collate "C")',
  },
  {
    name: 'varchar_few',
    columns: 'kind varchar(20)',
    values: `(array['limit', 'market', 'stop', 'iceberg'])[1 + i % 4]`,
    index: '(kind)',
    rows: rows * 2,
  },
  {
    name: 'int_twice',
    columns: 'account int',
    values: `${scattered} / 2`,
    index: '(account)',
  },
  {
    name: 'int_null',
    columns: 'parent int',
    values: 'case when i % 10 = 0 then i end',
    index: '(parent)',
  },
  {
    name: 'int_no_deduplication',
    columns: 'account int',
    values: `${scattered} % 5000`,
    index: '(account) with (deduplicate_items = off)',
  },
  {
    name: 'smallint_many',
    columns: 'shard smallint',
    values: 'i % 16',
    index: '(shard)',
    rows: rows * 2,
  },
  {
    name: 'bool_half',
    columns: 'is_buy bool',
    values: 'i % 2 = 0',
    index: '(is_buy)',
    rows: rows * 2,
  },
  {
    name: 'date_year',
    columns: 'day date',
    values: `date '2026-01-01' + i % 365`,
    index: '(day)',
    rows: rows * 2,
  },
  {
    name: 'timestamp_descending',
    columns: 'at timestamptz',
    values: time,
    index: '(at desc)',
  },
  {
    name: 'float_price',
    columns: 'price float8',
    values: `(${scattered} % 9973) / 100.0`,
    index: '(price)',
  },
  {
    name: 'composite',
    columns: 'market int, at timestamptz',
    values: `i % 40, ${time}`,
    index: '(market, at)',
  },
  {
    name: 'composite_text',
    columns: 'symbol text, id bigint',
    values: `'SYM' || i % 500, i`,
    index: '(symbol, id)',
  },
  {
    name: 'composite_small',
    columns: 'market int, is_buy bool',
    values: 'i % 40, i % 2 = 0',
    index: '(market, is_buy)',
    rows: rows * 2,
  },
  {
    name: 'covering',
    columns: 'account int, amount bigint',
    values: `${scattered} % 4000, i`,
    index: '(account) include (amount)',
  },
  {
    name: 'partial_small',
    columns: 'id bigint, is_open bool',
    values: 'i, i % 3 = 0',
    index: '(id) where is_open',
  },
  {
    name: 'expression_date',
    columns: 'at timestamptz',
    values: time,
    index: `(((at at time zone 'UTC')::date))`,
    rows: rows * 2,
  },
  {
    name: 'bytea_hash',
    columns: 'digest bytea',
    values: 'sha256(i::text::bytea)',
    index: '(digest)',
    rows: 150_000,
  },
  {
    name: 'inet_address',
    columns: 'address inet',
    values: `('10.0.0.0'::inet + ${scattered})`,
    index: '(address)',
  },
  {
    name: 'gin_jsonb',
    columns: 'body jsonb',
    values: `jsonb_build_object('m', i % 40, 'a', ${scattered} % 3000)`,
    index: 'using gin (body jsonb_path_ops)',
  },
  {
    name: 'gist_range',
    columns: 'span int8range',
    values: 'int8range(i, i + 10)',
    index: 'using gist (span)',
    rows: 60_000,
  },
  {
    name: 'hash_code',
    columns: 'code text',
    values: `'code-' || i`,
    index: 'using hash (code)',
  },
  {
    name: 'spgist_text',
    columns: 'symbol text',
    values: `'SYM' || ${scattered} % 60000`,
    index: 'using spgist (symbol)',
    rows: 100_000,
  },
  { name: 'partition_leaf', columns: 'id bigint', values: 'i', index: '(id)' },
  {
    name: 'interval_wait',
    columns: 'wait interval',
    values: `(i % 86400) * interval '1 second'`,
    index: '(wait)',
  },
];

/** All shapes, in no telling order. */
export const shapes: readonly Shape[] = [...bloated, ...decoys, ...healthy].toSorted(
  (a, b) => a.name.localeCompare(b.name),
);

/** The statements that fill a table and make its index. */
export function createSql(shape: Shape): string {
  const { name, columns, values, index, unique, rows: count = rows } = shape;
  const one = unique ? 'unique index' : 'index';
  return `
create table ${name} (n int, ${columns});
insert into ${name} select i, ${values} from generate_series(1, ${count}) i;
create ${one} ${name}_index on ${name} ${index};`;
}

/** A statement of a shape on its own table. */
export function onTable({ name }: Shape, sql: string): string {
  return sql.replaceAll('%I', name);
}
