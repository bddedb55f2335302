mod site;

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use futures_util::FutureExt;
use tokio::{runtime::Runtime, time::timeout};

use self::site::{Site, ask, cache, cache_of, pass, title, title_of};
use super::{Nothing, entry::Entry};
use crate::preview::{FetchError, address::Rule, target::UrlRule};

const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until it is so; the tasks behind take their turns in between.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let soon = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, soon).await.expect("it comes to be so");
}

#[tokio::test]
async fn a_card_is_fetched_once_however_many_ask() {
    let site = Site::start("200 OK", "Cache-Control: max-age=600\r\n").await;
    let cache = cache(&site);
    let (first, second, third) = tokio::join!(ask(&cache, &site), ask(&cache, &site), ask(&cache, &site));
    for kept in [first, second, third, ask(&cache, &site).await] {
        let kept = kept.expect("a card");
        assert_eq!(title_of(&kept), "1");
        assert!((500..=600).contains(&kept.fresh_for.as_secs()));
    }
    assert_eq!(site.requests(), 1);
}

#[tokio::test]
async fn a_fetch_goes_on_when_the_one_that_began_it_goes_away() {
    let site = Site::holding_back("200 OK", "").await;
    let cache = cache(&site);
    let mut second = pin!(ask(&cache, &site));
    {
        let mut first = pin!(ask(&cache, &site));
        until(async || {
            let step = poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_pending())).await;
            step && site.requests() == 1
        })
        .await;
        let waits = poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending())).await;
        assert!(waits, "who comes second waits");
    }
    site.let_go();
    let card = timeout(PATIENCE, second).await;
    assert_eq!(title_of(&card.expect("it is fetched").expect("a card")), "1");
    assert_eq!(site.requests(), 1);
}

#[test]
fn a_runtime_that_has_ended_begins_no_fetch() {
    let runtime = Runtime::new().expect("a runtime");
    let (site, cache) = runtime.block_on(async {
        let site = Site::start("200 OK", "").await;
        let cache = cache(&site);
        (site, cache)
    });
    let handle = runtime.handle().clone();
    drop(runtime);
    let _context = handle.enter();
    let refused = ask(&cache, &site).now_or_never().expect("it is known at once");
    assert!(matches!(refused, Err(Nothing::Refused(_))));
    assert!(cache.flights().is_empty());
}

#[tokio::test]
async fn a_page_that_is_gone_is_shown_no_more() {
    for (status, shown) in
        [("404 Not Found", false), ("410 Gone", false), ("429 Too Many", true), ("500 Broken", true)]
    {
        let site = Site::start("200 OK", "Cache-Control: max-age=60\r\n").await;
        let cache = cache(&site);
        assert_eq!(title(&cache, &site).await, "1");
        site.answer(status, "");
        pass(61).await;
        assert_eq!(title(&cache, &site).await, "1", "it is stale");
        until(async || site.requests() == 2 && cache.flights().is_empty()).await;
        assert_eq!(ask(&cache, &site).await.is_ok(), shown, "{status}");
    }
}

#[tokio::test]
async fn what_may_not_be_kept_is_fetched_again() {
    let site = Site::start("200 OK", "Cache-Control: no-store\r\n").await;
    let cache = cache(&site);
    for requests in 1..=2 {
        assert!(ask(&cache, &site).await.expect("a card").fresh_for.is_zero());
        assert_eq!(site.requests(), requests);
    }
}

#[tokio::test]
async fn a_stale_card_is_shown_while_it_is_fetched_anew() {
    let site = Site::start("200 OK", "Cache-Control: max-age=90\r\n").await;
    let cache = cache(&site);
    assert_eq!(title(&cache, &site).await, "1");
    pass(89).await;
    assert_eq!(ask(&cache, &site).await.expect("a card").fresh_for.as_secs(), 0);
    assert_eq!(site.requests(), 1, "it is still fresh");
    pass(2).await;
    let stale = ask(&cache, &site).await.expect("a card");
    assert_eq!((title_of(&stale).as_str(), stale.fresh_for), ("1", Duration::ZERO), "nobody waits");
    until(async || title(&cache, &site).await == "2").await;
    assert_eq!(site.requests(), 2, "and one alone fetches");
}

#[tokio::test]
async fn a_stale_card_outlives_a_failure_for_an_hour() {
    let site = Site::start("200 OK", "Cache-Control: max-age=60\r\n").await;
    let cache = cache(&site);
    assert_eq!(title(&cache, &site).await, "1");
    site.answer("500 Broken", "");
    pass(61).await;
    assert_eq!(title(&cache, &site).await, "1");
    until(async || site.requests() == 2 && cache.flights().is_empty()).await;
    for _ in 0..3 {
        assert_eq!(title(&cache, &site).await, "1");
    }
    assert_eq!((site.requests(), cache.flights().len()), (2, 0), "after a failed attempt there is a pause");
    pass(61).await;
    assert_eq!(title(&cache, &site).await, "1");
    until(async || site.requests() == 3).await;
    pass(3600).await;
    assert!(matches!(ask(&cache, &site).await, Err(Nothing::Refused(_))), "it is too old");
}

