//! The rings and their files, on a real directory.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
};

use super::*;
use crate::{clock::Clock, random::Random, timestamp::Timestamp};

fn open(directory: &Path) -> Result<KeyRings, KeyRingError> {
    KeyRings::open(directory, &Random::system(), &Clock::manual(Timestamp::default()))
}

fn opened() -> (tempfile::TempDir, PathBuf, KeyRings) {
    let home = tempfile::tempdir().expect("a temporary directory");
    let directory = home.path().join("data/keys");
    let rings = open(&directory).expect("a first start");
    (home, directory, rings)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("chmod");
}

fn fingerprint(rings: &KeyRings) -> Vec<(KeyId, [u8; 32])> {
    RingKind::ALL.map(|kind| rings.get(kind).mac("test", &[])).to_vec()
}

#[test]
fn a_first_start_makes_private_files_and_a_second_finds_them() {
    let (_home, directory, rings) = opened();
    assert_eq!(mode(&directory), 0o700);
    let mut names: Vec<_> =
        fs::read_dir(&directory).expect("readable").map(|e| e.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "audit.keys",
            "capability.keys",
            "checkpoint.keys",
            "idempotency.keys",
            "name.keys",
            "row.keys",
            "session.keys"
        ]
    );
    for kind in RingKind::ALL {
        assert_eq!(mode(&directory.join(kind.file_name())), 0o600, "{kind:?}");
    }
    assert_eq!(fingerprint(&open(&directory).expect("a second start")), fingerprint(&rings));
    let mut tags = fingerprint(&rings);
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), RingKind::ALL.len(), "the rings differ");
}

#[test]
fn first_starts_at_once_agree() {
    for _ in 0..20 {
        let home = tempfile::tempdir().expect("a temporary directory");
        let directory = home.path().join("keys");
        let barrier = Barrier::new(8);
        let start = || {
            barrier.wait();
            fingerprint(&open(&directory).expect("a first start"))
        };
        let all: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(all.iter().all(|one| *one == all[0]));
        assert_eq!(
            fs::read_dir(&directory).expect("readable").count(),
            RingKind::ALL.len(),
            "nothing is left behind"
        );
    }
}

#[test]
fn refuses_files_and_directories_that_are_open_to_others() {
    let (_home, directory, _) = opened();
    let file = directory.join("row.keys");
    for open_mode in [0o640, 0o620, 0o604, 0o602, 0o610, 0o444] {
        chmod(&file, open_mode);
        let error = open(&directory).expect_err("an open file").to_string();
        assert!(error.contains(&format!("chmod 600 {}", file.display())), "{error}");
    }
    for private in [0o600, 0o400] {
        chmod(&file, private);
        open(&directory).expect("a private file");
    }
    for open_mode in [0o720, 0o702, 0o777] {
        chmod(&directory, open_mode);
        let error = open(&directory).expect_err("an open directory").to_string();
        assert!(error.contains(&format!("chmod go-w {}", directory.display())), "{error}");
    }
}

#[test]
fn makes_no_keys_where_others_can_write() {
    let home = tempfile::tempdir().expect("a temporary directory");
    for open_mode in [0o777, 0o1777] {
        chmod(home.path(), open_mode);
        assert!(matches!(open(home.path()), Err(KeyRingError::File(GuardedFileError::DirectoryIsOpen(_)))));
    }
    assert_eq!(fs::read_dir(home.path()).expect("readable").count(), 0);
}

#[test]
fn refuses_what_is_no_key_file() {
    let (_home, directory, _) = opened();
    let file = directory.join("name.keys");
    let huge = vec![b'#'; 200_000];
    fs::write(&file, huge).expect("written");
    assert!(matches!(open(&directory), Err(KeyRingError::File(GuardedFileError::NotSuchAFile(_)))));
    fs::remove_file(&file).expect("removed");
    fs::create_dir(&file).expect("made");
    assert!(matches!(open(&directory), Err(KeyRingError::File(GuardedFileError::NotSuchAFile(_)))));
}

