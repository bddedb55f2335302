//! Capabilities that must not open: each is tried by the owner, whose role would do. It decides alone all the same.

use natter::{
    clock::Clock, key_ring::KeyRings, key_ring::RingKind, random::Random, timestamp::Timestamp,
    token::CapabilityToken,
};

use super::{
    refused::refuse,
    scene::Scene,
    table::{Access, OPERATIONS, Place},
};
use crate::client::{bare, token};

const FORBIDDEN: (u16, &str) = (403, "forbidden");

/// Tries a capability with every operation that takes one, in the header and in the query.
async fn refuse_everywhere(scene: &Scene, how: &str, pick: impl AsyncFn(Place, char) -> Vec<String>) {
    for row in OPERATIONS {
        let Access::Permission { letter, place, .. } = row.access else { continue };
        for uri in pick(place, letter).await {
            let what = format!("{} with a capability {how}: {}", row.id, bare(&uri));
            let query = format!("?access_token={}", token(&uri));
            let request = scene.request(row, "owner", Some(&scene.owner().token), &query);
            refuse(scene, &what, request, FORBIDDEN, None).await;
            let request = scene.request(row, "owner", Some(&scene.owner().token), "");
            refuse(scene, &what, request.header("natter-capability", token(&uri)), FORBIDDEN, None).await;
        }
    }
}

#[tokio::test]
async fn that_permit_too_little() {
    let scene = Scene::new().await;
    refuse_everywhere(&scene, "that permits too little", async |place, letter| {
        let all = if place == Place::Message { "rd" } else { "rwd" };
        let rest = all.replace(letter, "");
        vec![scene.owner().share(scene.space.get(place), "owner", Some(&rest)).await]
    })
    .await;
}

#[tokio::test]
async fn for_another_path() {
    let scene = Scene::new().await;
    refuse_everywhere(&scene, "for another path", async |place, _| {
        let own = [Place::Space, Place::Messages, Place::Message].into_iter().filter(|other| *other != place);
        let mut uris: Vec<_> = own.map(|other| scene.space.get(other).to_owned()).collect();
        uris.push(scene.other.get(place).to_owned());
        if place == Place::Message {
            uris.push(scene.space.second_message.clone());
        }
        uris
    })
    .await;
}

#[tokio::test]
async fn of_another_user() {
    let scene = Scene::new().await;
    refuse_everywhere(&scene, "of another user", async |place, _| {
        vec![scene.owner().share(scene.space.get(place), "member", None).await]
    })
    .await;
    // And the owner's own in a stranger's hands, as after a leak.
    for row in OPERATIONS {
        let Access::Permission { place, .. } = row.access else { continue };
        let query = format!("?access_token={}", token(scene.space.get(place)));
        for (name, me) in &scene.people {
            if *name != "owner" {
                let request = scene.request(row, "owner", Some(&me.token), &query);
                refuse(&scene, &format!("{} by {name}", row.id), request, FORBIDDEN, None).await;
            }
        }
    }
}

#[tokio::test]
async fn whose_root_was_revoked() {
    let scene = Scene::new().await;
    let ring = capability_ring(&scene);
    let space = bare(&scene.space.space).to_owned();
    refuse_everywhere(&scene, "that was revoked", async |place, _| {
        let parent = scene.owner().share(scene.space.get(place), "owner", None).await;
        let child = scene.owner().share(&parent, "owner", None).await;
        let claims = CapabilityToken::parse(token(&parent), &ring).expect("one of the server's");
        scene.owner().client.delete(&format!("{space}/capabilities/{}", claims.root)).await.expect(200);
        vec![parent, child]
    })
    .await;
}

#[tokio::test]
async fn that_have_expired() {
    let scene = Scene::new().await;
    let ring = capability_ring(&scene);
    refuse_everywhere(&scene, "that has expired", async |place, _| {
        let uri = scene.space.get(place);
        let mut claims = CapabilityToken::parse(token(uri), &ring).expect("one of the server's");
        claims.expires = Timestamp::parse("2020-01-01T00:00:00Z").expect("a time");
        vec![format!("{}?access_token={}", bare(uri), *claims.mint(&ring).expose())]
    })
    .await;
}

#[tokio::test]
async fn that_are_none() {
    let scene = Scene::new().await;
    refuse_everywhere(&scene, "that is none", async |place, _| {
        let uri = scene.space.get(place);
        let flipped = if uri.ends_with('A') { "E" } else { "A" };
        vec![
            format!("{}{flipped}", &uri[..uri.len() - 1]),
            uri[..uri.len() - 1].to_owned(),
            format!("{uri}A"),
            "/?access_token=".to_owned(),
            format!("/?access_token={}", scene.owner().token),
        ]
    })
    .await;
}

#[tokio::test]
async fn that_come_twice_or_without_a_session() {
    let scene = Scene::new().await;
    for row in OPERATIONS {
        let Access::Permission { place, .. } = row.access else { continue };
        let capability = token(scene.space.get(place));
        let query = format!("?access_token={capability}");
        let with = |query: &str| scene.request(row, "owner", Some(&scene.owner().token), query);
        let twice = [
            (with(&query).header("natter-capability", capability), "malformed"),
            (
                with("").header("natter-capability", capability).header("natter-capability", capability),
                "malformed",
            ),
            (with(&format!("{query}&access_token={capability}")), "invalid-input"),
        ];
        for (request, kind) in twice {
            refuse(&scene, row.id, request, (400, kind), None).await;
        }
        let nobody = scene.request(row, "owner", None, &query);
        refuse(&scene, row.id, nobody, (401, "unauthenticated"), Some("Bearer")).await;
    }
}

/// Where no capability is taken, a good one is refused as well: it would else be ignored, and roles decide.
#[tokio::test]
async fn given_to_an_operation_that_takes_none() {
    let scene = Scene::new().await;
    for row in OPERATIONS.iter().filter(|row| !matches!(row.access, Access::Permission { .. })) {
        for place in [Place::Space, Place::Messages, Place::Message] {
            let capability = token(scene.space.get(place));
            let me = if row.access == Access::Anyone { None } else { Some(scene.owner().token.as_str()) };
            let request = scene.request(row, "owner", me, &format!("?access_token={capability}"));
            refuse(&scene, row.id, request, FORBIDDEN, None).await;
            let request = scene.request(row, "owner", me, "").header("natter-capability", capability);
            refuse(&scene, row.id, request, FORBIDDEN, None).await;
        }
    }
}

/// The ring as it stands in the server's key file: with it, a test signs what the server would never sign.
fn capability_ring(scene: &Scene) -> std::sync::Arc<natter::key_ring::KeyRing> {
    let keys = scene.server.directory().join("data/keys");
    KeyRings::open(&keys, &Random::system(), &Clock::system()).expect("key rings").get(RingKind::Capability)
}