#[tokio::test]
async fn an_old_card_is_asked_for_by_its_tag() {
    let site = Site::start("200 OK", "Cache-Control: max-age=60\r\nETag: \"x\"\r\n").await;
    let cache = cache(&site);
    assert_eq!(title(&cache, &site).await, "1");
    pass(7200).await;
    let again = ask(&cache, &site).await.expect("a card");
    assert_eq!((title_of(&again).as_str(), site.unchanged()), ("1", 1));
    assert!(again.fresh_for > Duration::from_secs(50), "its time begins anew");
    pass(7200).await;
    assert_eq!((title(&cache, &site).await.as_str(), site.unchanged()), ("1", 2), "its tag is not forgotten");
}

#[tokio::test]
async fn each_language_has_a_card_of_its_own() {
    let site = Site::start("200 OK", "Cache-Control: max-age=600\r\n").await;
    let cache = cache(&site);
    let asked = async |language: Option<&str>| {
        let language = language.map(|language| language.parse().expect("a value"));
        title_of(&cache.card(&site.url("/"), language).await.expect("a card"))
    };
    assert_eq!([asked(None).await, asked(Some("de")).await, asked(Some("en")).await], ["1", "2", "3"]);
    assert_eq!([asked(None).await, asked(Some("de")).await, asked(Some("en")).await], ["1", "2", "3"]);
    let languages = site.heard().iter().map(|head| head.contains("accept-language: ")).collect::<Vec<_>>();
    assert_eq!(languages, [false, true, true]);
    assert!(site.heard()[1].contains("accept-language: de\r\n"));
}

#[tokio::test]
async fn the_memory_is_bounded_in_bytes() {
    const MAX: u64 = 64 * 1024;
    let site = Site::start("200 OK", "Cache-Control: max-age=600\r\n").await;
    let cache = cache_of(&site, MAX);
    let path = |number: usize| format!("/{number}/{}", "x".repeat(1500));
    for number in 0..60 {
        cache.card(&site.url(&path(number)), None).await.expect("a card");
        assert!(cache.0.cards.weight() <= MAX, "{} bytes", cache.0.cards.weight());
    }
    // A card has its URL in it, so that one takes 3000 bytes and more.
    assert!((10..=21).contains(&cache.0.cards.len()), "{} entries", cache.0.cards.len());
    for number in 0..60 {
        cache.card(&site.url(&path(number)), None).await.expect("a card");
    }
    assert!(site.requests() > 60 + 30, "what was dropped is fetched again");
    let none = cache_of(&site, 0);
    let before = site.requests();
    for _ in 0..2 {
        ask(&none, &site).await.expect("a card");
    }
    assert_eq!(site.requests(), before + 2, "no memory, no cards");
}

#[tokio::test]
async fn a_failure_is_remembered() {
    let site = Site::start("404 Not Found", "").await;
    let cache = cache(&site);
    for _ in 0..3 {
        assert!(matches!(ask(&cache, &site).await, Err(Nothing::Refused(_))));
    }
    assert_eq!(site.requests(), 1);
    site.answer("200 OK", "");
    pass(299).await;
    assert!(ask(&cache, &site).await.is_err());
    pass(2).await;
    assert_eq!(title(&cache, &site).await, "2");
}

#[tokio::test(start_paused = true)]
async fn before_a_server_answers_all_failures_are_remembered_for_as_long() {
    let refused = UrlRule::Scheme;
    for (error, seconds) in [
        (FetchError::AddressDenied(Rule::CONFIGURED), 60),
        (FetchError::RedirectRefused(refused), 300),
        (FetchError::RedirectNowhere, 300),
        (FetchError::TooManyRedirects, 300),
        (FetchError::HeaderTooLarge, 300),
        (FetchError::NotHtml, 300),
        (FetchError::ContentCoding, 300),
        (FetchError::Status(404), 300),
        (FetchError::Status(429), 60),
        (FetchError::Status(500), 60),
        (FetchError::Unresolvable(String::new()), 60),
        (FetchError::Exchange(String::new()), 60),
        (FetchError::PeerNotJudged, 60),
        (FetchError::Deadline, 60),
        (FetchError::AskedToWait, 60),
        (FetchError::Crowded, 60),
    ] {
        let entry = Entry::failure(error.clone());
        tokio::time::advance(Duration::from_secs(seconds - 1)).await;
        assert!(entry.is_usable(), "{error}");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!entry.is_usable(), "{error}");
    }
}
