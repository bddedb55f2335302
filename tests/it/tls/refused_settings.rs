//! Half a configuration and files that are open to others do not start.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use tempfile::TempDir;

use super::{settings, utf8};
use crate::{authority::Authority, process::Process, server::refuses_to_start, worker::worker};

const CERTIFICATE: &str = "NATTER_HTTP__TLS_CERTIFICATE_FILE";
const KEY: &str = "NATTER_HTTP__TLS_KEY_FILE";
const CLIENT_CA: &str = "NATTER_HTTP__TLS_CLIENT_CA_FILE";
const CLIENT_NAMES: &str = "NATTER_HTTP__TLS_CLIENT_NAMES";
const SERVICE: (&str, &str) = ("NATTER_PREVIEW__SERVICE_URL", "https://preview.example.org");

#[test]
fn half_a_configuration_is_a_fault_of_the_settings() {
    let home = TempDir::new().expect("a temporary directory");
    for (settings, key) in [
        (&[(CERTIFICATE, "server.crt")][..], "http.tls_key_file"),
        (&[(KEY, "server.key")], "http.tls_certificate_file"),
        (&[(CLIENT_CA, "ca.pem")], "http.tls_client_ca_file"),
        (&[(CERTIFICATE, "a"), (KEY, "b"), (CLIENT_NAMES, "['a.example.org']")], "http.tls_client_names"),
        (
            &[(CERTIFICATE, "a"), (KEY, "b"), (CLIENT_CA, "c"), (CLIENT_NAMES, "['*.a']")],
            "http.tls_client_names",
        ),
        (&[("NATTER_HTTP__TLS_AT_PROXY", "true")], "http.tls_at_proxy"),
        (&[SERVICE, ("NATTER_PREVIEW__SERVICE_KEY_FILE", "a")], "preview.service_certificate_file"),
        (&[SERVICE, ("NATTER_PREVIEW__SERVICE_CERTIFICATE_FILE", "a")], "preview.service_key_file"),
        (&[("NATTER_PREVIEW__SERVICE_CA_FILE", "a")], "preview.service_ca_file"),
    ] {
        let (status, said) = refuses_to_start(home.path(), settings);
        assert_eq!(status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("\n  {key} (")), "{settings:?}: {said}");
    }
    let (status, said) = Process::start(worker(&["serve"]).env(CLIENT_CA, "ca.pem")).end();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(
        said.contains("http.tls_client_ca_file is of no use") || said.contains("http.tls_client_ca_file (")
    );
    assert!(fs::read_dir(home.path()).expect("readable").next().is_none(), "nothing was made");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let home = TempDir::new().expect("a temporary directory");
    let files = Authority::new().loopback().write(home.path(), "server");
    let chmod = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    };
    for mode in [0o644, 0o604, 0o660] {
        chmod(&files.1, mode);
        let (status, said) = refuses_to_start(home.path(), &settings(&files));
        assert_eq!(status.code(), Some(1), "{said}");
        let expected = format!("server.key is open to other users: run `chmod 600 {}`", utf8(&files.1));
        assert!(said.contains(&expected), "{mode:o}: {said}");
    }
    chmod(&files.1, 0o600);
    chmod(&files.0, 0o666);
    let (_, said) = refuses_to_start(home.path(), &settings(&files));
    assert!(said.contains("server.crt is open to other users"), "{said}");
}

#[test]
fn files_that_do_not_fit_say_which() {
    let home = TempDir::new().expect("a temporary directory");
    let authority = Authority::new();
    let (certificate, _) = authority.loopback().write(home.path(), "server");
    let (_, key) = authority.loopback().write(home.path(), "other");
    let (status, said) = refuses_to_start(home.path(), &settings(&(certificate, key)));
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("other.key is not the one of the certificate in "), "{said}");
}
