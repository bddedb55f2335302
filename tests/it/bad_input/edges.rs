//! The last value that is taken, and the first that is not.

use serde_json::{Value, json};

use crate::{
    client::{Session, password, send, text},
    server::Server,
};

/// Sends each body; `Ok` ones succeed, the others are refused with this member's name.
async fn judge(session: &Session, path: &str, member: &str, bodies: Vec<(Value, bool)>) {
    for (body, is_good) in bodies {
        let answer = session.client.post(path, &body).await;
        if is_good {
            answer.expect(201).expect_security_headers();
        } else {
            assert_eq!(answer.expect_problem(400, "invalid-input").fields(), [member], "{body}");
        }
    }
}

#[tokio::test]
async fn user_names() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let names = [
        ("a", false),
        ("ab", true),
        ("A9", true),
        ("b".repeat(29).leak(), true),
        ("b".repeat(30).leak(), true),
        ("b".repeat(31).leak(), false),
        ("", false),
        ("9a", false),
        ("a_b", false),
        ("a b", false),
        ("aé", false),
        ("аb", false),
        ("ab\n", false),
        ("\u{0}ab", false),
    ];
    let bodies = names.map(|(name, is_good)| (json!({"username": name, "password": "long enough"}), is_good));
    judge(&alice, "/users", "username", bodies.to_vec()).await;
}

#[tokio::test]
async fn passwords() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let passwords = [
        ("1234567".to_owned(), false),
        ("12345678".to_owned(), true),
        ("𝒜".repeat(7), false),
        ("𝒜".repeat(8), true),
        ("x".repeat(1024), true),
        ("x".repeat(1025), false),
        ("é".repeat(512), true),
        ("é".repeat(513), false),
        ("        ".to_owned(), true),
        ("with: colons: in it".to_owned(), true),
        ("with\u{0}in it".to_owned(), false),
    ];
    for (number, (password, is_good)) in passwords.into_iter().enumerate() {
        let name = format!("user{number}");
        let body = json!({"username": name, "password": password});
        judge(&alice, "/users", "password", vec![(body, is_good)]).await;
        // What was taken opens the account, byte for byte.
        let login = server.visitor().post_request("/sessions", "").basic_auth(&name, Some(&password));
        send(login).await.expect(if is_good { 201 } else { 401 });
    }
}

#[tokio::test]
async fn space_names() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let names = [
        (String::new(), false),
        ("x".into(), true),
        ("x".repeat(255), true),
        ("x".repeat(256), false),
        ("😀".repeat(255), true),
        ("😀".repeat(256), false),
        ("tab\tinside".into(), false),
        ("\n".into(), false),
        ("escape\u{1b}[2J".into(), false),
        ("delete\u{7f}".into(), false),
        ("next line\u{85}".into(), false),
        ("nul\u{0}".into(), false),
        ("<script>alert(1)</script>".into(), true),
        ("'; DROP TABLE space; --".into(), true),
        ("\"quoted\" \\ and\u{202e} turned".into(), true),
    ];
    for (name, is_good) in names {
        judge(&alice, "/spaces", "name", vec![(json!({"name": name, "owner": "alice"}), is_good)]).await;
        if is_good {
            let spaces = alice.client.get("/spaces?limit=1000").await.expect(200).json();
            let mut listed = spaces.as_array().expect("a list").iter();
            assert!(
                listed.any(|space| space["name"] == name.as_str()),
                "it comes back as it was sent: {name}"
            );
        }
    }
}

#[tokio::test]
async fn messages() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let messages = text(&space["messages-rw"]);
    let texts = [
        (String::new(), false),
        ("x".repeat(1024), true),
        ("x".repeat(1025), false),
        ("😀".repeat(512), true),
        ("x".to_owned() + &"😀".repeat(512), false),
        ("é".repeat(1024), true),
        ("nul\u{0}inside".into(), false),
        ("lines\r\n\tand \u{1b} and \u{7f}".into(), true),
        ("\u{feff}'\"<b>&amp;</b>\\ %00 \u{202e} ﷽ e\u{301} \u{10ffff}".into(), true),
    ];
    for (message, is_good) in texts {
        let body = json!({"author": "alice", "message": message});
        judge(&alice, messages, "message", vec![(body.clone(), is_good)]).await;
        if is_good {
            let uri = alice.post(messages, &message).await["uri"].clone();
            let read = alice.client.get(text(&uri)).await.expect(200).json();
            assert_eq!(read["message"], message, "it comes back as it was sent");
        }
    }
    assert!(!server.log().contains(&password("alice")));
}
