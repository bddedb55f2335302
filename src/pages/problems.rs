//! The page of the catalogue of problems.

use super::markup::{line, page};
use crate::problem::Kind;

pub(super) fn problems() -> String {
    let mut navigation = String::from(r#"<ul><li><a href="/docs">Operations</a></li>"#);
    let mut body = String::from(
        "<p>The <code>type</code> of a problem (RFC 9457) leads here. It never changes its meaning; its \
         <code>detail</code> may change its words.</p>",
    );
    for kind in Kind::ALL {
        let (slug, title, status) = (kind.slug(), kind.title(), kind.status().as_u16());
        navigation += &format!(
            r##"<li><a href="#{slug}"><span class="method problem">{status}</span><span>{title}</span></a></li>"##
        );
        body += &format!(
            r##"<section class="operation" id="{slug}"><h3><a href="#{slug}">{title}</a></h3><p class="request"><span class="method problem">{status}</span> <code>{}</code></p><p>{}</p></section>"##,
            kind.type_uri(),
            line(kind.remedy()),
        );
    }
    page("Natter problems", &(navigation + "</ul>"), &body)
}
