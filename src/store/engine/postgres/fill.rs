//! What it takes to fill an empty database with the rows of another.

/// What the role lacks, each as a text; no row, if it may.
pub(in crate::store::engine) const LACKS: &str = "\
    SELECT verb || ' on ' || tablename FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT']) AS verb \
    WHERE schemaname = 'natter' AND tablename <> 'seaql_migrations' \
    AND NOT has_table_privilege(format('natter.%I', tablename), verb) \
    UNION ALL SELECT 'ownership of ' || relname FROM pg_class \
    WHERE oid IN ('natter.capability'::regclass, 'natter.audit_seq_seq'::regclass) \
    AND NOT pg_has_role(relowner, 'USAGE')";

/// A root may come before the one it was shared from: their ids do not follow the time where a clock was set back. Between
/// two statements a busy machine may read for longer than a request would.
pub(in crate::store::engine) const BEGIN: &str = "\
    SET LOCAL idle_in_transaction_session_timeout = '60s'; \
    ALTER TABLE capability ALTER CONSTRAINT capability_parent_id_fkey DEFERRABLE INITIALLY DEFERRED";

/// As a sequence is restarted by a transaction, it is undone with it (`setval` would not be).
pub(in crate::store::engine) const END: &str = "\
    SET CONSTRAINTS ALL IMMEDIATE; \
    ALTER TABLE capability ALTER CONSTRAINT capability_parent_id_fkey NOT DEFERRABLE; \
    DO $$ BEGIN EXECUTE format('ALTER SEQUENCE audit_seq_seq RESTART WITH %s', \
    (SELECT coalesce(max(seq), 0) + 1 FROM audit)); END $$";
