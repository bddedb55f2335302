-- What one POST of a message asks the database, its two rows of the audit included.
SELECT id, hash, account_id, scopes, created_at, expires_at, mac_key, mac FROM session WHERE hash = decode(:hash, 'hex') LIMIT 1;
BEGIN;
SELECT pg_current_xact_id()::text, pg_advisory_xact_lock(7953766460180004865);
SAVEPOINT turn;
SELECT position, mac FROM audit_chain WHERE chain = '00000000-0000-0000-0000-000000000000' LIMIT 1 \gset chain_
INSERT INTO audit (chain, position, request_id, at, method, path, status, subject, mac_key, mac) VALUES
  ('00000000-0000-0000-0000-000000000000', :chain_position::bigint + 1, gen_random_uuid(), 1795610978838648, 'POST', '/spaces/01a212c1-2678-7389-a655-cebc57baabc5/messages', NULL, decode(:hash, 'hex'), 1, decode(:hash, 'hex'))
  RETURNING position, seq;
INSERT INTO audit_subject (seq, account_id, address, salt, erasure_key, erasure_mac) VALUES
  (currval('audit_seq_seq'), :account, '127.0.0.1', '\x69de68f7fef5ca45459c58c7f59a8ae9', NULL, NULL);
INSERT INTO audit_chain (chain, position, mac) VALUES ('00000000-0000-0000-0000-000000000000', :chain_position::bigint + 1, decode(:hash, 'hex'))
  ON CONFLICT (chain) DO UPDATE SET position = excluded.position, mac = excluded.mac;
RELEASE turn;
COMMIT;
SELECT id, parent_id, account_id, space_id, target, message_id, permissions, created_at, expires_at, mac_key, mac FROM capability WHERE id = :capability LIMIT 1;
SELECT id, name, password, auditor, disabled, created_at FROM account WHERE id = :account LIMIT 1;
BEGIN;
SELECT pg_current_xact_id()::text, pg_advisory_xact_lock(7953766460180004865);
SAVEPOINT turn;
SELECT id, hash, account_id, scopes, created_at, expires_at, mac_key, mac FROM session WHERE id = :session LIMIT 1;
SELECT id, parent_id, account_id, space_id, target, message_id, permissions, created_at, expires_at, mac_key, mac FROM capability WHERE id = :capability LIMIT 1;
INSERT INTO message (id, space_id, author_id, posted_at, text, previews) VALUES (gen_random_uuid(), :space, :account, 1795610978738613, 'Hello, world! How are you today?', NULL);
INSERT INTO capability (id, parent_id, account_id, space_id, target, message_id, permissions, created_at, expires_at, mac_key, mac)
  VALUES (gen_random_uuid(), NULL, :account, :space, 2, gen_random_uuid(), 5, 1795610978738613, 1827146978738613, 1, decode(:hash, 'hex'));
SELECT position, mac FROM audit_chain WHERE chain = '00000000-0000-0000-0000-000000000000' LIMIT 1 \gset chain_
INSERT INTO audit (chain, position, request_id, at, method, path, status, subject, mac_key, mac) VALUES
  ('00000000-0000-0000-0000-000000000000', :chain_position::bigint + 1, gen_random_uuid(), 1795610978838648, 'POST', '/spaces/01a212c1-2678-7389-a655-cebc57baabc5/messages', 201, decode(:hash, 'hex'), 1, decode(:hash, 'hex'))
  RETURNING position, seq;
INSERT INTO audit_subject (seq, account_id, address, salt, erasure_key, erasure_mac) VALUES
  (currval('audit_seq_seq'), :account, '127.0.0.1', '\x69de68f7fef5ca45459c58c7f59a8ae9', NULL, NULL);
INSERT INTO audit_chain (chain, position, mac) VALUES ('00000000-0000-0000-0000-000000000000', :chain_position::bigint + 1, decode(:hash, 'hex'))
  ON CONFLICT (chain) DO UPDATE SET position = excluded.position, mac = excluded.mac;
RELEASE turn;
COMMIT;
