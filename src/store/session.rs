//! Sessions. A row that does not bear its MAC is no session, whoever wrote it.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{Moment, RowMac, Store, entity::session as row};
use crate::{
    id::{AccountId, SessionId},
    key_ring::KeyId,
    permission::Scopes,
    timestamp::Timestamp,
};

/// A login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it in lists; the token is something else.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it began.
    pub created: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl Session {
    fn mac_parts(&self, hash: &[u8]) -> Vec<Vec<u8>> {
        vec![
            self.id.0.as_bytes().to_vec(),
            hash.to_vec(),
            self.account.0.as_bytes().to_vec(),
            self.scopes.bits().to_be_bytes().to_vec(),
            self.created.micros().to_be_bytes().to_vec(),
            self.expires.micros().to_be_bytes().to_vec(),
        ]
    }

    fn of(row: &row::Model, macs: &RowMac) -> Option<Self> {
        let session = Self {
            id: SessionId(row.id),
            account: AccountId(row.account_id),
            scopes: Scopes::from_bits(u32::try_from(row.scopes).ok()?)?,
            created: Timestamp::from_micros(row.created_at),
            expires: Timestamp::from_micros(row.expires_at),
        };
        macs.verify("session", &session.mac_parts(&row.hash), row.mac_key, &row.mac).then_some(session)
    }
}

/// Whether the row bears its MAC: else it is nothing.
pub(super) fn bears_its_mac(row: &row::Model, macs: &RowMac) -> bool {
    Session::of(row, macs).is_some()
}

/// Stores a session under the hash of its token.
pub async fn insert(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    session: &Session,
    hash: &[u8; 32],
) -> Result<(), DbErr> {
    let (mac_key, mac) = macs.make("session", &session.mac_parts(hash));
    let row = row::ActiveModel {
        id: Set(session.id.0),
        hash: Set(hash.to_vec()),
        account_id: Set(session.account.0),
        scopes: Set(session.scopes.bits().into()),
        created_at: Set(session.created.micros()),
        expires_at: Set(session.expires.micros()),
        mac_key: Set(mac_key),
        mac: Set(mac),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The session whose token has this hash, alive at `now`.
pub async fn find(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, DbErr> {
    let row = row::Entity::find().filter(row::Column::Hash.eq(hash.to_vec())).one(db).await?;
    Ok(row.and_then(|row| Session::of(&row, macs)).filter(|session| now < session.expires))
}

/// As [`find`], by what is remembered of `moment`.
pub async fn recall(
    store: &Store,
    moment: Moment,
    macs: &RowMac,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, DbErr> {
    let found = store.memory.sessions.recall(moment, *hash, || find(store.read(), macs, hash, now)).await?;
    Ok(found.filter(|session| now < session.expires))
}

/// Whether the session is still there and alive, for a check inside the transaction of a write.
pub async fn is_live(db: &impl ConnectionTrait, session: &Session, now: Timestamp) -> Result<bool, DbErr> {
    Ok(now < session.expires && row::Entity::find_by_id(session.id.0).one(db).await?.is_some())
}

/// The live sessions of an account, newest first; at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    macs: &RowMac,
    account: AccountId,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Session>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::ExpiresAt.gt(now.micros()))
        .order_by_desc(row::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(|row| Session::of(row, macs)).collect())
}

/// Ends one session of an account; says whether there was one.
pub async fn remove(
    db: &impl ConnectionTrait,
    account: AccountId,
    session: SessionId,
) -> Result<bool, DbErr> {
    let removed = row::Entity::delete_many()
        .filter(row::Column::Id.eq(session.0))
        .filter(row::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    Ok(removed.rows_affected > 0)
}

/// Ends every session of an account but one.
pub async fn remove_others(db: &impl ConnectionTrait, kept: &Session) -> Result<(), DbErr> {
    row::Entity::delete_many()
        .filter(row::Column::AccountId.eq(kept.account.0))
        .filter(row::Column::Id.ne(kept.id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Ends every session of an account.
pub async fn remove_all(db: &impl ConnectionTrait, account: AccountId) -> Result<(), DbErr> {
    row::Entity::delete_many().filter(row::Column::AccountId.eq(account.0)).exec(db).await.map(drop)
}

/// How many sessions live at `now`; with a key, only those whose row bears its MAC.
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

/// Removes what ended before `now`.
pub async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let swept = row::Entity::delete_many().filter(row::Column::ExpiresAt.lte(now.micros())).exec(db).await?;
    Ok(swept.rows_affected)
}
