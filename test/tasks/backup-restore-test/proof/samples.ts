/** A bit of everything that COPY may print in another way. */
export const everything = `
create schema "My S";
create type "My S"."E num" as enum ('a', 'b');
create type pair as (a int, at timestamptz);
create domain positive as int check (value > 0);
create domain moment as timestamptz;
create sequence shared;
create table "My S"."T 1" (
  id serial primary key, "a b" "My S"."E num", double int generated always as (id * 2) stored,
  constraint "c x" check (id > 0)
);
insert into "My S"."T 1" ("a b") values ('a'), (null), ('b');
create table values (
  id bigint generated always as identity primary key,
  small positive default nextval('shared'), flag bool, words text[], pairs pair[], one pair, number numeric, real float4,
  double float8, doubles point, at timestamptz, moments moment[], span tstzrange, spans tstzmultirange,
  day date, clock timetz, passed interval, raw bytea, doc jsonb, text json, relation regclass,
  type regtype, bits bit varying, address inet, uid uuid, search tsvector, paid money, markup xml
);
insert into values (flag, words, pairs, one, number, real, double, doubles, at, moments, span,
  spans, day, clock, passed, raw, doc, text, relation, type, bits, address, uid, search, paid, markup)
select i % 2 = 0, array['a"b', null, E'\\t\\n\\\\', 'ü€𝄞'], array[row(i, '2026-07-01 12:00+02'::timestamptz)::pair], row(i, now())::pair,
  case i when 1 then 'NaN' when 2 then 'Infinity' else 1e30 / i end, 0.1::float4 / i, 0.1 / i, point(0.1 / i, i),
  '2020-01-01 00:00Z'::timestamptz + i * interval '7 hours', array['infinity', '2026-03-29 00:59:59.123456Z']::moment[],
  tstzrange('2026-07-01Z', '2026-12-01Z'), tstzmultirange(tstzrange('2026-07-01Z', null)),
  case i when 1 then 'infinity'::date when 2 then '-infinity' else date '4000-01-01 BC' + i end,
  '12:00:00+05:30', interval '1 year -2 days 03:04:05.678' * i, decode(md5(i::text), 'hex'),
  jsonb_build_object('at', '2026-07-01 12:00:00+07', 'n', i), '{"a":  1}', 'values', 'pair', b'1010', '::1/64',
  md5(i::text)::uuid, to_tsvector('simple', 'a b c'), i, '<a>ü</a>'
from generate_series(1, 2000) i;
insert into values default values;
update values set flag = not flag where id % 7 = 0;
create table visits (created_at timestamp default now()); insert into visits default values;
create table no_rows (id int primary key, at timestamptz);
create table no_columns ();
insert into no_columns default values;
insert into no_columns default values;
create table only_generated (g int generated always as (7) stored);
insert into only_generated default values;
create table parent (id int primary key, "when" timestamptz not null default now());
create table child () inherits (parent);
insert into parent values (1); insert into child values (2), (3);
create table trades (id bigserial, at timestamptz not null, price numeric, parent_id int references parent, primary key (id, at))
  partition by range (at);
create table trades_2025 partition of trades for values from ('2025-01-01Z') to ('2026-01-01Z');
create table trades_2026 partition of trades for values from ('2026-01-01Z') to ('2027-01-01Z');
create index on trades (price);
insert into trades (at, price, parent_id) select '2025-12-01Z'::timestamptz + i * interval '1 hour', i, 1 from generate_series(1, 2000) i;
create view cheap as select * from trades where price < 10;
create materialized view dear as select count(*) from trades where price > 10;
create table dropped_columns (a int, b text, c int); alter table dropped_columns drop column b;
insert into dropped_columns values (1, 2);
create table kept (id int); alter table kept enable row level security;
create policy mine on kept using (id > 0);
insert into kept values (1), (-1);
create function notify() returns trigger language plpgsql as 'begin return new; end';
create function add(int, "My S"."E num"[], out sum int) language sql as 'select 1';
create procedure work(inout a int) language sql as 'select 1';
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create aggregate number(*) (sfunc = int8inc, stype = int8, initcond = '0');
create trigger "t x" before insert on "My S"."T 1" for each row execute function notify();
create rule nothing as on delete to kept do instead nothing;
create cast ("My S"."E num" as int) with inout;
create statistics stats on at, price from trades_2025;
create operator === (leftarg = int, rightarg = int, function = int4eq);
create operator family steps using btree;
create operator class small_steps for type int using btree family steps as operator 1 <;
create collation plain (locale = 'C');
create text search configuration plain_text (copy = simple);
create text search dictionary plain_words (template = simple);
create conversion to_utf8 for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;
create user mapping for public server nowhere; create foreign table far (a int) server nowhere;
create publication several for table trades_2025;
create publication more for tables in schema "My S";
create event trigger watch on ddl_command_end execute function pg_event_trigger_noop();
select lo_from_bytea(0, 'abc'), lo_from_bytea(0, 'abcd');
grant select on trades to public; grant select (id), update (at) on trades to public;
grant usage on schema "My S" to public; grant usage on sequence shared to public;
revoke execute on function add from public; revoke execute on procedure work from public;
revoke execute on function total(int), number() from public;
grant usage on type "My S"."E num" to public; revoke usage on domain positive from public;
grant usage on foreign server nowhere to public;
alter default privileges in schema public grant select on tables to public;
alter default privileges revoke execute on functions from public;
comment on table trades is 'x';
`.replace(
  'create event trigger watch on ddl_command_end execute function pg_event_trigger_noop();',
  `create function watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end execute function watch();`,
);

/** A small shop, on which much can go wrong. */
export const shop = `
create table customers (id int generated always as identity primary key, name text not null);
insert into customers (name) select 'Customer ' || i from generate_series(1, 20) i;
create table orders (
  id serial primary key, customer int not null references customers, amount numeric check (amount > 0),
  created_at timestamptz not null default now()
);
insert into orders (customer, amount, created_at)
select 1 + i % 20, i, now() - i * interval '1 hour' from generate_series(1, 500) i;
create index orders_customer on orders (customer);
alter table customers enable row level security;
create policy visible on customers using (true);
create function stamp() returns trigger language plpgsql as 'begin return new; end';
create trigger stamps before update on orders for each row execute function stamp();
create view totals as select customer, sum(amount) from orders group by 1;
grant select on orders to public;
`;
