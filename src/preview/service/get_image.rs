//! `GET /image`: a thumbnail of an image, for whoever has a signed URL.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use poem::{Request, http::header};
use poem_openapi::{OpenApi, param::Query, payload::Response};
use tokio::time::Instant;

use super::{answer, image_body::ImageBody};
use crate::{
    clock::Clock,
    preview::{
        cache::CardCache,
        image::{ImageLink, PublicKeys, SIZES, Unsigned},
    },
    problem::{Kind, Problem},
    tls::Followed,
};

/// Where the operation is.
pub(super) const PATH: &str = "/image";

/// The operation for images.
pub struct ImageApi {
    /// Absent where only the document is made.
    parts: Option<Parts>,
    clock: Clock,
}

struct Parts {
    images: CardCache,
    keys: Arc<Followed<PublicKeys>>,
}

impl ImageApi {
    /// The operation, with these images for links that are signed with these keys.
    pub fn new(images: CardCache, keys: Arc<Followed<PublicKeys>>) -> Self {
        Self { parts: Some(Parts { images, keys }), clock: Clock::system() }
    }

    /// The operation as a description only; it fetches nothing.
    pub fn described() -> Self {
        Self { parts: None, clock: Clock::system() }
    }
}

#[OpenApi]
impl ImageApi {
    /// Get a thumbnail of an image
    ///
    /// Fetches the image at `url` as pages are fetched, and gives a smaller one made of its pixels alone, so that whoever
    /// looks at it reveals nothing to the image's server. Answered on a listener of its own, where that is set up, and
    /// only with a signature (Ed25519) of whoever runs the worker: that API makes these URLs. Drawings (SVG) and
    /// everything else that is not PNG, JPEG, GIF or WebP is refused. Whatever depends on the network gives the
    /// same 502 at the same moment.
    #[oai(path = "/image", method = "get", operation_id = "getImage")]
    async fn get_image(
        &self,
        request: &Request,
        /// The image's URL.
        url: Query<String>,
        /// The most pixels of the thumbnail's width and height, from 16 to 2048.
        size: Query<u32>,
        /// Until when the URL is good, in seconds since the Unix epoch.
        expires: Query<u64>,
        /// The number of the key that signed.
        key: Query<u32>,
        /// The signature, in base64url without padding.
        signature: Query<String>,
    ) -> Result<Response<ImageBody>, Problem> {
        for parameter in ["url", "size", "expires", "key", "signature"] {
            answer::check_given_once(request, parameter)?;
        }
        let Parts { images, keys } = self.parts.as_ref().ok_or_else(Problem::internal)?;
        let link = ImageLink { url: url.0, size: size.0, expires: expires.0 };
        // What is no signature at all is judged like a wrong one.
        let signature = URL_SAFE_NO_PAD.decode(&signature.0).unwrap_or_default();
        keys.get().check(&link, key.0, &signature, self.clock.now()).map_err(refused)?;
        if !SIZES.contains(&link.size) {
            return Err(Problem::invalid_field("size", "has to be from 16 to 2048"));
        }
        let begun = Instant::now();
        match images.image(&link.url, link.size).await {
            Ok(kept) => Ok(Response::new(ImageBody {
                bytes: kept.shown.body.clone(),
                media_type: kept.shown.media_type,
                from_memory: kept.from_memory,
            })
            .header(header::CACHE_CONTROL, answer::lifetime(&kept))
            .header(header::ETAG, kept.shown.tag)),
            Err(nothing) => Err(answer::late(nothing, begun, images.deadline()).await),
        }
    }
}

/// The problem where the link is not signed.
pub(super) fn refused(unsigned: Unsigned) -> Problem {
    Problem::new(Kind::UrlRefused, format!("{unsigned}."))
}
