//! Lists in pages: following `Link` gives everything once, in order.

use crate::{
    client::{Client, path},
    server::Server,
};

/// Follows `rel="next"` from `first` with nothing but the session; the items of all pages.
async fn follow(client: &Client, first: &str) -> Vec<String> {
    let (mut items, mut next) = (Vec::new(), Some(first.to_owned()));
    for _ in 0..20 {
        let Some(page) = next else { return items };
        let answer = client.get(&page).await.expect(200);
        items.extend(answer.json().as_array().expect("a list").iter().map(|item| path(item).to_owned()));
        next = answer.header("link").map(|link| {
            let target = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(r#">; rel="next""#));
            target.expect("RFC 8288").to_owned()
        });
    }
    panic!("pages without end");
}

#[tokio::test]
async fn messages_are_followed_page_by_page_by_role_and_by_capability() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let messages = path(&space["messages-rwd"]);
    let mut posted = Vec::new();
    for number in 0..7 {
        posted.push(path(&alice.post(messages, &number.to_string()).await["uri"]).to_owned());
    }

    assert_eq!(follow(&alice.client, &format!("{messages}?limit=3")).await, posted);
    let capability = space["messages-r"].as_str().expect("a URI");
    assert_eq!(follow(&alice.client, &format!("{capability}&limit=3")).await, posted);
    assert_eq!(follow(&alice.client, &format!("{messages}?limit=7")).await, posted);
}
