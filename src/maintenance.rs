//! What the server does by the clock: follows its key files, watches its store, removes what has expired.

use std::time::Duration;

use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    board::Board,
    idempotency::KEPT,
    readiness::Component,
    store::{capability, idempotency, login_attempt, session},
};

/// How often key files and store are looked at.
const WATCH: Duration = Duration::from_secs(2);

/// Every how many looks what has expired is removed: each ten minutes.
const SWEEP_EVERY: u32 = 300;

/// How long a failed login is remembered, and a successful one.
const FAILURES_KEPT: Duration = Duration::from_secs(3600);
const SUCCESSES_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Works until it is dropped.
pub async fn run(board: Board, store: Component) {
    let mut ticks = interval(WATCH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    loop {
        ticks.tick().await;
        reload_keys(&board);
        match board.store().probe().await {
            Ok(()) => store.ready(),
            Err(error) => store.not_ready(format!("cannot be used: {error}")),
        }
        if looks.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = sweep(&board).await
        {
            tracing::warn!(%error, "what has expired cannot be removed");
        }
        looks = looks.wrapping_add(1);
    }
}

fn reload_keys(board: &Board) {
    for (ring, outcome) in board.rings().reload_if_changed() {
        match outcome {
            Ok(()) => tracing::info!(?ring, "keys read again"),
            Err(error) => tracing::error!(?ring, %error, "the keys stay as they were"),
        }
    }
}

async fn sweep(board: &Board) -> Result<(), DbErr> {
    let now = board.clock().now();
    let transaction = board.store().begin().await?;
    session::sweep(transaction.db(), now).await?;
    capability::sweep(transaction.db(), now).await?;
    idempotency::sweep(transaction.db(), now.minus(KEPT)).await?;
    login_attempt::sweep(transaction.db(), now.minus(FAILURES_KEPT), now.minus(SUCCESSES_KEPT)).await?;
    transaction.commit().await
}
