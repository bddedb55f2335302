//! The proof that the caller has a session with the operation's scope.

use std::{marker::PhantomData, net::IpAddr};

use poem::{Request, RequestBody, Result};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::Policy;
use crate::{
    audit::{Effect, Trail},
    board::Board,
    caller::{Caller, Credentials},
    permission::Scope,
    problem::Problem,
    store::{
        Moment,
        session::{self, Session},
    },
};

/// The caller has a session, and the scope that `P` asks for.
///
/// A capability that is given is refused: no operation that takes this proof has a use for one.
#[derive(Clone, Debug)]
pub struct Authenticated<P> {
    session: Session,
    board: Board,
    trail: Trail,
    address: IpAddr,
    moment: Moment,
    policy: PhantomData<fn() -> P>,
}

impl<P: Policy> Authenticated<P> {
    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Everything else a handler needs.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The moment of the data at which the request came.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// The client's address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Begins to write, with the session checked again inside the transaction.
    ///
    /// # Errors
    /// 401 if the session has ended meanwhile, 503 if the store cannot be written.
    pub async fn effect(&self) -> Result<Effect, Problem> {
        let effect = Effect::begin(&self.trail).await?;
        if session::is_live(effect.db(), &self.session, self.board.clock().now()).await? {
            Ok(effect)
        } else {
            Err(Problem::invalid_token())
        }
    }

    /// The session and its scope, without a look at capabilities.
    pub(super) fn of(request: &Request) -> Result<Self, Problem> {
        let caller = Caller::of(request)?;
        let Credentials::Session(session) = caller.credentials() else {
            return Err(Problem::unauthenticated());
        };
        if let Some(scope) = P::SCOPE.filter(|scope| !session.scopes.contains(*scope)) {
            return Err(Problem::insufficient_scope(scope.name()));
        }
        Ok(Self {
            session: *session,
            board: Board::of(request)?,
            trail: caller.trail().clone(),
            address: caller.address(),
            moment: caller.moment(),
            policy: PhantomData,
        })
    }
}

impl<'a, P: Policy> ApiExtractor<'a> for Authenticated<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    /// Names the scope; [`crate::document`] makes the scheme and the scope of it.
    fn security_schemes() -> Vec<&'static str> {
        vec![P::SCOPE.map_or("session", Scope::name)]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let proof = Self::of(request)?;
        if Caller::of(request)?.capability().is_given() {
            return Err(Problem::forbidden().into());
        }
        Ok(proof)
    }
}
