//! From a URL to its card.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};
use url::Host;

use super::{
    card::Card,
    fetch::{Answer, Ask, Fetcher, Lifetime, Media, Nat64Watch, Page, Part, StartError},
    image::{Thumbnail, Thumbnailer},
    page::{OptOut, PdfReader, Reader, assemble, assemble_texts, dimensions, oembed, oembed_endpoint},
    refusal::{FetchError, Refusal},
    target::{Target, TargetHost, UrlRule, is_within},
};
use crate::settings::FetchSettings;

/// The longest time for what is fetched beside the page, within the deadline.
const BESIDE: Duration = Duration::from_secs(1);

/// Makes cards by fetching pages from this process.
pub struct Previewer {
    fetcher: Fetcher,
    deadline: Duration,
    oembed_hosts: Vec<String>,
    image_dimensions: bool,
}

/// A card, and for how long.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The card.
    pub card: Card,
    /// How long its page is good for.
    pub lifetime: Lifetime,
}

/// What became of fetching a page.
pub enum Fetched {
    /// Its card.
    Card(Box<Preview>),
    /// It is an image: a small one made of it, and for how long.
    Image(Thumbnail, Lifetime),
    /// The page is as it was last time.
    Unchanged(Lifetime),
}

/// What a page says about what is fetched beside it.
#[derive(Default)]
struct Beside {
    /// Its oEmbed endpoint.
    endpoint: Option<Target>,
    /// What it wants left out, and its header.
    opt_out: OptOut,
}

impl Previewer {
    /// A previewer with these settings.
    ///
    /// # Errors
    /// If the system has no name servers or root certificates.
    pub fn new(settings: &FetchSettings) -> Result<Self, StartError> {
        let names = settings.oembed_hosts.iter().filter_map(|host| match host {
            Host::Domain(name) => Some(name.clone()),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        });
        Ok(Self {
            fetcher: Fetcher::new(settings)?,
            deadline: settings.deadline,
            oembed_hosts: names.collect(),
            image_dimensions: settings.image_dimensions,
        })
    }

    /// What asks the network whether it translates to IPv4, and says whether that is known.
    pub fn nat64(&self) -> Nat64Watch {
        self.fetcher.nat64()
    }

    /// The longest time that [`preview`](Self::preview) takes.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The card of the page at `url`.
    ///
    /// # Errors
    /// [`Refusal::Url`] at once for what the URL alone shows; [`Refusal::Fetch`] for everything that
    /// depends on the network, at the deadline at the latest.
    pub async fn preview(&self, url: &str) -> Result<Card, Refusal> {
        match self.fetch(self.judge(url)?, &Ask::default()).await? {
            Fetched::Card(preview) => Ok(preview.card),
            // It was not asked for it, nor whether it is.
            Fetched::Image(..) | Fetched::Unchanged(_) => Err(FetchError::Status(304).into()),
        }
    }

    /// Judges a URL that is given from outside.
    ///
    /// # Errors
    /// What the URL alone shows.
    pub fn judge(&self, url: &str) -> Result<Target, UrlRule> {
        self.fetcher.urls().judge_text(url).inspect_err(|rule| count(rule.id()))
    }

    /// Fetches the page at a place that has been judged.
    ///
    /// # Errors
    /// Everything that depends on the network, at the deadline at the latest.
    pub async fn fetch(&self, target: Target, ask: &Ask) -> Result<Fetched, FetchError> {
        let host = target.url().host_str().unwrap_or_default().to_owned();
        let deadline = Instant::now() + self.deadline;
        let fetched = timeout_at(deadline, self.page(target, ask)).await;
        let fetched = ended(fetched.unwrap_or(Err(FetchError::Deadline)), &host, "card");
        match fetched {
            Ok((Fetched::Card(mut preview), beside)) => {
                // What is missing at the deadline stays missing; the card is good without it.
                let until = deadline.min(Instant::now() + BESIDE);
                let whole = timeout_at(until, self.complete(&mut preview.card, beside)).await;
                // The page's site, which knows when its page was read, is not to see why a part failed by when the card
                // comes: it names whatever host it likes.
                if whole != Ok(true) {
                    sleep_until(until).await;
                }
                Ok(Fetched::Card(preview))
            }
            Ok((unchanged, _)) => Ok(unchanged),
            Err(error) => Err(error),
        }
    }

    /// Fetches the image at a place that has been judged, by the same door, and makes it small.
    ///
    /// # Errors
    /// Everything that depends on the network or on the image, at the deadline at the latest.
    pub async fn image(
        &self,
        target: Target,
        ask: &Ask,
        thumbnailer: &Thumbnailer,
        size: u32,
    ) -> Result<Fetched, FetchError> {
        let host = target.url().host_str().unwrap_or_default().to_owned();
        let made = async {
            let (sent, lifetime) = match self.fetcher.image(target, ask, thumbnailer.max_bytes()).await? {
                Answer::Page(page) => {
                    let Page { media, opt_out, lifetime, body, .. } = *page;
                    if media != Media::Image || opt_out.wants_no_image() {
                        return Err(FetchError::NotAnImage(
                            "it is none, or is not to be shown elsewhere".into(),
                        ));
                    }
                    (thumbnailer.read(body).await?, lifetime)
                }
                Answer::Unchanged(lifetime) => return Ok(Fetched::Unchanged(lifetime)),
            };
            let thumbnail = thumbnailer.thumbnail(sent, size).await;
            let thumbnail = thumbnail.map_err(|error| FetchError::NotAnImage(error.to_string()))?;
            Ok(Fetched::Image(thumbnail, lifetime))
        };
        let made = timeout_at(Instant::now() + self.deadline, made).await;
        ended(made.unwrap_or(Err(FetchError::Deadline)), &host, "image")
    }

