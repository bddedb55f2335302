//! Clients that post through any of several servers, each message with a key and again until it is acknowledged.

use std::{
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Cluster, write_password};
use crate::{
    client::{Client, Session, path, try_send},
    process::PATIENCE,
    server::{Server, fresh_directory},
};

/// How many seconds a request may take.
pub const DEADLINE: &str = "5";

/// The longest that a client waits for its answer: the deadline, a second for what cannot be cut off, and one for a busy
/// machine.
pub const MOST: Duration = Duration::from_secs(7);

/// Servers on one database, on addresses that stay.
pub struct Replicas {
    servers: Vec<Option<Server>>,
    settings: Vec<Vec<(&'static str, String)>>,
    /// Where they listen.
    pub addresses: Vec<String>,
}

/// What the writers saw.
#[derive(Debug, Default)]
pub struct Seen {
    pub acknowledged: Vec<String>,
    pub refused: usize,
    pub unanswered: usize,
    pub longest: Duration,
}

impl Replicas {
    /// As many as `number`, on the database at `url`.
    pub fn start(number: usize, url: &str) -> Self {
        let keys = fresh_directory().keep();
        let mut replicas = Self { servers: Vec::new(), settings: Vec::new(), addresses: Vec::new() };
        for _ in 0..number {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("it is bound").to_string();
            drop(listener);
            replicas.settings.push(vec![
                ("NATTER_KEYS__DIRECTORY", keys.join("keys").display().to_string()),
                ("NATTER_DATABASE__URL", url.to_owned()),
                ("NATTER_DATABASE__PASSWORD_FILE", "password".to_owned()),
                ("NATTER_HTTP__LISTEN", address.clone()),
                ("NATTER_HTTP__DEADLINE_SECONDS", DEADLINE.to_owned()),
            ]);
            replicas.addresses.push(address);
            replicas.servers.push(None);
            replicas.start_one(replicas.servers.len() - 1, fresh_directory());
        }
        replicas
    }

    fn start_one(&mut self, number: usize, directory: tempfile::TempDir) {
        write_password(directory.path());
        let settings: Vec<_> =
            self.settings[number].iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.servers[number] = Some(Server::start_in(directory, &settings));
    }

    /// Kills one and starts it again.
    pub fn kill(&mut self, number: usize) {
        let directory = self.servers[number].take().expect("it runs").kill();
        self.start_one(number, directory);
    }

    pub fn first(&self) -> &Server {
        self.servers[0].as_ref().expect("it runs")
    }

    /// Runs another command of the program on their database, with these settings besides.
    pub fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (ExitStatus, String, String) {
        let own = self.settings[0].iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<_> = own.chain(settings.iter().copied()).collect();
        self.first().command_with(arguments, &all)
    }

    /// Their audit log says what was written.
    pub fn verify(&self) {
        let (status, output, said) = self.command(&["admin", "verify-audit"], &[]);
        assert!(status.success(), "{output}{said}");
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        let keys = std::path::Path::new(&self.settings[0][0].1).parent().expect("it has one");
        let _ = std::fs::remove_dir_all(keys);
    }
}

/// Writers at work.
pub struct Writers {
    stop: Arc<AtomicBool>,
    running: JoinSet<Seen>,
}

impl Writers {
    /// As many as `number`, in a space of alice's.
    pub async fn start(number: usize, alice: &Session, addresses: &[String]) -> Self {
        let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        for writer in 0..number {
            let mut clients: Vec<_> =
                addresses.iter().map(|address| Client::new(address).with_token(&alice.token)).collect();
            clients.rotate_left(writer % addresses.len());
            running.spawn(write(writer, clients, messages.clone(), stop.clone()));
        }
        Self { stop, running }
    }

    /// Has them end what they have begun.
    pub async fn finish(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.running.join_all().await.into_iter().fold(Seen::default(), |mut all, one| {
            all.acknowledged.extend(one.acknowledged);
            all.refused += one.refused;
            all.unanswered += one.unanswered;
            all.longest = all.longest.max(one.longest);
            all
        })
    }
}

async fn write(writer: usize, clients: Vec<Client>, path: String, stop: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    let mut turn = clients.iter().cycle();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mark = format!("{writer}.{number}");
        let body = json!({"author": "alice", "message": &mark}).to_string();
        let begun = Instant::now();
        while seen.acknowledged.last().is_none_or(|last| *last != mark) {
            assert!(begun.elapsed() < PATIENCE * 2, "{mark} is not taken");
            let client = turn.next().expect("it goes round");
            let asked = Instant::now();
            let request = client.post_request(&path, body.clone()).header("Idempotency-Key", &mark);
            let answer = try_send(request.timeout(MOST)).await;
            seen.longest = seen.longest.max(asked.elapsed());
            match answer {
                Ok(answer) if answer.status == StatusCode::CREATED => seen.acknowledged.push(mark.clone()),
                Ok(answer) => {
                    let answer = answer.expect_problem(503, "unavailable");
                    assert!(answer.header("retry-after").is_some(), "{}", answer.text);
                    seen.refused += 1;
                }
                Err(error) => {
                    assert!(!error.is_timeout(), "a request outlived its deadline: {error}");
                    seen.unanswered += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
    seen
}

/// What was acknowledged is there once, and nothing else.
pub fn compare(cluster: &Cluster, mut acknowledged: Vec<String>) {
    let there = cluster.sql("natter", "SELECT text FROM natter.message");
    let mut there: Vec<_> = there.lines().map(str::to_owned).collect();
    there.sort();
    acknowledged.sort();
    assert_eq!(there.len(), acknowledged.len());
    assert_eq!(there, acknowledged);
}
