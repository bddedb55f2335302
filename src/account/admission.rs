//! Who may register.

use sea_orm::ConnectionTrait;

use crate::{
    board::Board,
    problem::{Kind, Problem},
    settings::RegistrationMode,
    store::invitation,
    token::InvitationCode,
};

/// What lets somebody register.
#[derive(Debug)]
pub(super) enum Admission {
    /// Nothing is asked for.
    Open,
    /// An invitation, which goes with the registration.
    Invited(InvitationCode),
}

/// The same without an invitation, with an unknown, a used and an expired one.
fn refused(board: &Board) -> Problem {
    let detail = match board.registration() {
        RegistrationMode::Closed => "This server takes no registrations.",
        RegistrationMode::Open | RegistrationMode::Invitation => {
            "This server takes registrations with an invitation only, and this is none that is good."
        }
    };
    Problem::new(Kind::RegistrationRefused, detail)
}

impl Admission {
    /// Judges what came with a registration. Asked before anything is said about the name.
    ///
    /// # Errors
    /// 403 unless the server lets this registration happen.
    pub(super) async fn judge(board: &Board, invitation: Option<&str>) -> Result<Self, Problem> {
        match board.registration() {
            RegistrationMode::Open => Ok(Self::Open),
            RegistrationMode::Closed => Err(refused(board)),
            RegistrationMode::Invitation => {
                let code = invitation.and_then(InvitationCode::parse).ok_or_else(|| refused(board))?;
                let (db, now) = (board.store().read(), board.clock().now());
                if !invitation::is_good(db, &code.hash(), now).await? {
                    return Err(refused(board));
                }
                Ok(Self::Invited(code))
            }
        }
    }

    /// Uses it up, in the transaction that makes the account.
    ///
    /// # Errors
    /// 403 if somebody else was quicker, or it has expired meanwhile.
    pub(super) async fn consume(&self, db: &impl ConnectionTrait, board: &Board) -> Result<(), Problem> {
        match self {
            Self::Open => Ok(()),
            Self::Invited(code) => {
                let is_good = invitation::consume(db, &code.hash(), board.clock().now()).await?;
                if is_good { Ok(()) } else { Err(refused(board)) }
            }
        }
    }
}
