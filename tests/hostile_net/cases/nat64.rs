//! A network that translates IPv6 to IPv4, with a prefix of its own that looks like any public one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    case::{Case, Outcome, ensure},
    fetch_case::{FetchCase, fetch},
    reply::page,
    wire::{Answer, exchange},
    worker::Worker,
    world::World,
};

/// Where a worker says whether it is ready.
const ADMIN: &str = "127.0.0.1:4570";

/// The network's prefix, as a setting.
const PREFIX: (&str, &str) = ("nat64_prefixes", "[\"2606:4700:64::/96\"]");

/// A shorter one, after which the IPv4 address has bits around it.
const SHORT_PREFIX: (&str, &str) = ("nat64_prefixes", "[\"2606:4700:48::/48\"]");

/// What the network says about it (RFC 7050).
const SHOWN: &str = "ipv4only.arpa AAAA 2606:4700:64::192.0.0.170";

pub fn cases() -> Vec<Case> {
    let translated = |address: &str| -> FetchCase {
        fetch("http://evil.example.org/")
            .record(format!("evil.example.org AAAA 2606:4700:64::{address}"))
            .setting(PREFIX.0, PREFIX.1)
            .asks(&["evil.example.org"])
    };
    let judged = [
        ("loopback", "127.0.0.1"),
        ("metadata service", "169.254.169.254"),
        ("cloud wire server", "168.63.129.16"),
    ]
    .map(|(what, address)| {
        translated(address)
            .refused("fetch.address-denied")
            .named(format!("nat64: {what} inside the network's prefix"))
    });
    let others = [
        translated("93.184.216.34")
            .page_at("2606:4700:64::5db8:d822", "/", page("Translated"))
            .card("Translated")
            .dials(&["[2606:4700:64::5db8:d822]:80"])
            .named("nat64: a public address inside the network's prefix"),
        fetch("http://[2606:4700:64::10.0.0.1]/")
            .setting(PREFIX.0, PREFIX.1)
            .refused("url.address")
            .named("nat64: a literal with a private address inside"),
        fetch("http://evil.example.org/")
            .record("evil.example.org AAAA 2606:4700:48:a00:0:1ff:0:1")
            .setting(SHORT_PREFIX.0, SHORT_PREFIX.1)
            .asks(&["evil.example.org"])
            .refused("fetch.address-denied")
            .named("nat64: a private address with something behind it"),
        fetch("http://[2606:4700:48:7f00:0:1ff::]/")
            .setting(SHORT_PREFIX.0, SHORT_PREFIX.1)
            .refused("url.address")
            .named("nat64: a literal of loopback with something behind it"),
        Case::story("nat64: an unknown prefix is not ready", unknown),
        Case::story("nat64: a known prefix is ready", known),
        Case::story("nat64: a network without one is ready", none),
    ];
    judged.into_iter().chain(others).collect()
}

fn unknown(world: &World, worker: &Path) -> Outcome {
    world.record(SHOWN);
    let _worker = Worker::start(world, worker, &[]);
    let answer = ready();
    ensure(answer.status == 503 && answer.text.contains("2606:4700:64::/96"), || format!("{answer:?}"))
}

fn known(world: &World, worker: &Path) -> Outcome {
    world.record(SHOWN);
    world.record("ipv4only.arpa AAAA 64:ff9b::192.0.0.171");
    let _worker = Worker::start(world, worker, &[PREFIX]);
    let answer = ready();
    ensure(answer.status == 200, || format!("{answer:?}"))
}

fn none(world: &World, worker: &Path) -> Outcome {
    let _worker = Worker::start(world, worker, &[]);
    let answer = ready();
    ensure(answer.status == 200, || format!("{answer:?}"))
}

/// What the worker says once it has asked.
fn ready() -> Answer {
    let begun = Instant::now();
    loop {
        let answer = exchange(ADMIN, "GET /ready", &[&format!("Host: {ADMIN}")], "");
        if !answer.text.contains("is being asked for") {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it never asks: {answer:?}");
        std::thread::yield_now();
    }
}
