//! Who has which roles in a space.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{Moment, Store, entity::member as row};
use crate::{
    id::{AccountId, SpaceId},
    permission::Role,
};

fn role(row: &row::Model) -> Option<Role> {
    Role::from_number(row.role)
}

/// The roles of an account in a space; none if it is no member.
pub async fn roles(
    db: &impl ConnectionTrait,
    space: SpaceId,
    account: AccountId,
) -> Result<Vec<Role>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::AccountId.eq(account.0))
        .order_by_asc(row::Column::Role)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(role).collect())
}

/// As [`roles`], by what is remembered of `moment`.
pub async fn recall(
    store: &Store,
    moment: Moment,
    space: SpaceId,
    account: AccountId,
) -> Result<Vec<Role>, DbErr> {
    let read = async || roles(store.read(), space, account).await.map(Some);
    Ok(store.memory.roles.recall(moment, (space, account), read).await?.unwrap_or_default())
}

/// Gives an account exactly these roles in a space; none removes it.
pub async fn set_roles(
    db: &impl ConnectionTrait,
    space: SpaceId,
    account: AccountId,
    roles: &[Role],
) -> Result<(), DbErr> {
    row::Entity::delete_many()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    for role in roles {
        let row =
            row::ActiveModel { space_id: Set(space.0), account_id: Set(account.0), role: Set(role.number()) };
        row::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(())
}

/// How many owners a space has besides `account`.
pub async fn other_owners(
    db: &impl ConnectionTrait,
    space: SpaceId,
    account: AccountId,
) -> Result<u64, DbErr> {
    row::Entity::find()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::Role.eq(Role::Owner.number()))
        .filter(row::Column::AccountId.ne(account.0))
        .count(db)
        .await
}

/// Whether a space has members besides `account`.
pub async fn has_others(
    db: &impl ConnectionTrait,
    space: SpaceId,
    account: AccountId,
) -> Result<bool, DbErr> {
    let other = row::Entity::find()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::AccountId.ne(account.0))
        .one(db)
        .await?;
    Ok(other.is_some())
}

/// Members of a space after `after`, by account id; at most `limit` of them, each with all roles.
pub async fn page(
    db: &impl ConnectionTrait,
    space: SpaceId,
    after: Option<AccountId>,
    limit: u64,
) -> Result<Vec<(AccountId, Vec<Role>)>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::SpaceId.eq(space.0));
    if let Some(after) = after {
        query = query.filter(row::Column::AccountId.gt(after.0));
    }
    // An account has at most four rows, one for each role.
    let rows = query
        .order_by_asc(row::Column::AccountId)
        .order_by_asc(row::Column::Role)
        .limit(limit * 4 + 4)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| AccountId(row.account_id), limit))
}

/// Spaces of an account after `after`, by space id; at most `limit` of them, each with all roles.
pub async fn spaces(
    db: &impl ConnectionTrait,
    account: AccountId,
    after: Option<SpaceId>,
    limit: u64,
) -> Result<Vec<(SpaceId, Vec<Role>)>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::AccountId.eq(account.0));
    if let Some(after) = after {
        query = query.filter(row::Column::SpaceId.gt(after.0));
    }
    let rows = query
        .order_by_asc(row::Column::SpaceId)
        .order_by_asc(row::Column::Role)
        .limit(limit * 4 + 4)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| SpaceId(row.space_id), limit))
}

/// Every space in which the account is an owner.
pub async fn owned(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<SpaceId>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::Role.eq(Role::Owner.number()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| SpaceId(row.space_id)).collect())
}

fn grouped<K: PartialEq>(
    rows: Vec<row::Model>,
    key: impl Fn(&row::Model) -> K,
    limit: u64,
) -> Vec<(K, Vec<Role>)> {
    let mut groups: Vec<(K, Vec<Role>)> = Vec::new();
    for row in rows {
        let Some(role) = role(&row) else { continue };
        match groups.last_mut() {
            Some((last, roles)) if *last == key(&row) => roles.push(role),
            _ => groups.push((key(&row), vec![role])),
        }
    }
    groups.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    groups
}
