//! `POST /users`

use std::fmt;

use poem::http::StatusCode;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{NewPassword, admission::Admission, retired_name};
use crate::{
    authorization::Visitor,
    document::Tag,
    id::AccountId,
    json_body::JsonBody,
    password::Priority,
    problem::{Kind, Problem},
    store::account,
    text::UserName,
};

/// Registers an account.
#[derive(Clone, Copy, Debug)]
pub struct Register;

/// A new account.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Registration {
    /// The name: it is public, and never given out again.
    username: UserName,
    /// The password: 8 characters or more, at most 1,024 bytes of UTF-8.
    #[oai(write_only)]
    password: NewPassword,
    /// An invitation, where the server asks for one: it makes one account. Elsewhere it is not looked at.
    #[oai(write_only, validator(max_length = 64))]
    invitation: Option<String>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration")
    }
}

/// The account.
#[derive(Debug, Object)]
struct Registered {
    /// Its name.
    username: UserName,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// The account exists now.
    #[oai(status = 201)]
    Created(
        Json<Registered>,
        /// The account.
        #[oai(header = "Location")]
        String,
    ),
}

fn taken() -> Problem {
    Problem::new(Kind::NameTaken, "This user name is taken.")
}

#[OpenApi]
impl Register {
    /// Register an account
    ///
    /// Says whether a name is in use; logging in never does. An address may register a few accounts at once and then
    /// one every few seconds. A server may ask for an invitation or take no registrations: whether an invitation is
    /// unknown, used or expired is not told, and without a good one nothing about the name.
    #[oai(path = "/users", method = "post", operation_id = "registerUser", tag = "Tag::Accounts")]
    async fn register_user(&self, visitor: Visitor, body: JsonBody<Registration>) -> Result<Answer, Problem> {
        let (board, Registration { username, password, invitation }) = (visitor.board(), body.0);
        board.limits().registration(visitor.caller().address())?;
        let admission = Admission::judge(board, invitation.as_deref()).await?;
        if account::by_name(board.store().read(), username.as_str()).await?.is_some() {
            return Err(taken());
        }
        let hash = board.hasher().hash(password.0, Priority::Ordinary).await?;

        let mut effect = visitor.effect().await?;
        admission.consume(effect.db(), board).await?;
        let retired = account::is_retired(
            effect.db(),
            retired_name::possible_hashes(&board.name_ring(), username.as_str()),
        )
        .await?;
        if retired || account::by_name(effect.db(), username.as_str()).await?.is_some() {
            return Err(taken());
        }
        let now = board.clock().now();
        let id = AccountId::new(now, board.random());
        account::insert(effect.db(), id, &username, hash, now).await?;
        effect.done_by(id);
        effect.commit(StatusCode::CREATED).await?;
        let location = format!("/users/{}", username.as_str());
        Ok(Answer::Created(Json(Registered { username }), location))
    }
}
