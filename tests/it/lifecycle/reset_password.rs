//! A new password from an operator.

use super::{audited, once};
use crate::{client::send, server::Server};

async fn log_in(server: &Server, word: &str) -> u16 {
    let request = server.visitor().post_request("/sessions", "").basic_auth("alice", Some(word));
    send(request).await.status.as_u16()
}

#[tokio::test]
async fn it_comes_from_standard_input_and_ends_every_session() {
    let server = Server::start_with(&[("NATTER_LOG__LEVEL", "trace")]);
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let reset = |typed: &str| server.command_with_input(&["admin", "reset-password", "alice"], typed);
    for line_end in ["\n", "\r\n", "\nand another line\n", ""] {
        let second = server.visitor();
        let word = format!("new secret {}", line_end.len());
        let (status, said, complaint) = reset(&format!("{word}{line_end}"));
        assert!(status.success(), "{complaint}");
        assert!(!said.contains("new secret") && !complaint.contains("new secret"), "{said}{complaint}");
        let session = send(second.post_request("/sessions", "").basic_auth("alice", Some(&word))).await;
        session.expect(201);
    }
    alice.client.get("/spaces").await.expect_problem(401, "invalid-token");
    bob.client.get("/spaces").await.expect(200);
    assert_eq!(log_in(&server, &crate::client::password("alice")).await, 401);

    // What is no password changes nothing, and nothing is said about it.
    for typed in ["sh0rt0\n", "\n", ""] {
        let (status, _, complaint) = reset(typed);
        assert!(!status.success() && complaint.contains("8 characters"), "{complaint}");
        assert!(typed.len() < 2 || !complaint.contains(typed.trim()), "{complaint}");
    }
    assert_eq!(log_in(&server, "new secret 0").await, 201);
    assert_eq!(audited(&server, "reset-password"), vec![once("alice"); 4].concat());
    assert!(!server.log().contains("new secret"));
}
