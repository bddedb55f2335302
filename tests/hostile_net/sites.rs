//! Every web server of the namespace: the sites of a case on public-looking addresses, and on every other
//! address a canary, which answers whoever is lured to it.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use rustls::{ServerConnection, StreamOwned};

use crate::{
    authority::{Authority, server_config},
    http2,
    reply::{HOLD, Reply, Step, answer, page},
};

/// The title of a page that nobody should ever see.
pub const CANARY: &str = "a canary sang";

/// The ports that are answered on, on every address.
const PORTS: [u16; 9] = [22, 25, 80, 443, 2379, 3128, 6379, 8080, 8443];

/// The first byte of a TLS connection.
const TLS_HANDSHAKE: u8 = 22;

/// The servers, running.
#[derive(Clone)]
pub struct Sites {
    authority: Arc<Authority>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    pages: HashMap<IpAddr, HashMap<String, Reply>>,
    requests: Vec<String>,
    sent: usize,
    open: usize,
    most_open: usize,
}

impl Sites {
    /// Answers on every address; there are canaries only until [`Self::add`].
    pub fn start(authority: Arc<Authority>) -> Self {
        let sites = Self { authority, state: Arc::default() };
        for port in PORTS {
            let listener = TcpListener::bind(("::", port)).expect("IPv6 and IPv4 on every address");
            let sites = sites.clone();
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let sites = sites.clone();
                    // A client may go at any time.
                    thread::spawn(move || sites.serve(stream).ok());
                }
            });
        }
        sites
    }

    /// Lets the site at `address` answer requests for `path` with `reply`.
    pub fn add(&self, address: IpAddr, path: &str, reply: Reply) {
        self.lock().pages.entry(address).or_default().insert(path.to_owned(), reply);
    }

    /// The requests that were made, canaries included, as sent.
    pub fn requests(&self) -> Vec<String> {
        self.lock().requests.clone()
    }

    /// The bytes that clients took off the servers' hands.
    pub fn sent(&self) -> usize {
        self.lock().sent
    }

    /// How many requests waited for their answers at once, at most.
    pub fn most_open(&self) -> usize {
        self.lock().most_open
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(HOLD))?;
        let address = stream.local_addr()?.ip().to_canonical();
        let mut first = [0];
        if stream.peek(&mut first)? == 1 && first[0] == TLS_HANDSHAKE {
            let is_http2 = address == http2::ADDRESS;
            let config = server_config(&self.authority, address, if is_http2 { "h2" } else { "http/1.1" });
            let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
            let mut tls = StreamOwned::new(connection, stream);
            self.converse(&mut tls, address)?;
            if is_http2 {
                // In HTTP/2 it is the client that goes. Were the server to, hyper would lose an answer that comes while
                // the thread that sent the request is not running.
                std::io::copy(&mut tls, &mut std::io::sink())?;
            }
            tls.conn.send_close_notify();
            tls.flush()?;
            finish(&tls.sock)
        } else {
            self.converse(&mut &stream, address)?;
            finish(&stream)
        }
    }

    fn converse(&self, stream: &mut (impl Read + Write), address: IpAddr) -> std::io::Result<()> {
        let mut request = read_until(stream, |head| head.ends_with(b"\r\n\r\n"))?;
        if request.starts_with(b"PRI ") {
            request.extend(read_until(stream, http2::is_request)?);
        }
        let request = String::from_utf8_lossy(&request).into_owned();
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let reply = self.reply(address, &path);
        {
            let mut state = self.lock();
            state.requests.push(request);
            state.open += 1;
            state.most_open = state.most_open.max(state.open);
        }
        let answered = self.answer(stream, reply);
        self.lock().open -= 1;
        answered
    }

    fn answer(&self, stream: &mut impl Write, reply: Reply) -> std::io::Result<()> {
        for step in reply.0 {
            match step {
                Step::Send(bytes) => self.send(stream, &bytes)?,
                Step::Wait(time) => thread::sleep(time),
                Step::Repeat(bytes) => loop {
                    self.send(stream, &bytes)?;
                },
            }
        }
        Ok(())
    }

    fn reply(&self, address: IpAddr, path: &str) -> Reply {
        match self.lock().pages.get(&address) {
            // `*` is every path, for what is not read as text.
            Some(pages) => {
                let page = pages.get(path).or(pages.get("*")).cloned();
                page.unwrap_or_else(|| answer("404 Not Found", &[]))
            }
            None => page(CANARY),
        }
    }

    fn send(&self, stream: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
        for chunk in bytes.chunks(64 * 1024) {
            stream.write_all(chunk)?;
            stream.flush()?;
            self.lock().sent += chunk.len();
        }
        Ok(())
    }
}

/// Whether a canary answers at this address.
pub fn canary_answers(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.contains(CANARY))
}

fn read_until(stream: &mut impl Read, done: impl Fn(&[u8]) -> bool) -> std::io::Result<Vec<u8>> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !done(&bytes) {
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(bytes)
}

/// Says that nothing more comes, and lets the client close: otherwise it might see a reset instead.
fn finish(mut stream: &TcpStream) -> std::io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}
