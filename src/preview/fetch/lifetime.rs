//! How long an answer is good for (RFC 9111), and by what it is asked for again.

use std::time::{Duration, UNIX_EPOCH};

use http_cache_semantics::{CacheOptions, CachePolicy};
use poem::http;
use reqwest::header::{self, HeaderMap, HeaderValue};
use url::Url;

use crate::timestamp::Timestamp;

/// The fields of which at least one says how long an answer is good for.
const SAYS_HOW_LONG: [header::HeaderName; 3] = [header::CACHE_CONTROL, header::EXPIRES, header::PRAGMA];

/// The words by which an answer forbids to show it when it is no longer fresh, for a cache that many share.
const FORBIDS_STALE: [&[u8]; 4] = [b"must-revalidate", b"proxy-revalidate", b"no-cache", b"s-maxage"];

/// How long an answer is good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// Whether a cache that many share may keep it at all.
    pub storable: bool,
    /// How long it is fresh from now on: as it says, or by its last change where it says nothing.
    pub fresh: Duration,
    /// Whether the answer itself says how long.
    pub said: bool,
    /// Whether it may be shown while it is fetched anew (RFC 9111, section 4.2.4).
    pub may_be_stale: bool,
    /// By what it is asked for again, if it can be.
    pub validators: Option<Validators>,
}

/// What makes a request conditional (RFC 9110, section 13.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    /// The URL that they belong to: no other is asked with them.
    pub url: Url,
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

impl Lifetime {
    /// That of what is good for ever.
    pub const UNLIMITED: Self =
        Self { storable: true, fresh: Duration::MAX, said: true, may_be_stale: true, validators: None };

    /// For how long a redirect with these fields is known to lead where it does. A permanent one that says nothing does for
    /// good, any other for now (RFC 9110, section 15.4).
    pub fn of_redirect(url: &Url, is_permanent: bool, fields: &HeaderMap, now: Timestamp) -> Self {
        let lifetime = Self { validators: None, ..Self::of(url, fields, now) };
        match (lifetime.said, is_permanent) {
            (true, _) => lifetime,
            (false, true) => Self::UNLIMITED,
            (false, false) => Self { fresh: Duration::ZERO, ..lifetime },
        }
    }

    /// The same for as long as the `other` is good, too.
    #[must_use]
    pub fn within(self, other: &Self) -> Self {
        Self {
            storable: self.storable && other.storable,
            fresh: self.fresh.min(other.fresh),
            may_be_stale: self.may_be_stale && other.may_be_stale,
            ..self
        }
    }

    /// The lifetime of the answer with these fields that came from `url` at `now`. It counts as a whole page also
    /// where it only says that the page is unchanged.
    pub fn of(url: &Url, fields: &HeaderMap, now: Timestamp) -> Self {
        let (mut request, mut response) = (http::Request::new(()), http::Response::new(()));
        *request.uri_mut() = url.as_str().parse().unwrap_or_default();
        *response.headers_mut() = fields.clone();
        let control = cache_control(fields);
        let may_be_stale = !words(&control).any(|word| FORBIDS_STALE.contains(&word));
        response
            .headers_mut()
            .extend(HeaderValue::from_bytes(&control).ok().map(|control| (header::CACHE_CONTROL, control)));
        let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(now.micros()).unwrap_or_default());
        let policy = CachePolicy::new_options(&request, &response, now, CacheOptions::default());
        // What depends on anything may depend on who asks.
        let varies = fields.get_all(header::VARY).iter().any(|value| value.as_bytes().contains(&b'*'));
        let validators = Validators {
            url: url.clone(),
            etag: fields.get(header::ETAG).cloned(),
            last_modified: fields.get(header::LAST_MODIFIED).cloned(),
        };
        Self {
            storable: policy.is_storable() && !varies,
            fresh: policy.time_to_live(now),
            may_be_stale,
            said: SAYS_HOW_LONG.iter().any(|name| fields.contains_key(name)),
            validators: (validators.etag.is_some() || validators.last_modified.is_some())
                .then_some(validators),
        }
    }
}

/// All that the `Cache-Control` fields say, in lower case, for its words have none (RFC 9111, section 5.2), and without what
/// is no ASCII.
fn cache_control(fields: &HeaderMap) -> Vec<u8> {
    let values: Vec<_> = fields.get_all(header::CACHE_CONTROL).iter().map(HeaderValue::as_bytes).collect();
    values.join(&b',').iter().filter(|byte| byte.is_ascii()).map(u8::to_ascii_lowercase).collect()
}

/// The names of the words.
fn words(control: &[u8]) -> impl Iterator<Item = &[u8]> {
    control
        .split(|byte| *byte == b',')
        .map(|word| word.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii())
}

impl Validators {
    /// Makes a request conditional.
    pub fn put(&self, fields: &mut HeaderMap) {
        let of = |value: &Option<HeaderValue>| value.clone();
        fields.extend(of(&self.etag).map(|etag| (header::IF_NONE_MATCH, etag)));
        fields.extend(of(&self.last_modified).map(|date| (header::IF_MODIFIED_SINCE, date)));
    }

