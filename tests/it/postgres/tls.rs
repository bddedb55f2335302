//! The connection to the database: who the server is judged to be, and who we are.

use std::time::Instant;

use super::{Cluster, PASSWORD, write_password};
use crate::{
    authority::{Authority, Validity, replace},
    process::PATIENCE,
    server::{self, Server, Starting},
};

/// What a server is told of a database that has to show a certificate of `authority`'s. The system trusts `system`.
fn begin_where(cluster: &Cluster, authority: Option<&Authority>, system: &Authority) -> Starting {
    let directory = server::fresh_directory();
    write_password(directory.path());
    let url = cluster.url("natter_api_user", "natter");
    let ca_file = authority.map(|authority| authority.write(directory.path(), "database"));
    let ca_file = ca_file.unwrap_or_default().display().to_string();
    let system = system.write(directory.path(), "system").display().to_string();
    Server::begin_in(
        directory,
        &[
            ("NATTER_DATABASE__URL", &url),
            ("NATTER_DATABASE__PASSWORD_FILE", "password"),
            ("NATTER_DATABASE__CA_FILE", &ca_file),
            ("SSL_CERT_FILE", &system),
        ],
    )
}

fn begin(cluster: &Cluster, authority: Option<&Authority>) -> Starting {
    begin_where(cluster, authority, &Authority::new())
}

fn secure(authority: &Authority, names: &[&str], validity: Validity) -> Cluster {
    let cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    let identity = authority.sign(names, validity);
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let (certificate, key) = identity.write(directory.path(), "server");
    cluster.speak_tls(&certificate, &key);
    cluster
}

#[tokio::test]
async fn a_server_of_the_authority_and_name_is_spoken_to_and_no_other() {
    let authority = Authority::new();
    let good = secure(&authority, &["127.0.0.1"], Validity::Now);
    let server = begin(&good, Some(&authority)).serving();
    server.user("alice").await.create_space("plans").await;
    let secured = "SELECT count(*) > 1 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                   WHERE usename = 'natter_api_user'";
    assert_eq!(good.sql("postgres", secured).trim(), "t");

    let strange = begin(&good, Some(&Authority::new())).reason().await.to_string();
    assert!(strange.contains("UnknownIssuer"), "{strange}");
    let trusted_by_the_system =
        begin_where(&good, Some(&Authority::new()), &authority).reason().await.to_string();
    assert!(trusted_by_the_system.contains("UnknownIssuer"), "{trusted_by_the_system}");
    let plain = begin(&good, None).reason().await.to_string();
    assert!(plain.contains("no encryption"), "{plain}");

    let misnamed = secure(&authority, &["db.example.org"], Validity::Now);
    let said = begin(&misnamed, Some(&authority)).reason().await.to_string();
    assert!(said.contains("not valid for name"), "{said}");
}

#[tokio::test]
async fn a_password_that_was_changed_is_taken_from_the_file() {
    let authority = Authority::new();
    let cluster = secure(&authority, &["127.0.0.1"], Validity::Now);
    let server = begin(&cluster, Some(&authority)).serving();
    let alice = server.user("alice").await;
    let other = PASSWORD.replace('-', "+");
    cluster.sql("postgres", &format!("ALTER ROLE natter_api_user PASSWORD '{other}'"));
    replace(&server.directory().join("password"), &other, 0o600);
    let end =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'natter_api_user'";
    assert_ne!(cluster.sql("postgres", end).trim(), "0");
    let deadline = Instant::now() + PATIENCE;
    while !alice.client.get("/spaces").await.status.is_success() {
        assert!(Instant::now() < deadline, "it does not come back: {}", server.log());
    }
    alice.create_space("plans").await;
    assert!(!server.log().contains(PASSWORD) && !server.log().contains(&other));
}
