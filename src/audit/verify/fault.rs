//! What verifying can find.

use std::fmt;

use uuid::Uuid;

/// Something that should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row's MAC does not fit it and the row before it: it was edited, or put in another place.
    Changed(Uuid, i64),
    /// Rows are missing before this one.
    Missing(Uuid, i64, i64),
    /// The account or address beside the row is not the one it was written for, or was removed by somebody else than
    /// the server.
    Subject(Uuid, i64),
    /// The chain's last row is not the one it is known to end with: its tail was cut off, or rows were added.
    End(Uuid, i64),
    /// Checkpoints have rows up to this one that are not there any more: the tail was cut off.
    Cut(Uuid, i64),
    /// A checkpoint has another row at this place: the chain was made anew, here or before.
    Rewritten(Uuid, i64),
    /// What is said to have been removed from the beginning of the chain was not signed by this server.
    Removal(Uuid),
    /// A line of the anchor is no checkpoint that this server signed.
    Line(usize),
    /// Lines of the anchor are missing before this one, or stand in another order.
    Gap(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(chain, place) => {
                write!(f, "chain {chain}, row {place}: edited, or not in its place (its MAC does not fit)")
            }
            Self::Missing(chain, from, to) => write!(f, "chain {chain}, rows {from} to {to}: missing"),
            Self::Subject(chain, place) => {
                write!(
                    f,
                    "chain {chain}, row {place}: the account or address beside it was edited or removed"
                )
            }
            Self::End(chain, place) => {
                write!(f, "chain {chain}, row {place}: not the row that the chain is known to end with")
            }
            Self::Cut(chain, place) => {
                write!(f, "chain {chain}, rows up to {place}: cut off; a checkpoint has them")
            }
            Self::Rewritten(chain, place) => {
                write!(
                    f,
                    "chain {chain}, row {place}: not the row that a checkpoint has; the chain was made anew"
                )
            }
            Self::Removal(chain) => {
                write!(f, "chain {chain}: what was removed from its beginning is not signed by this server")
            }
            Self::Gap(line) => {
                write!(f, "line {line} of the anchor: lines before it are missing or out of order")
            }
            Self::Line(line) => write!(f, "line {line} of the anchor: no checkpoint signed by this server"),
        }
    }
}
