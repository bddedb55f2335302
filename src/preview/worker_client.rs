//! Previews by asking a worker, so that this process opens no connection to a stranger's address.

use std::{sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use reqwest::{
    Client, Response, StatusCode,
    header::{CACHE_CONTROL, ETAG, HeaderMap, IF_NONE_MATCH},
    redirect,
};
use rustls::RootCertStore;
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::{
    cache::STALE,
    circuit::{Circuit, Leave},
    fetch::{StartError, system_roots},
    refusal::{FetchError, Refusal},
    source::Seen,
    target::UrlRule,
};
use crate::{
    problem::Kind,
    tls::{ClientFiles, Followed, client_config},
};

/// The most bytes of an answer; a card is far smaller.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Asks a preview worker.
pub struct WorkerClient {
    client: Arc<Followed<Client>>,
    preview_url: Url,
    circuit: Circuit,
}

/// What is read of a problem.
#[derive(Deserialize)]
struct ProblemType {
    #[serde(rename = "type")]
    kind: String,
}

impl WorkerClient {
    /// A client for the worker at `service_url`, for example `http://natter-link-preview-service:4567`. A worker that takes
    /// longer than `deadline` counts as one that does not answer, so it has to be longer than the worker's own.
    ///
    /// # Errors
    /// If the URL cannot be one of a worker, or the files cannot be used, or the system's root certificates are needed and
    /// it has none.
    pub fn new(service_url: &Url, tls: ClientFiles, deadline: Duration) -> Result<Self, StartError> {
        let mut preview_url = service_url.clone();
        preview_url.path_segments_mut().map_err(|()| StartError::ServiceUrl)?.pop_if_empty().push("preview");
        let needs_system = tls.ca.is_none() && service_url.scheme() == "https";
        let system = if needs_system { system_roots()? } else { RootCertStore::empty() };
        let client = Followed::open(tls.paths(), move || {
            let client = Client::builder()
                .tls_backend_preconfigured(client_config(&tls, &system)?)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(deadline);
            Ok(client.build()?)
        })?;
        Ok(Self { client: Arc::new(client), preview_url, circuit: Circuit::default() })
    }

    /// The client within, which is made anew when its files change for as long as it is followed.
    pub fn client(&self) -> Arc<Followed<Client>> {
        Arc::clone(&self.client)
    }

    /// Waits until the worker may be asked: at once, unless it did not answer several times running.
    pub async fn available(&self) -> Leave {
        self.circuit.closed().await
    }

    /// The card of the page at `url`, as the worker sees it, unless it is still the one with the tag `known`.
    ///
    /// # Errors
    /// [`Refusal::Url`] if the worker refuses the URL, [`Refusal::Fetch`] for everything else.
    pub async fn preview(&self, url: &str, known: Option<&str>) -> Result<Seen, Refusal> {
        let begun = Instant::now();
        let answer = self.ask(url, known).await;
        metrics::histogram!("natter_preview_worker_seconds").record(begun.elapsed().as_secs_f64());
        let (outcome, seen) = match answer {
            Ok(Answer::Seen(seen)) => (if seen.card.is_some() { "card" } else { "unchanged" }, Ok(*seen)),
            Ok(Answer::Refused) => ("refused", Err(Refusal::Url(UrlRule::Worker))),
            Ok(Answer::NoCard) => ("none", Err(failed("the page gives none"))),
            Err(refusal) => ("failed", Err(refusal)),
        };
        metrics::counter!("natter_preview_worker_requests_total", "outcome" => outcome).increment(1);
        if outcome == "failed" {
            self.circuit.failed();
        } else {
            self.circuit.succeeded();
        }
        let is_open = self.circuit.is_open();
        metrics::gauge!("natter_preview_worker_circuit_open").set(f64::from(u8::from(is_open)));
        seen
    }

    /// What the worker says.
    ///
    /// # Errors
    /// If it says nothing that a worker would.
    async fn ask(&self, url: &str, known: Option<&str>) -> Result<Answer, Refusal> {
        let mut request = self.preview_url.clone();
        request.query_pairs_mut().append_pair("url", url);
        let mut request = self.client.get().get(request);
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, known);
        }
        let response = request.send().await.map_err(worker_error)?;
        let status = response.status();
        let mut seen = Seen { card: None, fresh: fresh(response.headers()), tag: tag(response.headers()) };
        let answer = body(response).await?;
        match status {
            StatusCode::OK => {
                seen.card = Some(serde_json::from_slice(&answer).map_err(|_| failed("no card"))?);
                Ok(Answer::Seen(Box::new(seen)))
            }
            StatusCode::NOT_MODIFIED if known.is_some() => Ok(Answer::Seen(Box::new(seen))),
            StatusCode::BAD_REQUEST if is_kind(&answer, Kind::UrlRefused) => Ok(Answer::Refused),
            StatusCode::BAD_GATEWAY if is_kind(&answer, Kind::NoPreview) => Ok(Answer::NoCard),
            status => Err(failed(status.as_str())),
        }
    }
}

