//! Where checkpoints go.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::PathBuf,
};

use super::Checkpoint;

/// More than the last line of a file.
const TAIL: u64 = 1024 * 1024;

/// To the end of a file, to the log, or both.
#[derive(Debug)]
pub struct Sink {
    file: Option<File>,
    log: bool,
    /// The signature of the last checkpoint, for the next one.
    last: String,
}

impl Sink {
    /// Opens the file (made with mode 0600) for appending; the series of checkpoints in it goes on. A line that a
    /// crash cut short is no checkpoint, and is removed.
    ///
    /// # Errors
    /// The system's.
    pub fn open(file: Option<&PathBuf>, log: bool) -> io::Result<Self> {
        let open = |path: &PathBuf| {
            if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
                DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            }
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
        };
        let file = file.map(open).transpose()?;
        let last = file.as_ref().map(end).transpose()?.flatten();
        Ok(Self { file, log, last: last.map(|last| last.signature).unwrap_or_default() })
    }

    /// The signature of the last checkpoint; empty if there is none.
    pub(super) fn last(&self) -> &str {
        &self.last
    }

    /// Adds a checkpoint, durably: all of it, or nothing.
    pub(super) fn append(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let line = serde_json::to_string(checkpoint)?;
        if let Some(file) = &mut self.file {
            let length = file.metadata()?.len();
            if let Err(error) = file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data())
            {
                file.set_len(length)?;
                return Err(error);
            }
        }
        if self.log {
            tracing::info!(checkpoint = line, "audit checkpoint");
        }
        self.last.clone_from(&checkpoint.signature);
        Ok(())
    }
}

/// The checkpoint in the last whole line of a file; what stands after it is cut off.
fn end(file: &File) -> io::Result<Option<Checkpoint>> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL);
    let mut tail = vec![0; usize::try_from(length - from).map_err(io::Error::other)?];
    file.read_exact_at(&mut tail, from)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    if whole < tail.len() {
        file.set_len(from + whole as u64)?;
    }
    let last = tail[..whole].trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    Ok(last.and_then(|line| serde_json::from_slice(line).ok()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{key_ring::KeyRing, random::Random, timestamp::Timestamp};

    fn append(sink: &mut Sink, ring: &KeyRing) {
        let checkpoint =
            Checkpoint::sign(Timestamp::default(), sink.last().to_owned(), Vec::new(), ring.newest());
        sink.append(&checkpoint).expect("written");
    }

    #[test]
    fn a_series_goes_on_after_a_restart_and_a_torn_line_goes() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("checkpoints.jsonl");
        let ring = KeyRing::generate(&Random::seeded(1), Timestamp::default());
        for torn in ["", "{\"time\":\"2026-", "\u{0}"] {
            append(&mut Sink::open(Some(&path), false).expect("opened"), &ring);
            let text = fs::read_to_string(&path).expect("readable") + torn;
            fs::write(&path, text).expect("writable");
        }
        append(&mut Sink::open(Some(&path), false).expect("opened"), &ring);

        let text = fs::read_to_string(&path).expect("readable");
        let checkpoints: Vec<Checkpoint> =
            text.lines().map(|line| serde_json::from_str(line).expect("a whole line")).collect();
        assert_eq!(checkpoints.len(), 4);
        assert_eq!(checkpoints[0].previous, "");
        for pair in checkpoints.windows(2) {
            assert_eq!(pair[1].previous, pair[0].signature);
            assert!(pair[1].is_signed(&ring));
        }
    }
}
