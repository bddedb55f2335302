//! The one place where a permission in a space is decided.

use sea_orm::ConnectionTrait;

use super::policy::{Doors, SpacePolicy};
use crate::{
    board::Board,
    id::{MessageId, SpaceId},
    permission::{Permissions, Role},
    problem::Problem,
    store::{Moment, capability, capability::Root, member, session::Session},
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

/// What is known that bears on a question.
#[derive(Clone, Debug)]
pub(super) enum Evidence {
    /// The caller's roles in the space.
    Roles(Vec<Role>),
    /// The root that the given capability names, if it lives.
    Root(Option<Root>),
}

/// The evidence as it is in `db` at `now`.
pub(super) async fn look_up(
    db: &impl ConnectionTrait,
    board: &Board,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Evidence, Problem> {
    Ok(match question.capability {
        None => Evidence::Roles(member::roles(db, question.space, question.session.account).await?),
        Some(claims) => Evidence::Root(capability::find(db, &board.row_macs(), claims.root, now).await?),
    })
}

/// As [`look_up`], by what the store remembers of `moment`: for requests that read.
pub(super) async fn recall(
    board: &Board,
    moment: Moment,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Evidence, Problem> {
    let (store, macs) = (board.store(), board.row_macs());
    Ok(match question.capability {
        None => {
            Evidence::Roles(member::recall(store, moment, question.space, question.session.account).await?)
        }
        Some(claims) => Evidence::Root(capability::recall(store, moment, &macs, claims.root, now).await?),
    })
}

/// Decides by the evidence at `now`; refuses unless something proves the permission.
///
/// An unknown space and a foreign one look alike.
pub(super) fn judge<P: SpacePolicy>(
    evidence: Evidence,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Grant, Problem> {
    let Question { session, space, message, capability } = question;
    let grant = match (evidence, capability) {
        (Evidence::Roles(roles), None) => Grant::Roles(roles),
        (Evidence::Root(root), Some(claims)) if P::DOORS == Doors::RolesOrCapability => {
            let root = root
                .filter(|root| root.account == session.account && root.space == space)
                .filter(|root| root.target.covers(claims.target))
                .filter(|_| Some(claims.target) == P::PLACE.target(message) && now < claims.expires)
                .ok_or_else(Problem::forbidden)?;
            Grant::Capability { root, claims }
        }
        // A capability where only roles count, or evidence for another question.
        _ => return Err(Problem::forbidden()),
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
