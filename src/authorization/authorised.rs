//! The proof that the caller may do something in a space.

use std::str::FromStr;

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef},
    types::Type,
};

use super::{
    Authenticated, Doors, Grant, Place, SpacePolicy,
    judgement::{Question, judge, look_up, recall},
};
use crate::{
    audit::Effect,
    board::Board,
    caller::Caller,
    id::{MessageId, NotAnId, SpaceId},
    permission::Scope,
    problem::Problem,
    store::{Moment, session::Session},
    token::Claims,
};

/// The caller has what `P` asks for in the space that the path names.
#[derive(Clone, Debug)]
pub struct Authorised<P> {
    session: Authenticated<P>,
    space: SpaceId,
    message: Option<MessageId>,
    capability: Option<Claims>,
    is_in_query: bool,
    grant: Grant,
}

impl<P: SpacePolicy> Authorised<P> {
    /// The caller's session.
    pub fn session(&self) -> &Session {
        self.session.session()
    }

    /// The moment of the data at which the request came.
    pub fn moment(&self) -> Moment {
        self.session.moment()
    }

    /// Everything else a handler needs.
    pub fn board(&self) -> &Board {
        self.session.board()
    }

    /// The space.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The message that the path names, where it names one. Whether it exists is not proved.
    pub fn message(&self) -> Option<MessageId> {
        self.message
    }

    /// What proved the permission.
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The capability that decided, if it came in the query.
    pub fn capability_in_query(&self) -> Option<&Claims> {
        self.capability.as_ref().filter(|_| self.is_in_query)
    }

    /// Begins to write, with session and permission checked again inside the transaction.
    ///
    /// # Errors
    /// 401 or 403 if they have ended meanwhile, 503 if the store cannot be written.
    pub async fn effect(&self) -> Result<Effect, Problem> {
        let effect = self.session.effect().await?;
        let (board, question, now) = (self.board(), self.question(), self.board().clock().now());
        judge::<P>(look_up(effect.db(), board, question, now).await?, question, now)?;
        Ok(effect)
    }

    fn question(&self) -> Question<'_> {
        Question {
            session: self.session(),
            space: self.space,
            message: self.message,
            capability: self.capability,
        }
    }
}

/// The id at a place of the path; the framework only numbers its parameters.
fn path_id<T: FromStr<Err = NotAnId>>(
    request: &Request,
    place: &'static str,
    name: &'static str,
) -> Result<T, Problem> {
    let text = request.raw_path_param(place).unwrap_or_default();
    text.parse().map_err(|error: NotAnId| Problem::invalid_field(name, error.to_string()))
}

impl<'a, P: SpacePolicy> ApiExtractor<'a> for Authorised<P> {
    const TYPES: &'static [ApiExtractorType] =
        &[ApiExtractorType::Parameter, ApiExtractorType::SecurityScheme];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = SpaceId;
    type ParamRawType = SpaceId;

    /// Names the scope, the permission and what may prove it; [`crate::document`] makes sense of it.
    fn security_schemes() -> Vec<&'static str> {
        let session = P::SCOPE.map_or("session", Scope::name);
        match P::DOORS {
            Doors::Owner => vec![session, "owner"],
            Doors::Roles => vec![session, P::NEEDS.name()],
            Doors::RolesOrCapability => vec![session, P::NEEDS.name(), "capability"],
        }
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Path)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(SpaceId::schema_ref())
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<SpaceId>,
    ) -> Result<Self> {
        let session = Authenticated::<P>::of(request)?;
        let space = path_id(request, "param0", "space_id")?;
        let message = match P::PLACE {
            Place::Message => Some(path_id(request, "param1", "message_id")?),
            Place::Space | Place::Messages => None,
        };
        let given = Caller::of(request)?.capability();
        let (capability, is_in_query) = (given.claims(session.board())?, given.is_in_query());
        let board = session.board().clone();
        let question = Question { session: session.session(), space, message, capability };
        let now = board.clock().now();
        let grant = judge::<P>(recall(&board, session.moment(), question, now).await?, question, now)?;
        Ok(Self { session, space, message, capability, is_in_query, grant })
    }
}
