-- Who may do what with which table: these verbs and no others. Run by every migration, as natter_owner; what an earlier
-- version granted and this one does not is taken back. docs/postgresql.md has the same as a table, which a test compares.
REVOKE ALL ON ALL TABLES IN SCHEMA natter FROM PUBLIC, natter_api_user, natter_retention;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA natter FROM PUBLIC, natter_api_user, natter_retention;
REVOKE ALL ON SCHEMA natter FROM PUBLIC;
GRANT USAGE ON SCHEMA natter TO natter_api_user, natter_retention;

GRANT SELECT ON seaql_migrations TO natter_api_user, natter_retention;

GRANT SELECT, INSERT, UPDATE, DELETE ON account TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON invitation TO natter_api_user;
GRANT SELECT, INSERT ON retired_name TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON session TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON space TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON member TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON message TO natter_api_user;
GRANT SELECT, INSERT ON message_link TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON capability TO natter_api_user;
GRANT SELECT, INSERT, UPDATE ON card TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON idempotency TO natter_api_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempt TO natter_api_user;

GRANT SELECT, INSERT ON audit TO natter_api_user;
GRANT USAGE ON SEQUENCE audit_seq_seq TO natter_api_user;
GRANT SELECT, INSERT, DELETE ON audit_subject TO natter_api_user;
GRANT SELECT, INSERT, UPDATE ON audit_chain TO natter_api_user;
GRANT SELECT ON audit_removal TO natter_api_user;

GRANT SELECT, DELETE ON message, card, audit, audit_subject TO natter_retention;
GRANT SELECT ON message_link, audit_chain TO natter_retention;
GRANT SELECT, INSERT, UPDATE ON audit_removal TO natter_retention;