/// What a worker may say of a page.
enum Answer {
    Seen(Box<Seen>),
    Refused,
    NoCard,
}

/// The longest tag that is kept, in bytes; the worker's have 34.
const MAX_TAG_BYTES: usize = 128;

/// What names the card.
fn tag(fields: &HeaderMap) -> Option<String> {
    let tag = fields.get(ETAG)?.to_str().ok()?;
    (tag.len() <= MAX_TAG_BYTES).then(|| tag.to_owned())
}

/// How long the card is good for: what `max-age` says, as the worker's contract has it, and for as long as the worker would
/// give the old card while it fetches a new one.
fn fresh(fields: &HeaderMap) -> Duration {
    let said = fields.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let seconds = said.split(',').find_map(|word| word.trim().strip_prefix("max-age=")?.parse().ok());
    seconds.map_or(Duration::ZERO, |seconds| Duration::from_secs(seconds).saturating_add(STALE))
}

async fn body(response: Response) -> Result<Vec<u8>, Refusal> {
    let mut chunks = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = chunks.try_next().await.map_err(worker_error)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(failed("too long an answer"));
        }
    }
    Ok(body)
}

fn is_kind(answer: &[u8], kind: Kind) -> bool {
    serde_json::from_slice(answer).is_ok_and(|problem: ProblemType| problem.kind == kind.type_uri())
}

fn failed(why: &str) -> Refusal {
    Refusal::Fetch(FetchError::Worker(why.into()))
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn worker_error(error: reqwest::Error) -> Refusal {
    // Without the URL, which names the page.
    failed(&error.without_url().to_string())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::sleep,
    };

    use super::*;

    /// The URL of a worker that takes so long for its answer, a card without a title.
    async fn slow_worker(pause: Duration) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let _ = client.read(&mut [0; 4096]).await;
                sleep(pause).await;
                let card = r#"{"url":"https://example.org/"}"#;
                let head =
                    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", card.len());
                let _ = client.write_all(format!("{head}{card}").as_bytes()).await;
            }
        });
        format!("http://127.0.0.1:{port}").parse().expect("a URL")
    }

    #[tokio::test]
    async fn a_worker_is_waited_for_as_long_as_is_set() {
        let pause = Duration::from_millis(300);
        let url = slow_worker(pause).await;
        for (deadline, is_long_enough) in [(pause / 3, false), (30 * pause, true)] {
            let files = ClientFiles::default();
            let client = WorkerClient::new(&url, files, deadline).expect("it needs no roots");
            assert_eq!(client.preview("https://example.org/", None).await.is_ok(), is_long_enough);
        }
    }

    fn said(lifetime: &'static str) -> Duration {
        fresh(&HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(lifetime))]))
    }

    #[test]
    fn a_card_is_good_for_as_long_as_the_worker_says_and_no_number_is_too_large() {
        assert_eq!(said("private, max-age=60"), Duration::from_secs(60) + STALE);
        assert_eq!(said("no-store"), Duration::ZERO);
        assert_eq!(said("max-age=18446744073709551615"), Duration::from_secs(u64::MAX).saturating_add(STALE));
        assert_eq!(said("max-age=18446744073709551616"), Duration::ZERO);
    }
}
