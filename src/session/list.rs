//! `GET /sessions`

use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    authorization::{Authenticated, Policy},
    document::Tag,
    id::SessionId,
    permission::Scope,
    problem::Problem,
    store::session,
    timestamp::Timestamp,
};

/// Lists the caller's sessions.
#[derive(Clone, Copy, Debug)]
pub struct ListSessions;

/// What listing sessions asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayListSessions;

impl Policy for MayListSessions {
    const SCOPE: Option<Scope> = Some(Scope::ManageAccount);
}

/// A session of the caller.
#[derive(Debug, Object)]
struct SessionEntry {
    /// Names it in `DELETE /sessions/{session_id}`.
    id: SessionId,
    /// Its scopes, separated by spaces.
    scope: String,
    /// When it began.
    created: Timestamp,
    /// When it ends by itself.
    expires: Timestamp,
    /// Whether this request was made with it.
    current: bool,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// The live sessions.
    #[oai(status = 200)]
    Sessions(Json<Vec<SessionEntry>>),
}

/// Sessions live for minutes; more than these are not shown.
const MOST: u64 = 1000;

#[OpenApi]
impl ListSessions {
    /// List sessions
    ///
    /// The caller's live sessions, newest first; 1,000 at most.
    #[oai(path = "/sessions", method = "get", operation_id = "listSessions", tag = "Tag::Sessions")]
    async fn list_sessions(&self, caller: Authenticated<MayListSessions>) -> Result<Answer, Problem> {
        let (board, own) = (caller.board(), caller.session());
        let now = board.clock().now();
        let sessions = session::list(board.store().read(), &board.row_macs(), own.account, now, MOST).await?;
        let entries = sessions.into_iter().map(|session| SessionEntry {
            id: session.id,
            scope: session.scopes.to_string(),
            created: session.created,
            expires: session.expires,
            current: session.id == own.id,
        });
        Ok(Answer::Sessions(Json(entries.collect())))
    }
}
