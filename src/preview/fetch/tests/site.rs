//! A site that answers by a script and remembers what it was sent.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A page that has a title and is not over.
pub const PAGE: &str = "<title>found</title><p>";

/// What a site answers.
pub enum Reply {
    /// These bytes, and then the connection is closed.
    Whole(Vec<u8>),
    /// The same after a while: the site is slow.
    Late(Duration, Vec<u8>),
    /// These bytes, and then nothing, until the other side goes.
    Stalled(Vec<u8>),
}

/// A site on a free port of 127.0.0.1.
pub struct Site {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Site {
    /// A site that answers a request for a path with what the script says.
    pub async fn start(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { address, requests, task }
    }

    /// A site that answers every request with this.
    pub async fn answering(head: &str, body: impl Into<Vec<u8>>) -> Self {
        let answer = whole(head, body);
        Self::start(move |_| Reply::Whole(answer.clone())).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The head of each request, in order.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no site panics").clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    mut stream: TcpStream,
    script: Arc<impl Fn(&str) -> Reply>,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).expect("a request is ASCII");
    let reply = script(head.split(' ').nth(1).expect("a path"));
    requests.lock().expect("no site panics").push(head);
    // Whoever has seen enough hangs up; that is no failure of the site.
    match reply {
        Reply::Whole(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Late(pause, bytes) => {
            tokio::time::sleep(pause).await;
            let _ = stream.write_all(&bytes).await;
        }
        Reply::Stalled(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.read_u8().await;
        }
    }
}

/// An answer with this status line and these fields (each with its line end), and a body up to the close.
pub fn whole(head: &str, body: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {head}Connection: close\r\n\r\n").into_bytes();
    answer.append(&mut body.into());
    answer
}

/// An HTML page.
pub fn html(body: &str) -> Vec<u8> {
    whole("200 OK\r\nContent-Type: text/html\r\n", body)
}

/// A redirect.
pub fn redirect(status: u16, location: &str) -> Vec<u8> {
    whole(&format!("{status} Elsewhere\r\nContent-Type: text/html\r\nLocation: {location}\r\n"), PAGE)
}
