//! The one fetch primitive. Nothing else in the program opens a connection to a stranger's address.

mod body;
mod connect;
mod header;
mod redirect;
mod resolve;
mod trust;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use reqwest::{Response, header::HeaderMap};
use url::Url;

pub use self::{
    body::Body,
    header::PSEUDONYM,
    trust::{NoRoots, client_config, system_roots},
};
use self::{connect::Connecting, resolve::Resolver};
use super::{
    address,
    refusal::FetchError,
    target::{Target, TargetHost, UrlPolicy},
};
use crate::{settings::FetchSettings, tls::TlsError};

/// Why fetching cannot begin at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There are no name servers to ask.
    #[error("the name servers of /etc/resolv.conf cannot be read: {0}")]
    Nameservers(#[from] hickory_resolver::net::NetError),
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

/// A page on its way: the header is here and is HTML, the body follows.
pub struct Page {
    /// The page's URL, after redirects.
    pub url: Url,
    /// The `charset` of its content type.
    pub charset: Option<String>,
    /// Its body.
    pub body: Body,
}

/// Fetches pages of strangers.
pub struct Fetcher {
    addresses: address::Policy,
    urls: UrlPolicy,
    resolver: Resolver,
    connecting: Connecting,
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
            resolver: Resolver::new(&settings.nameservers, settings.connect)?,
            connecting: Connecting {
                tls: client_config()?,
                timeout: settings.connect,
                max_header_bytes: settings.max_header_bytes,
                max_header_fields: settings.max_header_fields,
            },
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

    /// Fetches a page, walking redirects; every hop goes through the same door. The caller sets the
    /// deadline.
    pub async fn page(&self, first: Target) -> Result<Page, FetchError> {
        let mut target = first;
        for _ in 0..=self.max_redirects {
            let response = self.hop(&target).await?;
            match redirect::next_hop(&self.urls, target.url(), &response)? {
                Some(next) => target = next,
                None => return self.open(target, response),
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    /// One request to one judged place.
    async fn hop(&self, target: &Target) -> Result<Response, FetchError> {
        let (name, addresses) = self.judged_addresses(target).await?;
        let response = self
            .connecting
            .client(name, &addresses)?
            .get(target.url().clone())
            .headers(self.fields.clone())
            .send()
            .await
            .map_err(|error| FetchError::Exchange(connect::causes(&error.without_url())))?;
        connect::assert_peer(&response, &addresses)?;
        header::check_size(&response, self.connecting.max_header_bytes)?;
        Ok(response)
    }

    async fn judged_addresses<'a>(
        &self,
        target: &'a Target,
    ) -> Result<(Option<&'a str>, Vec<IpAddr>), FetchError> {
        match target.host() {
            TargetHost::Address(address) => Ok((None, vec![*address])),
            TargetHost::Name(name) => {
                let addresses = self.resolver.addresses(name).await?;
                resolve::judge_all(&self.addresses, &addresses)?;
                Ok((Some(name), addresses))
            }
        }
    }

    fn open(&self, target: Target, response: Response) -> Result<Page, FetchError> {
        header::check_status(&response)?;
        let charset = header::check_html(&response)?;
        let body = Body::of(response, self.max_compressed_bytes, self.max_inflated_bytes)?;
        Ok(Page { url: target.url().clone(), charset, body })
    }
}
