//! The next connection, however many attempts it takes.

use std::{
    future::Future,
    io::{self, ErrorKind},
    time::Duration,
};

use tokio::time;

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Accepts until it succeeds. After an error that will not pass by itself, such as no file descriptors
/// left, it pauses for longer and longer, so that closing connections get the processor.
pub(super) async fn accept<T, F>(name: &'static str, mut attempt: impl FnMut() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match attempt().await {
            Ok(connection) => return connection,
            Err(error) => error,
        };
        if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
            continue;
        }
        metrics::counter!("natter_accept_errors_total", "listener" => name).increment(1);
        tracing::warn!(listener = name, %error, "cannot accept a connection");
        time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lasting_error_is_retried_seldom() {
        let attempts = Cell::new(0);
        let out_of_files = || {
            attempts.set(attempts.get() + 1);
            future::ready(Err::<(), _>(io::Error::from_raw_os_error(24)))
        };
        let minute = Duration::from_secs(60);
        assert!(time::timeout(minute, accept("test", out_of_files)).await.is_err());
        assert!((10..=70).contains(&attempts.get()), "{} attempts in a minute", attempts.get());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_given_up_is_passed_over() {
        let mut results = [Err(io::Error::from(ErrorKind::ConnectionAborted)), Ok(7)].into_iter();
        let start = time::Instant::now();
        let accepted = accept("test", || future::ready(results.next().expect("two attempts"))).await;
        assert_eq!((accepted, start.elapsed()), (7, Duration::ZERO));
    }
}
