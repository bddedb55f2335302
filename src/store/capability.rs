//! Roots of capabilities: what a token refers to, and what is revoked.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{Moment, RowMac, Store, entity::capability as row};
use crate::{
    id::{AccountId, CapabilityId, MessageId, SpaceId},
    key_ring::KeyId,
    permission::Permissions,
    timestamp::Timestamp,
    token::Target,
};

/// The root of some capability tokens. Removing its row ends them all, and all shared from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// What tokens refer to.
    pub id: CapabilityId,
    /// The root it was shared from.
    pub parent: Option<CapabilityId>,
    /// The only account it works for.
    pub account: AccountId,
    /// The space it opens something of.
    pub space: SpaceId,
    /// What it opens of the space.
    pub target: Target,
    /// What it permits there.
    pub permissions: Permissions,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl Root {
    fn target_columns(&self) -> (i16, Option<MessageId>) {
        match self.target {
            Target::Space => (0, None),
            Target::Messages => (1, None),
            Target::Message(id) => (2, Some(id)),
        }
    }

    fn mac_parts(&self) -> Vec<Vec<u8>> {
        let (target, message) = self.target_columns();
        vec![
            self.id.0.as_bytes().to_vec(),
            self.parent.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default(),
            self.account.0.as_bytes().to_vec(),
            self.space.0.as_bytes().to_vec(),
            target.to_be_bytes().to_vec(),
            message.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default(),
            vec![self.permissions.bits()],
            self.created.micros().to_be_bytes().to_vec(),
            self.expires.micros().to_be_bytes().to_vec(),
        ]
    }

    fn of(row: &row::Model, macs: &RowMac) -> Option<Self> {
        let root = Self {
            id: CapabilityId(row.id),
            parent: row.parent_id.map(CapabilityId),
            account: AccountId(row.account_id),
            space: SpaceId(row.space_id),
            target: match (row.target, row.message_id) {
                (0, None) => Target::Space,
                (1, None) => Target::Messages,
                (2, Some(id)) => Target::Message(MessageId(id)),
                _ => return None,
            },
            permissions: Permissions::from_bits(u8::try_from(row.permissions).ok()?)?,
            created: Timestamp::from_micros(row.created_at),
            expires: Timestamp::from_micros(row.expires_at),
        };
        macs.verify("capability", &root.mac_parts(), row.mac_key, &row.mac).then_some(root)
    }
}

/// Whether the row bears its MAC: else it is nothing.
pub(super) fn bears_its_mac(row: &row::Model, macs: &RowMac) -> bool {
    Root::of(row, macs).is_some()
}

/// Stores a root.
pub async fn insert(db: &impl ConnectionTrait, macs: &RowMac, root: &Root) -> Result<(), DbErr> {
    let (mac_key, mac) = macs.make("capability", &root.mac_parts());
    let (target, message) = root.target_columns();
    let row = row::ActiveModel {
        id: Set(root.id.0),
        parent_id: Set(root.parent.map(|id| id.0)),
        account_id: Set(root.account.0),
        space_id: Set(root.space.0),
        target: Set(target),
        message_id: Set(message.map(|id| id.0)),
        permissions: Set(root.permissions.bits().into()),
        created_at: Set(root.created.micros()),
        expires_at: Set(root.expires.micros()),
        mac_key: Set(mac_key),
        mac: Set(mac),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The root with this id, if it is alive at `now`.
pub async fn find(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    id: CapabilityId,
    now: Timestamp,
) -> Result<Option<Root>, DbErr> {
    let row = row::Entity::find_by_id(id.0).one(db).await?;
    Ok(row.and_then(|row| Root::of(&row, macs)).filter(|root| now < root.expires))
}

/// As [`find`], by what is remembered of `moment`.
pub async fn recall(
    store: &Store,
    moment: Moment,
    macs: &RowMac,
    id: CapabilityId,
    now: Timestamp,
) -> Result<Option<Root>, DbErr> {
    let found = store.memory.roots.recall(moment, id, || find(store.read(), macs, id, now)).await?;
    Ok(found.filter(|root| now < root.expires))
}

/// The live roots of a space after `after`, by id; at most `limit`.
pub async fn page(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    space: SpaceId,
    after: Option<CapabilityId>,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Root>, DbErr> {
    let mut query = row::Entity::find()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::ExpiresAt.gt(now.micros()));
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after.0));
    }
    let rows = query.order_by_asc(row::Column::Id).limit(limit).all(db).await?;
    Ok(rows.iter().filter_map(|row| Root::of(row, macs)).collect())
}

/// The roots that an account has anywhere, after `after`, by id; at most `limit`.
pub async fn of_account(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    account: AccountId,
    after: Option<CapabilityId>,
    limit: u64,
) -> Result<Vec<Root>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::AccountId.eq(account.0));
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after.0));
    }
    let rows = query.order_by_asc(row::Column::Id).limit(limit).all(db).await?;
    Ok(rows.iter().filter_map(|row| Root::of(row, macs)).collect())
}

/// How many roots live at `now`; with a key, only those whose row bears its MAC.
pub async fn count_live(
    db: &impl ConnectionTrait,
    mac_key: Option<KeyId>,
    now: Timestamp,
) -> Result<u64, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::ExpiresAt.gt(now.micros()));
    if let Some(key) = mac_key {
        query = query.filter(row::Column::MacKey.eq(i64::from(key.0)));
    }
    query.count(db).await
}

/// Ends a root of a space and all shared from it; says whether there was one.
pub async fn remove(db: &impl ConnectionTrait, space: SpaceId, id: CapabilityId) -> Result<bool, DbErr> {
    let removed = row::Entity::delete_many()
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::SpaceId.eq(space.0))
        .exec(db)
        .await?;
    Ok(removed.rows_affected > 0)
}

/// Ends every root of an account in a space, and all shared from them.
pub async fn remove_of(db: &impl ConnectionTrait, space: SpaceId, account: AccountId) -> Result<(), DbErr> {
    row::Entity::delete_many()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::SpaceId.eq(space.0))
        .exec(db)
        .await
        .map(drop)
}

/// Removes what ended before `now`.
pub async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let swept = row::Entity::delete_many().filter(row::Column::ExpiresAt.lte(now.micros())).exec(db).await?;
    Ok(swept.rows_affected)
}