#[test]
fn an_error_names_the_line_and_not_what_stands_there() {
    let (_home, directory, _) = opened();
    let file = directory.join("session.keys");
    fs::write(&file, "\n1 hunter2hunter2 2026-11-22T10:20:30Z\n").expect("written");
    let error = open(&directory).expect_err("a malformed ring");
    let told = format!("{error} {error:?}");
    assert!(told.contains("session.keys, line 2: the key is not 32 bytes"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn debug_shows_no_key() {
    let (_home, directory, rings) = opened();
    let shown = format!("{rings:?}");
    for kind in RingKind::ALL {
        let text = fs::read_to_string(directory.join(kind.file_name())).expect("readable");
        let secret = text.lines().last().and_then(|line| line.split(' ').nth(1)).expect("a key");
        assert!(!shown.contains(secret));
    }
    assert!(shown.contains("Key(1)"), "{shown}");
}

#[test]
fn follows_its_files_and_keeps_a_good_ring_when_the_new_file_is_bad() {
    let (_home, directory, rings) = opened();
    let file = directory.join("session.keys");
    let (first, tag) = rings.get(RingKind::Session).mac("test", &[]);
    let text = fs::read_to_string(&file).expect("readable");
    assert!(rings.reload_if_changed().is_empty());

    fs::write(&file, format!("{text}2 {} 2026-11-22T10:20:30Z\n", "A".repeat(43))).expect("written");
    assert!(matches!(rings.reload_if_changed()[..], [(RingKind::Session, Ok(()))]));
    assert_eq!(rings.get(RingKind::Session).newest().id(), KeyId(2));
    assert!(rings.get(RingKind::Session).verify(first, "test", &[], &tag), "the old key verifies");

    fs::write(&file, "nonsense").expect("written");
    assert!(matches!(rings.reload_if_changed()[..], [(RingKind::Session, Err(_))]));
    assert!(rings.reload_if_changed().is_empty(), "a bad file is reported once");
    assert_eq!(rings.get(RingKind::Session).newest().id(), KeyId(2));

    fs::remove_file(&file).expect("removed");
    assert!(matches!(
        rings.reload_if_changed()[..],
        [(RingKind::Session, Err(KeyRingError::File(GuardedFileError::Io { .. })))]
    ));

    fs::write(&file, &text).expect("written");
    chmod(&file, 0o644);
    assert!(matches!(
        rings.reload_if_changed()[..],
        [(_, Err(KeyRingError::File(GuardedFileError::FileIsOpen(_))))]
    ));
    chmod(&file, 0o600);
    assert!(matches!(rings.reload_if_changed()[..], [(RingKind::Session, Ok(()))]), "chmod is a change");
    assert_eq!(rings.get(RingKind::Session).newest().id(), first);
}

#[test]
fn a_ring_is_changed_in_place_and_never_through_a_link() {
    let (_home, directory, rings) = opened();
    let (random, now) = (Random::system(), Timestamp::default());
    let (first, tag) = rings.get(RingKind::Row).mac("test", &[]);
    let file = directory.join("row.keys");
    chmod(&file, 0o400);
    let ring = rotate(&directory, RingKind::Row, &random, now).expect("a new key");
    assert_eq!(ring.newest().id(), KeyId(2));
    assert!(matches!(rings.reload_if_changed()[..], [(RingKind::Row, Ok(()))]));
    assert!(rings.get(RingKind::Row).verify(first, "test", &[], &tag));
    assert_eq!(mode(&file), 0o400);

    let retire = |id| retire(&directory, RingKind::Row, KeyId(id), &random).map(|ring| ring.keys().count());
    assert!(matches!(retire(2), Err(KeyRingError::Newest(..))));
    assert!(matches!(retire(3), Err(KeyRingError::NoSuchKey(..))));
    assert!(matches!(retire(1), Ok(1)));
    assert!(matches!(rings.reload_if_changed()[..], [(RingKind::Row, Ok(()))]));
    assert!(!rings.get(RingKind::Row).verify(first, "test", &[], &tag));

    fs::rename(&file, directory.join("elsewhere")).expect("renamed");
    symlink("elsewhere", &file).expect("linked");
    let changed = rotate(&directory, RingKind::Row, &random, now);
    assert!(matches!(changed, Err(KeyRingError::Linked(_))));
    assert_eq!(
        fs::read_dir(&directory).expect("readable").count(),
        RingKind::ALL.len() + 1,
        "nothing is left"
    );
}

#[test]
fn changes_at_once_all_count() {
    let (_home, directory, _) = opened();
    let barrier = Barrier::new(8);
    let rotate = || {
        barrier.wait();
        rotate(&directory, RingKind::Name, &Random::system(), Timestamp::default()).expect("a new key");
    };
    thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(rotate))));
    let ring = open(&directory).expect("a good ring").get(RingKind::Name);
    assert!(ring.keys().map(|key| key.id().0).eq(1..=9), "{ring:?}");
}

/// As the kubelet lays out a Secret: a sticky directory open to all, files that are links into
/// `..data`, itself a link that is replaced to update all of them at once.
#[test]
fn reads_a_mounted_kubernetes_secret_and_follows_its_update() {
    let (_home, made, _) = opened();
    let mount = tempfile::tempdir().expect("a temporary directory");
    let version = |name: &str| {
        let version = mount.path().join(name);
        fs::create_dir(&version).expect("made");
        chmod(&version, 0o755);
        for kind in RingKind::ALL {
            fs::copy(made.join(kind.file_name()), version.join(kind.file_name())).expect("copied");
            chmod(&version.join(kind.file_name()), 0o400);
        }
        version
    };
    version("..1");
    symlink("..1", mount.path().join("..data")).expect("linked");
    for kind in RingKind::ALL {
        let target = Path::new("..data").join(kind.file_name());
        symlink(target, mount.path().join(kind.file_name())).expect("linked");
    }
    chmod(mount.path(), 0o1777);

    let rings = open(mount.path()).expect("a mounted Secret");
    let second = version("..2");
    let text = fs::read_to_string(made.join("row.keys")).expect("readable");
    let row = second.join("row.keys");
    fs::remove_file(&row).expect("removed");
    fs::write(&row, format!("{text}9 {} 2026-11-22T10:20:30Z\n", "A".repeat(43))).expect("written");
    chmod(&row, 0o400);
    symlink("..2", mount.path().join("..data_tmp")).expect("linked");
    fs::rename(mount.path().join("..data_tmp"), mount.path().join("..data")).expect("renamed");

    assert!(rings.reload_if_changed().iter().all(|(_, result)| result.is_ok()));
    assert_eq!(rings.get(RingKind::Row).newest().id(), KeyId(9));
}
