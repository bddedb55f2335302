//! Anybody: for the operations that need no session.

use poem::{FromRequest, Request, RequestBody};

use crate::{audit::Effect, board::Board, caller::Caller, problem::Problem};

/// Whoever sent the request, with nothing proved.
///
/// A capability that is given is refused: no operation that takes this has a use for one.
#[derive(Clone, Debug)]
pub struct Visitor {
    caller: Caller,
    board: Board,
}

impl Visitor {
    /// What the edge found out.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Everything else a handler needs.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// Begins to write.
    ///
    /// # Errors
    /// 503 if the store cannot be written.
    pub async fn effect(&self) -> Result<Effect, Problem> {
        Ok(Effect::begin(self.caller.trail()).await?)
    }
}

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let caller = Caller::of(request)?;
        if caller.capability().is_given() {
            return Err(Problem::forbidden().into());
        }
        Ok(Self { caller: caller.clone(), board: Board::of(request)? })
    }
}
