insert into markets
select i, (array['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'DOT', 'LTC', 'UNI'])[i] || '-USD', 0.01
from generate_series(1, 8) i;
insert into accounts
select i, 'trader' || i || '@example.com', i * 7919 % 100003, '2026-01-01'
from generate_series(1, 20000) i;
insert into deposits
select i, 1 + i % 20000, i * 104729 % 50021, '2026-01-01'::timestamptz + i * interval '20 min'
from generate_series(1, 10000) i;
insert into orders
select i, 1 + i % 8, 1 + i * 7919 % 20000,
  case i % 2 when 0 then 'buy' else 'sell' end::order_side,
  case when i % 3 = 0 then 'open' else 'filled' end::order_status,
  100 + i * 7919 % 10007 / 100.0, 1 + i % 50,
  '2026-01-01'::timestamptz + i * interval '4 min'
from generate_series(1, 60000) i;
insert into trades
select i, 1 + i % 8, i / 2, i / 3, 100 + i * 7919 % 10007 / 100.0, 1 + i % 50, 0.25,
  '2026-01-01'::timestamptz + i * interval '2 min'
from generate_series(1, 120000) i;
insert into events
select i, (array['placed', 'matched', 'cancelled'])[1 + i % 3],
  jsonb_build_object('order', i, 'account', i * 7919 % 20000, 'trace', md5(i::text)),
  '2026-01-01'::timestamptz + i * interval '4 min'
from generate_series(1, 60000) i;
-- Large payloads, which are kept in the TOAST table.
update events
set payload = payload || jsonb_build_object('book', (
  select string_agg(md5((id * 1000 + level)::text), '') from generate_series(1, 100) level))
where id % 50 = 0;
insert into order_history
select i, i / 2, case i % 2 when 0 then 'open' else 'filled' end::order_status,
  '2025-10-01'::timestamptz + i * interval '4 min'
from generate_series(1, 100000) i;
insert into audit_log (actor, entry, created_at)
select '10.0.0.1'::inet + i % 250, 'login', '2026-01-01'::timestamptz + i * interval '8 min'
from generate_series(1, 30000) i;
insert into candles
select market, hour, 100 + h % 7, 108 + h % 7, 95 + h % 7, 101 + h % 7, h * 31 % 997
from generate_series(1, 8) market,
  (select hour, extract(epoch from hour)::bigint / 3600 as h
   from generate_series('2026-04-01'::timestamptz, '2026-06-30 23:00', '1 hour') hour) hours;
