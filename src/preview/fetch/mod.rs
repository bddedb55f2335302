//! The one fetch primitive. Nothing else in the program opens a connection to a stranger's address.

mod body;
mod connect;
mod destination;
mod egress;
mod header;
mod lifetime;
mod nat64;
mod redirect;
mod resolve;
mod trust;
mod window;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, net::IpAddr};

use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderValue, RANGE},
};
use url::Url;

pub use self::{
    body::Body,
    header::{Media, PSEUDONYM},
    lifetime::{Lifetime, Validators},
    nat64::{Nat64Watch, UnknownPrefix},
    trust::{NoRoots, client_config, system_roots},
    window::Windows,
};
use self::{
    connect::Connecting,
    destination::{Destinations, Place},
    egress::Egress,
    redirect::is_permanent,
    resolve::Resolver,
};
use super::{
    address,
    page::OptOut,
    refusal::FetchError,
    target::{Target, TargetHost, UrlPolicy},
};
use crate::{clock::Clock, settings::FetchSettings, tls::TlsError};

/// Why fetching cannot begin at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There are no name servers to ask.
    #[error(
        "there is no name server to ask: mount an /etc/resolv.conf with a `nameserver` line, or set \
         fetch.nameservers ({0})"
    )]
    Nameservers(hickory_resolver::net::NetError),
    /// No certificate authority is trusted.
    #[error(transparent)]
    Roots(#[from] NoRoots),
    /// The files for TLS towards the worker cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The worker's URL cannot be one.
    #[error("the URL of the preview worker has to be http://HOST or https://HOST")]
    ServiceUrl,
}

/// The most addresses of a name that are dialled for one request, one after the other. A name may have thousands, of whomever.
const MAX_DIALLED: usize = 4;

/// How a page is asked for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The languages that are wanted, as an `Accept-Language` field says it.
    pub language: Option<HeaderValue>,
    /// What is known of the page from last time: if that still holds, the page says so and nothing else.
    pub known: Option<Validators>,
}

/// What became of asking for a page.
pub enum Answer {
    /// It is on its way.
    Page(Box<Page>),
    /// It is as it was last time.
    Unchanged(Lifetime),
}

/// A page on its way: the header is here and is of a kind that a card can be made of, the body follows.
pub struct Page {
    /// The page's URL, after redirects.
    pub url: Url,
    /// What it is.
    pub media: Media,
    /// The `charset` of its content type.
    pub charset: Option<String>,
    /// What it wants left out.
    pub opt_out: OptOut,
    /// How long it is good for.
    pub lifetime: Lifetime,
    /// Its body.
    pub body: Body,
}

/// What is fetched beside a page, for its card alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first bytes of an image.
    Image,
    /// The answer of an oEmbed endpoint.
    Oembed,
}

impl Part {
    /// The most bytes that are read of it.
    pub const fn max_bytes(self) -> u64 {
        match self {
            // Enough for a JPEG's size to come after its Exif data, which holds at most 64 KiB.
            Self::Image => 96 * 1024,
            Self::Oembed => 32 * 1024,
        }
    }
}

/// The first answer that is no redirect, and where it came from.
struct Walk {
    target: Target,
    /// For how long it is known to be behind the redirects that led to it.
    redirects: Lifetime,
    hop: Hop,
}

/// One answer, with the places at its destination.
struct Hop {
    response: Response,
    places: Vec<Place>,
}

/// Fetches pages of strangers.
pub struct Fetcher {
    addresses: address::Policy,
    urls: UrlPolicy,
    resolver: Resolver,
    connecting: Connecting,
    egress: Option<Egress>,
    destinations: Destinations,
    windows: Windows,
    clock: Clock,
    fields: HeaderMap,
    max_redirects: usize,
    max_compressed_bytes: u64,
    max_inflated_bytes: u64,
}

