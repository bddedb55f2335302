//! Servers are killed, the database restarts, and the way to it is cut, delayed and swallowed, under load.
//!
//! `CHAOS_SECONDS` says for how long (one round of everything, some 25 seconds, unless told). The counts are printed.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Method, StatusCode};

use super::{
    Cluster, Proxy,
    writers::{Replicas, Writers, compare},
};
use crate::client::{Client, try_send};

/// A token may work for this long after it was revoked at another server.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Kill(usize),
    Restart(&'static str),
    Cut,
    Delay,
    Silence,
    Swallow,
}

const ROUND: [Trouble; 8] = [
    Trouble::Kill(0),
    Trouble::Restart("-INT"),
    Trouble::Cut,
    Trouble::Delay,
    Trouble::Kill(1),
    Trouble::Silence,
    Trouble::Restart("-QUIT"),
    Trouble::Swallow,
];

/// Logs in at one server, logs out there, and asks the other until the token is refused; how often, and how long the
/// longest took.
async fn revoke(addresses: Vec<String>, stop: Arc<AtomicBool>) -> (usize, Duration) {
    let (mut times, mut longest) = (0, Duration::ZERO);
    let mut servers: Vec<_> = addresses.iter().map(|address| Client::new(address)).collect();
    while !stop.load(Ordering::Relaxed) {
        servers.rotate_left(1);
        let login = servers[0]
            .post_request("/sessions?scope=list_spaces", "")
            .basic_auth("alice", Some(crate::client::password("alice")));
        let Some(token) = answered(try_send(login).await, StatusCode::CREATED) else { continue };
        let token = token["token"].as_str().expect("a token").to_owned();
        let (here, there) = (servers[0].with_token(&token), servers[1].with_token(&token));
        let before = try_send(there.request(Method::GET, "/spaces")).await;
        if answered(before, StatusCode::OK).is_none() {
            continue;
        }
        loop {
            let out = try_send(here.request(Method::DELETE, "/sessions")).await;
            // The second attempt may find that the first went well.
            if out.is_ok_and(|out| out.status == 200 || out.status == 401) {
                break;
            }
        }
        let revoked = Instant::now();
        loop {
            let asked = Instant::now();
            match try_send(there.request(Method::GET, "/spaces")).await {
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => break,
                Ok(answer) if answer.status == StatusCode::OK => {
                    let after = asked - revoked;
                    longest = longest.max(after);
                    assert!(after < REVOKED_WITHIN, "a token works {after:?} after it was revoked");
                }
                _ => {}
            }
        }
        times += 1;
    }
    (times, longest)
}

fn answered(answer: reqwest::Result<crate::client::Answer>, status: StatusCode) -> Option<serde_json::Value> {
    answer.ok().filter(|answer| answer.status == status).map(|answer| answer.json())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn what_is_acknowledged_is_stored_once_whatever_happens_to_servers_and_database() {
    let seconds =
        env::var("CHAOS_SECONDS").map_or(0, |text| text.parse().expect("CHAOS_SECONDS is a number"));
    let mut cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    let proxy = Proxy::to(cluster.port());
    let url = format!("postgres://natter_api_user@127.0.0.1:{}/natter", proxy.port);
    let mut replicas = Replicas::start(2, &url);
    let alice = replicas.first().user("alice").await;
    let writers = Writers::start(4, &alice, &replicas.addresses).await;
    let stop = Arc::new(AtomicBool::new(false));
    let revoking = tokio::spawn(revoke(replicas.addresses.clone(), stop.clone()));
    let (begun, mut happened) = (Instant::now(), Vec::new());
    'all: loop {
        for trouble in ROUND {
            // There is load between any two.
            tokio::time::sleep(Duration::from_millis(700)).await;
            match trouble {
                Trouble::Kill(number) => tokio::task::block_in_place(|| replicas.kill(number)),
                Trouble::Restart(signal) => tokio::task::block_in_place(|| cluster.restart(signal)),
                Trouble::Cut => proxy.cut(),
                Trouble::Delay => {
                    proxy.delay(Duration::from_millis(20));
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    proxy.delay(Duration::ZERO);
                }
                Trouble::Silence => {
                    proxy.silence();
                    tokio::time::sleep(Duration::from_secs(7)).await;
                }
                Trouble::Swallow => {
                    proxy.swallow();
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    proxy.silence();
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
            }
            happened.push(trouble);
            if seconds > 0 && begun.elapsed().as_secs() > seconds {
                break 'all;
            }
        }
        if seconds == 0 {
            break;
        }
    }
    let seen = writers.finish().await;
    stop.store(true, Ordering::Relaxed);
    let (revoked, late) = revoking.await.expect("no panic");
    let count = |kind: fn(&Trouble) -> bool| happened.iter().filter(|one| kind(one)).count();
    println!(
        "{:.0} s: {} servers killed, {} restarts of the database, its connections {} times cut, {} delayed, {} silent, \
         {} swallowed; {} messages acknowledged, {} requests refused with 503, {} not answered, the longest took {:.1} s; \
         {revoked} tokens revoked, refused by the other server after {late:.1?} at most",
        begun.elapsed().as_secs_f64(),
        count(|one| matches!(one, Trouble::Kill(_))),
        count(|one| matches!(one, Trouble::Restart(_))),
        count(|one| *one == Trouble::Cut),
        count(|one| *one == Trouble::Delay),
        count(|one| *one == Trouble::Silence),
        count(|one| *one == Trouble::Swallow),
        seen.acknowledged.len(),
        seen.refused,
        seen.unanswered,
        seen.longest.as_secs_f64(),
    );
    assert!(seen.unanswered + seen.refused > 0 && revoked > 0);
    compare(&cluster, seen.acknowledged);
    replicas.verify();
}
