//! Capability tokens as a client, and an attacker, handles them.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    id::{CapabilityId, MessageId},
    permission::Permissions,
    random::Random,
    timestamp::Timestamp,
    token::{every_bit_flip, session::SessionToken},
};

fn ring(seed: u64) -> KeyRing {
    KeyRing::generate(&Random::seeded(seed), Timestamp::default())
}

fn some_claims() -> Claims {
    Claims {
        root: CapabilityId(Uuid::from_u128(7)),
        target: Target::Message(MessageId(Uuid::from_u128(8))),
        permissions: Permissions::READ_DELETE,
        expires: Timestamp::from_micros(1_800_000_000_000_000),
    }
}

/// A token over any bytes, rightly signed: what a defect elsewhere could make.
fn signed(claims: &[u8; claims::LENGTH], ring: &KeyRing) -> String {
    let id = ring.newest().id().0.to_be_bytes();
    let signed = [&id[..], claims].concat();
    let tag = ring.newest().mac(LABEL, &[&signed]);
    encoding::encode(PREFIX, &[&signed, &tag[..TAG_LENGTH]].concat()).to_string()
}

#[test]
fn every_bit_counts() {
    let ring = ring(1);
    let token = some_claims().mint(&ring);
    assert_eq!(CapabilityToken::parse(&token.expose(), &ring), Some(some_claims()));
    for flipped in every_bit_flip(PREFIX, token.0.as_slice()) {
        assert_eq!(CapabilityToken::parse(&flipped, &ring), None, "{flipped}");
    }
}

#[test]
fn only_the_one_text_is_taken() {
    let ring = ring(1);
    let text = some_claims().mint(&ring).expose();
    for end in 0..text.len() {
        assert_eq!(CapabilityToken::parse(&text[..end], &ring), None, "cut at {end}");
    }
    for other in [format!("{}A", *text), format!("{}=", *text), text.replacen("ntrc_", "ntrs_", 1)] {
        assert_eq!(CapabilityToken::parse(&other, &ring), None, "{other}");
    }
    let last = text.chars().last().expect("not empty");
    for digit in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        let other = format!("{}{digit}", &text[..text.len() - 1]);
        assert_eq!(CapabilityToken::parse(&other, &ring).is_some(), digit == last, "{digit}");
    }
}

#[test]
fn sessions_and_capabilities_are_no_good_for_each_other() {
    // Even with one ring for both.
    let ring = ring(1);
    let capability = some_claims().mint(&ring).expose();
    assert!(SessionToken::parse(&capability, &ring).is_none());
    assert!(SessionToken::parse(&capability.replacen("ntrc_", "ntrs_", 1), &ring).is_none());
    let session = SessionToken::generate(&ring, &Random::seeded(2)).expose();
    assert_eq!(CapabilityToken::parse(&session, &ring), None);
    assert_eq!(CapabilityToken::parse(&session.replacen("ntrs_", "ntrc_", 1), &ring), None);
}

#[test]
fn a_rotation_ends_no_capability() {
    let token = some_claims().mint(&ring(1)).expose();
    let rotated = ring(1).rotate(&Random::seeded(2), Timestamp::default()).expect("1 has a successor");
    assert_eq!(CapabilityToken::parse(&token, &rotated), Some(some_claims()));
    assert_eq!(CapabilityToken::parse(&some_claims().mint(&rotated).expose(), &ring(1)), None);
}

#[test]
fn claims_have_one_form_even_when_rightly_signed() {
    let ring = ring(1);
    let good = some_claims().to_bytes();
    assert!(CapabilityToken::parse(&signed(&good, &ring), &ring).is_some());
    let with = |index: usize, value: u8| {
        let mut bytes = good;
        bytes[index] = value;
        bytes
    };
    for (bytes, what) in [
        (with(16, 0), "no target"),
        (with(16, 4), "an unknown target"),
        (with(16, 1), "a space with a message"),
        (with(16, 2), "messages with a message"),
        (with(33, 0), "no permission"),
        (with(33, 8), "an unknown permission"),
        (with(34, 0x80), "a time before 1970"),
        (with(34, 0x7f), "a time after 9999"),
    ] {
        assert_eq!(CapabilityToken::parse(&signed(&bytes, &ring), &ring), None, "{what}");
    }
}

