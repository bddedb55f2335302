//! A board that began on SQLite is moved to PostgreSQL: nothing is lost on the way, and nobody notices afterwards.

use std::{path::Path, process::Command, thread, time::Instant};

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{PASSWORD, next_name, shared, write_password};
use crate::{
    client::{Session, bare, path, send, text},
    database::Database,
    process::PATIENCE,
    server::{SETTINGS, Server, bare_command, fresh_directory},
};

const TABLES: [&str; 16] = [
    "account",
    "audit",
    "audit_chain",
    "audit_removal",
    "audit_subject",
    "capability",
    "card",
    "idempotency",
    "invitation",
    "login_attempt",
    "member",
    "message",
    "message_link",
    "retired_name",
    "session",
    "space",
];

/// The last id that there can be.
const LAST: &str = "X'ffffffffffffffffffffffffffffffff'";

/// What somebody remembers of the board, and what it answered.
struct Memory {
    alice: String,
    bob: String,
    messages: String,
    shared: String,
    listed: Value,
    posted: Value,
}

fn keyed(session: &Session, messages: &str, message: &str) -> reqwest::RequestBuilder {
    let body = json!({"author": "alice", "message": message}).to_string();
    session.client.post_request(messages, body).header("Idempotency-Key", "only-once")
}

/// A board with something in nearly every table, whose server has stopped.
async fn board() -> (TempDir, Memory) {
    let server = Server::start();
    let (alice, bob, carol) =
        (server.user("alice").await, server.user("bob").await, server.user("carol").await);
    let space = alice.create_space("plans").await;
    alice.add_member(path(&space["uri"]), "bob", "member").await;
    let messages = text(&space["messages-rwd"]).to_owned();
    let posted = send(keyed(&alice, &messages, "once")).await.expect(201).json();
    for number in 0..300 {
        alice.post(&messages, &format!("{number} \u{1f980} http://192.0.2.1/{number} '\\\"")).await;
    }
    let shared = alice.share(text(&space["messages-r"]), "bob", Some("r")).await;
    bob.share(&shared, "carol", Some("r")).await;
    carol.create_space("carol's").await;
    server.command(&["admin", "erase", "carol"]);
    server.command(&["admin", "invite"]);
    let wrong = server.visitor().post_request("/sessions", "").basic_auth("alice", Some("not hers"));
    send(wrong).await.expect(401);
    let listed = alice.client.get(&format!("{}/timeline", path(&space["uri"]))).await.expect(200).json();
    let (directory, _) = server.stop();
    // As if a clock had been set back: a root that comes before the one that it was shared from.
    let database = Database::open(directory.path()).await;
    for (id, parent) in [("zeroblob(16)", LAST), (LAST, "NULL")] {
        database
            .execute(&format!(
                "PRAGMA foreign_keys = off; INSERT INTO capability SELECT {id}, {parent}, account_id, space_id, target, \
                 message_id, permissions, created_at, expires_at, mac_key, mac FROM capability LIMIT 1"
            ))
            .await;
    }
    database.close().await;
    let memory = Memory { alice: alice.token, bob: bob.token, messages, shared, listed, posted };
    (directory, memory)
}

/// An empty database with the schema.
fn destination() -> String {
    let name = next_name();
    shared().copy_template(&name);
    name
}

fn command(directory: &Path, url: &str) -> Command {
    write_password(directory);
    let mut command = bare_command(directory);
    command.envs(SETTINGS).env("NATTER_DATABASE__PASSWORD_FILE", "password");
    command.args(["admin", "move", "--to", url]);
    command
}

/// Moves; whether it went well, and what was said.
fn moved(directory: &Path, url: &str) -> (bool, String) {
    let output = command(directory, url).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let said = text(output.stdout) + &text(output.stderr);
    assert!(!said.contains("panicked") && !said.contains(PASSWORD), "{said}");
    (output.status.success(), said)
}

fn rows(database: &str, table: &str) -> i64 {
    let count = shared().sql(database, &format!("SELECT count(*) FROM natter.{table}"));
    count.trim().parse().expect("a number")
}

fn is_empty(database: &str) -> bool {
    TABLES.iter().all(|table| rows(database, table) == 0)
}

/// How the file's log says that moves ended; 0 is a start.
async fn ends(directory: &Path) -> Vec<String> {
    let database = Database::open(directory).await;
    let query = "SELECT CAST(coalesce(status, 0) AS TEXT) FROM audit WHERE path = 'move' ORDER BY seq";
    let ends = database.texts(query).await;
    database.close().await;
    ends
}

