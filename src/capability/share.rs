//! `POST /share`

use std::fmt;

use poem::http::StatusCode;
use poem_openapi::{Object, OpenApi, payload::Json};
use sea_orm::ConnectionTrait;

use super::{mint, store};
use crate::{
    authorization::{Authenticated, Policy},
    caller::CAPABILITY_PARAMETER,
    document::Tag,
    id::{AccountId, CapabilityId},
    idempotency::IdempotencyKey,
    json_body::JsonBody,
    permission::{InvalidPermissions, Permissions, Scope},
    problem::Problem,
    store::{account, capability, capability::Root, message},
    text::UserName,
    token::{CapabilityToken, Claims, Target},
};

/// Shares a capability with another account.
#[derive(Clone, Copy, Debug)]
pub struct Share;

/// Any session may share the capabilities of its account.
#[derive(Clone, Copy, Debug)]
pub struct MayShare;

impl Policy for MayShare {
    const SCOPE: Option<Scope> = None;
}

/// What is shared with whom.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewShare {
    /// The capability URI, as it was given out.
    #[oai(validator(max_length = 1024))]
    uri: String,
    /// Who gets a capability of their own.
    user: UserName,
    /// What they get of its permissions: some of `r`, `w` and `d`; all if left out.
    #[oai(validator(max_length = 3, pattern = "^[rwd]{1,3}$"))]
    perms: Option<String>,
}

impl fmt::Debug for NewShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewShare")
    }
}

/// A capability URI of another account.
#[derive(Object)]
struct Shared {
    /// It works together with a session of that account only.
    uri: String,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

/// The path and the claims of a capability URI.
fn read(uri: &str, ring: &crate::key_ring::KeyRing) -> Option<(String, Claims)> {
    let (path, query) = uri.split_once('?')?;
    let token = query.strip_prefix(CAPABILITY_PARAMETER)?.strip_prefix('=')?;
    Some((path.to_owned(), CapabilityToken::parse(token, ring)?))
}

#[OpenApi]
impl Share {
    /// Share a capability
    ///
    /// Makes a capability for another account, with the same path and expiry and the same permissions or fewer. The
    /// caller's own capability has to be good: leaked URIs of others cannot be shared. What is shared ends with what
    /// it was shared from.
    #[oai(path = "/share", method = "post", operation_id = "shareCapability", tag = "Tag::Capabilities")]
    async fn share_capability(
        &self,
        caller: Authenticated<MayShare>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: JsonBody<NewShare>,
    ) -> Result<Json<Shared>, Problem> {
        let (board, NewShare { uri, user, perms }) = (caller.board(), body.0);
        let unusable =
            || Problem::invalid_field("uri", "must be a capability URI of this server, as it was given out");
        let (path, claims) = read(&uri, &board.capability_ring()).ok_or_else(unusable)?;
        let wanted = perms
            .map(|text| text.parse())
            .transpose()
            .map_err(|error: InvalidPermissions| Problem::invalid_field("perms", error.to_string()))?;

        let effect = caller.effect().await?;
        let now = board.clock().now();
        let own = capability::find(effect.db(), &board.row_macs(), claims.root, now)
            .await?
            .filter(|root| root.account == caller.session().account && now < claims.expires)
            .ok_or_else(Problem::forbidden)?;
        if path != mint::path(own.space, claims.target) {
            return Err(unusable());
        }
        let had = claims.permissions.intersection(own.permissions);
        let permissions: Permissions = wanted.unwrap_or(had);
        if !permissions.is_subset(had) {
            return Err(Problem::forbidden());
        }

        let occasion = key.occasion(&effect).await?;
        let (id, target) = (CapabilityId::new(occasion.now(), occasion.random()), claims.target);
        let shared = Claims { root: id, target, permissions, expires: claims.expires.min(own.expires) };
        if occasion.is_first() {
            let account = recipient(effect.db(), &own, &shared, &user).await?;
            let (parent, space, created) = (Some(own.id), own.space, occasion.now());
            let root =
                Root { id, parent, account, space, target, permissions, created, expires: shared.expires };
            store(effect.db(), board, [&root]).await?;
        }
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Shared { uri: mint::uri(occasion.capability_key(), own.space, &shared) }))
    }
}

/// The account called `user`, to which `shared` can be given: what it opens is still there.
async fn recipient(
    db: &impl ConnectionTrait,
    own: &Root,
    shared: &Claims,
    user: &UserName,
) -> Result<AccountId, Problem> {
    if let Target::Message(id) = shared.target
        && !message::exists(db, own.space, id).await?
    {
        return Err(Problem::not_found("message"));
    }
    let account = account::by_name(db, user.as_str()).await?;
    account
        .map(|account| AccountId(account.id))
        .ok_or_else(|| Problem::invalid_field("user", "must be the name of an account"))
}
