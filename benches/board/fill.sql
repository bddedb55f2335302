-- Fills a board with what has piled up over the years: :messages, :spaces and :accounts of it. Run by a superuser.
SET session_replication_role = replica; -- it refers to what is there: that is not looked at row by row
SET search_path = natter;

CREATE FUNCTION pg_temp.named(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('00000000-0000-7000-' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid $$;
-- The time in it goes on by ten milliseconds with each.
CREATE FUNCTION pg_temp.timed(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT (lpad(to_hex(1700000000000 + n * 10), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.hash(kind text, n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS
  $$ SELECT sha256(convert_to(kind || n, 'UTF8')) $$;

INSERT INTO account SELECT pg_temp.named('8000', n), 'filler' || n, 'none', false, false, 1
  FROM generate_series(1, :accounts) n;
INSERT INTO session SELECT pg_temp.named('8001', n), pg_temp.hash('session', n), pg_temp.named('8000', n), 1, 1,
  4102444800000000, 1, pg_temp.hash('mac', n) FROM generate_series(1, :accounts) n;
INSERT INTO retired_name SELECT pg_temp.hash('name', n) FROM generate_series(1, :accounts) n;
INSERT INTO invitation SELECT pg_temp.hash('invitation', n), 1, 4102444800000000 FROM generate_series(1, :accounts) n;
INSERT INTO idempotency SELECT pg_temp.hash('key', n), pg_temp.hash('body', n), 4102444800000000, 1
  FROM generate_series(1, :accounts) n;
INSERT INTO login_attempt SELECT pg_temp.hash('attempt', n), 1, 4102444800000000, 4102444800000000
  FROM generate_series(1, :accounts) n;

INSERT INTO space SELECT pg_temp.named('9000', n), 'filler space ' || n, 1 FROM generate_series(1, :spaces) n;
INSERT INTO member SELECT DISTINCT pg_temp.named('9000', n), pg_temp.named('8000', (n * 10 + k) % :accounts + 1), least(k, 2)
  FROM generate_series(1, :spaces) n, generate_series(0, 9) k;

INSERT INTO message SELECT pg_temp.timed(n), pg_temp.named('9000', n % :spaces + 1), pg_temp.named('8000', n % :accounts + 1),
  1700000000000000 + n::bigint * 10000, 'Message ' || n || ': hello, world! How are you today?', NULL
  FROM generate_series(1, :messages) n;
INSERT INTO capability SELECT pg_temp.timed(n), NULL, pg_temp.named('8000', n % :accounts + 1),
  pg_temp.named('9000', n % :spaces + 1), 2, pg_temp.timed(n), 1, 1, 4102444800000000, 1, pg_temp.hash('mac', n)
  FROM generate_series(1, :messages) n;
INSERT INTO message_link SELECT pg_temp.timed(n), pg_temp.hash('url', n), pg_temp.named('9000', n % :spaces + 1)
  FROM generate_series(1, :messages, 10) n;
INSERT INTO card SELECT pg_temp.named('9000', n % :spaces + 1), pg_temp.hash('url', n), 'https://example.org/' || n, 1, '{}',
  4102444800000000, 0, 0 FROM generate_series(1, :messages, 10) n;
-- A chain that nobody writes to any more.
INSERT INTO audit (chain, position, request_id, at, method, path, status, subject, mac_key, mac)
  SELECT pg_temp.named('a000', 1), n, pg_temp.timed(n), 1700000000000000 + n::bigint * 10000, 'POST', '/spaces/1/messages', 201,
  pg_temp.hash('subject', n), 1, pg_temp.hash('mac', n) FROM generate_series(1, :messages) n;
INSERT INTO audit_subject SELECT seq, pg_temp.named('8000', position % :accounts + 1), '127.0.0.1', '\x00', NULL, NULL FROM audit
  WHERE chain = pg_temp.named('a000', 1);
RESET session_replication_role;
ANALYZE;
