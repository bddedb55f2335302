//! Rows that nobody waits for, for those who prefer speed: what was not written yet when the process died is lost.

use sea_orm::{DbErr, RuntimeErr};
use tokio::sync::{mpsc, oneshot};

use super::recorder::{Entry, Ink};
use crate::store::Store;

/// Rows that wait to be written at most; whoever adds more waits.
const QUEUE: usize = 4096;

/// Rows written in one transaction at most.
const TOGETHER: usize = 256;

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub(super) struct Late(mpsc::Sender<Note>);

#[derive(Debug)]
enum Note {
    Row(Box<Entry>),
    /// Answered when everything before it is written.
    Finish(oneshot::Sender<()>),
}

impl Late {
    pub(super) fn open(store: Store, ink: Ink) -> Self {
        let (sender, mut notes) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut together = Vec::with_capacity(TOGETHER);
            while notes.recv_many(&mut together, TOGETHER).await > 0 {
                if let Err(error) = write(&store, &ink, &together).await {
                    metrics::counter!("natter_audit_rows_lost_total").increment(together.len() as u64);
                    tracing::error!(%error, rows = together.len(), "rows of the audit log are lost");
                }
                for note in together.drain(..) {
                    if let Note::Finish(done) = note {
                        let _ = done.send(());
                    }
                }
            }
        });
        Self(sender)
    }

    pub(super) async fn send(&self, entries: impl IntoIterator<Item = Entry>) -> Result<(), DbErr> {
        let gone = |_| DbErr::Conn(RuntimeErr::Internal("the audit log was closed".into()));
        for entry in entries {
            self.0.send(Note::Row(Box::new(entry))).await.map_err(gone)?;
        }
        Ok(())
    }

    pub(super) async fn finish(self) {
        let (done, finished) = oneshot::channel();
        if self.0.send(Note::Finish(done)).await.is_ok() {
            let _ = finished.await;
        }
    }
}

async fn write(store: &Store, ink: &Ink, notes: &[Note]) -> Result<(), DbErr> {
    let write = store.begin().await?;
    for note in notes {
        if let Note::Row(entry) = note {
            ink.write(write.db(), entry).await?;
        }
    }
    write.commit().await
}
