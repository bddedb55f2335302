//! A network that lets nothing out but a proxy: it is asked for judged addresses, and nobody is dialled around it.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::{
    case::{Case, Outcome, ensure},
    http2, program,
    reply::{page, redirect},
    world::{NEWS, World},
};

/// Where the proxy is: on an address that no page may reach.
const PROXY: &str = "10.1.2.3:3129";

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("egress: a page over http", over_http),
        Case::story("egress: a page over https", over_https),
        Case::story("egress: a page over HTTP/2", over_http2),
        Case::story("egress: every hop", every_hop),
        Case::story("egress: a name with a private address", private_name),
        Case::story("egress: a proxy that refuses", refusing),
        Case::story("egress: a proxy that talks nonsense", nonsense),
        Case::story("egress: a proxy that is not there", absent),
        Case::story("egress: a certificate of another name", wrong_certificate),
    ]
}

/// What the proxy was asked for.
type Asked = Arc<Mutex<Vec<String>>>;

/// A proxy that answers with this and then joins the two sides.
fn proxy(answer: &'static str) -> Asked {
    let asked = Asked::default();
    let listener = TcpListener::bind(PROXY).expect("every address is local");
    let written = Arc::clone(&asked);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            written.lock().expect("no proxy panics").push(head);
            // The client may be gone.
            let _ = client.write_all(answer.as_bytes());
            if let Ok(server) = TcpStream::connect(&target) {
                let back = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                thread::spawn(move || join(client, server));
                thread::spawn(move || join(back.0, back.1));
            }
        }
    });
    asked
}

fn join(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

const ESTABLISHED: &str = "HTTP/1.1 200 Established\r\nVia: a proxy\r\n\r\n";

/// The worker's word, whom the proxy was asked for, and whom anybody dialled.
struct Seen {
    output: Output,
    asked: Vec<String>,
    dialled: BTreeSet<String>,
}

fn fetch(world: &World, worker: &Path, url: &str, asked: &Asked) -> Seen {
    let mut command = world.confined(worker);
    program::fetch(&mut command, url, &[("egress_proxy", PROXY)]);
    let output = command.output().expect("the worker starts");
    let asked = asked.lock().expect("no proxy panics");
    let asked = asked.iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect();
    Seen { output, asked, dialled: world.dialled() }
}

impl Seen {
    fn card(self, title: &str, asked: &[&str]) -> Outcome {
        let card: Value = serde_json::from_slice(&self.output.stdout).unwrap_or_default();
        ensure(card["title"] == title, || format!("no card: {:?}", self.output))?;
        self.only(asked)
    }

    fn refused(self, id: &str, asked: &[&str]) -> Outcome {
        let said = String::from_utf8_lossy(&self.output.stderr).trim().to_owned();
        ensure(said.ends_with(&format!("[{id}]")), || format!("{:?}", self.output))?;
        self.only(asked)
    }

    /// The proxy was asked for these addresses and no name, and nobody dialled anybody else.
    fn only(&self, asked: &[&str]) -> Outcome {
        let expected: Vec<_> = asked.iter().map(|to| format!("CONNECT {to} HTTP/1.1")).collect();
        ensure(self.asked == expected, || format!("asked of the proxy: {:?}", self.asked))?;
        let others: Vec<_> =
            self.dialled.iter().filter(|to| *to != PROXY && !asked.contains(&to.as_str())).collect();
        ensure(others.is_empty(), || format!("dialled: {others:?}"))
    }
}

fn over_http(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/a?b", page("News"));
    let asked = proxy(ESTABLISHED);
    let seen = fetch(world, worker, "http://news.example.com/a?b#c", &asked);
    let request = world.requests().concat();
    ensure(request.starts_with("GET /a?b HTTP/1.1\r\n"), || request.clone())?;
    ensure(request.to_lowercase().contains("\r\nhost: news.example.com\r\n"), || request.clone())?;
    seen.card("News", &["93.184.216.34:80"])
}

fn over_https(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/", page("News"));
    let asked = proxy(ESTABLISHED);
    fetch(world, worker, "https://news.example.com/", &asked).card("News", &["93.184.216.34:443"])
}

fn over_http2(world: &World, worker: &Path) -> Outcome {
    world.page("93.184.216.40", "*", http2::reply(&[("content-type", "text/html")], "<title>Second</title>"));
    let asked = proxy(ESTABLISHED);
    fetch(world, worker, "https://h2.example.com/", &asked).card("Second", &["93.184.216.40:443"])
}

fn every_hop(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/", redirect(302, "http://other.example.net/"));
    world.page("93.184.216.35", "/", redirect(302, "http://10.0.0.1/"));
    let asked = proxy(ESTABLISHED);
    fetch(world, worker, "http://news.example.com/", &asked)
        .refused("fetch.redirect-refused", &["93.184.216.34:80", "93.184.216.35:80"])
}

fn private_name(world: &World, worker: &Path) -> Outcome {
    world.record("evil.example.org A 10.0.0.1");
    let asked = proxy(ESTABLISHED);
    fetch(world, worker, "http://evil.example.org/", &asked).refused("fetch.address-denied", &[])
}

fn refusing(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/", page("News"));
    let asked = proxy("HTTP/1.1 403 Forbidden\r\n\r\n");
    fetch(world, worker, "http://news.example.com/", &asked).refused("fetch.exchange", &["93.184.216.34:80"])
}

fn nonsense(world: &World, worker: &Path) -> Outcome {
    let asked = proxy("SSH-2.0-proxy\r\n\r\n");
    fetch(world, worker, "http://news.example.com/", &asked).refused("fetch.exchange", &["93.184.216.34:80"])
}

fn absent(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/", page("News"));
    let seen = fetch(world, worker, "http://news.example.com/", &Asked::default());
    ensure(seen.dialled == [PROXY.to_owned()].into(), || format!("dialled: {:?}", seen.dialled))?;
    seen.refused("fetch.exchange", &[])
}

fn wrong_certificate(world: &World, worker: &Path) -> Outcome {
    let asked = proxy(ESTABLISHED);
    let url = "https://wrong-certificate.example.com/";
    fetch(world, worker, url, &asked).refused("fetch.exchange", &["93.184.216.34:443"])
}
