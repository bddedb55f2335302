//! `DELETE /sessions`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, payload::Json};

use crate::{
    authorization::{Authenticated, Policy},
    document::{Done, Tag},
    permission::Scope,
    problem::Problem,
    store::session,
};

/// Ends the session it is called with.
#[derive(Clone, Copy, Debug)]
pub struct LogOut;

/// Any session may end itself.
#[derive(Clone, Copy, Debug)]
pub struct MayLogOut;

impl Policy for MayLogOut {
    const SCOPE: Option<Scope> = None;
}

#[OpenApi]
impl LogOut {
    /// Log out
    ///
    /// Ends the session whose token is sent. Capabilities live on: they are revoked one by one, or with what they
    /// open.
    #[oai(path = "/sessions", method = "delete", operation_id = "logOut", tag = "Tag::Sessions")]
    async fn log_out(&self, caller: Authenticated<MayLogOut>) -> Result<Json<Done>, Problem> {
        let effect = caller.effect().await?;
        session::remove(effect.db(), caller.session().account, caller.session().id).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
