-- The four roles of a PostgreSQL server that Natter uses, and what holds for them whoever connects. Run once for each
-- server, by a superuser. Passwords are set apart from this file; schema, tables and grants are the migrations'
-- (`natter-api migrate`). The database is made after this: CREATE DATABASE natter OWNER natter_owner, and then
-- REVOKE ALL ON DATABASE natter FROM PUBLIC; GRANT CONNECT ON DATABASE natter TO the three roles that log in.

-- Owns the schema; nobody logs in as it.
CREATE ROLE natter_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;

-- `natter-api migrate`, and nothing else: it works as natter_owner.
CREATE ROLE natter_migrate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 5;
GRANT natter_owner TO natter_migrate;

-- The servers.
CREATE ROLE natter_api_user LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 100;
ALTER ROLE natter_api_user SET search_path = natter;
ALTER ROLE natter_api_user SET statement_timeout = '10s';
ALTER ROLE natter_api_user SET lock_timeout = '5s';
ALTER ROLE natter_api_user SET idle_in_transaction_session_timeout = '10s';

-- `natter-api retention`: removes what is past its time, and nothing else.
CREATE ROLE natter_retention LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 5;
ALTER ROLE natter_retention SET search_path = natter;
ALTER ROLE natter_retention SET statement_timeout = '30s';
ALTER ROLE natter_retention SET lock_timeout = '5s';
ALTER ROLE natter_retention SET idle_in_transaction_session_timeout = '30s';
