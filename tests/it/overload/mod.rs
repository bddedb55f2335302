//! More than a server was made for: nothing is lost, nothing hangs, memory is bounded.
//!
//! What is beneath, poem, hyper and the system, has edges of its own. Where each is tested that concerns us:
//!
//! | edge | test |
//! |---|---|
//! | a half-sent head keeps a connection for ever | [`slow`], `listener::tests` |
//! | a half-sent body does | [`slow`] |
//! | a half-done TLS handshake does | [`crate::tls`] |
//! | a reader that does not read does | [`crate::edge`] |
//! | accepting spins when no file descriptors are left | [`descriptors`], `listener::accept` |
//! | as many connections as come are taken | [`idle`], `listener::tests` |
//! | bodies have no bound, or only an announced one | [`endless`], [`crate::bad_input`] |
//! | requests without a body get 411 where bodies have a bound | every GET of every test |
//! | the graceful stop waits for ever | `listener::tests`, [`stop`] |
//! | the graceful stop resets what waits in the queue or is on its way | [`stop`] |
//! | a panic takes the connection or the process along | `listener::tests` |
//! | small answers wait for acknowledgements (Nagle) | `listener::connection` |
//! | errors of the framework are text, and not in the document | [`crate::bad_input`], [`crate::documented`] |
//! | a bad token passes as none where a session is optional | [`crate::bad_input`] |
//! | unknown members are taken, operations have no id | [`crate::bad_input`], `document::tests` |
//! | absent members are null against the document | [`crate::documented`], `document::tests` |
//! | anybody's X-Forwarded-For is believed | [`crate::login`], `edge::client_address` |
//! | any origin may call, with credentials | [`crate::cors`] |
//! | addresses are logged whole, with what their query holds | [`crate::secrecy`], [`crate::worker`] |

mod descriptors;
mod endless;
mod idle;
mod logins;
mod slow;
mod stop;

use std::{fs, io::Write, net::TcpStream};

use crate::{client::Session, server::Server};

/// The head of a POST by this account, up to its length, to which something is added.
fn head(server: &Server, session: &Session, path: &str, framing: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{framing}\r\n\r\n",
        server.address, session.token
    )
}

/// A connection on which this was sent.
fn sent(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.write_all(bytes).expect("sent");
    stream
}

/// A number of kilobytes that the system keeps about a process, such as `VmHWM`, the most memory it ever had.
fn kilobytes(process: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let value = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).expect("a number of kilobytes")
}
