//! `POST /users/{username}/password`

use std::fmt;

use poem::http::StatusCode;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json, types::Password};
use zeroize::Zeroizing;

use crate::{
    account::{NewPassword, own},
    authorization::{Authenticated, Policy},
    document::{Done, Tag},
    json_body::JsonBody,
    password::Priority,
    permission::Scope,
    problem::Problem,
    session::password_check,
    store::{account, session},
    text::UserName,
};

/// Changes the caller's password.
#[derive(Clone, Copy, Debug)]
pub struct ChangePassword;

/// What changing the password asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayChangePassword;

impl Policy for MayChangePassword {
    const SCOPE: Option<Scope> = Some(Scope::ManageAccount);
}

/// A change of password.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PasswordChange {
    /// The password as it is.
    #[oai(write_only)]
    current_password: Password,
    /// The password as it shall be: 8 characters or more, at most 1,024 bytes of UTF-8.
    #[oai(write_only)]
    new_password: NewPassword,
}

impl fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordChange")
    }
}

#[OpenApi]
impl ChangePassword {
    /// Change the password
    ///
    /// Of the caller's own account. Asks for the current password, and ends every other session of the account.
    /// A wrong current password slows the next attempt as a failed login does.
    #[oai(
        path = "/users/:username/password",
        method = "post",
        operation_id = "changePassword",
        tag = "Tag::Accounts"
    )]
    async fn change_password(
        &self,
        caller: Authenticated<MayChangePassword>,
        /// The caller's own name.
        username: Path<UserName>,
        body: JsonBody<PasswordChange>,
    ) -> Result<Json<Done>, Problem> {
        let board = caller.board();
        let account = own(&caller, &username).await?;
        let PasswordChange { current_password, new_password } = body.0;
        let current = Zeroizing::new(current_password.0.into_bytes());
        if password_check::check(board, Some(&account), &account.name, current, caller.address())
            .await?
            .is_none()
        {
            return Err(Problem::invalid_field("current_password", "is not the password"));
        }
        let hash = board.hasher().hash(new_password.0, Priority::Trusted).await?;

        let effect = caller.effect().await?;
        account::set_password(effect.db(), caller.session().account, hash).await?;
        session::remove_others(effect.db(), caller.session()).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
