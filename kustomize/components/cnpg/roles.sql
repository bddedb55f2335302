-- The roles of Natter's PostgreSQL database, and what each may do before there is a table. The migrations make the
-- tables and grant verbs on them.
--
-- Run by a superuser, connected to the database that Natter uses; a second run changes nothing. It sets no password.
-- A statement ends with ";" and an empty line, and has no empty line inside: single-user mode (postgres --single -j)
-- reads it so.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['natter_owner', 'natter_migrate', 'natter_api_user', 'natter_retention'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO natter_migrate, natter_api_user, natter_retention', current_database());
END
$$;

-- Owns the schema and all that is in it. Nobody logs in as it.
ALTER ROLE natter_owner
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOLOGIN NOINHERIT CONNECTION LIMIT 0;

-- `natter-api migrate` alone logs in as it, and is the owner from the first statement on.
ALTER ROLE natter_migrate
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT CONNECTION LIMIT 4;

GRANT natter_owner TO natter_migrate;

ALTER ROLE natter_migrate SET role TO natter_owner;

ALTER ROLE natter_migrate SET search_path TO natter, pg_temp;

ALTER ROLE natter_migrate SET idle_in_transaction_session_timeout TO '60s';

-- `natter-api serve`.
ALTER ROLE natter_api_user
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT CONNECTION LIMIT 80;

ALTER ROLE natter_api_user SET search_path TO natter, pg_temp;

ALTER ROLE natter_api_user SET statement_timeout TO '30s';

ALTER ROLE natter_api_user SET lock_timeout TO '10s';

ALTER ROLE natter_api_user SET idle_in_transaction_session_timeout TO '30s';

-- Removes what is past its time, in batches.
ALTER ROLE natter_retention
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT CONNECTION LIMIT 4;

ALTER ROLE natter_retention SET search_path TO natter, pg_temp;

ALTER ROLE natter_retention SET statement_timeout TO '60s';

ALTER ROLE natter_retention SET lock_timeout TO '10s';

ALTER ROLE natter_retention SET idle_in_transaction_session_timeout TO '60s';

CREATE SCHEMA IF NOT EXISTS natter AUTHORIZATION natter_owner;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA natter TO natter_api_user, natter_retention;
