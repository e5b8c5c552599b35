\set id random(:first, :last)
SELECT created_at, account, payload FROM events WHERE id = :id;
