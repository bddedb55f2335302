//! URLs and references: what is let through is what it seems, and stays so.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::{
    address::{self, Verdict},
    target::{MAX_URL_BYTES, Target, TargetHost, UrlPolicy},
};
use url::{Host, Url};

fuzz_target!(|text: &str| {
    let addresses = address::Policy::default();
    let policy = UrlPolicy::new(addresses.clone(), vec![80, 443], &["denied.example.com".into()]);
    let (given, reference) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(target) = policy.judge_text(given) {
        check(&policy, &addresses, &target);
        if let Ok(next) = policy.judge_reference(target.url(), reference) {
            check(&policy, &addresses, &next);
        }
    }
});

fn check(policy: &UrlPolicy, addresses: &address::Policy, target: &Target) {
    let url = target.url();
    assert!(matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_URL_BYTES);
    assert!(url.username().is_empty() && url.password().is_none());
    assert!(matches!(target.port(), 80 | 443) && url.port_or_known_default() == Some(target.port()));
    match (target.host(), url.host()) {
        (TargetHost::Address(judged), Some(Host::Ipv4(dialled))) => assert_eq!(*judged, dialled),
        (TargetHost::Address(judged), Some(Host::Ipv6(dialled))) => assert_eq!(*judged, dialled),
        (TargetHost::Name(judged), Some(Host::Domain(dialled))) => {
            assert_eq!(judged, dialled);
            assert!(judged.contains('.') && !judged.ends_with('.') && judged.len() <= 253);
            assert!(judged != "denied.example.com" && !judged.ends_with(".denied.example.com"));
            assert!(judged.parse::<std::net::IpAddr>().is_err());
        }
        other => panic!("{other:?}"),
    }
    if let TargetHost::Address(judged) = target.host() {
        assert_eq!(addresses.judge(*judged), Verdict::Allowed);
    }
    // Another parser of the same text, and a second judgement, come to the same.
    assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(url));
    assert_eq!(policy.judge_text(url.as_str()).as_ref(), Ok(target));
}
