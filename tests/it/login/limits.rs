//! How much is heard: of an account, of an address, and of who sends nonsense.

use serde_json::json;

use crate::{
    client::{Answer, send},
    database::Database,
    server::Server,
};

#[track_caller]
fn waits(answer: Answer) -> u64 {
    let answer = answer.expect_problem(429, "rate-limited");
    answer.header("retry-after").expect("Retry-After").parse().expect("seconds")
}

/// How many of these requests are heard before one has to wait; that one's answer.
async fn heard(most: u32, request: impl AsyncFn(u32) -> Answer) -> (u32, Answer) {
    for number in 0..most {
        let answer = request(number).await;
        if answer.status == 429 {
            return (number, answer);
        }
    }
    panic!("{most} were heard");
}

#[tokio::test]
async fn an_address_registers_twenty_accounts_at_once() {
    let server = Server::start_as_shipped();
    let visitor = server.visitor();
    let (count, answer) = heard(100, async |number| {
        let body = json!({"username": format!("user{number}"), "password": "long enough"});
        visitor.post("/users", &body).await
    })
    .await;
    // While they are hashed, a few more become free.
    assert!((20..40).contains(&count), "{count}");
    assert!((1..=3).contains(&waits(answer)));
    // An account that is there is not concerned.
    let login = visitor.post_request("/sessions", "").basic_auth("user0", Some("long enough"));
    send(login).await.expect(201);
}

#[tokio::test]
async fn an_account_has_an_allowance_of_its_own() {
    let server = Server::start_with(&[("NATTER_LIMITS__ACCOUNT_REQUESTS_PER_SECOND", "3")]);
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (count, answer) = heard(1000, async |_| alice.client.get("/spaces").await).await;
    assert!(count >= 3, "{count}");
    assert_eq!(waits(answer), 1);
    bob.client.get("/spaces").await.expect(200);
    // Another session of the account has no other allowance.
    let again = server.visitor().log_in("alice").await;
    let (count, _) = heard(1000, async |_| again.client.get("/spaces").await).await;
    assert!(count <= 100, "{count}");
}

#[tokio::test]
async fn refusals_have_a_budget_and_a_flood_does_not_fill_the_audit() {
    let few =
        [("NATTER_LIMITS__REFUSALS_PER_ADDRESS", "20"), ("NATTER_LIMITS__REFUSAL_REFILL_PER_SECOND", "1")];
    let server = Server::start_with(&few);
    let alice = server.user("alice").await;
    let database = Database::open(server.directory()).await;
    let rows = async || database.texts("SELECT CAST(count(*) AS TEXT) FROM audit").await.pop();
    let visitor = server.visitor();
    let forged = visitor.with_token("ntrs_forged");
    let (_, answer) = heard(1000, async |number| match number % 3 {
        0 => visitor.get("/nothing").await,
        1 => forged.get("/spaces").await,
        _ => visitor.get("/spaces").await,
    })
    .await;
    waits(answer);
    let before: u64 = rows().await.expect("a count").parse().expect("a number");
    for _ in 0..300 {
        let answer = forged.get("/spaces").await;
        assert!(answer.status == 429 || answer.status == 401, "{}", answer.status);
    }
    let after: u64 = rows().await.expect("a count").parse().expect("a number");
    assert!(after - before < 100, "{}", after - before);
    // A session from the same address is heard all the same.
    alice.client.get("/spaces").await.expect(200);
}
