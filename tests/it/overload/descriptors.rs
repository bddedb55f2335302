//! No file descriptors left.

use std::{
    fs,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::{client::Client, process::PATIENCE, server::Server, tls::metric};

/// What the program has open by itself, and less than connections get at least.
const DESCRIPTORS: u32 = 48;

const ERRORS: &str = r#"natter_accept_errors_total{listener="public"}"#;

/// The processor time that a process has used, in hundredths of a second.
fn processor_time(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    // The name in parentheses may hold anything; user and system time are the 14th and 15th of all fields.
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    [fields[11], fields[12]].map(|field| field.parse::<u64>().expect("a number")).iter().sum()
}

/// Connections on which nothing happens: no more than the system's queue surely holds.
fn flood(server: &Server) -> Vec<TcpStream> {
    (0..150).map(|_| TcpStream::connect(&server.address).expect("queued")).collect()
}

#[tokio::test]
async fn connections_leave_descriptors_to_the_store() {
    let server = Server::start_with_descriptors(192, &[]);
    let alice = server.user("alice").await;
    let admin = Client::new(&server.admin);
    let _flood = flood(&server);
    let deadline = Instant::now() + PATIENCE;
    while metric(&admin, r#"natter_connections{listener="public"}"#).await < 60 {
        assert!(Instant::now() < deadline, "the flood is not taken");
    }
    for number in 0..20 {
        alice.create_space(&format!("space {number}")).await;
    }
    assert_eq!(metric(&admin, ERRORS).await, 0);
    assert!(server.log().contains("ulimit -n"), "the operator is told");
}

#[tokio::test]
async fn a_server_without_descriptors_rests_and_recovers() {
    let server = Server::start_with_descriptors(DESCRIPTORS, &[]);
    let alice = server.user("alice").await;
    // Connections that exist are not touched: this one is asked all the time.
    let admin = Client::new(&server.admin);
    assert_eq!(metric(&admin, ERRORS).await, 0);
    let flood = flood(&server);
    let deadline = Instant::now() + PATIENCE;
    while metric(&admin, ERRORS).await == 0 {
        assert!(Instant::now() < deadline, "there are enough");
    }

    // This is how long is measured.
    let window = Duration::from_secs(2);
    let (errors, used) = (metric(&admin, ERRORS).await, processor_time(server.id()));
    thread::sleep(window);
    let errors = metric(&admin, ERRORS).await - errors;
    let used = processor_time(server.id()) - used;
    println!("without descriptors: {errors} attempts to accept and {used} % of a processor in {window:?}");
    assert!(errors <= 20, "{errors} attempts in {window:?}");
    assert!(used < 50, "{used} hundredths of a second in {window:?}");

    drop(flood);
    let fresh = Client::new(&server.address).with_token(&alice.token);
    while fresh.get("/spaces").await.status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
    }
    alice.create_space("afterwards").await;
}
