//! A network of some length: a relay that hands everything on later, since not every kernel has netem.
//!
//! Connecting itself is instant here, so the client's first bytes wait for a round trip more.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Relays connections to `from` on to `to`, each way with this delay.
pub fn relay(from: SocketAddr, to: SocketAddr, one_way: Duration) {
    let listener = TcpListener::bind(from).expect("every address is local");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(to).expect("the site is there");
            for stream in [&client, &server] {
                stream.set_nodelay(true).expect("it is TCP");
            }
            let back = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
            pump(client, server, one_way * 3, one_way);
            pump(back.0, back.1, one_way, one_way);
        }
    });
}

/// Hands on what comes, the first of it after `first` and the rest after `delay`, in order.
fn pump(mut from: TcpStream, mut to: TcpStream, first: Duration, delay: Duration) {
    let (send, receive) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut delay = (first, delay);
        let mut buffer = [0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            // An error means that the other side is gone.
            let _ = send.send((Instant::now() + delay.0, buffer[..length].to_vec()));
            delay.0 = delay.1;
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receive {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
