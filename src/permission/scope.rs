//! Scopes: which operations a session may call at all.

use std::{fmt, str::FromStr};

/// One thing a session may be allowed to do. The discriminant is the bit's number in the store and
/// never changes; new scopes go at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Scope {
    /// Create a space.
    CreateSpace = 0,
    /// Post a message.
    PostMessage = 1,
    /// Read a message.
    ReadMessage = 2,
    /// List a space's messages.
    ListMessages = 3,
    /// Delete a message.
    DeleteMessage = 4,
    /// Add a member to a space.
    AddMember = 5,
    /// List the spaces one belongs to.
    ListSpaces = 6,
    /// List a space's members.
    ListMembers = 7,
    /// Read the audit log, as an auditor.
    ReadLog = 8,
    /// Change, hand over, leave or delete a space.
    ManageSpace = 9,
    /// Change the password, see and end sessions, delete the account.
    ManageAccount = 10,
    /// Make further sessions from this one.
    FullAccess = 11,
}

impl Scope {
    /// Every scope, in the order of the bits.
    pub const ALL: [Self; 12] = [
        Self::CreateSpace,
        Self::PostMessage,
        Self::ReadMessage,
        Self::ListMessages,
        Self::DeleteMessage,
        Self::AddMember,
        Self::ListSpaces,
        Self::ListMembers,
        Self::ReadLog,
        Self::ManageSpace,
        Self::ManageAccount,
        Self::FullAccess,
    ];

    /// The scope's name, as in `?scope=` and `WWW-Authenticate`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateSpace => "create_space",
            Self::PostMessage => "post_message",
            Self::ReadMessage => "read_message",
            Self::ListMessages => "list_messages",
            Self::DeleteMessage => "delete_message",
            Self::AddMember => "add_member",
            Self::ListSpaces => "list_spaces",
            Self::ListMembers => "list_members",
            Self::ReadLog => "read_log",
            Self::ManageSpace => "manage_space",
            Self::ManageAccount => "manage_account",
            Self::FullAccess => "full_access",
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes. In text (RFC 6749, section 3.3): names in any order, a space between them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u32);

/// A word in a list of scopes that is none of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scope {} is unknown{}", .position, .shown.as_ref().map(|word| format!(": {word}")).unwrap_or_default())]
pub struct UnknownScope {
    /// Which word it is, counted from 1.
    pub position: usize,
    /// The word, if it looks like a scope: a token pasted into the wrong place is not repeated.
    pub shown: Option<String>,
}

impl Scopes {
    /// No scope: good only to see who one is and to log out.
    pub const NONE: Self = Self(0);
    /// What a session has when nothing was asked for: all but `manage_space`, `manage_account` and
    /// `full_access`.
    pub const DEFAULT: Self = Self((1 << 9) - 1);
    /// Every scope.
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    /// The set as stored. `None` if a bit is not one of ours.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The set as stored.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether the scope is in the set.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether everything in `self` is in `other` too.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scopes of the set, in the order of the bits.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        (1..)
            .zip(text.split(' ').filter(|word| !word.is_empty()))
            .map(|(position, word)| {
                Scope::ALL.into_iter().find(|scope| scope.name() == word).ok_or_else(|| {
                    let harmless = word.len() <= 24
                        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                    UnknownScope { position, shown: harmless.then(|| word.to_owned()) }
                })
            })
            .collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bits of rows already stored.
    #[test]
    fn bits_are_stable() {
        for (bit, name) in [(1, "create_space"), (1 << 8, "read_log"), (1 << 11, "full_access")] {
            assert_eq!(name.parse::<Scopes>().expect(name).bits(), bit);
        }
        for (number, scope) in Scope::ALL.into_iter().enumerate() {
            assert_eq!(scope as usize, number);
        }
    }

    #[test]
    fn the_default_is_the_first_nine() {
        assert_eq!(
            Scopes::DEFAULT.to_string(),
            "create_space post_message read_message list_messages delete_message add_member list_spaces \
             list_members read_log"
        );
        assert!(!Scopes::DEFAULT.contains(Scope::FullAccess));
    }

    #[test]
    fn names_are_whole_words_and_case_matters() {
        assert_eq!("".parse(), Ok(Scopes::NONE));
        assert_eq!(
            " read_message  post_message read_message".parse(),
            Ok([Scope::PostMessage, Scope::ReadMessage].into_iter().collect::<Scopes>())
        );
        for word in ["read", "read_messages", "Read_Message", "READ_MESSAGE", "read_message,post_message"] {
            assert!(word.parse::<Scopes>().is_err(), "{word}");
        }
    }

    #[test]
    fn an_error_repeats_only_what_looks_like_a_scope() {
        let error = "read_message wirte_message".parse::<Scopes>().expect_err("unknown");
        assert_eq!(error.to_string(), "scope 2 is unknown: wirte_message");
        for odd in ["ntrs_AAAAsecret", "hunter2", &"a".repeat(25)] {
            let error = odd.parse::<Scopes>().expect_err("unknown");
            assert_eq!(error.to_string(), "scope 1 is unknown");
            assert_eq!(error.shown, None);
        }
    }

    proptest! {
        #[test]
        fn every_set_round_trips(bits in 0..=Scopes::ALL.bits()) {
            let set = Scopes::from_bits(bits).expect("only known bits");
            prop_assert_eq!(set.to_string().parse(), Ok(set));
            prop_assert_eq!(set.iter().collect::<Scopes>(), set);
            prop_assert_eq!(Scopes::from_bits(bits | 1 << 12), None);
        }
    }
}
