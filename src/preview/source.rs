//! Where cards come from.

use std::{fmt, sync::Arc};

use reqwest::Client;

use super::{Card, Previewer, Refusal, WorkerClient};
use crate::tls::Followed;

/// Where cards come from: this process, or a worker apart from it.
pub enum Source {
    /// Pages are fetched by this process.
    InProcess(Box<Previewer>),
    /// Pages are fetched by a worker.
    Worker(WorkerClient),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProcess(_) => "InProcess",
            Self::Worker(_) => "Worker",
        })
    }
}

impl Source {
    /// The client towards the worker, if there is one, whose files are to be followed.
    pub fn worker(&self) -> Option<Arc<Followed<Client>>> {
        match self {
            Self::InProcess(_) => None,
            Self::Worker(worker) => Some(worker.client()),
        }
    }

    /// Waits until it is of use to ask: a worker that does not answer is left alone for a while.
    pub async fn available(&self) {
        match self {
            Self::InProcess(_) => {}
            Self::Worker(worker) => worker.available().await,
        }
    }

    /// The card of the page at `url`.
    ///
    /// # Errors
    /// [`Refusal::Url`] for what the URL alone shows, [`Refusal::Fetch`] for everything else.
    pub async fn preview(&self, url: &str) -> Result<Card, Refusal> {
        match self {
            Self::InProcess(previewer) => previewer.preview(url).await,
            Self::Worker(worker) => worker.preview(url).await,
        }
    }
}
