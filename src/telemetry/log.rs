//! The log: text on a terminal, JSON otherwise, on standard error.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber, subscriber::SetGlobalDefaultError};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, ParseError, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
};

use crate::settings::{LogFormat, LogSettings};

/// Libraries whose more talkative levels write headers, URLs and statements, and with them secrets. They
/// stay at WARN, whatever the settings say.
const QUIET: [&str; 9] =
    ["h2", "hickory_net", "hickory_resolver", "hyper", "hyper_util", "poem", "reqwest", "rustls", "sqlx"];

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `log.level` holds no directives; [`Settings::check`](crate::settings::Settings::check) says so first.
    #[error("log.level cannot be read: {0}")]
    Level(#[from] ParseError),
    /// The process has a log already.
    #[error(transparent)]
    Twice(#[from] SetGlobalDefaultError),
}

/// Starts the log of this process.
///
/// # Errors
/// When `log.level` cannot be read, or when it was started before.
pub fn start(settings: &LogSettings) -> Result<(), StartError> {
    let terminal = io::stderr().is_terminal();
    let subscriber = subscriber(settings, terminal, io::stderr)?;
    Ok(tracing::subscriber::set_global_default(subscriber)?)
}

fn subscriber<W>(settings: &LogSettings, terminal: bool, writer: W) -> Result<impl Subscriber, ParseError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let json = match settings.format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = fmt::layer().with_writer(writer).with_ansi(terminal && !json);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(true).boxed()
    } else {
        lines.boxed()
    };
    let filter = EnvFilter::try_new(&settings.level)?.and(filter_fn(tellable));
    Ok(registry().with(lines.with_filter(filter)))
}

fn tellable(event: &Metadata<'_>) -> bool {
    let library = event.target().split("::").next().unwrap_or_default();
    *event.level() <= Level::WARN || !QUIET.contains(&library)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, level: &str, terminal: bool, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let settings = LogSettings { format, level: level.into() };
        let subscriber = subscriber(&settings, terminal, move || writer.clone()).expect("a good level");
        tracing::subscriber::with_default(subscriber, work);
        let bytes = lines.0.lock().expect("no writer panics").clone();
        String::from_utf8(bytes).expect("the log is UTF-8")
    }

    fn request() {
        let _request = tracing::info_span!("request", request_id = "r1").entered();
        tracing::info!(status = 200, "answered");
    }

    #[test]
    fn json_has_the_request_id_of_the_span() {
        let line = logged(LogFormat::Auto, "info", false, request);
        let line: Value = serde_json::from_str(&line).expect("one object");
        assert_eq!(line["message"], "answered");
        assert_eq!(line["status"], 200);
        assert_eq!(line["spans"][0]["request_id"], "r1");
    }

    #[test]
    fn a_terminal_gets_text_unless_json_is_set() {
        let text = logged(LogFormat::Auto, "info", true, request);
        assert!(text.contains("answered") && serde_json::from_str::<Value>(&text).is_err(), "{text}");
        assert!(serde_json::from_str::<Value>(&logged(LogFormat::Json, "info", true, request)).is_ok());
        assert!(!logged(LogFormat::Text, "info", false, request).contains('\u{1b}'));
    }

    #[test]
    fn libraries_stay_quiet_whatever_the_level() {
        let log = logged(LogFormat::Json, "trace,hyper=trace,sqlx::query=trace", false, || {
            tracing::info!(target: "sqlx::query", "SELECT secret");
            tracing::debug!(target: "hyper::proto", "authorization: secret");
            tracing::warn!(target: "hyper::proto", "a warning");
            tracing::trace!(target: "natter::edge", "our own");
        });
        assert!(!log.contains("secret"), "{log}");
        assert!(log.contains("a warning") && log.contains("our own"), "{log}");
    }
}
