use std::{fs, path::Path};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::*;

/// A certificate of its own authority and its key, in `directory`.
fn make(directory: &Path, name: &str) -> (PathBuf, PathBuf) {
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new([format!("{name}.example.org")]).expect("good parameters");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    let paths = (directory.join(format!("{name}.crt")), directory.join(format!("{name}.key")));
    fs::write(&paths.0, certificate.pem()).expect("written");
    write_secret(&paths.1, &key.serialize_pem());
    paths
}

fn write_secret(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("chmod");
}

fn files((certificate, key): (PathBuf, PathBuf)) -> ServerFiles {
    ServerFiles { certificate, key, client_ca: None, client_names: Vec::new() }
}

#[test]
fn each_file_that_is_not_good_is_named_and_none_is_quoted() {
    let home = TempDir::new().expect("a temporary directory");
    let (good, other) = (make(home.path(), "good"), make(home.path(), "other"));
    server_config(&files(good.clone())).expect("a certificate and its key");

    let (empty, nonsense) = (home.path().join("empty"), home.path().join("nonsense"));
    write_secret(&empty, "");
    write_secret(&nonsense, "-----BEGIN PRIVATE KEY-----\nhunter2=\n-----END PRIVATE KEY-----\n");
    let broken = home.path().join("broken");
    fs::write(&broken, "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n")
        .expect("written");
    let missing = home.path().join("missing");
    for (certificate, key, expected) in [
        (&good.0, &other.1, "the key of "),
        (&good.0, &nonsense, "holds no private key"),
        (&good.0, &empty, "holds no private key"),
        (&good.0, &good.0, "holds no private key"),
        (&empty, &good.1, "holds no certificate"),
        (&good.1, &good.1, "holds no certificate"),
        (&broken, &good.1, "broken: "),
        (&missing, &good.1, "No such file"),
        (&good.0, &missing, "No such file"),
    ] {
        let error = server_config(&files((certificate.clone(), key.clone()))).expect_err("it is not good");
        let told = format!("{error} {error:?}");
        assert!(
            told.contains(expected) || expected == "holds no private key" && told.contains("is open"),
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
    }
    let with_ca = ServerFiles { client_ca: Some(broken), ..files(good) };
    assert!(matches!(server_config(&with_ca), Err(TlsError::Certificate { .. })));
}

/// What is made of a pair of files, the halves of which have to be equal.
fn followed(directory: &Path) -> Followed<String> {
    let (first, second) = (directory.join("first"), directory.join("second"));
    let paths = vec![first.clone(), second.clone()];
    let read = |path: &Path| fs::read_to_string(path).map_err(|_| TlsError::NoCertificate(path.to_owned()));
    Followed::open(paths, move || {
        let (text, other) = (read(&first)?, read(&second)?);
        if text == other { Ok(text) } else { Err(TlsError::NoKey(second.clone())) }
    })
    .expect("the files are good")
}

#[test]
fn files_that_are_replaced_one_by_one_are_taken_together() {
    let home = TempDir::new().expect("a temporary directory");
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).expect("written");
    write("first", "old");
    write("second", "old");
    let followed = followed(home.path());
    assert!(followed.remake_if_changed().is_none(), "nothing has changed");

    write("first", "newer");
    assert!(followed.remake_if_changed().is_none(), "the second may be on its way");
    write("second", "newer");
    assert!(matches!(followed.remake_if_changed(), Some(Ok(()))));
    assert_eq!(*followed.get(), "newer");
    assert!(followed.remake_if_changed().is_none(), "said once");
}

#[test]
fn files_that_stay_bad_are_told_once_and_change_nothing() {
    let home = TempDir::new().expect("a temporary directory");
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).expect("written");
    write("first", "old");
    write("second", "old");
    let followed = followed(home.path());
    fs::remove_file(home.path().join("second")).expect("removed");
    assert!(followed.remake_if_changed().is_none());
    assert!(matches!(followed.remake_if_changed(), Some(Err(TlsError::NoCertificate(_)))));
    assert!(followed.remake_if_changed().is_none(), "told once");
    assert_eq!(*followed.get(), "old");
    write("second", "old");
    assert!(matches!(followed.remake_if_changed(), Some(Ok(()))), "the old pair is good again");
}