impl Fetcher {
    /// A fetcher with these settings. A development allowance is logged as a warning.
    ///
    /// # Errors
    /// If the system has no name servers or root certificates.
    pub fn new(settings: &FetchSettings) -> Result<Self, StartError> {
        let addresses = address::Policy::from(settings);
        if !addresses.allowed_for_development().is_empty() {
            let networks = addresses.allowed_for_development();
            tracing::warn!(?networks, "FOR DEVELOPMENT ONLY: previews may reach these special networks");
        }
        Ok(Self {
            addresses,
            urls: settings.into(),
            resolver: Resolver::new(&settings.nameservers, settings.connect)
                .map_err(StartError::Nameservers)?,
            connecting: Connecting {
                tls: client_config()?,
                timeout: settings.connect,
                max_header_bytes: settings.max_header_bytes,
                max_header_fields: settings.max_header_fields,
            },
            egress: settings.egress_proxy.clone().map(Egress::new),
            destinations: Destinations::new(
                settings.concurrent_per_destination,
                settings.per_second_per_destination,
                settings.deadline,
            ),
            windows: Windows::default(),
            clock: Clock::system(),
            fields: header::request_fields(settings.user_agent.clone()),
            max_redirects: settings.max_redirects,
            max_compressed_bytes: settings.max_compressed_bytes,
            max_inflated_bytes: settings.max_inflated_bytes,
        })
    }

    /// The policy that URLs are judged by.
    pub fn urls(&self) -> &UrlPolicy {
        &self.urls
    }

    /// What asks the network whether it translates to IPv4.
    pub fn nat64(&self) -> Nat64Watch {
        Nat64Watch::new(self.resolver.clone(), self.addresses.clone())
    }

    /// Fetches a page, walking redirects; every hop goes through the same door. The caller sets the
    /// deadline.
    pub async fn page(&self, first: Target, ask: &Ask) -> Result<Answer, FetchError> {
        let budget = (self.max_compressed_bytes, self.max_inflated_bytes);
        self.answer(first, ask, self.fields.clone(), budget).await
    }

    /// Fetches an image whole, in the same way.
    pub async fn image(&self, first: Target, ask: &Ask, max_bytes: u64) -> Result<Answer, FetchError> {
        let mut fields = self.fields.clone();
        fields.insert(ACCEPT, header::ACCEPT_PICTURE);
        self.answer(first, ask, fields, (max_bytes, max_bytes)).await
    }

    async fn answer(
        &self,
        first: Target,
        ask: &Ask,
        mut fields: HeaderMap,
        (max_compressed, max_inflated): (u64, u64),
    ) -> Result<Answer, FetchError> {
        fields.extend(ask.language.clone().map(|language| (ACCEPT_LANGUAGE, language)));
        let Walk { target, redirects, hop } = self.walk(first, &fields, ask.known.as_ref()).await?;
        let url = target.url().clone();
        let lifetime = Lifetime::of(&url, hop.response.headers(), self.clock.now()).within(&redirects);
        if hop.response.status() == StatusCode::NOT_MODIFIED && conditional(&target, ask.known.as_ref()) {
            return Ok(Answer::Unchanged(lifetime));
        }
        header::check_status(&hop.response)?;
        let (media, charset) = header::check_media(&hop.response)?;
        let opt_out = header::opt_out(&hop.response);
        let body = Body::of(hop.response, max_compressed, max_inflated, &self.windows)?;
        let body = body.holding(hop.places);
        Ok(Answer::Page(Box::new(Page { url, media, charset, opt_out, lifetime, body })))
    }

