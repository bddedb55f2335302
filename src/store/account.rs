//! Accounts.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};

use super::{
    Moment, Store,
    entity::{account as row, retired_name},
};
use crate::{id::AccountId, text::UserName, timestamp::Timestamp};

/// The columns of an account.
pub type Account = row::Model;

/// The account of this name.
pub async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Account>, DbErr> {
    row::Entity::find().filter(row::Column::Name.eq(name)).one(db).await
}

/// The account with this id.
pub async fn by_id(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, DbErr> {
    row::Entity::find_by_id(id.0).one(db).await
}

/// The names of some accounts, in no order; deleted ones are missing.
pub async fn names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, String>, DbErr> {
    let ids = ids.into_iter().map(|id| id.0);
    let rows = row::Entity::find().filter(row::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (AccountId(row.id), row.name)).collect())
}

/// As [`names`], by what is remembered of `moment`.
pub async fn recall_names(
    store: &Store,
    moment: Moment,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, String>, DbErr> {
    store.memory.names.recall_all(moment, ids, |unknown| names(store.read(), unknown)).await
}

/// Adds an account. The name has to be free: look first, in the same transaction.
pub async fn insert(
    db: &impl ConnectionTrait,
    id: AccountId,
    name: &UserName,
    password: String,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        id: Set(id.0),
        name: Set(name.as_str().to_owned()),
        password: Set(password),
        auditor: Set(false),
        disabled: Set(false),
        created_at: Set(now.micros()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Sets the hash of the password.
pub async fn set_password(db: &impl ConnectionTrait, id: AccountId, hash: String) -> Result<(), DbErr> {
    row::Entity::update_many()
        .col_expr(row::Column::Password, Expr::value(hash))
        .filter(row::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Lets the account read the audit log.
pub async fn grant_auditor(db: &impl ConnectionTrait, id: AccountId) -> Result<(), DbErr> {
    row::Entity::update_many()
        .col_expr(row::Column::Auditor, Expr::value(true))
        .filter(row::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Says whether nobody can log in to the account. End its sessions in the same transaction.
pub async fn set_disabled(db: &impl ConnectionTrait, id: AccountId, disabled: bool) -> Result<(), DbErr> {
    row::Entity::update_many()
        .col_expr(row::Column::Disabled, Expr::value(disabled))
        .filter(row::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Removes an account with its sessions, memberships, messages and capabilities, and retires its name.
pub async fn remove(db: &impl ConnectionTrait, id: AccountId, name_hash: &[u8; 32]) -> Result<(), DbErr> {
    let retired = retired_name::ActiveModel { hash: Set(name_hash.to_vec()) };
    retired_name::Entity::insert(retired).exec_without_returning(db).await?;
    row::Entity::delete_by_id(id.0).exec(db).await.map(drop)
}

/// Whether the name with one of these hashes (under each key of the ring) belonged to a deleted account.
pub async fn is_retired(db: &impl ConnectionTrait, name_hashes: Vec<[u8; 32]>) -> Result<bool, DbErr> {
    let hashes = name_hashes.into_iter().map(|hash| hash.to_vec());
    let row = retired_name::Entity::find().filter(retired_name::Column::Hash.is_in(hashes)).one(db).await?;
    Ok(row.is_some())
}

/// How many names of deleted accounts are kept.
pub async fn count_retired(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    retired_name::Entity::find().count(db).await
}
