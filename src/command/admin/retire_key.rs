//! `admin retire-key RING KEY [--yes]`

use std::{process::ExitCode, time::Duration};

use anyhow::bail;
use poem::http::StatusCode;

use super::Console;
use crate::{
    audit,
    command::print,
    key_ring::{self, KeyId, RingKind},
    settings::KeysSettings,
    store::{account, capability, session},
};

/// For so long after a rotation a running server may sign with the key before: it looks at its files every few
/// seconds, and whatever it signs with a key that is gone is lost.
const SETTLED_AFTER: Duration = Duration::from_secs(60);

pub(super) async fn run(
    console: &Console,
    settings: &KeysSettings,
    kind: RingKind,
    key: u32,
    yes: bool,
) -> anyhow::Result<ExitCode> {
    let id = KeyId(key);
    let Some(ring) = console.rings.find(kind) else { bail!("there is no ring {}", kind.name()) };
    let trail = console.start(&format!("retire-key {} {id}", kind.name())).await?;
    let refusal = if ring.get(id).is_none() {
        Some(format!("the ring {} has no key {id}", kind.name()))
    } else if ring.newest().id() == id {
        Some(format!("key {id} is the newest of the ring {}: run rotate-keys first", kind.name()))
    } else if yes && console.clock.now().since(ring.newest().created()) < SETTLED_AFTER {
        Some(
            "the newest key is less than a minute old, and a running server may not sign with it yet"
                .to_owned(),
        )
    } else {
        None
    };
    if let Some(refusal) = refusal {
        trail.end(StatusCode::CONFLICT).await?;
        bail!(refusal);
    }

    print(&format!("Without key {id} of the ring {}:\n{}", kind.name(), what_dies(console, kind, id).await?));
    if !yes {
        trail.end(StatusCode::PRECONDITION_REQUIRED).await?;
        print("Nothing was changed. Add --yes to retire the key.\n");
        return Ok(ExitCode::SUCCESS);
    }
    if let Err(error) = key_ring::retire(&settings.directory, kind, id, &console.random) {
        trail.end(StatusCode::INTERNAL_SERVER_ERROR).await?;
        return Err(error.into());
    }
    trail.end(StatusCode::OK).await?;
    print(&format!("Key {id} is retired. A running server follows within seconds.\n"));
    Ok(ExitCode::SUCCESS)
}

/// What ends, a line for each sort of thing, as far as the store can tell.
async fn what_dies(console: &Console, kind: RingKind, id: KeyId) -> anyhow::Result<String> {
    let (db, now) = (console.store.read(), console.clock.now());
    Ok(match kind {
        RingKind::Session => format!(
            "- at most {} sessions end, all there are: only their tokens say which key made them\n",
            session::count_live(db, None, now).await?
        ),
        RingKind::Capability => format!(
            "- capability URIs made with it end, of {} roots at most; how many that are, nobody knows: no list of \
             them is kept\n",
            capability::count_live(db, None, now).await?
        ),
        RingKind::Row => format!(
            "- {} sessions end\n- {} roots of capabilities end, and every URI made or shared from them\n",
            session::count_live(db, Some(id), now).await?,
            capability::count_live(db, Some(id), now).await?
        ),
        RingKind::Name => format!(
            "- names of deleted accounts that were kept under it are given out again, {} at most\n- failed logins \
             that were counted under it are forgotten\n",
            account::count_retired(db).await?
        ),
        RingKind::Audit => format!(
            "- {} rows of the audit log cannot be verified any more: verify-audit takes each for changed\n",
            audit::count_of_key(db, id).await?
        ),
        RingKind::Idempotency => {
            "- requests with an Idempotency-Key that are sent again, within a day of the first, are \
             new ones: what they asked for is done twice\n"
                .to_owned()
        }
        RingKind::Image => {
            "- the URLs of images that it signed show nothing any more once the worker has the public keys that are left: \
             run image-keys\n"
                .to_owned()
        }
        RingKind::Checkpoint => format!(
            "- checkpoints of the audit log that it signed cannot be verified any more: verify-audit takes each for \
             forged; how many that are, the database cannot know\n- what retention removed from the audit log, where \
             this key signed for it last, is taken for missing: in {} chains\n",
            audit::removals_of_key(db, id).await?
        ),
    })
}
