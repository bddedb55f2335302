//! Where cards come from.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Client;
use tokio::sync::watch;

use super::{
    Ask, Card, FetchError, Fetched, Previewer, Refusal, WorkerClient,
    circuit::Leave,
    fetch::{Nat64Watch, UnknownPrefix},
};
use crate::{readiness::Component, tls::Followed};

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

/// Opens fetching by this process once it is known how the network translates to IPv4, and closes it while that is not
/// known.
pub struct Translation {
    watch: Nat64Watch,
    open: watch::Sender<bool>,
}

impl Translation {
    /// Asks the network again and again. `component` warns while nothing is fetched, which keeps nobody from posting.
    pub async fn follow(self, component: Component) {
        component.ready();
        let Self { watch, open } = self;
        let tell = |found: Result<(), UnknownPrefix>| {
            open.send_replace(found.is_ok());
            match found {
                Ok(()) => component.ready(),
                Err(unknown) => component.warn(format!("no link is previewed: {unknown}")),
            }
        };
        watch.follow(tell).await;
    }
}

/// Where cards come from: this process, or a worker apart from it.
pub enum Source {
    /// Pages are fetched by this process, while it is open.
    InProcess(Box<Previewer>, watch::Sender<bool>),
    /// Pages are fetched by a worker.
    Worker(WorkerClient),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProcess(..) => "InProcess",
            Self::Worker(_) => "Worker",
        })
    }
}

impl Source {
    /// Pages are fetched by this process, once its [`translation`](Self::translation) says so.
    pub fn in_process(previewer: Previewer) -> Self {
        Self::InProcess(Box::new(previewer), watch::Sender::new(false))
    }

    /// What is to be followed before anything is fetched by this process, if it does that.
    pub fn translation(&self) -> Option<Translation> {
        match self {
            Self::InProcess(previewer, open) => {
                Some(Translation { watch: previewer.nat64(), open: open.clone() })
            }
            Self::Worker(_) => None,
        }
    }

    /// The client towards the worker, if there is one, whose files are to be followed.
    pub fn worker(&self) -> Option<Arc<Followed<Client>>> {
        match self {
            Self::InProcess(..) => None,
            Self::Worker(worker) => Some(worker.client()),
        }
    }

    /// Waits until it is of use to ask: a worker that does not answer is left alone for a while, and nothing is fetched by
    /// this process from a network that may lead to any address. Whoever asks keeps the leave until there is an answer.
    pub async fn available(&self) -> Leave {
        match self {
            Self::InProcess(_, open) => {
                // An error would mean that the sender is gone; we hold it.
                drop(open.subscribe().wait_for(|open| *open).await);
                Leave::default()
            }
            Self::Worker(worker) => worker.available().await,
        }
    }

    /// The card of the page at `url`, unless it is still the one with the tag `known`.
    ///
    /// # Errors
    /// [`Refusal::Url`] for what the URL alone shows, [`Refusal::Fetch`] for everything else.
    pub async fn preview(&self, url: &str, known: Option<&str>) -> Result<Seen, Refusal> {
        match self {
            Self::InProcess(previewer, _) => {
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
