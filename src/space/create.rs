//! `POST /spaces`

use poem::http::StatusCode;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    account::is_name_of,
    authorization::{Authenticated, Policy},
    capability::{self, Lifetime, relative_uri},
    document::Tag,
    id::SpaceId,
    idempotency::IdempotencyKey,
    json_body::JsonBody,
    permission::{Permissions, Role, Scope},
    problem::{Kind, Problem},
    store::{member, space},
    text::{SpaceName, UserName},
    token::Target,
};

/// Creates a space.
#[derive(Clone, Copy, Debug)]
pub struct CreateSpace;

/// What creating a space asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayCreateSpace;

impl Policy for MayCreateSpace {
    const SCOPE: Option<Scope> = Some(Scope::CreateSpace);
}

/// A new space.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewSpace {
    /// What people call it; no two spaces share a name.
    name: SpaceName,
    /// Its owner: the caller.
    owner: UserName,
}

/// A space, with capabilities for its owner.
#[derive(Debug, Object)]
struct CreatedSpace {
    /// Its name.
    name: SpaceName,
    /// The space, with a capability for everything.
    uri: String,
    /// Its messages, to read, write and delete.
    #[oai(rename = "messages-rwd")]
    messages_rwd: String,
    /// Its messages, to read and write.
    #[oai(rename = "messages-rw")]
    messages_rw: String,
    /// Its messages, to read.
    #[oai(rename = "messages-r")]
    messages_r: String,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// The space exists now, and the caller owns it.
    #[oai(status = 201)]
    Created(
        Json<CreatedSpace>,
        /// The member `uri`.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi]
impl CreateSpace {
    /// Create a space
    ///
    /// The caller becomes its owner, and gets capability URIs to pass on with `POST /share`. They work together
    /// with a session of the caller only.
    #[oai(path = "/spaces", method = "post", operation_id = "createSpace", tag = "Tag::Spaces")]
    async fn create_space(
        &self,
        caller: Authenticated<MayCreateSpace>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: JsonBody<NewSpace>,
    ) -> Result<Answer, Problem> {
        let (board, NewSpace { name, owner }) = (caller.board(), body.0);
        if !is_name_of(board, &owner, caller.session().account).await? {
            return Err(Problem::invalid_field("owner", "must be the caller's own name"));
        }

        let effect = caller.effect().await?;
        let occasion = key.occasion(&effect).await?;
        let id = SpaceId::new(occasion.now(), occasion.random());
        let account = caller.session().account;
        let root =
            |target| capability::new_root(&occasion, account, id, target, Permissions::ALL, Lifetime::SPACE);
        let (whole, messages) = (root(Target::Space), root(Target::Messages));
        if occasion.is_first() {
            if space::name_taken(effect.db(), &name).await? {
                return Err(Problem::new(Kind::NameTaken, "A space of this name exists."));
            }
            space::insert(effect.db(), id, &name, occasion.now()).await?;
            member::set_roles(effect.db(), id, account, &[Role::Owner]).await?;
            capability::store(effect.db(), board, [&whole, &messages]).await?;
        }
        effect.commit(StatusCode::CREATED).await?;

        let uri = relative_uri(&occasion, &whole, Permissions::ALL, Lifetime::SPACE);
        let messages = |permissions| relative_uri(&occasion, &messages, permissions, Lifetime::SPACE);
        let created = CreatedSpace {
            name,
            uri: uri.clone(),
            messages_rwd: messages(Permissions::ALL),
            messages_rw: messages(Permissions::READ_WRITE),
            messages_r: messages(Permissions::READ),
        };
        Ok(Answer::Created(Json(created), uri))
    }
}
