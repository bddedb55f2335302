//! Is this the password? Asked slowly of who has been wrong.

use std::{net::IpAddr, time::Duration};

use sea_orm::DbErr;
use zeroize::Zeroizing;

use crate::{
    board::Board,
    id::AccountId,
    login::{Counter, Crowded, Failures, Standing, Subjects, subjects},
    password::Priority,
    problem::Problem,
    store::{Store, account::Account, login_attempt},
    timestamp::Timestamp,
};

/// When who finds too many logins should try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Whose password it is, if `attempt` is the password of `account`; the same work where there is no such account.
///
/// Counts the failure before the work and takes it back afterwards, so that guesses made at once do not all see the
/// same count. Those of the same account and network that are being checked are waited for before this one is told to
/// come back later: they may be right.
///
/// # Errors
/// 429 while the next attempt has to wait, 503 if the pool is full or the store cannot be written.
pub async fn check(
    board: &Board,
    account: Option<&Account>,
    name: &str,
    attempt: Zeroizing<Vec<u8>>,
    address: IpAddr,
) -> Result<Option<AccountId>, Problem> {
    let subjects = subjects(&board.name_ring(), name, address.into());
    let crowded =
        |Crowded| Problem::unavailable("Too many logins to this account are being checked.", RETRY_AFTER);
    let mut turn = board.limits().logins().enter(subjects.get(Counter::Pair)).await.map_err(crowded)?;
    let mut now = board.clock().now();
    // Who finds the pool full has cost one look.
    let lately = login_attempt::find(board.store().read(), &subjects.get(Counter::Pair)).await?;
    let priority = if standing_of(&lately).is_trusted(now) { Priority::Trusted } else { Priority::Ordinary };
    let mut place = board.hasher().queue(priority)?;
    let (mut standing, mut counted) = count(board.store(), &subjects, now).await?;
    if counted.is_err() && turn.has_company() {
        drop(place);
        turn = turn.alone().await;
        place = board.hasher().queue(priority)?;
        now = board.clock().now();
        (standing, counted) = count(board.store(), &subjects, now).await?;
    }
    if let Err(wait) = counted {
        return Err(Problem::rate_limited("Too many failed attempts: wait before the next one.", wait));
    }
    let stored = account.map(|account| account.password.as_str());
    let verified = board.hasher().verify(attempt, stored, place).await;
    if !matches!(verified, Ok(false)) {
        take_back(board.store(), &subjects, standing, verified.is_ok(), now).await?;
    }
    drop(turn);
    let is_right = verified?;
    Ok(account.filter(|_| is_right).map(|account| AccountId(account.id)))
}

type Counted = Result<(), Duration>;

/// What the store remembers, and one more failure in it unless the attempt has to wait.
async fn count(store: &Store, subjects: &Subjects, now: Timestamp) -> Result<(Standing, Counted), DbErr> {
    let transaction = store.begin().await?;
    let pair = login_attempt::find(transaction.db(), &subjects.get(Counter::Pair)).await?;
    let standing = Standing {
        account: failures(&login_attempt::find(transaction.db(), &subjects.get(Counter::Account)).await?),
        address: failures(&login_attempt::find(transaction.db(), &subjects.get(Counter::Address)).await?),
        ..standing_of(&pair)
    };
    let allowed = standing.check(now);
    if allowed.is_ok() {
        for counter in standing.counters(now) {
            let mut row = login_attempt::find(transaction.db(), &subjects.get(*counter)).await?;
            let counted = failures(&row).another(now);
            set(&mut row, counted);
            login_attempt::save(transaction.db(), row).await?;
        }
        transaction.commit().await?;
    }
    Ok((standing, allowed))
}

/// Takes the counted failure back; a success ends the pair's failures and makes it trusted.
async fn take_back(
    store: &Store,
    subjects: &Subjects,
    before: Standing,
    succeeded: bool,
    then: Timestamp,
) -> Result<(), DbErr> {
    let transaction = store.begin().await?;
    for counter in before.counters(then) {
        let mut row = login_attempt::find(transaction.db(), &subjects.get(*counter)).await?;
        let was = match counter {
            Counter::Account => before.account,
            Counter::Address => before.address,
            Counter::Pair => before.pair,
        };
        let current = failures(&row);
        set(&mut row, current.taken_back(was.another(then), was));
        login_attempt::save(transaction.db(), row).await?;
    }
    if succeeded {
        let mut pair = login_attempt::find(transaction.db(), &subjects.get(Counter::Pair)).await?;
        set(&mut pair, Failures::default());
        pair.succeeded_at = then.micros();
        login_attempt::save(transaction.db(), pair).await?;
    }
    transaction.commit().await
}

/// What is known of the pair alone.
fn standing_of(pair: &login_attempt::Attempts) -> Standing {
    let succeeded = Some(pair.succeeded_at).filter(|micros| *micros > 0).map(Timestamp::from_micros);
    Standing { pair: failures(pair), succeeded, ..Standing::default() }
}

fn failures(row: &login_attempt::Attempts) -> Failures {
    Failures {
        count: u32::try_from(row.failures).unwrap_or(u32::MAX),
        last: Timestamp::from_micros(row.failed_at),
    }
}

fn set(row: &mut login_attempt::Attempts, failures: Failures) {
    row.failures = failures.count.into();
    row.failed_at = failures.last.micros();
}
