//! Previews by asking a worker, so that this process opens no connection to a stranger's address.

use std::time::Duration;

use futures_util::TryStreamExt;
use reqwest::{Client, Response, StatusCode, redirect};
use serde::Deserialize;
use url::Url;

use super::{
    card::Card,
    fetch::{StartError, client_config},
    refusal::{FetchError, Refusal},
    target::UrlRule,
};
use crate::problem::Kind;

/// The longest wait for the worker: its own deadline and more.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of an answer; a card is far smaller.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Asks a preview worker.
pub struct WorkerClient {
    client: Client,
    preview_url: Url,
}

/// What is read of a problem.
#[derive(Deserialize)]
struct ProblemType {
    #[serde(rename = "type")]
    kind: String,
}

impl WorkerClient {
    /// A client for the worker at `service_url`, for example `http://natter-link-preview-service:4567`.
    ///
    /// # Errors
    /// If the URL cannot be one of a worker, or the system has no root certificates.
    pub fn new(service_url: &Url) -> Result<Self, StartError> {
        let mut preview_url = service_url.clone();
        preview_url.path_segments_mut().map_err(|()| StartError::ServiceUrl)?.pop_if_empty().push("preview");
        let client = Client::builder()
            .tls_backend_preconfigured(client_config()?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .map_err(|_| StartError::ServiceUrl)?;
        Ok(Self { client, preview_url })
    }

    /// The card of the page at `url`, as the worker sees it.
    ///
    /// # Errors
    /// [`Refusal::Url`] if the worker refuses the URL, [`Refusal::Fetch`] for everything else.
    pub async fn preview(&self, url: &str) -> Result<Card, Refusal> {
        let mut request = self.preview_url.clone();
        request.query_pairs_mut().append_pair("url", url);
        let response = self.client.get(request).send().await.map_err(worker_error)?;
        let status = response.status();
        let answer = body(response).await?;
        match status {
            StatusCode::OK => serde_json::from_slice(&answer).map_err(|_| failed("no card")),
            StatusCode::BAD_REQUEST if is_url_refused(&answer) => Err(Refusal::Url(UrlRule::Worker)),
            status => Err(failed(status.as_str())),
        }
    }
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

fn is_url_refused(answer: &[u8]) -> bool {
    serde_json::from_slice(answer)
        .is_ok_and(|problem: ProblemType| problem.kind == Kind::UrlRefused.type_uri())
}

fn failed(why: &str) -> Refusal {
    Refusal::Fetch(FetchError::Worker(why.into()))
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn worker_error(error: reqwest::Error) -> Refusal {
    // Without the URL, which names the page.
    failed(&error.without_url().to_string())
}