    /// Fetches what a page points to, through the same door. Gives its URL after redirects and its first bytes.
    pub async fn part(&self, first: Target, part: Part) -> Result<(Url, Vec<u8>), FetchError> {
        let mut fields = self.fields.clone();
        let expected = match part {
            Part::Image => {
                fields.insert(ACCEPT, header::ACCEPT_IMAGE);
                let range = format!("bytes=0-{}", part.max_bytes() - 1);
                fields.extend(HeaderValue::from_str(&range).ok().map(|range| (RANGE, range)));
                Media::Image
            }
            Part::Oembed => {
                fields.insert(ACCEPT, header::ACCEPT_OEMBED);
                Media::Json
            }
        };
        let Walk { target, hop, .. } = self.walk(first, &fields, None).await?;
        match hop.response.status() {
            StatusCode::PARTIAL_CONTENT if part == Part::Image => {}
            _ => header::check_status(&hop.response)?,
        }
        if header::check_media(&hop.response)?.0 != expected {
            return Err(FetchError::NotHtml);
        }
        let mut body =
            Body::of(hop.response, part.max_bytes(), part.max_bytes(), &self.windows)?.holding(hop.places);
        let mut bytes = Vec::new();
        while let Some(chunk) = body.chunk().await {
            bytes.extend_from_slice(chunk);
        }
        Ok((target.url().clone(), bytes))
    }

    /// From hop to hop to the first answer that is no redirect.
    async fn walk(
        &self,
        first: Target,
        fields: &HeaderMap,
        known: Option<&Validators>,
    ) -> Result<Walk, FetchError> {
        let (mut target, mut redirects) = (first, Lifetime::UNLIMITED);
        for _ in 0..=self.max_redirects {
            let mut fields = fields.clone();
            if let Some(known) = known.filter(|_| conditional(&target, known)) {
                known.put(&mut fields);
            }
            let hop = self.hop(&target, fields).await?;
            match redirect::next_hop(&self.urls, target.url(), &hop.response)? {
                Some(next) => {
                    let (is_permanent, fields) =
                        (is_permanent(hop.response.status()), hop.response.headers());
                    let redirect =
                        Lifetime::of_redirect(target.url(), is_permanent, fields, self.clock.now());
                    (target, redirects) = (next, redirects.within(&redirect));
                }
                None => return Ok(Walk { target, redirects, hop }),
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    /// One request to one judged place.
    async fn hop(&self, target: &Target, fields: HeaderMap) -> Result<Hop, FetchError> {
        let host = target.url().host_str().unwrap_or_default();
        let place = self.destinations.name(host).await?;
        let (name, addresses) = self.judged_addresses(target).await?;
        let mut places = vec![place];
        // Always in the same order, so that two requests never wait for each other.
        for address in BTreeSet::from_iter(&addresses) {
            places.push(self.destinations.address(*address).await?);
        }
        let response = match &self.egress {
            None => self.direct(target, name, &addresses, fields).await?,
            Some(egress) => {
                egress.get(&self.connecting, &self.resolver, (target, &addresses), fields).await?
            }
        };
        header::check_size(&response, self.connecting.max_header_bytes)?;
        self.destinations.heed(host, &response);
        Ok(Hop { response, places })
    }

    /// By a connection of our own to one of the addresses.
    async fn direct(
        &self,
        target: &Target,
        name: Option<&str>,
        addresses: &[IpAddr],
        fields: HeaderMap,
    ) -> Result<Response, FetchError> {
        let request = self.connecting.client(name, addresses)?.get(target.url().clone()).headers(fields);
        let response = request.send().await;
        let response =
            response.map_err(|error| FetchError::Exchange(connect::causes(&error.without_url())))?;
        connect::assert_peer(&response, addresses)?;
        Ok(response)
    }

    async fn judged_addresses<'a>(
        &self,
        target: &'a Target,
    ) -> Result<(Option<&'a str>, Vec<IpAddr>), FetchError> {
        match target.host() {
            TargetHost::Address(address) => Ok((None, vec![*address])),
            TargetHost::Name(name) => {
                let mut addresses = self.resolver.addresses(name).await?;
                resolve::judge_all(&self.addresses, &addresses)?;
                addresses.truncate(MAX_DIALLED);
                Ok((Some(name), addresses))
            }
        }
    }
}

/// Whether what is known belongs to this target.
fn conditional(target: &Target, known: Option<&Validators>) -> bool {
    known.is_some_and(|known| known.url == *target.url())
}
