//! What is wrong with settings, collected so that one start reports everything.

use std::{fmt, ops::RangeInclusive};

/// One setting that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting's key, such as `http.listen`.
    pub key: String,
    /// Where the value stands: a file, a variable, or the default.
    pub source: String,
    /// What is wrong and what would be right. Never the value: it may be a secret put in the wrong place.
    pub detail: String,
}

/// Everything that is wrong with the settings, in the order it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Each fault.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn push(
        &mut self,
        key: impl Into<String>,
        source: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.0.push(Fault { key: key.into(), source: source.into(), detail: detail.into() });
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} setting{plural} cannot be taken:", self.0.len())?;
        for Fault { key, source, detail } in &self.0 {
            write!(f, "\n  {key} ({source}): {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Collects the faults that [`Settings::check`](super::Settings::check) finds.
pub struct Check<'a> {
    pub(super) source_of: &'a dyn Fn(&str) -> String,
    pub(super) faults: &'a mut Faults,
}

impl Check<'_> {
    /// Reports `detail` for the full `key` unless `holds`.
    pub fn require(&mut self, holds: bool, key: &str, detail: impl Into<String>) {
        if !holds {
            self.faults.push(key, (self.source_of)(key), detail);
        }
    }

    /// Reports a number that lies outside `range`.
    pub fn range<N: PartialOrd + fmt::Display>(&mut self, key: &str, value: N, range: RangeInclusive<N>) {
        let detail = format!("has to be from {} to {}", range.start(), range.end());
        self.require(range.contains(&value), key, detail);
    }
}
