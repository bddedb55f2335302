//! The proof that whoever asks has the database and its keys anyway.

/// Somebody at the console of the machine, who runs `natter-api admin`. No request ever has this proof.
#[derive(Debug)]
pub struct Operator(());

impl Operator {
    /// For the administration commands, and nothing else.
    pub(crate) fn at_the_console() -> Self {
        Self(())
    }
}
