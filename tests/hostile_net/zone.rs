//! What the test's DNS server knows, as lines of text.

use std::collections::HashMap;

/// Names and what becomes of asking for them. A line is one record:
///
/// * `NAME A ADDRESS`, `NAME AAAA ADDRESS`, `NAME CNAME NAME`; `ADDRESS then ADDRESS` answers the first
///   question with the first one and later questions with the next. `*.NAME` is every name below.
/// * `NAME EMPTY`, `NAME SERVFAIL`, `NAME REFUSED`, `NAME SILENT`: no address, an error, no answer at all.
///
/// Any other name does not exist.
#[derive(Default)]
pub struct Zone {
    records: Vec<Record>,
    asked: HashMap<(String, String), usize>,
}

struct Record {
    name: String,
    kind: String,
    values: Vec<String>,
}

/// What becomes of a question.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// These records: owner, type, value.
    Records(Vec<(String, String, String)>),
    /// This error, as DNS numbers them.
    Error(u8),
    /// Nothing is sent.
    Silence,
}

const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const REFUSED: u8 = 5;

impl Zone {
    /// Adds a record.
    pub fn add(&mut self, line: &str) {
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(name), Some(kind)) = (words.next(), words.next()) else { panic!("no record: {line}") };
        let values = words.filter(|word| word != "then").collect();
        self.records.push(Record { name, kind, values });
    }

    /// Answers a question for records of type `kind`, along aliases.
    pub fn find(&mut self, name: &str, kind: &str) -> Finding {
        let round = self.asked.entry((name.to_owned(), kind.to_owned())).or_default();
        let turn = *round;
        *round += 1;
        let mut found = Vec::new();
        let mut owner = name.to_owned();
        // A chain without an end is given up on, as real servers do.
        for _ in 0..8 {
            let records: Vec<_> = self.records.iter().filter(|record| record.covers(&owner)).collect();
            if records.is_empty() && found.is_empty() {
                return Finding::Error(NXDOMAIN);
            }
            if let Some(finding) = records.iter().find_map(|record| record.failure()) {
                return finding;
            }
            let of_kind = records.iter().filter(|record| record.kind == kind);
            found.extend(of_kind.map(|record| (owner.clone(), kind.to_owned(), record.value(turn))));
            let Some(alias) = records.iter().find(|record| record.kind == "CNAME") else { break };
            let target = alias.value(turn);
            found.push((owner, "CNAME".to_owned(), target.clone()));
            owner = target;
        }
        Finding::Records(found)
    }
}

impl Record {
    fn covers(&self, name: &str) -> bool {
        match self.name.strip_prefix('*') {
            Some(parent) => name.ends_with(parent),
            None => self.name == name,
        }
    }

    fn failure(&self) -> Option<Finding> {
        match self.kind.as_str() {
            "SERVFAIL" => Some(Finding::Error(SERVFAIL)),
            "REFUSED" => Some(Finding::Error(REFUSED)),
            "SILENT" => Some(Finding::Silence),
            _ => None,
        }
    }

    fn value(&self, turn: usize) -> String {
        self.values.get(turn).or(self.values.last()).expect("a record has a value").clone()
    }
}
