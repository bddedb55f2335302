//! The one place where a permission in a space is decided.

use sea_orm::ConnectionTrait;

use super::policy::{Doors, SpacePolicy};
use crate::{
    board::Board,
    id::{MessageId, SpaceId},
    permission::{Permissions, Role},
    problem::Problem,
    store::{capability, capability::Root, member, session::Session},
    timestamp::Timestamp,
    token::Claims,
};

/// What proved the permission.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The caller's roles in the space.
    Roles(Vec<Role>),
    /// A capability, which decided alone.
    Capability {
        /// Its root.
        root: Root,
        /// What the token itself says; never wider than the root.
        claims: Claims,
    },
}

impl Grant {
    /// Everything it permits.
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Roles(roles) => {
                roles.iter().fold(Permissions::NONE, |all, role| all.union(role.permissions()))
            }
            Self::Capability { root, claims } => claims.permissions.intersection(root.permissions),
        }
    }
}

/// The question put to [`judge`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub session: &'a Session,
    pub space: SpaceId,
    pub message: Option<MessageId>,
    pub capability: Option<Claims>,
}

/// Decides by the state of `db` at `now`; refuses unless something proves the permission.
///
/// An unknown space and a foreign one look alike.
pub(super) async fn judge<P: SpacePolicy>(
    db: &impl ConnectionTrait,
    board: &Board,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Grant, Problem> {
    let Question { session, space, message, capability } = question;
    let grant = match capability {
        None => Grant::Roles(member::roles(db, space, session.account).await?),
        Some(_) if P::DOORS != Doors::RolesOrCapability => return Err(Problem::forbidden()),
        Some(claims) => {
            let root = capability::find(db, &board.row_macs(), claims.root, now)
                .await?
                .filter(|root| root.account == session.account && root.space == space)
                .filter(|root| root.target.covers(claims.target))
                .filter(|_| Some(claims.target) == P::PLACE.target(message) && now < claims.expires)
                .ok_or_else(Problem::forbidden)?;
            Grant::Capability { root, claims }
        }
    };
    let owns = matches!(&grant, Grant::Roles(roles) if roles.contains(&Role::Owner));
    if P::DOORS == Doors::Owner && !owns {
        return Err(Problem::forbidden());
    }
    if P::NEEDS.is_subset(grant.permissions()) && !grant.permissions().is_empty() {
        Ok(grant)
    } else {
        Err(Problem::forbidden())
    }
}
