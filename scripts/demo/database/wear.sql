-- Months without maintenance: retention deletes, corrections and mass inserts.
delete from events where created_at < '2026-03-15';
delete from order_history where created_at < '2026-02-01';
update trades set fee = fee * 0.9 where id % 5 < 2;
update candles_2026_06 set volume = volume + 1 where market_id <= 5;
update accounts set balance = balance + 1, updated_at = '2026-06-30' where id % 7 = 0;
insert into audit_log (actor, entry, created_at)
select '10.0.1.1'::inet + i % 250, 'withdrawal', '2026-06-16'::timestamptz + i * interval '30 s'
from generate_series(1, 40000) i;
-- As after pg_restore: rows, but no statistics.
insert into settlements
select md5(i::text)::uuid, i, '2026-06-30'::timestamptz + i * interval '1 s'
from generate_series(1, 8000) i;
