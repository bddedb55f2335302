//! `admin rotate-keys [RING]`

use std::process::ExitCode;

use anyhow::bail;
use poem::http::StatusCode;

use super::Console;
use crate::{
    command::print,
    key_ring::{self, RingKind},
    settings::KeysSettings,
};

pub(super) async fn run(
    console: &Console,
    settings: &KeysSettings,
    ring: Option<RingKind>,
) -> anyhow::Result<ExitCode> {
    let mut kinds = RingKind::ALL.to_vec();
    kinds.extend(console.rings.image().map(|_| RingKind::Image));
    kinds.retain(|kind| ring.is_none_or(|ring| ring == *kind));
    if kinds.is_empty() {
        bail!("there is no ring of keys for images: set preview.image_url, and it is made");
    }
    for kind in kinds {
        let trail = console.start(&format!("rotate-keys {}", kind.name())).await?;
        match key_ring::rotate(&settings.directory, kind, &console.random, console.clock.now()) {
            Ok(ring) => {
                trail.end(StatusCode::OK).await?;
                let older: Vec<_> =
                    ring.keys().map(|key| key.id()).filter(|id| *id != ring.newest().id()).collect();
                let older: Vec<_> = older.iter().map(ToString::to_string).collect();
                print(&format!(
                    "{}: key {} signs from now on; still good: {}\n",
                    kind.name(),
                    ring.newest().id(),
                    older.join(", ")
                ));
            }
            Err(error) => {
                trail.end(StatusCode::INTERNAL_SERVER_ERROR).await?;
                return Err(error.into());
            }
        }
    }
    print("A running server follows within seconds.\n");
    Ok(ExitCode::SUCCESS)
}
