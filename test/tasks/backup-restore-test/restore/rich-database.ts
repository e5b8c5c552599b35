/** Roles, of which the last is a superuser of another name than `postgres`. */
export const richRoles = [
  'create role alice',
  `create role "O'Hara, ""Bob"""`,
  'create role "group"',
  'create role admin superuser',
];

/** One object at least of nearly every kind that pg_dump knows, with names that are odd. */
export const richDatabase = String.raw`
create extension hstore;
create extension pg_trgm;
create extension citext;
create extension btree_gist;
create extension postgres_fdw;
create schema app authorization alice;
create schema "odd schema, ""quoted""";
create collation app.german (provider = libc, locale = 'C');
create domain app.email as citext check (value ~ '@');
create type app.mood as enum ('sad', 'happy');
create type app.pair as (a int, b text);
create type app.span as range (subtype = float8);
create function app.plus(a int, b int) returns int language sql immutable as 'select a + b';
create function app.touch() returns trigger language plpgsql as $$
begin
  -- pg_restore: error: this is a comment
  return new;
end $$;
create procedure app.nothing() language plpgsql as 'begin end';
create aggregate app.total(int) (sfunc = app.plus, stype = int, initcond = '0');
create operator app.### (leftarg = int, rightarg = int, function = app.plus);
create function app.mood_to_int(app.mood) returns int language sql immutable
  as 'select case $1 when ''sad'' then 0 else 1 end';
create cast (app.mood as int) with function app.mood_to_int(app.mood);
create operator family app.numbers using btree;
create operator class app.text_reversed for type text using btree as
  operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
  function 1 bttextcmp(text, text);
create text search dictionary app.simple_dict (template = pg_catalog.simple);
create text search configuration app.simple_search (copy = pg_catalog.english);
create text search parser app.parser (
  start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template app.template (lexize = dsimple_lexize);
create sequence app.numbers_seq start 5;
create table app.users (
  id bigint generated always as identity primary key,
  name text not null unique,
  mood app.mood default 'happy',
  email app.email,
  attributes hstore,
  upper_name text generated always as (upper(name)) stored);
create table app.trades (
  id serial primary key,
  user_id bigint not null references app.users on delete cascade,
  price numeric(12, 2) check (price > 0),
  during tstzrange default tstzrange(now(), null),
  at timestamptz default now(),
  exclude using gist (id with =, during with &&) deferrable);
create table app.parted (id int, at date not null, primary key (id, at)) partition by range (at);
create table app.parted_2026 partition of app.parted for values from ('2026-01-01') to ('2027-01-01');
create table app.parted_rest partition of app.parted default;
create table app.parent (a int);
create table app.child (b int) inherits (app.parent);
create unlogged table app.scratch (a int);
create table "odd schema, ""quoted"""."odd
table " (" a" int primary key, "b;" text);
create table "odd schema, ""quoted"""."pg_restore: error: a name" (a int);
create index on app.trades (user_id);
create index trades_brin on app.trades using brin (at);
create index users_trgm on app.users using gin (name gin_trgm_ops);
create index parted_at on app.parted (at);
create statistics app.trades_stats (dependencies) on user_id, price from app.trades;
alter table app.trades add constraint positive check (id > 0) not valid;
alter table app.users replica identity using index users_name_key;
create view app.rich with (security_barrier) as select * from app.users where mood = 'happy';
create materialized view app.totals as select mood, count(*) from app.users group by 1;
create unique index totals_key on app.totals (mood);
create rule no_scratch as on delete to app.scratch do instead nothing;
create trigger touch before update on app.users for each row execute function app.touch();
alter table app.users disable trigger touch;
alter table app.trades enable row level security, force row level security;
create policy p on app.trades for select to alice, "group"
  using (user_id > 0 and 'x TO mallory' <> 'y');
create policy "q TO mallory" on app.trades for insert to "O'Hara, ""Bob""" with check (true);
create foreign data wrapper dummy;
create server elsewhere foreign data wrapper postgres_fdw options (host 'example.com');
create user mapping for alice server elsewhere options (user 'x', password 'FOR mallory');
create foreign table app.far (a int) server elsewhere;
create publication everything for all tables;
create publication of_users for table app.users;
create subscription sub connection 'host=example.com' publication p
  with (connect = false, slot_name = none);
create function app.on_ddl() returns event_trigger language plpgsql as 'begin end';
create event trigger on_ddl on ddl_command_end execute function app.on_ddl();
create conversion app.latin1_to_utf8 for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create transform for hstore language sql (
  from sql with function pg_catalog.prsd_lextype(internal));
select lo_from_bytea(0, 'hello'), lo_from_bytea(4711, '');
comment on table app.users is E'two\nlines\npg_restore: error: of a comment';
comment on large object 4711 is 'empty';
comment on column app.users.name is 'a name';
insert into app.users (name, email, attributes)
  select 'name ' || i, i || '@example.com', 'a=>1' from generate_series(1, 500) i;
insert into app.trades (user_id, price) select 1 + i % 500, 1 + i from generate_series(1, 2000) i;
insert into app.parted select i, date '2026-12-30' + i from generate_series(1, 10) i;
insert into "odd schema, ""quoted"""."odd
table " values (1, E'x\ny\\.');
refresh materialized view app.totals;
alter table app.trades owner to "O'Hara, ""Bob""";
alter materialized view app.totals owner to alice;
alter event trigger on_ddl owner to admin;
alter publication everything owner to admin;
alter foreign data wrapper dummy owner to admin;
alter subscription sub owner to admin;
grant select on app.trades to alice with grant option;
set session authorization alice;
grant select on app.trades to "group";
reset session authorization;
grant select on app.users to alice;
grant usage on schema app to "group", public;
grant update (price) on app.trades to "group";
grant execute on function app.plus(int, int) to "O'Hara, ""Bob""";
revoke all on function app.plus(int, int) from public;
alter default privileges for role alice in schema app grant select on tables to "group";
alter default privileges for role admin revoke execute on functions from public;
analyze;
`;