#[test]
fn debug_shows_nothing_of_it() {
    assert_eq!(format!("{:?}", some_claims().mint(&ring(1))), "CapabilityToken(…)");
}

#[test]
fn only_a_message_of_the_messages_is_below_another_target() {
    let (one, two) =
        (Target::Message(MessageId(Uuid::from_u128(1))), Target::Message(MessageId(Uuid::from_u128(2))));
    let all = [Target::Space, Target::Messages, one, two];
    for from in all {
        for to in all {
            let allowed = from == to || from == Target::Messages && (to == one || to == two);
            assert_eq!(from.covers(to), allowed, "{from:?} to {to:?}");
        }
    }
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        Just(Target::Space),
        Just(Target::Messages),
        (0..3_u128).prop_map(|id| Target::Message(MessageId(Uuid::from_u128(id)))),
    ]
}

fn permissions() -> impl Strategy<Value = Permissions> {
    (0..8_u8).prop_filter_map("three bits", Permissions::from_bits)
}

fn claims() -> impl Strategy<Value = Claims> {
    let micros = prop_oneof![Just(i64::MAX), any::<i64>(), 0..100_i64];
    let granted = permissions().prop_filter("not empty", |set| !set.is_empty());
    (any::<u128>(), target(), granted, micros).prop_map(|(root, target, permissions, micros)| Claims {
        root: CapabilityId(Uuid::from_u128(root)),
        target,
        permissions,
        expires: Timestamp::from_micros(micros),
    })
}

proptest! {
    #[test]
    fn claims_round_trip(claims in claims(), seed in 1..u64::MAX) {
        let ring = ring(seed);
        let text = claims.mint(&ring).expose();
        prop_assert_eq!(text.len(), 88);
        prop_assert_eq!(CapabilityToken::parse(&text, &ring), Some(claims));
        prop_assert_eq!(claims.mint(&ring).expose(), text);
    }

    #[test]
    fn other_rings_tokens_and_any_text_are_refused(claims in claims(), seed in 2..u64::MAX, text in "(ntrc_)?[-_A-Za-z0-9]{0,90}") {
        prop_assert_eq!(CapabilityToken::parse(&claims.mint(&ring(seed)).expose(), &ring(1)), None);
        prop_assert_eq!(CapabilityToken::parse(&text, &ring(1)), None);
    }

    /// However a capability is narrowed, through the text of each token on the way, nothing comes
    /// back that was given up.
    #[test]
    fn no_chain_of_narrowing_widens(
        root in claims(),
        steps in prop::collection::vec((target(), permissions(), 0..200_i64), 0..12),
    ) {
        let ring = ring(1);
        let mut held = root;
        for (target, permissions, micros) in steps {
            let expires = Timestamp::from_micros(micros);
            let Some(child) = held.narrow(target, permissions, expires) else {
                let wider = !held.target.covers(target)
                    || permissions.union(held.permissions) != held.permissions
                    || permissions == Permissions::NONE
                    || expires > held.expires;
                prop_assert!(wider, "refused without a reason");
                continue;
            };
            for above in [held, root] {
                prop_assert_eq!(child.root, above.root);
                prop_assert!(child.target == above.target || above.target == Target::Messages);
                prop_assert_eq!(child.permissions.intersection(above.permissions), child.permissions);
                prop_assert!(!child.permissions.is_empty());
                prop_assert!(child.expires <= above.expires);
            }
            prop_assert_eq!(child.target, target);
            prop_assert_eq!(child.permissions, permissions);
            prop_assert_eq!(child.expires, expires);
            held = CapabilityToken::parse(&child.mint(&ring).expose(), &ring).expect("just minted");
        }
    }

    #[test]
    fn a_longer_life_is_refused(claims in claims()) {
        let later = claims.expires + Duration::from_micros(1);
        prop_assume!(later > claims.expires);
        prop_assert_eq!(claims.narrow(claims.target, claims.permissions, later), None);
        prop_assert_eq!(claims.narrow(claims.target, claims.permissions, claims.expires), Some(claims));
    }
}
