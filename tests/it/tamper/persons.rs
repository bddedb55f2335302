//! Whom rows are about: erased by the server, or by somebody else.

use super::{Evidence, found};
use crate::{database::Database, server::Server};

/// How many rows verifying says are about erased persons.
fn erased(said: &str) -> i64 {
    let (_, rest) = said.split_once(" rows read, ").expect("a count");
    rest.split(' ').next().and_then(|count| count.parse().ok()).expect("a number")
}

#[tokio::test]
async fn an_erased_account_leaves_no_trace_and_a_log_that_verifies() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let of_account =
        "SELECT count(*) FROM audit_subject WHERE account_id = (SELECT id FROM account WHERE name = 'user1')";
    let before = copy.database.number(of_account).await;
    let id = copy.database.texts("SELECT hex(id) FROM account WHERE name = 'user1'").await.remove(0);
    assert!(before > 5);

    let server = Server::start_in(copy.into_directory(), &[]);
    let user = server.visitor().log_in("user1").await;
    user.client.delete("/users/user1").await.expect(200);
    let (directory, _) = server.stop();

    let (content, said) = super::verify(directory.path(), true);
    assert!(content, "{said}");
    // The login's end row and the deletion's start row came on top.
    assert_eq!(erased(&said), before + 2, "{said}");
    let database = Database::open(directory.path()).await;
    for column in ["account_id", "address", "salt"] {
        let left = format!("SELECT count(*) FROM audit_subject WHERE instr(hex({column}), '{id}')");
        assert_eq!(database.number(&left).await, 0, "{column}");
    }
    let nobody =
        "SELECT count(*) FROM audit_subject WHERE account_id IS NULL AND address = '' AND salt = zeroblob(0)";
    assert_eq!(database.number(nobody).await, before + 2);
}

#[tokio::test]
async fn a_person_taken_out_by_somebody_else() {
    let evidence = Evidence::new().await;
    let row = |position: i64| format!("(SELECT seq FROM audit WHERE position = {position})");
    let place = "row 9: the account or address beside it was edited or removed";

    let copy = evidence.copy().await;
    copy.database.execute(&format!("DELETE FROM audit_subject WHERE seq = {}", row(9))).await;
    found(&copy, "removed", place);

    let copy = evidence.copy().await;
    let emptied = "UPDATE audit_subject SET account_id = NULL, address = '', salt = zeroblob(0)";
    copy.database.execute(&format!("{emptied} WHERE seq = {}", row(9))).await;
    found(&copy, "emptied", place);

    // As the server leaves it, but copied from a row that the server erased.
    let server = Server::start_in(evidence.copy().await.into_directory(), &[]);
    server.visitor().log_in("user0").await.client.delete("/users/user0").await.expect(200);
    let (directory, _) = server.stop();
    let database = Database::open(directory.path()).await;
    let a_seal = "SELECT erasure_key, erasure_mac FROM audit_subject WHERE erasure_mac IS NOT NULL LIMIT 1";
    let position = database
        .number("SELECT max(position) FROM audit JOIN audit_subject USING (seq) WHERE erasure_mac IS NULL")
        .await;
    let copied = format!("{emptied}, (erasure_key, erasure_mac) = ({a_seal}) WHERE seq = {}", row(position));
    assert_eq!(database.execute(&copied).await, 1);
    let (content, said) = super::verify(directory.path(), true);
    assert!(!content && said.contains(&format!("row {position}: the account")), "{said}");
}

/// Nobody has the server take out another person, by giving what that person did to an account that is deleted then.
#[tokio::test]
async fn what_was_done_by_one_is_not_erased_with_another() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let account = |name: &str| format!("(SELECT id FROM account WHERE name = '{name}')");
    let given = format!(
        "UPDATE audit_subject SET account_id = {} WHERE account_id = {}",
        account("user2"),
        account("user0")
    );
    assert!(copy.database.execute(&given).await > 5);
    let position = copy
        .database
        .number(&format!(
            "SELECT min(position) FROM audit JOIN audit_subject USING (seq) WHERE account_id = {}",
            account("user2")
        ))
        .await;
    let server = Server::start_in(copy.into_directory(), &[]);
    server.visitor().log_in("user2").await.client.delete("/users/user2").await.expect(200);
    let (directory, _) = server.stop();
    let (content, said) = super::verify(directory.path(), true);
    assert!(!content && said.contains(&format!("row {position}: the account")), "{said}");
    let database = Database::open(directory.path()).await;
    let left = "SELECT count(*) FROM audit_subject s WHERE account_id IS NOT NULL \
                AND NOT EXISTS (SELECT 1 FROM account WHERE id = s.account_id)";
    assert_eq!(database.number(left).await, 0, "the person goes all the same");
}
