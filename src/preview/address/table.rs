//! The table of special-purpose addresses, embedded in the program.

use std::{net::IpAddr, sync::LazyLock};

use ipnetwork::IpNetwork;

/// The table as text. The NetworkPolicy's exceptions are generated from the same file.
pub(super) const SOURCE: &str = include_str!("special-purpose.csv");

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    SOURCE.lines().skip(1).map(|line| Row::parse(line).expect("the embedded table is tested")).collect()
});

/// What a row says about the addresses it covers, unless a longer prefix says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowVerdict {
    /// May be dialled.
    Allow,
    /// Never dialled.
    Deny,
    /// The low 32 bits are an IPv4 address, and that one is judged.
    Embedded,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The block as written in the file: also the id of the rule.
    pub prefix: &'static str,
    /// The block.
    pub network: IpNetwork,
    /// What the block is for.
    pub name: &'static str,
    /// The registry, RFC or document that says so.
    pub source: &'static str,
    /// What follows from it.
    pub verdict: RowVerdict,
}

impl Row {
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split(',');
        let prefix = columns.next()?;
        let (name, source) = (columns.next()?, columns.next()?);
        let verdict = match columns.next()? {
            "allow" => RowVerdict::Allow,
            "deny" => RowVerdict::Deny,
            "embedded" => RowVerdict::Embedded,
            _ => return None,
        };
        let network = prefix.parse().ok()?;
        columns.next().is_none().then_some(Self { prefix, network, name, source, verdict })
    }
}

/// Every row, in the order of the file.
pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The row with the longest prefix that covers `address`. `0.0.0.0/0` and `::/0` make sure there is one.
pub fn most_specific(address: IpAddr) -> Option<&'static Row> {
    rows().iter().filter(|row| row.network.contains(address)).max_by_key(|row| row.network.prefix())
}
