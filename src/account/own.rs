//! The check that a name is the caller's own.

use sea_orm::DbErr;

use crate::{
    authorization::{Authenticated, Policy},
    board::Board,
    id::AccountId,
    problem::Problem,
    store::account::{self, Account},
    text::UserName,
};

/// Whether `name` is the name of the account `id`.
///
/// # Errors
/// The engine's.
pub async fn is_name_of(board: &Board, name: &UserName, id: AccountId) -> Result<bool, DbErr> {
    Ok(account::by_id(board.store().read(), id).await?.is_some_and(|account| account.name == name.as_str()))
}

/// The caller's account, if `name` is its name.
///
/// # Errors
/// 403 for every other name, whether there is such an account or not.
pub async fn own<P: Policy>(caller: &Authenticated<P>, name: &UserName) -> Result<Account, Problem> {
    account::by_id(caller.board().store().read(), caller.session().account)
        .await?
        .filter(|account| account.name == name.as_str())
        .ok_or_else(Problem::forbidden)
}
