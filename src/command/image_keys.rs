//! `natter-api image-keys`

use std::process::ExitCode;

use anyhow::bail;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::print;
use crate::{clock::Clock, key_ring::KeyRings, random::Random, settings::ApiSettings};

/// Prints the public halves of the keys that sign the URLs of images, as the worker reads them. The ring is made if there
/// is none and images are set up.
pub(super) fn run(settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    let (random, clock) = (Random::system(), Clock::system());
    let directory = &settings.keys.directory;
    if settings.preview.image_url.is_some() {
        KeyRings::make_image_ring(directory, &random, &clock)?;
    }
    let Some(ring) = KeyRings::image_ring_in(directory)? else {
        bail!("there is no ring of keys for images: set preview.image_url, and it is made");
    };
    print(
        "# The public keys of image links: id, Ed25519 public key in base64url. For image.public_keys_file.\n",
    );
    for key in ring.keys() {
        print(&format!("{} {}\n", key.id(), URL_SAFE_NO_PAD.encode(key.public())));
    }
    Ok(ExitCode::SUCCESS)
}
