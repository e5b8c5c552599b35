set role matchbook;
create type order_side as enum ('buy', 'sell');
create type order_status as enum ('open', 'filled', 'cancelled');
create table markets (
  id smallint primary key,
  symbol text not null unique,
  tick_size numeric(18, 8) not null
);
create table accounts (
  id int primary key,
  email text not null unique,
  balance numeric(28, 8) not null,
  updated_at timestamptz not null
);
create table deposits (
  id bigint primary key,
  account_id int not null,
  amount numeric(28, 8) not null,
  confirmed_at timestamptz not null
);
create table orders (
  id bigint primary key,
  market_id smallint not null,
  account_id int not null,
  side order_side not null,
  status order_status not null,
  price numeric(18, 8) not null,
  quantity numeric(18, 8) not null,
  created_at timestamptz not null
);
create index idx_orders_market_status on orders (market_id, status);
create table trades (
  id bigint primary key,
  market_id smallint not null,
  maker_order_id bigint not null,
  taker_order_id bigint not null,
  price numeric(18, 8) not null,
  quantity numeric(18, 8) not null,
  fee numeric(18, 8) not null,
  executed_at timestamptz not null
);
create index idx_trades_market_executed_at on trades (market_id, executed_at);
create table events (
  id bigint primary key,
  kind text not null,
  payload jsonb not null,
  created_at timestamptz not null
);
create index idx_events_created_at on events (created_at);
create table order_history (
  id bigint primary key,
  order_id bigint not null,
  status order_status not null,
  created_at timestamptz not null
);
create index idx_order_history_created_at on order_history (created_at);
create table audit_log (
  id bigint generated always as identity primary key,
  actor inet not null,
  entry text not null,
  created_at timestamptz not null
);
create table settlements (
  id uuid primary key,
  trade_id bigint not null,
  settled_at timestamptz not null
);
create table candles (
  market_id smallint not null,
  starts_at timestamptz not null,
  open numeric(18, 8) not null,
  high numeric(18, 8) not null,
  low numeric(18, 8) not null,
  close numeric(18, 8) not null,
  volume numeric(28, 8) not null,
  primary key (market_id, starts_at)
) partition by range (starts_at);
create table candles_2026_04 partition of candles
for values from ('2026-04-01') to ('2026-05-01');
create table candles_2026_05 partition of candles
for values from ('2026-05-01') to ('2026-06-01');
create table candles_2026_06 partition of candles
for values from ('2026-06-01') to ('2026-07-01');
