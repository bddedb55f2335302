//! A site that can be asked by a tag, and counts.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::{
    preview::{
        Previewer,
        cache::{CardCache, Kept, Nothing},
    },
    settings::FetchSettings,
};

/// A site whose page is titled by the number of the request, and that answers 304 to who knows its tag.
#[derive(Clone)]
pub struct Site {
    pub port: u16,
    answer: Arc<Mutex<(&'static str, &'static str)>>,
    requests: Arc<AtomicUsize>,
    unchanged: Arc<AtomicUsize>,
    /// What lets a site that holds its answers back send one.
    gate: Option<Arc<Notify>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A site that answers with this status and these fields, each with its line end.
    pub async fn start(status: &'static str, fields: &'static str) -> Self {
        Self::with(status, fields, None).await
    }

    /// The same, but each answer waits until [`Self::let_go`].
    pub async fn holding_back(status: &'static str, fields: &'static str) -> Self {
        Self::with(status, fields, Some(Arc::default())).await
    }

    async fn with(status: &'static str, fields: &'static str, gate: Option<Arc<Notify>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let site = Self {
            port: listener.local_addr().expect("it is bound").port(),
            answer: Arc::new(Mutex::new((status, fields))),
            requests: Arc::default(),
            unchanged: Arc::default(),
            gate,
            heard: Arc::default(),
        };
        let served = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(stream));
            }
        });
        site
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let head = String::from_utf8_lossy(&head).to_lowercase();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
        if let Some(gate) = &self.gate {
            gate.notified().await;
        }
        let (status, fields) = *self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if head.contains("if-none-match: \"x\"") {
            self.unchanged.fetch_add(1, Ordering::SeqCst);
            format!("HTTP/1.1 304 Same\r\n{fields}Connection: close\r\n\r\n")
        } else {
            format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{fields}Connection: close\r\n\r\n<title>{number}</title>"
            )
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    /// From now on it answers so.
    pub fn answer(&self, status: &'static str, fields: &'static str) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = (status, fields);
    }

    /// Sends one answer that is held back, or the next one.
    pub fn let_go(&self) {
        self.gate.as_ref().expect("it holds back").notify_one();
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How many of them were answered with 304.
    pub fn unchanged(&self) -> usize {
        self.unchanged.load(Ordering::SeqCst)
    }

    /// The heads of the requests in lower case.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The URL of this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// A memory of so many bytes in front of this site.
pub fn cache_of(site: &Site, max_bytes: u64) -> CardCache {
    let settings = FetchSettings {
        deadline: Duration::from_secs(20),
        connect: Duration::from_secs(20),
        ports: vec![site.port],
        per_second_per_destination: 10_000,
        nameservers: vec![([127, 0, 0, 1], 1).into()],
        allow_for_development: vec!["127.0.0.0/8".parse().expect("a network")],
        ..FetchSettings::defaults()
    };
    CardCache::new(Previewer::new(&settings).expect("the system has roots"), None, 8, max_bytes)
}

/// The same of a size that nothing here fills.
pub fn cache(site: &Site) -> CardCache {
    cache_of(site, 1 << 20)
}

/// Asks for the site's front page.
pub async fn ask(cache: &CardCache, site: &Site) -> Result<Kept, Nothing> {
    cache.card(&site.url("/"), None).await
}

/// The title of the site's front page.
pub async fn title(cache: &CardCache, site: &Site) -> String {
    title_of(&ask(cache, site).await.expect("a card"))
}

/// The title of a card.
pub fn title_of(kept: &Kept) -> String {
    let card: crate::preview::Card = serde_json::from_slice(&kept.shown.body).expect("a card is JSON");
    card.title.unwrap_or_default()
}

/// Lets so many seconds pass at once.
pub async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}
