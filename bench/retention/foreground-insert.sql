\set account random(1, 50)
INSERT INTO events (created_at, account, payload) VALUES (now(), :account, 'an event of the foreground');
