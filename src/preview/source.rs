//! Where cards come from.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Client;

use super::{Ask, Card, FetchError, Fetched, Previewer, Refusal, WorkerClient};
use crate::tls::Followed;

/// What a source has seen of a page.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The card; none if it is still the one that was asked about.
    pub card: Option<Card>,
    /// How long the page says that it is fresh; zero if it does not say, or wants nobody to keep it.
    pub fresh: Duration,
    /// What to name the card by when asking again, if the source can be asked so.
    pub tag: Option<String>,
}

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

    /// The card of the page at `url`, unless it is still the one with the tag `known`.
    ///
    /// # Errors
    /// [`Refusal::Url`] for what the URL alone shows, [`Refusal::Fetch`] for everything else.
    pub async fn preview(&self, url: &str, known: Option<&str>) -> Result<Seen, Refusal> {
        match self {
            Self::InProcess(previewer) => {
                match previewer.fetch(previewer.judge(url)?, &Ask::default()).await? {
                    Fetched::Card(preview) => Ok(Seen {
                        card: Some(preview.card),
                        fresh: if preview.lifetime.storable {
                            preview.lifetime.fresh
                        } else {
                            Duration::ZERO
                        },
                        tag: None,
                    }),
                    // It was not asked for it, nor whether it is.
                    Fetched::Image(..) | Fetched::Unchanged(_) => Err(FetchError::Status(304).into()),
                }
            }
            Self::Worker(worker) => worker.preview(url, known).await,
        }
    }
}
