//! Rows that stand by themselves: those of many requests are written in one go.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::recorder::{Entry, Ink};
use crate::store::Store;

/// Notes that wait to be written at most; whoever adds more waits.
const QUEUE: usize = 4096;

/// Notes written in one transaction at most.
const TOGETHER: usize = 256;

/// How long anybody waits until rows are durable.
const PATIENCE: Duration = Duration::from_secs(6);

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub(super) struct Queue(mpsc::Sender<Note>);

/// Rows of one request, and whom to tell that they are durable, if anybody waits.
#[derive(Debug)]
struct Note {
    entries: Vec<Entry>,
    written: Option<oneshot::Sender<Result<(), String>>>,
}

impl Queue {
    pub(super) fn open(store: Store, ink: Ink) -> Self {
        let (sender, mut notes) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut together: Vec<Note> = Vec::with_capacity(TOGETHER);
            while notes.recv_many(&mut together, TOGETHER).await > 0 {
                // Rows that nobody waits for any more are those of requests that were refused.
                together.retain(|note| note.written.as_ref().is_none_or(|written| !written.is_closed()));
                if together.is_empty() {
                    continue;
                }
                metrics::histogram!("natter_audit_requests_per_commit").record(together.len() as f64);
                let outcome = write(&store, &ink, &together).await.map_err(|error| error.to_string());
                for note in together.drain(..) {
                    tell(note, &outcome);
                }
            }
        });
        Self(sender)
    }

    /// Waits until the rows are durable, and all that were left before them, within [`PATIENCE`]. Those that come too
    /// late may be written nevertheless: the log may tell of a request more than became of it.
    pub(super) async fn write(&self, entries: Vec<Entry>) -> Result<(), DbErr> {
        let failed = |error| DbErr::Conn(RuntimeErr::Internal(error));
        let (written, outcome) = oneshot::channel();
        let outcome = async {
            self.0.send(Note { entries, written: Some(written) }).await.map_err(|_| gone())?;
            outcome.await.map_err(|_| gone())
        };
        let late = |_| failed(format!("the audit log was not written within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, outcome).await.map_err(late)??.map_err(failed)
    }

    /// Leaves the rows to be written soon: what is not when the process dies is lost.
    pub(super) async fn leave(&self, entries: Vec<Entry>) -> Result<(), DbErr> {
        self.0.send(Note { entries, written: None }).await.map_err(|_| gone())
    }
}

async fn write(store: &Store, ink: &Ink, notes: &[Note]) -> Result<(), DbErr> {
    let write = store.begin_log().await?;
    let entries: Vec<_> = notes.iter().flat_map(|note| &note.entries).collect();
    ink.write(write.db(), &entries).await?;
    write.commit().await
}

fn tell(note: Note, outcome: &Result<(), String>) {
    match (note.written, outcome) {
        // Whoever stopped waiting does not want to know.
        (Some(written), outcome) => drop(written.send(outcome.clone())),
        (None, Ok(())) => {}
        (None, Err(error)) => {
            let rows = note.entries.len();
            metrics::counter!("natter_audit_rows_lost_total").increment(rows as u64);
            tracing::error!(%error, rows, "rows of the audit log are lost");
        }
    }
}

fn gone() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the audit log was closed".into()))
}
