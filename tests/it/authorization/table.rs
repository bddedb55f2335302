//! The table: what each operation asks for. It is written by hand, and held against the document.

use serde_json::Value;

use crate::server::run;

/// An operation and what it asks for.
pub struct Operation {
    /// Its operationId.
    pub id: &'static str,
    /// Method and path. Names in braces are filled in by the [scene](super::scene).
    pub request: &'static str,
    /// The body, filled in likewise; empty for none.
    pub body: &'static str,
    /// The scope that the session needs.
    pub scope: Option<&'static str>,
    /// What the caller needs besides.
    pub access: Access,
}

/// What a caller needs besides the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing, not even a session.
    Anyone,
    /// A session; it reaches only what is its own.
    Session,
    /// A session of the account that the request names; others get this status and problem.
    Own(u16, &'static str),
    /// An auditor's session.
    Auditor,
    /// A role in the space; not these.
    Role { weak: &'static [&'static str] },
    /// A permission, by a role that is not one of these or by a capability for this place.
    Permission { letter: char, place: Place, weak: &'static [&'static str] },
}

/// What of a space a capability opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Space,
    Messages,
    Message,
}

const NOT_OWNER: Access = Access::Role { weak: &["deputy", "moderator", "member", "observer"] };
const FORBIDDEN: Access = Access::Own(403, "forbidden");

const fn may(letter: char, place: Place, weak: &'static [&'static str]) -> Access {
    Access::Permission { letter, place, weak }
}

const fn row(
    id: &'static str,
    request: &'static str,
    body: &'static str,
    scope: &'static str,
    access: Access,
) -> Operation {
    let scope = if scope.is_empty() { None } else { Some(scope) };
    Operation { id, request, body, scope, access }
}

/// Every operation. `{me}` is the caller, who owns the space.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    row("registerUser", "POST /users", r#"{"username": "newcomer", "password": "quite a secret"}"#, "", Access::Anyone),
    row("changePassword", "POST /users/{me}/password", r#"{"current_password": "pw of {me} !", "new_password": "another secret"}"#, "manage_account", FORBIDDEN),
    row("deleteAccount", "DELETE /users/{me}", "", "manage_account", FORBIDDEN),
    row("logIn", "POST /sessions", "", "full_access", Access::Session),
    row("logOut", "DELETE /sessions", "", "", Access::Session),
    row("listSessions", "GET /sessions", "", "manage_account", Access::Session),
    row("revokeSession", "DELETE /sessions/{session_id}", "", "manage_account", Access::Own(404, "not-found")),
    row("createSpace", "POST /spaces", r#"{"name": "another", "owner": "{me}"}"#, "create_space", Access::Own(400, "invalid-input")),
    row("listSpaces", "GET /spaces", "", "list_spaces", Access::Session),
    row("getSpace", "GET /spaces/{space_id}", "", "list_spaces", may('r', Place::Space, &[])),
    row("deleteSpace", "DELETE /spaces/{space_id}", "", "manage_space", NOT_OWNER),
    row("handOverSpace", "POST /spaces/{space_id}/owner", r#"{"username": "member"}"#, "manage_space", NOT_OWNER),
    row("addMember", "POST /spaces/{space_id}/members", r#"{"username": "stranger"}"#, "add_member", NOT_OWNER),
    row("listMembers", "GET /spaces/{space_id}/members", "", "list_members", Access::Role { weak: &[] }),
    row("removeMember", "DELETE /spaces/{space_id}/members/observer", "", "manage_space", Access::Role { weak: &["deputy", "moderator", "member"] }),
    row("postMessage", "POST /spaces/{space_id}/messages", r#"{"author": "{me}", "message": "hello"}"#, "post_message", may('w', Place::Messages, &["moderator", "observer"])),
    row("listMessages", "GET /spaces/{space_id}/messages", "", "list_messages", may('r', Place::Messages, &[])),
    row("readMessage", "GET /spaces/{space_id}/messages/{message_id}", "", "read_message", may('r', Place::Message, &[])),
    row("deleteMessage", "DELETE /spaces/{space_id}/messages/{message_id}", "", "delete_message", may('d', Place::Message, &["member", "observer"])),
    row("getTimeline", "GET /spaces/{space_id}/timeline", "", "read_message", may('r', Place::Messages, &[])),
    row("shareCapability", "POST /share", r#"{"uri": "{messages-rwd}", "user": "stranger"}"#, "", FORBIDDEN),
    row("listCapabilities", "GET /spaces/{space_id}/capabilities", "", "manage_space", NOT_OWNER),
    row("revokeCapability", "DELETE /spaces/{space_id}/capabilities/{capability_id}", "", "manage_space", NOT_OWNER),
    row("readLog", "GET /logs", "", "read_log", Access::Auditor),
];

/// The OpenAPI document, as the program prints it.
pub fn document() -> Value {
    let (status, document, _) = run(&std::env::temp_dir(), &["openapi"]);
    assert!(status.success());
    serde_json::from_str(&document).expect("JSON")
}

/// Each operation of the document: its id, method and path, and itself.
pub fn documented(document: &Value) -> Vec<(&str, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().expect("methods").iter().map(move |(method, operation)| {
            let id = operation["operationId"].as_str().expect("an operationId");
            (id, format!("{} {path}", method.to_uppercase()), operation)
        })
    });
    operations.collect()
}

#[test]
fn every_operation_of_the_document_is_in_the_table_and_nothing_else() {
    let document = document();
    let documented = documented(&document);
    for (id, request, operation) in &documented {
        let row = OPERATIONS.iter().find(|row| row.id == *id);
        let row = row.unwrap_or_else(|| panic!("{id} has no row in the table of authorizations"));
        let names = [("{me}", "{username}"), ("members/observer", "members/{username}")];
        let path = names.iter().fold(row.request.to_owned(), |path, (from, to)| path.replace(from, to));
        assert_eq!(&path, request, "{id}");
        assert_eq!(operation["x-natter-scope"].as_str(), row.scope, "the scope of {id}");
        let schemes = operation["security"].as_array().expect("security").len();
        let expected = match row.access {
            Access::Anyone => 0,
            Access::Permission { .. } => 2,
            _ if *id == "logIn" => 2,
            _ => 1,
        };
        assert_eq!(schemes, expected, "the security of {id}");
    }
    for row in OPERATIONS {
        assert!(documented.iter().any(|(id, ..)| *id == row.id), "the document has no operation {}", row.id);
    }
}
