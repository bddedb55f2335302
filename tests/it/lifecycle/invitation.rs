//! Registration by invitation, and none at all.

use serde_json::{Value, json};

use super::{admin, audited, once, refused};
use crate::{
    client::{Answer, Client, password},
    database::Database,
    server::Server,
};

const BY_INVITATION: (&str, &str) = ("NATTER_REGISTRATION__MODE", "invitation");

async fn register(visitor: &Client, name: &str, invitation: Option<&str>) -> Answer {
    let mut body = json!({"username": name, "password": password(name)});
    if let Some(code) = invitation {
        body["invitation"] = code.into();
    }
    visitor.post("/users", &body).await
}

/// A refusal, without what differs each time.
fn told(answer: Answer) -> Value {
    let mut problem = answer.expect_problem(403, "registration-refused").json();
    problem["request_id"] = Value::Null;
    problem
}

fn invite(server: &Server) -> String {
    let printed = admin(server, &["invite"]);
    let code = printed.strip_suffix('\n').expect("a line");
    assert!(code.starts_with("ntri_") && code.len() == 48, "{printed}");
    code.to_owned()
}

#[tokio::test]
async fn a_code_makes_one_account_and_no_refusal_tells_why_or_about_the_name() {
    let server = Server::start_with(&[BY_INVITATION, ("NATTER_LOG__LEVEL", "trace")]);
    let (visitor, database) = (server.visitor(), Database::open(server.directory()).await);
    let code = invite(&server);
    register(&visitor, "alice", Some(&code)).await.expect(201);
    visitor.log_in("alice").await;

    let (expired, good) = (invite(&server), invite(&server));
    let stored = database.texts("SELECT hex(hash) FROM invitation").await;
    assert_eq!(stored.len(), 2, "a used one is gone");
    // The second of the three is the one that was stored before the last.
    database
        .execute("UPDATE invitation SET expires_at = 1 WHERE created_at = (SELECT min(created_at) FROM invitation)")
        .await;
    let before = database.snapshot().await;
    let mut refusals = Vec::new();
    for name in ["alice", "newcomer"] {
        refusals.push(told(register(&visitor, name, None).await));
        for bad in [&code, &expired, "ntri_", "", "nonsense", &good[..47], &good.replace("ntri_", "ntrs_")] {
            refusals.push(told(register(&visitor, name, Some(bad)).await));
        }
        let unknown = format!("ntri_{}", "A".repeat(43));
        refusals.push(told(register(&visitor, name, Some(&unknown)).await));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(before, database.snapshot().await);

    // A registration that fails leaves the invitation as it was.
    register(&visitor, "alice", Some(&good)).await.expect_problem(409, "name-taken");
    register(&visitor, "9", Some(&good)).await.expect_problem(400, "invalid-input");
    register(&visitor, "bob", Some(&good)).await.expect(201);
    told(register(&visitor, "carol", Some(&good)).await);
    assert_eq!(audited(&server, "invite"), vec![once(""); 3].concat());
    let (_, log) = server.stop();
    for code in [code, expired, good] {
        assert!(!log.contains(&code[5..]), "a code stands in the log");
    }
}

#[tokio::test]
async fn one_that_is_revoked_is_good_for_nothing_and_the_others_stay() {
    let server = Server::start_with(&[BY_INVITATION]);
    let database = Database::open(server.directory()).await;
    assert_eq!(admin(&server, &["invitations"]), "");
    let codes = [invite(&server), invite(&server), invite(&server)];
    let named = |line: &str| line.split(' ').next().expect("a name").to_owned();
    let listed = || admin(&server, &["invitations"]).lines().map(named).collect::<Vec<_>>();
    let names = listed();
    assert_eq!(names.len(), 3);

    let said = admin(&server, &["revoke-invitation", &names[1]]);
    assert_eq!(said, format!("The invitation {} is revoked.\n", names[1]));
    assert_eq!(listed(), [names[0].as_str(), &names[2]]);
    told(register(&server.visitor(), "bob", Some(&codes[1])).await);
    register(&server.visitor(), "alice", Some(&codes[0])).await.expect(201);

    // Revoked, used, expired, and never there: nothing to revoke, and nothing is listed.
    database.execute("UPDATE invitation SET expires_at = 1").await;
    assert_eq!(listed(), [""; 0]);
    for name in [names[1].as_str(), &names[0], &names[2], "", &codes[2]] {
        let complaint = refused(&server, &["revoke-invitation", name]);
        assert!(complaint.contains("there is no invitation"), "{complaint}");
    }
    let not_found = |(start, _): &(u64, String)| *start == 404;
    let rows = audited(&server, "revoke-invitation");
    assert_eq!(rows[..2], once(""));
    assert_eq!(rows.iter().filter(|row| not_found(row)).count(), 5);
    assert_eq!(audited(&server, "invitations"), vec![once(""); 4].concat());
}

#[tokio::test]
async fn of_many_at_once_one_gets_the_account() {
    let server = Server::start_with(&[BY_INVITATION]);
    let code = invite(&server);
    let mut attempts = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (visitor, code) = (server.visitor(), code.clone());
        attempts.spawn(async move {
            register(&visitor, &format!("user{number}"), Some(&code)).await.status.as_u16()
        });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    // Hashing is a bounded pool: some may have found it full.
    assert!(statuses[1..].iter().all(|status| [403, 503].contains(status)), "{statuses:?}");
    let database = Database::open(server.directory()).await;
    assert_eq!(database.texts("SELECT name FROM account").await.len(), 1);
}

#[tokio::test]
async fn closed_is_closed_and_open_asks_for_nothing() {
    let server = Server::start_with(&[("NATTER_REGISTRATION__MODE", "closed")]);
    let code = invite(&server);
    for code in [None, Some(code.as_str())] {
        told(register(&server.visitor(), "alice", code).await);
    }
    let server = Server::start();
    let code = invite(&server);
    register(&server.visitor(), "alice", Some("nonsense")).await.expect(201);
    register(&server.visitor(), "bob", Some(&code)).await.expect(201);
    let answer = register(&server.visitor(), "carol", Some(&"x".repeat(65))).await;
    assert_eq!(answer.expect_problem(400, "invalid-input").fields(), ["invitation"]);
    for hours in ["0", "8761", "a day"] {
        refused(&server, &["invite", "--hours", hours]);
    }
    admin(&server, &["invite", "--hours", "8760"]);
}

/// Where a capability is of no use, one that is given is refused, and the document says so.
#[tokio::test]
async fn a_capability_does_not_register_and_does_not_log_in() {
    let server = Server::start();
    for path in ["/users", "/sessions"] {
        let request = server.visitor().post_request(path, r#"{"username":"alice","password":"long enough"}"#);
        let request = request.header("natter-capability", "ntrc_AAAA");
        crate::client::send(request).await.expect_problem(403, "forbidden");
    }
}
