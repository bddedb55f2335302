//! Where cards come from.

use std::fmt;

use super::{Card, Previewer, Refusal, WorkerClient};

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
