use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    FetchError,
    name_server::NameServer,
    preview_with, settings,
    site::{PAGE, Site},
};
use crate::preview::Card;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

async fn site() -> Site {
    Site::answering("200 OK\r\nContent-Type: text/html\r\n", PAGE).await
}

/// The card of the site under a name that the server has.
async fn by_name(site: &Site, server: &NameServer, name: &str) -> Result<Card, FetchError> {
    let mut settings = settings(site);
    settings.nameservers = vec![server.address];
    preview_with(&settings, &format!("http://{name}:{}/", site.address.port())).await
}

#[tokio::test]
async fn the_judged_address_of_a_name_is_dialled_and_the_site_hears_the_name() {
    let (site, server) = (site().await, NameServer::start(|_| vec![LOCAL]).await);
    let card = by_name(&site, &server, "WWW.site.example.com.").await.expect("a page");
    let host = format!("www.site.example.com:{}", site.address.port());
    assert_eq!(card.url, format!("http://{host}/"));
    assert!(site.requests()[0].contains(&format!("\r\nhost: {host}\r\n")), "{}", site.requests()[0]);
    assert_eq!(server.questions(), ["www.site.example.com. A", "www.site.example.com. AAAA"]);
}

#[tokio::test]
async fn one_bad_address_condemns_the_name() {
    for addresses in [
        vec![PRIVATE],
        vec![LOCAL, PRIVATE],
        vec![PRIVATE, LOCAL],
        vec![LOCAL, Ipv6Addr::LOCALHOST.into()],
        vec![LOCAL, "::ffff:10.0.0.1".parse().expect("an address")],
    ] {
        let answers = addresses.clone();
        let (site, server) = (site().await, NameServer::start(move |_| answers.clone()).await);
        let answer = by_name(&site, &server, "site.example.com").await;
        assert!(matches!(answer, Err(FetchError::AddressDenied(_))), "{addresses:?}: {answer:?}");
        assert!(site.requests().is_empty(), "nothing is dialled");
    }
}

#[tokio::test]
async fn a_few_addresses_are_dialled_and_no_more() {
    // Nobody listens at the first ones.
    for (nobody, has_card) in [(3, true), (4, false), (200, false)] {
        let others = (0..nobody).map(|number| Ipv4Addr::new(127, 0, 1, number).into());
        let addresses: Vec<IpAddr> = others.chain([LOCAL]).collect();
        let (site, server) = (site().await, NameServer::start(move |_| addresses.clone()).await);
        assert_eq!(by_name(&site, &server, "site.example.com").await.is_ok(), has_card, "{nobody}");
    }
}

#[tokio::test]
async fn an_answer_that_changes_after_the_judgement_changes_nothing() {
    // The first two questions are those of the judgement; the dialling asks nobody.
    let script = |number| if number < 2 { vec![LOCAL] } else { vec![PRIVATE] };
    let (site, server) = (site().await, NameServer::start(script).await);
    by_name(&site, &server, "site.example.com").await.expect("a page");
    let again = by_name(&site, &server, "site.example.com").await;
    assert!(matches!(again, Err(FetchError::AddressDenied(_))), "{again:?}");
    assert_eq!(site.requests().len(), 1);
}

#[tokio::test]
async fn a_name_is_asked_for_as_it_is_and_never_below_another() {
    let (site, server) = (site().await, NameServer::start(|_| Vec::new()).await);
    let answer = by_name(&site, &server, "no.example.com").await;
    assert!(matches!(answer, Err(FetchError::Unresolvable(_))), "{answer:?}");
    let mut questions = server.questions();
    questions.dedup();
    assert_eq!(questions, ["no.example.com. A", "no.example.com. AAAA"]);
}
