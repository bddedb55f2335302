//! What a reader has to know before the first call.

use crate::{
    permission::{Role, Scope, Scopes},
    problem::CONTENT_TYPE,
};

use super::{markup::table, operation::Operation};

/// Sections of the introduction: anchor and title.
pub(super) const SECTIONS: [(&str, &str); 6] = [
    ("first", "First steps"),
    ("sessions", "Sessions"),
    ("scopes", "Scopes"),
    ("roles", "Roles"),
    ("capabilities", "Capability links"),
    ("errors", "Errors and lists"),
];

/// The introduction to these operations.
pub(super) fn introduction(operations: &[Operation<'_>]) -> String {
    let texts = [
        FIRST.to_owned(),
        SESSIONS.to_owned(),
        format!("{SCOPES}{}", scopes(operations)),
        format!("{ROLES}{}", roles()),
        CAPABILITIES.to_owned(),
        ERRORS.replace("PROBLEM", CONTENT_TYPE),
    ];
    let sections = SECTIONS.into_iter().zip(texts);
    sections
        .map(|((id, title), text)| format!(r#"<section id="{id}"><h2>{title}</h2>{text}</section>"#))
        .collect()
}

const FIRST: &str = r#"<p>Set <code>NATTER</code> to the address of the server, then:</p>
<pre><code>curl --json '{"username":"alice","password":"correct horse battery"}' "$NATTER/users"
curl -u alice --json '{}' "$NATTER/sessions"
TOKEN=…  # the member token of the answer
curl -H "Authorization: Bearer $TOKEN" --json '{"name":"botany","owner":"alice"}' "$NATTER/spaces"</code></pre>
<p>Every POST is <code>Content-Type: application/json</code>, also one without a body. Unknown members are refused by
name. Members that are absent are left out, never null. Ids are opaque: follow the URIs that answers give.</p>"#;

const SESSIONS: &str = r##"<p>Log in with name and password (<a href="#logIn">POST /sessions</a>, the only place that
takes them) and send the token with everything else: <code>Authorization: Bearer TOKEN</code>. A session ends by
itself after a while, by <a href="#logOut">logging out</a>, from another session, and with a change of password. A
token that is not, or no longer, good is 401, also where no session is needed.</p>"##;

const SCOPES: &str = "<p>A session can do what its scopes say, and only where its account may. Ask for them with \
<code>?scope=</code> when you log in: the names, separated by spaces.</p>";

const ROLES: &str = "<p>What an account may do in a space its roles there say: <code>r</code> reads, <code>w</code> \
writes, <code>d</code> deletes. Roles need nothing but a session.</p>";

const CAPABILITIES: &str = r##"<p>A capability link is a URI with an <code>access_token</code> in it. It opens one path,
to one account, for some of <code>r</code>, <code>w</code> and <code>d</code>, until it ends. It works together with a
session of that account only, so a leaked link opens nothing. Follow it as it is, or send its token in the header
<code>Natter-Capability</code>, where addresses would end up in logs; not both. A capability that is given decides
alone: if it does not permit something, a role does not help.</p>
<p>You get links from <a href="#createSpace">creating a space</a>, <a href="#postMessage">posting</a> and listing;
<a href="#shareCapability">share</a> one to make another for somebody else, with the same permissions or fewer. The
owner of a space <a href="#listCapabilities">lists</a> and <a href="#revokeCapability">revokes</a> them.</p>"##;

const ERRORS: &str = r#"<p>Errors are problem details (RFC 9457, <code>PROBLEM</code>): <code>type</code> says which of
<a href="/docs/problems">the problems</a> it is, <code>errors</code> names each member or parameter that cannot be
taken, <code>request_id</code> finds the request in the server's log. With 429 and 503, wait for the seconds in
<code>Retry-After</code>.</p>
<p>Lists come in pages. The header <code>Link</code> with <code>rel="next"</code> leads to the next one; without it, this
was the last.</p>"#;

fn scopes(operations: &[Operation<'_>]) -> String {
    let rows = Scope::ALL.into_iter().map(|scope| {
        let opened: Vec<_> = operations
            .iter()
            .filter(|operation| operation.value["x-natter-scope"] == scope.name())
            .map(|operation| format!(r##"<a href="#{id}">{id}</a>"##, id = operation.id()))
            .collect();
        let by_default = if Scopes::DEFAULT.contains(scope) { "by default" } else { "when asked for" };
        [format!("<code>{scope}</code>"), by_default.to_owned(), opened.join(", ")]
    });
    table(["Scope", "Given", "Opens"], rows)
}

fn roles() -> String {
    let rows = Role::ALL
        .into_iter()
        .map(|role| [format!("<code>{role}</code>"), format!("<code>{}</code>", role.permissions())]);
    table(["Role", "Permits"], rows)
}
