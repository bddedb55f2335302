//! `DELETE /sessions/{session_id}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, param::Path, payload::Json};

use crate::{
    authorization::{Authenticated, Policy},
    document::{Done, Tag},
    id::SessionId,
    permission::Scope,
    problem::Problem,
    store::session,
};

/// Ends another session of the caller.
#[derive(Clone, Copy, Debug)]
pub struct RevokeSession;

/// What ending another session asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayRevokeSession;

impl Policy for MayRevokeSession {
    const SCOPE: Option<Scope> = Some(Scope::ManageAccount);
}

#[OpenApi]
impl RevokeSession {
    /// End a session
    ///
    /// One of the caller's own, as listed by `GET /sessions`.
    #[oai(
        path = "/sessions/:session_id",
        method = "delete",
        operation_id = "revokeSession",
        tag = "Tag::Sessions"
    )]
    async fn revoke_session(
        &self,
        caller: Authenticated<MayRevokeSession>,
        /// The session.
        session_id: Path<SessionId>,
    ) -> Result<Json<Done>, Problem> {
        let effect = caller.effect().await?;
        if !session::remove(effect.db(), caller.session().account, session_id.0).await? {
            return Err(Problem::not_found("session"));
        }
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
