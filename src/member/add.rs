//! `POST /spaces/{space_id}/members`

use poem::http::StatusCode;
use poem_openapi::{Object, OpenApi, payload::Json};
use sea_orm::ConnectionTrait;

use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::Tag,
    id::{AccountId, SpaceId},
    idempotency::IdempotencyKey,
    json_body::JsonBody,
    permission::{Permissions, Role, RoleName, Scope},
    problem::{Kind, Problem},
    store::{account, member},
    text::UserName,
};

/// Adds a member, or changes a member's roles.
#[derive(Clone, Copy, Debug)]
pub struct AddMember;

/// What adding members asks for: to own the space.
#[derive(Clone, Copy, Debug)]
pub struct MayAddMember;

impl Policy for MayAddMember {
    const SCOPE: Option<Scope> = Some(Scope::AddMember);
}

impl SpacePolicy for MayAddMember {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::ALL;
    const DOORS: Doors = Doors::Owner;
}

/// Who gets which roles.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewMember {
    /// The account.
    username: UserName,
    /// Its roles from now on; `["member"]` if left out.
    #[oai(validator(min_items = 1, max_items = 4))]
    roles: Option<Vec<RoleName>>,
}

/// A member.
#[derive(Debug, Object)]
struct AddedMember {
    /// The account.
    username: UserName,
    /// Its roles, as sent.
    roles: Vec<RoleName>,
}

#[OpenApi]
impl AddMember {
    /// Add a member
    ///
    /// Or give a member other roles. By an owner only; a capability is refused. The last owner stays one.
    #[oai(
        path = "/spaces/:space_id/members",
        method = "post",
        operation_id = "addMember",
        tag = "Tag::Members"
    )]
    async fn add_member(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        owner: Authorised<MayAddMember>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: JsonBody<NewMember>,
    ) -> Result<Json<AddedMember>, Problem> {
        let NewMember { username, roles } = body.0;
        let named = roles.unwrap_or_else(|| vec![RoleName::Member]);
        // Twice the same is once.
        let roles: Vec<_> = Role::ALL
            .into_iter()
            .filter(|role| named.iter().any(|name| Role::from(*name) == *role))
            .collect();

        let effect = owner.effect().await?;
        if key.occasion(&effect).await?.is_first() {
            set_roles(effect.db(), owner.space(), &username, &roles).await?;
        }
        effect.commit(StatusCode::OK).await?;
        Ok(Json(AddedMember { username, roles: named }))
    }
}

async fn set_roles(
    db: &impl ConnectionTrait,
    space: SpaceId,
    username: &UserName,
    roles: &[Role],
) -> Result<(), Problem> {
    let account = account::by_name(db, username.as_str())
        .await?
        .map(|account| AccountId(account.id))
        .ok_or_else(|| Problem::invalid_field("username", "must be the name of an account"))?;
    let was_owner = member::roles(db, space, account).await?.contains(&Role::Owner);
    if was_owner && !roles.contains(&Role::Owner) && member::other_owners(db, space, account).await? == 0 {
        return Err(Problem::new(Kind::OwnerNeeded, "The last owner of a space stays its owner."));
    }
    Ok(member::set_roles(db, space, account, roles).await?)
}
