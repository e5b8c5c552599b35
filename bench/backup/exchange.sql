-- A small exchange as it looks after some months. :scale 1 is 8.8 million rows in 1.9 GB.
\set ON_ERROR_STOP on
set time zone 'UTC';
select setseed(0.42);

create table users (
  id bigint not null, email text not null, country text not null, created_at timestamptz not null
);
create table orders (
  id bigint not null, user_id bigint not null, symbol text not null, side text not null,
  price numeric(18, 8) not null, quantity numeric(18, 8) not null, status text not null,
  created_at timestamptz not null
);
create table trades (
  id bigint not null, order_id bigint not null, symbol text not null,
  price numeric(18, 8) not null, quantity numeric(18, 8) not null, fee numeric(18, 8) not null,
  executed_at timestamptz not null
);
create table events (
  id bigint not null, kind text not null, payload jsonb not null, created_at timestamptz not null
);
create table order_history (
  id bigint not null, order_id bigint not null, status text not null, note text not null,
  changed_at timestamptz not null
);

insert into users
select i, 'user' || i || '@' || substr(md5(i::text), 1, 8) || '.example',
  (array['DE', 'FR', 'JP', 'US', 'BR', 'IN'])[1 + floor(random() * 6)],
  now() - random() * interval '900 days'
from generate_series(1, (300000 * :scale)::bigint) i;

insert into orders
select i, 1 + floor(random() * 300000 * :scale),
  (array['BTC-USD', 'ETH-USD', 'SOL-USD', 'ADA-USD', 'XRP-USD'])[1 + floor(random() * 5)],
  (array['buy', 'sell'])[1 + floor(random() * 2)],
  (20000 + random() * 50000)::numeric(18, 8), (random() * 10)::numeric(18, 8),
  (array['filled', 'filled', 'filled', 'cancelled', 'open'])[1 + floor(random() * 5)],
  now() - interval '180 days' * (1 - i / (2500000.0 * :scale))
from generate_series(1, (2500000 * :scale)::bigint) i;

insert into trades
select i, 1 + floor(random() * 2500000 * :scale),
  (array['BTC-USD', 'ETH-USD', 'SOL-USD', 'ADA-USD', 'XRP-USD'])[1 + floor(random() * 5)],
  (20000 + random() * 50000)::numeric(18, 8), (random() * 10)::numeric(18, 8),
  (random() / 100)::numeric(18, 8),
  now() - interval '180 days' * (1 - i / (2500000.0 * :scale))
from generate_series(1, (2500000 * :scale)::bigint) i;

insert into events
select i, (array['login', 'order', 'cancel', 'withdraw', 'deposit'])[1 + floor(random() * 5)],
  jsonb_build_object('user', floor(random() * 300000), 'ip', '10.' || floor(random() * 255) || '.'
    || floor(random() * 255) || '.7', 'agent', 'client/' || floor(random() * 40), 'session', md5(i::text),
    'amount', round((random() * 1000)::numeric, 4), 'tags',
    jsonb_build_array('t' || floor(random() * 500), 't' || floor(random() * 500))),
  now() - interval '90 days' * (1 - i / (1300000.0 * :scale))
from generate_series(1, (1300000 * :scale)::bigint) i;

insert into order_history
select i, 1 + floor(random() * 2500000 * :scale),
  (array['new', 'partially filled', 'filled', 'cancelled'])[1 + floor(random() * 4)],
  'changed by ' || (array['matcher', 'user', 'risk check'])[1 + floor(random() * 3)] || ' in batch '
    || floor(random() * 100000),
  now() - interval '180 days' * (1 - i / (2200000.0 * :scale))
from generate_series(1, (2200000 * :scale)::bigint) i;

alter table users add primary key (id);
create unique index on users (email);
create index on users (country, created_at);
alter table orders add primary key (id);
create index on orders (user_id);
create index on orders (symbol, created_at);
create index on orders (status, id);
alter table trades add primary key (id);
create index on trades (order_id);
create index on trades (symbol, executed_at);
create index on trades (executed_at);
alter table events add primary key (id);
create index on events (created_at);
create index on events using gin ((payload -> 'tags'));
alter table order_history add primary key (id);
create index on order_history (order_id);
create index on order_history (changed_at);
alter table orders add foreign key (user_id) references users;
alter table trades add foreign key (order_id) references orders;
alter table order_history add foreign key (order_id) references orders;
