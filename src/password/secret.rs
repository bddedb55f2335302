//! A password that somebody chose.

use std::fmt;

use zeroize::Zeroizing;

/// A new password: 8 characters or more, at most 1024 bytes, without U+0000. Wiped when dropped.
///
/// Length is the only rule of composition (NIST SP 800-63B, section 5.1.1.2); the text counts as
/// it was sent, byte for byte.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too few characters.
    #[error("must have 8 characters or more")]
    TooShort,
    /// Too many bytes.
    #[error("must not be longer than 1024 bytes")]
    TooLong,
    /// U+0000 inside.
    #[error("must not contain U+0000")]
    Null,
}

impl Password {
    const SHORTEST: usize = 8;
    const LONGEST: usize = 1024;

    /// Takes `text` as a password.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, PasswordRefused> {
        let text = text.into();
        if text.len() > Self::LONGEST {
            Err(PasswordRefused::TooLong)
        } else if text.chars().count() < Self::SHORTEST {
            Err(PasswordRefused::TooShort)
        } else if text.contains('\0') {
            Err(PasswordRefused::Null)
        } else {
            Ok(Self(text))
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_below_and_bytes_above() {
        let new = |text: String| Password::new(text).map(|_| ());
        assert_eq!(new("é".repeat(7)), Err(PasswordRefused::TooShort));
        assert_eq!(new("é".repeat(8)), Ok(()));
        assert_eq!(new("é".repeat(512)), Ok(()));
        assert_eq!(new("é".repeat(513)), Err(PasswordRefused::TooLong));
        assert_eq!(new("pass\0word".to_owned()), Err(PasswordRefused::Null));
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let password = Password::new("correct horse".to_owned()).expect("long enough");
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
