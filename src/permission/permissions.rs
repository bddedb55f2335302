//! What may be done with a space or a message: read, write, delete.

use std::{fmt, str::FromStr};

/// A set of `r` (read), `w` (write) and `d` (delete).
///
/// In text each letter stands at most once, in any order on input and as `rwd` on output. The bits
/// are stored and signed, so they never change: r 1, w 2, d 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u8);

/// Text that names no set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPermissions {
    /// There is no letter at all.
    #[error("must name at least one of r, w and d")]
    Empty,
    /// There is something else than `r`, `w` and `d`.
    #[error("must hold no other letters than r, w and d")]
    Unknown,
    /// A letter stands twice.
    #[error("must not name a letter twice")]
    Doubled,
}

impl Permissions {
    /// May do nothing.
    pub const NONE: Self = Self(0);
    /// May read.
    pub const READ: Self = Self(1);
    /// May post.
    pub const WRITE: Self = Self(2);
    /// May delete.
    pub const DELETE: Self = Self(4);
    /// May read and post.
    pub const READ_WRITE: Self = Self(1 | 2);
    /// May read and delete.
    pub const READ_DELETE: Self = Self(1 | 4);
    /// May do everything.
    pub const ALL: Self = Self(1 | 2 | 4);

    /// The letters, as `rwd`.
    pub const fn name(self) -> &'static str {
        ["", "r", "w", "rw", "d", "rd", "wd", "rwd"][self.0 as usize]
    }

    const LETTERS: [(char, Self); 3] = [('r', Self::READ), ('w', Self::WRITE), ('d', Self::DELETE)];

    /// The set as stored. `None` if a bit is not one of ours.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The set as stored.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether nothing is permitted.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether everything in `self` is in `other` too.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// What is in both.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromStr for Permissions {
    type Err = InvalidPermissions;

    fn from_str(text: &str) -> Result<Self, InvalidPermissions> {
        if text.is_empty() {
            return Err(InvalidPermissions::Empty);
        }
        text.chars().try_fold(Self::NONE, |set, letter| {
            let (_, one) = Self::LETTERS
                .into_iter()
                .find(|(known, _)| *known == letter)
                .ok_or(InvalidPermissions::Unknown)?;
            if one.is_subset(set) { Err(InvalidPermissions::Doubled) } else { Ok(set.union(one)) }
        })
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_written_in_order_and_read_in_any() {
        let texts = ["r", "w", "rw", "d", "rd", "wd", "rwd"];
        for (bits, text) in (1..).zip(texts) {
            let set = Permissions::from_bits(bits).expect("seven sets");
            assert_eq!(set.to_string(), text);
            assert_eq!(text.parse(), Ok(set));
            assert_eq!(text.chars().rev().collect::<String>().parse(), Ok(set));
        }
        assert_eq!(Permissions::from_bits(8), None);
        assert_eq!(Permissions::NONE.to_string(), "");
    }

    #[test]
    fn refuses_empty_unknown_and_doubled() {
        use InvalidPermissions::{Doubled, Empty, Unknown};
        for (text, error) in [
            ("", Empty),
            ("x", Unknown),
            ("R", Unknown),
            ("r w", Unknown),
            ("rr", Doubled),
            ("rwdr", Doubled),
        ] {
            assert_eq!(text.parse::<Permissions>(), Err(error), "{text:?}");
        }
    }

    /// The reference compared substrings and refused `rd` of `rwd`.
    #[test]
    fn compares_sets_and_not_text() {
        assert!(Permissions::READ_DELETE.is_subset(Permissions::ALL));
        assert!(!Permissions::READ_DELETE.is_subset(Permissions::READ_WRITE));
        assert!(Permissions::NONE.is_subset(Permissions::NONE));
        assert_eq!(Permissions::READ_DELETE.intersection(Permissions::READ_WRITE), Permissions::READ);
        assert_eq!(Permissions::READ_DELETE.union(Permissions::READ_WRITE), Permissions::ALL);
    }
}