    /// The page itself, and what it says about what is fetched beside it.
    async fn page(&self, target: Target, ask: &Ask) -> Result<(Fetched, Beside), FetchError> {
        let page = match self.fetcher.page(target, ask).await? {
            Answer::Page(page) => *page,
            Answer::Unchanged(lifetime) => return Ok((Fetched::Unchanged(lifetime), Beside::default())),
        };
        let Page { url, media, charset, opt_out, lifetime, mut body } = page;
        let policy = self.fetcher.urls();
        let mut beside = Beside { endpoint: None, opt_out };
        let mut card = match media {
            Media::Html => {
                let mut reader = Reader::new(charset.as_deref());
                body.read_while(|chunk| reader.read(chunk)).await;
                let facts = reader.finish();
                beside.endpoint = oembed_endpoint(policy, &url, &facts);
                beside.opt_out = opt_out.or(facts.opt_out());
                assemble(policy, &url, &facts)
            }
            Media::Feed => {
                let mut reader = Reader::of_feed(charset.as_deref());
                body.read_while(|chunk| reader.read(chunk)).await;
                let card = assemble_texts(&url, &reader.finish(), "feed");
                // It is XML of another kind: a feed has a title.
                if card.title.is_none() {
                    return Err(FetchError::NotHtml);
                }
                card
            }
            Media::Pdf => {
                let mut reader = PdfReader::default();
                body.read_while(|chunk| reader.read(chunk)).await;
                assemble_texts(&url, &reader.finish(), "pdf")
            }
            Media::Image => {
                let mut bytes = Vec::new();
                let take = |chunk: &[u8]| {
                    bytes.extend_from_slice(chunk);
                    (bytes.len() as u64) < Part::Image.max_bytes()
                };
                body.read_while(take).await;
                let (image_width, image_height) = dimensions(&bytes).unzip();
                let (image, kind) = (Some(url.to_string()), Some("image".to_owned()));
                Card { url: url.to_string(), kind, image, image_width, image_height, ..Card::default() }
            }
            Media::Json => return Err(FetchError::NotHtml),
        };
        metrics::histogram!("natter_preview_read_bytes").record(body.bytes_sent() as f64);
        beside.opt_out.apply(&mut card);
        Ok((Fetched::Card(Box::new(Preview { card, lifetime })), beside))
    }

    /// Fills what the card lacks from the page's oEmbed endpoint, if its host is on the list, and the size of its
    /// image from the image's first bytes. Whatever fails leaves the card as it is. Returns whether nothing did.
    async fn complete(&self, card: &mut Card, Beside { endpoint, opt_out }: Beside) -> bool {
        let mut whole = true;
        let lacks = card.title.is_none() || (card.image.is_none() && !opt_out.wants_no_image());
        if let Some(endpoint) = endpoint.filter(|endpoint| lacks && self.asks_oembed(endpoint)) {
            match self.fetcher.part(endpoint, Part::Oembed).await {
                Ok((url, answer)) => {
                    oembed::complete(self.fetcher.urls(), &url, &answer, card);
                    opt_out.apply(card);
                }
                Err(error) => {
                    tracing::debug!(%error, reason = error.id(), "no oEmbed");
                    whole = false;
                }
            }
        }
        if !self.image_dimensions || (card.image_width.is_some() && card.image_height.is_some()) {
            return whole;
        }
        let image = card.image.as_deref().and_then(|image| self.fetcher.urls().judge_text(image).ok());
        if let Some(image) = image {
            match self.fetcher.part(image, Part::Image).await {
                Ok((_, bytes)) => {
                    if let Some((width, height)) = dimensions(&bytes) {
                        (card.image_width, card.image_height) = (Some(width), Some(height));
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, reason = error.id(), "no size of the image");
                    whole = false;
                }
            }
        }
        whole
    }

    fn asks_oembed(&self, endpoint: &Target) -> bool {
        match endpoint.host() {
            TargetHost::Name(name) => self.oembed_hosts.iter().any(|host| is_within(name, host)),
            TargetHost::Address(_) => false,
        }
    }
}

/// Counts how a fetch ended, and tells the operator why where it came to nothing.
fn ended<T>(fetched: Result<T, FetchError>, host: &str, good: &'static str) -> Result<T, FetchError> {
    count(fetched.as_ref().map_or_else(FetchError::id, |_| good));
    fetched.inspect_err(|error| {
        tracing::info!(host, reason = error.id(), rule = error.rule(), "no preview");
        tracing::debug!(host, %error, "no preview");
    })
}

fn count(outcome: &'static str) {
    metrics::counter!("natter_preview_outcomes_total", "outcome" => outcome).increment(1);
}