#[tokio::test]
async fn all_of_a_board_is_there_afterwards_and_its_tokens_are_good() {
    let (directory, memory) = board().await;
    let database = destination();
    let (well, said) = moved(directory.path(), &shared().url("natter_migrate", &database));
    assert!(well, "{said}");
    assert!(said.contains("they say what was written") && said.contains("2 do not"), "{said}");
    println!("{said}");
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'natter' AND tablename <> 'seaql_migrations' \
                  ORDER BY tablename COLLATE \"C\"";
    assert_eq!(shared().sql(&database, tables).lines().collect::<Vec<_>>(), TABLES);
    let file = Database::open(directory.path()).await;
    for table in TABLES {
        let here = file.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(here, rows(&database, table), "{table}");
        assert!(here > 0 || table == "audit_removal", "{table} is not tried");
    }
    let there =
        shared().sql(&database, "SELECT replace(id::text, '-', '') || text FROM natter.message ORDER BY id");
    let here = file.texts("SELECT lower(hex(id)) || text FROM message ORDER BY id").await;
    assert_eq!(there.lines().collect::<Vec<_>>(), here);
    let there = "SELECT seq || encode(mac, 'hex') FROM natter.audit WHERE path <> 'move' ORDER BY seq";
    let here = file.texts("SELECT seq || lower(hex(mac)) FROM audit WHERE path <> 'move' ORDER BY seq").await;
    assert_eq!(shared().sql(&database, there).lines().collect::<Vec<_>>(), here);
    assert!(here.len() > 500, "more than a page");
    file.close().await;
    assert_eq!(ends(directory.path()).await, ["0", "200"]);
    let constraint = "SELECT count(*) FROM pg_constraint WHERE condeferrable";
    assert_eq!(shared().sql(&database, constraint).trim(), "0");

    let url = shared().url("natter_api_user", &database);
    let settings = [("NATTER_DATABASE__URL", url.as_str()), ("NATTER_DATABASE__PASSWORD_FILE", "password")];
    let server = Server::start_in(directory, &settings);
    let session = |name: &str, token: &str| Session {
        name: name.to_owned(),
        token: token.to_owned(),
        client: server.visitor().with_token(token),
    };
    let (alice, bob) = (session("alice", &memory.alice), session("bob", &memory.bob));
    let space = bare(&memory.messages).trim_end_matches("/messages");
    let listed = alice.client.get(&format!("{space}/timeline")).await.expect(200).json();
    assert_eq!(listed, memory.listed);
    bob.client.get(&memory.shared).await.expect(200);
    assert_eq!(send(keyed(&alice, &memory.messages, "once")).await.expect(201).json(), memory.posted);
    send(keyed(&alice, &memory.messages, "another")).await.expect_problem(422, "idempotency-mismatch");
    alice.post(&memory.messages, "after").await;
    let numbers = "SELECT count(*) FROM natter.audit a JOIN natter.audit b ON a.seq < b.seq AND a.position > b.position";
    assert_eq!(shared().sql(&database, numbers).trim(), "0");
    for anchor in [&[][..], &["--anchor", "data/audit-checkpoints.jsonl"]] {
        let (status, said, complaint) =
            server.command_with(&[&["admin", "verify-audit"], anchor].concat(), &settings);
        assert!(status.success(), "{said}{complaint}");
    }
    let (_, log, _) = server.command_with(&["admin", "export-audit"], &settings);
    assert_eq!(log.lines().filter(|line| line.contains(r#""path":"move""#)).count(), 2, "{log}");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing_there() {
    let server = Server::start();
    server.user("alice").await;
    let database = destination();
    let url = shared().url("natter_migrate", &database);
    let (well, said) = moved(server.directory(), &url);
    assert!(!well && said.contains("in use"), "{said}");
    let (directory, _) = server.stop();

    let (older, newer) = (next_name(), destination());
    shared().create(&older);
    shared().sql(&newer, "INSERT INTO natter.seaql_migrations VALUES ('m9999_from_the_future', 0)");
    let filled = destination();
    shared().sql(&filled, "INSERT INTO natter.retired_name VALUES ('\\x00')");
    let refusals = [
        (shared().url("natter_migrate", &older), "the destination lacks the migrations m0001_board"),
        (shared().url("natter_migrate", &newer), "m9999_from_the_future"),
        (shared().url("natter_migrate", &filled), "not empty: there are rows in retired_name"),
        (
            shared().url("natter_api_user", &database),
            "it lacks INSERT on audit_removal, SELECT on message_link, ownership of audit_seq_seq, ownership of capability",
        ),
        (shared().url("natter_retention", &database), "INSERT on account"),
        ("postgres://natter_migrate@127.0.0.1:1/natter".to_owned(), "the database failed"),
        ("sqlite:another.db".to_owned(), "expected the URL of a PostgreSQL server"),
        ("postgres://natter_migrate:secret@127.0.0.1/natter".to_owned(), "holds a password"),
        ("postgres://natter_migrate@db.example.org/natter".to_owned(), "database.ca_file"),
    ];
    for (url, expected) in &refusals {
        let (well, said) = moved(directory.path(), url);
        assert!(!well && said.contains(expected), "{url}: {said}");
        assert!(is_empty(&database) && rows(&newer, "audit") == 0 && rows(&filled, "audit") == 0);
    }
    assert_eq!(ends(directory.path()).await, ["0", "500"].repeat(6));

    // Something in the destination changes what is written.
    shared().sql(
        &database,
        "CREATE FUNCTION natter.other() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN NEW.name = 'mallory'; RETURN NEW; END $$; \
         CREATE TRIGGER other BEFORE INSERT ON natter.account FOR EACH ROW EXECUTE FUNCTION natter.other()",
    );
    let (well, said) = moved(directory.path(), &url);
    assert!(!well && said.contains("account does not hold the same there"), "{said}");
    assert!(is_empty(&database));

    let elsewhere = fresh_directory();
    let (well, said) = moved(elsewhere.path(), &url);
    assert!(!well && said.contains("key ring"), "{said}");
    std::fs::rename(directory.path().join("data/natter.db"), directory.path().join("away")).expect("renamed");
    let (well, said) = moved(directory.path(), &url);
    assert!(!well && said.contains("no file of a database that is there"), "{said}");
    let mut on_server = command(directory.path(), &url);
    let output = on_server.env("NATTER_DATABASE__URL", &url).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("on a PostgreSQL server already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_interrupted_leaves_nothing_and_can_be_begun_again() {
    let (directory, memory) = board().await;
    // Whatever somebody did to its log is to be seen there as well.
    let file = Database::open(directory.path()).await;
    assert_eq!(file.execute("UPDATE audit SET path = '/elsewhere' WHERE seq = 7").await, 1);
    file.close().await;
    let database = destination();
    let url = shared().url("natter_migrate", &database);
    // It comes as far as the messages, and waits.
    let other = sea_orm::Database::connect(shared().superuser_url(&database)).await.expect("connected");
    let hold = other.begin().await.expect("begun");
    hold.execute_unprepared("LOCK TABLE natter.message IN SHARE MODE").await.expect("locked");
    let mut child = command(directory.path(), &url).spawn().expect("it runs");
    let sessions = |what: &str| {
        let question = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND usename = 'natter_migrate' {what}"
        );
        shared().sql("postgres", &question).trim().to_owned()
    };
    let deadline = Instant::now() + PATIENCE;
    while sessions("AND wait_event_type = 'Lock' AND query LIKE 'INSERT%message%'") != "1" {
        assert!(Instant::now() < deadline && child.try_wait().expect("known").is_none(), "it does not wait");
        thread::yield_now();
    }
    child.kill().expect("SIGKILL");
    child.wait().expect("it is ours");
    while sessions("") != "0" {
        assert!(Instant::now() < deadline, "its session does not end");
        thread::yield_now();
    }
    assert!(is_empty(&database));
    // The same without a kill: the wait has a bound.
    let (well, said) = moved(directory.path(), &url);
    assert!(!well && said.contains("lock timeout"), "{said}");
    assert!(is_empty(&database));
    hold.rollback().await.expect("let go");

    let (well, said) = moved(directory.path(), &url);
    assert!(well && said.contains("1 faults, the same here and there"), "{said}");
    assert_eq!(ends(directory.path()).await, ["0", "0", "500", "0", "200"]);
    let (well, said) = moved(directory.path(), &url);
    assert!(!well && said.contains("not empty"), "{said}");
    let url = shared().url("natter_api_user", &database);
    let settings = [("NATTER_DATABASE__URL", url.as_str()), ("NATTER_DATABASE__PASSWORD_FILE", "password")];
    let server = Server::start_in(directory, &settings);
    server.visitor().with_token(&memory.alice).get(&memory.messages).await.expect(200);
}