    /// The bytes that they take, roughly.
    pub fn size(&self) -> usize {
        let length = |value: &Option<HeaderValue>| value.as_ref().map_or(0, HeaderValue::len);
        self.url.as_str().len() + length(&self.etag) + length(&self.last_modified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetime(fields: &[(&'static str, &str)]) -> Lifetime {
        let (fields, url, now) = given(fields);
        Lifetime::of(&url, &fields, now)
    }

    fn given(fields: &[(&'static str, &str)]) -> (HeaderMap, Url, Timestamp) {
        let name = |name: &'static str| header::HeaderName::from_static(name);
        let fields = fields.iter().map(|(key, value)| (name(key), value.parse().expect("a value")));
        let url = "https://a.example.com/".parse().expect("a URL");
        let now = Timestamp::parse("2026-11-25T12:00:00Z").expect("a time");
        (fields.collect(), url, now)
    }

    #[test]
    fn fresh_for_as_long_as_the_answer_says() {
        for (fields, storable, seconds) in [
            (&[("cache-control", "max-age=600")] as &[_], true, 600),
            (&[("cache-control", "max-age=600, s-maxage=60")], true, 60),
            (&[("cache-control", "max-age=600"), ("age", "100")], true, 500),
            (
                &[
                    ("cache-control", "public"),
                    ("expires", "Wed, 25 Nov 2026 13:00:00 GMT"),
                    ("date", "Wed, 25 Nov 2026 12:00:00 GMT"),
                ],
                true,
                3600,
            ),
            (&[("cache-control", "max-age=0")], true, 0),
            (&[("cache-control", "private, max-age=600")], false, 0),
            (&[("cache-control", "no-store")], false, 0),
            (&[("cache-control", "No-Store")], false, 0),
            (&[("cache-control", "Private, Max-Age=600")], false, 0),
            (&[("cache-control", "public"), ("cache-control", "max-age=600")], true, 600),
            (&[("cache-control", "no-store, x=\u{e9}")], false, 0),
            (&[("cache-control", "max-age=600"), ("vary", "*")], false, 600),
            (&[("cache-control", "max-age=nonsense")], true, 0),
            (&[("expires", "0"), ("cache-control", "public")], true, 0),
        ] {
            let found = lifetime(fields);
            assert_eq!(found.storable, storable, "{fields:?}");
            if storable {
                assert_eq!(found.fresh.as_secs(), seconds, "{fields:?}");
            }
            assert!(found.said && found.validators.is_none());
        }
    }

    #[test]
    fn some_words_forbid_to_show_what_is_stale() {
        for (value, may_be_stale) in [
            ("max-age=600", true),
            ("max-age=600, must-revalidate", false),
            ("Must-Revalidate", false),
            ("max-age=600,proxy-revalidate", false),
            ("no-cache", false),
            ("s-maxage=600", false),
            ("max-age=600, x-must-revalidate", true),
        ] {
            assert_eq!(lifetime(&[("cache-control", value)]).may_be_stale, may_be_stale, "{value}");
        }
    }

    #[test]
    fn behind_a_redirect_a_page_is_good_for_as_long_as_that() {
        for (redirect, is_permanent, storable, seconds, may_be_stale) in [
            (&[] as &[_], true, true, 6000, true),
            (&[], false, true, 0, true),
            (&[("cache-control", "max-age=60, must-revalidate")], false, true, 60, false),
            (&[("cache-control", "max-age=60")], true, true, 60, true),
            (&[("cache-control", "max-age=60000")], false, true, 6000, true),
            (&[("cache-control", "no-store")], true, false, 0, true),
            (&[("cache-control", "private")], false, false, 0, true),
        ] {
            let page = lifetime(&[("cache-control", "max-age=6000"), ("etag", "\"x\"")]);
            let (fields, url, now) = given(redirect);
            let found = page.within(&Lifetime::of_redirect(&url, is_permanent, &fields, now));
            assert_eq!((found.storable, found.may_be_stale), (storable, may_be_stale), "{redirect:?}");
            assert!(!storable || found.fresh.as_secs() == seconds, "{redirect:?}: {found:?}");
            assert!(found.validators.is_some());
        }
    }

    #[test]
    fn validators_are_kept_and_sent() {
        let found = lifetime(&[("etag", "\"x\""), ("last-modified", "Wed, 25 Nov 2026 02:00:00 GMT")]);
        assert!(!found.said && found.fresh.as_secs() == 3600, "a tenth of its age: {found:?}");
        let mut fields = HeaderMap::new();
        found.validators.expect("there are some").put(&mut fields);
        assert_eq!(fields[header::IF_NONE_MATCH], "\"x\"");
        assert_eq!(fields[header::IF_MODIFIED_SINCE], "Wed, 25 Nov 2026 02:00:00 GMT");
    }
}
