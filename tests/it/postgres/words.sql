-- What the tests' own statements call by SQLite's names.
CREATE SCHEMA words;
CREATE FUNCTION words.hex(uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(replace($1::text, '-', '')) $$;
CREATE FUNCTION words.hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(encode($1, 'hex')) $$;
CREATE FUNCTION words.hex(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(encode(convert_to($1, 'UTF8'), 'hex')) $$;
CREATE FUNCTION words.hex(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT words.hex($1::text) $$;
CREATE FUNCTION words.instr(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT strpos($1, $2) > 0 $$;
CREATE FUNCTION words.zeroblob(integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT decode(repeat('00', $1), 'hex') $$;
CREATE FUNCTION words.least_of(uuid, uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT least($1, $2) $$;
CREATE FUNCTION words.greatest_of(uuid, uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT greatest($1, $2) $$;
CREATE AGGREGATE words.min(uuid) (SFUNC = words.least_of, STYPE = uuid);
CREATE AGGREGATE words.max(uuid) (SFUNC = words.greatest_of, STYPE = uuid);
-- Another value of the same type.
CREATE FUNCTION words.another(uuid) RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT gen_random_uuid() $$;
CREATE FUNCTION words.another(bytea) RETURNS bytea LANGUAGE sql VOLATILE
  AS $$ SELECT coalesce(substring(sha256($1) for length($1)), '\x00') $$;
CREATE FUNCTION words.another(text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT $1 || 'x' $$;
CREATE FUNCTION words.another(bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT coalesce($1, 0) + 1 $$;
