//! The net itself: without these, its silence would prove nothing.

use std::{net::SocketAddr, net::UdpSocket, path::Path};

use crate::{
    case::{Case, Outcome, ensure},
    fetch_case::fetch,
    reply::page,
    sites::canary_answers,
    world::{OTHER, SIX, World},
};

/// Places that the worker must never dial, and that would answer if it did.
const FORBIDDEN: [&str; 16] = [
    "127.0.0.1:80",
    "127.0.0.1:443",
    "127.0.0.1:6379",
    "0.0.0.0:80",
    "10.0.0.1:80",
    "100.64.0.1:80",
    "168.63.129.16:80",
    "169.254.169.254:80",
    "172.16.0.1:80",
    "192.168.0.1:8080",
    "198.18.0.1:80",
    "203.0.113.1:80",
    "93.184.216.66:80",
    "[::1]:80",
    "[fd00:ec2::254]:80",
    "[::ffff:169.254.169.254]:80",
];

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("harness: canaries answer on forbidden addresses", canaries_answer),
        Case::story("harness: every packet is seen", packets_are_seen),
        fetch("http://news.example.com/a")
            .page("/a", page("News"))
            .card("News")
            .card_with("url", "http://news.example.com/a")
            .visits_news()
            .named("harness: an honest page over http"),
        fetch("https://other.example.net/")
            .page_at(OTHER, "/", page("Other"))
            .card("Other")
            .asks(&["other.example.net"])
            .dials(&["93.184.216.35:443"])
            .named("harness: an honest page over https"),
        fetch("https://six.example.com/")
            .page_at(SIX, "/", page("Six"))
            .card("Six")
            .asks(&["six.example.com"])
            .dials(&["[2606:2800:220:1::34]:443"])
            .named("harness: an honest page over IPv6"),
        fetch("http://93.184.216.35/")
            .page_at(OTHER, "/", page("Other"))
            .card("Other")
            .dials(&["93.184.216.35:80"])
            .named("harness: an honest page on a literal address"),
    ]
}

fn canaries_answer(world: &World, _: &Path) -> Outcome {
    for place in FORBIDDEN {
        let address: SocketAddr = place.parse().expect("an address");
        let answer = canary_answers(address);
        ensure(matches!(answer, Ok(true)), || format!("{place}: {answer:?}"))?;
    }
    let dialled = world.dialled();
    let unseen: Vec<_> = FORBIDDEN.iter().filter(|place| !dialled.contains(**place)).collect();
    // The kernel turns these two into what they stand for.
    ensure(unseen == [&"0.0.0.0:80", &"[::ffff:169.254.169.254]:80"], || format!("unseen: {unseen:?}"))
}

fn packets_are_seen(world: &World, _: &Path) -> Outcome {
    // Nobody listens on these.
    for (from, to) in [("0.0.0.0:0", "10.1.2.3:7"), ("[::]:0", "[fd00::1]:7")] {
        let socket = UdpSocket::bind(from).expect("any port");
        socket.send_to(b"x", to).expect("every address is local");
        let _ = std::net::TcpStream::connect(to);
    }
    let dialled = world.dialled();
    let expected = ["10.1.2.3:7", "[fd00::1]:7", "udp 10.1.2.3:7", "udp [fd00::1]:7"];
    ensure(expected.iter().all(|place| dialled.contains(*place)), || format!("{dialled:?}"))?;
    let again = world.dialled();
    ensure(again.is_empty(), || format!("seen twice: {again:?}"))
}
