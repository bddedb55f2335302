//! Every operation of the API.

use std::collections::{BTreeMap, HashMap};

use poem::{endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaPath, Registry},
};

use crate::{
    account::{ChangePassword, DeleteAccount, Register},
    capability::{ListCapabilities, RevokeCapability, Share},
    log::ViewLog,
    member::{AddMember, ListMembers, RemoveMember},
    message::{ListMessages, PostMessage, RemoveMessage, ViewMessage, ViewTimeline},
    session::{ListSessions, LogIn, LogOut, RevokeSession},
    space::{CreateSpace, DeleteSpace, HandOverSpace, ListSpaces, ViewSpace},
};

/// All operations. Each is an API of one operation in a file of its own.
#[derive(Clone, Copy, Debug)]
pub struct Api;

type Operations = (
    (Register, ChangePassword, DeleteAccount),
    (LogIn, LogOut, ListSessions, RevokeSession),
    (CreateSpace, ListSpaces, ViewSpace, DeleteSpace, HandOverSpace),
    (AddMember, ListMembers, RemoveMember),
    (PostMessage, ListMessages, ViewMessage, RemoveMessage, ViewTimeline),
    (Share, ListCapabilities, RevokeCapability),
    ViewLog,
);

const OPERATIONS: Operations = (
    (Register, ChangePassword, DeleteAccount),
    (LogIn, LogOut, ListSessions, RevokeSession),
    (CreateSpace, ListSpaces, ViewSpace, DeleteSpace, HandOverSpace),
    (AddMember, ListMembers, RemoveMember),
    (PostMessage, ListMessages, ViewMessage, RemoveMessage, ViewTimeline),
    (Share, ListCapabilities, RevokeCapability),
    ViewLog,
);

impl OpenApi for Api {
    /// Several operations share a path, and a document names each path once.
    fn meta() -> Vec<MetaApi> {
        let mut paths: BTreeMap<String, MetaPath> = BTreeMap::new();
        for path in Operations::meta().into_iter().flat_map(|api| api.paths) {
            match paths.get_mut(&path.path) {
                Some(known) => known.operations.extend(path.operations),
                None => {
                    paths.insert(path.path.clone(), path);
                }
            }
        }
        vec![MetaApi { paths: paths.into_values().collect() }]
    }

    fn register(registry: &mut Registry) {
        Operations::register(registry);
    }

    fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        OPERATIONS.add_routes(routes);
    }
}
