//! `POST /sessions`

use std::fmt;

use poem::http::StatusCode;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};

use crate::{
    authorization::Visitor,
    caller::Credentials,
    document::Tag,
    id::SessionId,
    json_body::NoBody,
    permission::{Scope, Scopes},
    problem::Problem,
    session::password_check,
    store::{
        account,
        session::{self, Session},
    },
    text::UserName,
    token::SessionToken,
};

/// Begins a session.
#[derive(Clone, Copy, Debug)]
pub struct LogIn;

/// A session has begun.
#[derive(Object)]
struct NewSession {
    /// The token: send it as `Authorization: Bearer TOKEN`. It is shown this once and stored nowhere.
    token: String,
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSession")
    }
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// The session has begun.
    #[oai(status = 201)]
    Created(Json<NewSession>),
}

/// The same for a wrong password, an unknown name and an impossible one.
fn wrong_login() -> Problem {
    Problem::unauthenticated_with("The name or the password is wrong.")
}

#[OpenApi]
impl LogIn {
    /// Log in
    ///
    /// By name and password (Basic), or by a session that has the scope `full_access`. Without `scope` the session
    /// has every scope but `manage_space`, `manage_account` and `full_access`. Whether a name exists is not told, by
    /// status, text or time. Failed attempts slow the next ones.
    ///
    /// There is nothing to send but credentials; as with every POST, the content type is `application/json`.
    #[oai(path = "/sessions", method = "post", operation_id = "logIn", tag = "Tag::Sessions")]
    async fn log_in(
        &self,
        visitor: Visitor,
        /// The scopes of the session, separated by spaces; empty gives none.
        scope: Query<Option<String>>,
        _nothing: NoBody,
    ) -> Result<Answer, Problem> {
        let scopes = match &scope.0 {
            None => Scopes::DEFAULT,
            Some(text) => text.parse().map_err(|error: crate::permission::UnknownScope| {
                Problem::invalid_field("scope", error.to_string())
            })?,
        };
        let board = visitor.board();
        let (account, stored) = match visitor.caller().credentials() {
            Credentials::None => return Err(Problem::unauthenticated()),
            Credentials::Session(session) if session.scopes.contains(Scope::FullAccess) => {
                (session.account, None)
            }
            Credentials::Session(_) => return Err(Problem::insufficient_scope(Scope::FullAccess.name())),
            Credentials::Basic(basic) => {
                // What cannot be a name is not looked up: not every store takes every text.
                let account = match UserName::parse(&basic.name) {
                    Some(name) => account::by_name(board.store().read(), name.as_str()).await?,
                    None => None,
                };
                // A disabled account is like none: the same work, and the same answer.
                let account = account.filter(|account| !account.disabled);
                let address = visitor.caller().address();
                let password = basic.password.clone();
                let id = password_check::check(board, account.as_ref(), &basic.name, password, address)
                    .await?
                    .ok_or_else(wrong_login)?;
                (id, account.map(|account| account.password))
            }
        };

        let mut effect = visitor.effect().await?;
        effect.done_by(account);
        if let Credentials::Session(parent) = visitor.caller().credentials()
            && !session::is_live(effect.db(), parent, board.clock().now()).await?
        {
            return Err(Problem::invalid_token());
        }
        if let Some(stored) = stored
            && !account::by_id(effect.db(), account)
                .await?
                .is_some_and(|now| !now.disabled && now.password == stored)
        {
            // It was disabled, deleted or given another password while this one was being checked.
            return Err(wrong_login());
        }
        let now = board.clock().now();
        let token = SessionToken::generate(&board.session_ring(), board.random());
        let session = Session {
            id: SessionId::new(now, board.random()),
            account,
            scopes,
            created: now,
            expires: now + board.session_lifetime(),
        };
        session::insert(effect.db(), &board.row_macs(), &session, &token.hash()).await?;
        effect.commit(StatusCode::CREATED).await?;
        Ok(Answer::Created(Json(NewSession { token: token.expose().to_string() })))
    }
}
