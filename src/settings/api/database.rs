//! `[database]`: the store.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use crate::settings::{Check, Faults, tls, tls::check_pair};

/// The port of a PostgreSQL server where the URL names none.
const PORT: u16 = 5432;

/// The store.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// The URL: sqlite: for a file, postgres: for a server.
    pub url: String,
    #[serde(deserialize_with = "tls::file")]
    password_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    key_file: Option<PathBuf>,
    connections: u32,
}

/// A PostgreSQL server, and who we are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseServer {
    /// Where it may be: host names or addresses, and ports, tried in turn until one takes writes. Never empty.
    pub hosts: Vec<(String, u16)>,
    /// The role to log in as.
    pub user: String,
    /// The database.
    pub database: String,
    /// The file that holds the password, if the server asks for one.
    pub password_file: Option<PathBuf>,
    /// The PEM file of the authorities that the server's certificate has to be of. None: no TLS.
    pub ca_file: Option<PathBuf>,
    /// The PEM file of the certificate to show.
    pub certificate_file: Option<PathBuf>,
    /// The PEM file of its key.
    pub key_file: Option<PathBuf>,
    /// How many connections read at once; one more writes.
    pub connections: u32,
}

impl DatabaseSettings {
    /// The directory of the database's file, which has to exist before the file can be made; none for
    /// a database in memory.
    pub fn directory(&self) -> Option<PathBuf> {
        let file = self.sqlite_file()?;
        Some(Path::new(file).parent()?.to_owned()).filter(|directory| !directory.as_os_str().is_empty())
    }

    /// The server of a postgres: URL; none for a file.
    pub fn server(&self) -> Option<DatabaseServer> {
        let urls = self.server_urls()?;
        let url = urls.first()?;
        let host = |url: &Url| {
            Some((url.host_str()?.trim_matches(['[', ']']).to_owned(), url.port().unwrap_or(PORT)))
        };
        Some(DatabaseServer {
            hosts: urls.iter().map(host).collect::<Option<_>>()?,
            user: url.username().to_owned(),
            database: url.path().trim_start_matches('/').to_owned(),
            password_file: self.password_file.clone(),
            ca_file: self.ca_file.clone(),
            certificate_file: self.certificate_file.clone(),
            key_file: self.key_file.clone(),
            connections: self.connections,
        })
    }

    /// The same settings for the PostgreSQL server at `url`.
    ///
    /// # Errors
    /// What is wrong with the URL, or with the files that these settings name for it.
    pub fn on_server(&self, url: &str) -> Result<Self, Faults> {
        let there = Self { url: url.to_owned(), ..self.clone() };
        let mut faults = Faults::default();
        let mut check = Check { source_of: &|_| "--to".to_owned(), faults: &mut faults };
        let is_server = there.server_urls().is_some();
        check.require(is_server, "database.url", "expected the URL of a PostgreSQL server");
        if is_server {
            there.check(&mut check);
        }
        if faults.is_empty() { Ok(there) } else { Err(faults) }
    }

    /// A URL for each of the hosts, which stand in one URL with commas between them.
    fn server_urls(&self) -> Option<Vec<Url>> {
        let (scheme, rest) = self.url.split_once("://")?;
        if !["postgres", "postgresql"].contains(&scheme) {
            return None;
        }
        let (authority, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let url = |host: &str| Url::parse(&format!("{scheme}://{user}@{host}/{rest}")).ok();
        hosts.split(',').map(url).collect()
    }

    fn sqlite_file(&self) -> Option<&str> {
        let file = self.url.strip_prefix("sqlite:")?;
        let file = file.strip_prefix("//").unwrap_or(file);
        let (file, parameters) = file.split_once('?').unwrap_or((file, ""));
        let in_memory = file == ":memory:" || parameters.split('&').any(|pair| pair == "mode=memory");
        (!in_memory && !file.is_empty()).then_some(file)
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        let key = "database.url";
        match self.server_urls() {
            Some(urls) => self.check_server(&urls, check),
            // Each connection to a database in memory would see one of its own.
            None => check.require(
                self.sqlite_file().is_some(),
                key,
                "expected a sqlite: URL with a file, such as sqlite:data/natter.db?mode=rwc, or that of a \
                 PostgreSQL server, such as postgres://natter_api_user@db.example.org/natter",
            ),
        }
        check.require(
            (1..=1000).contains(&self.connections),
            "database.connections",
            "has to be from 1 to 1000",
        );
        check_pair(
            check,
            ("database.certificate_file", self.certificate_file.is_some()),
            ("database.key_file", self.key_file.is_some()),
        );
    }

    fn check_server(&self, urls: &[Url], check: &mut Check<'_>) {
        let key = "database.url";
        let Some(url) = urls.first() else { return };
        let is_plain_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        check.require(
            url.password().is_none(),
            key,
            "holds a password: put it into a file, and the file's name into database.password_file",
        );
        check.require(
            urls.iter().all(Url::has_host)
                && is_plain_name(url.username())
                && is_plain_name(url.path().trim_start_matches('/')),
            key,
            "needs a host, a role and a database, of letters, digits, _ and -, as in \
             postgres://natter_api_user@db.example.org/natter",
        );
        check.require(
            url.query().is_none() && url.fragment().is_none(),
            key,
            "takes no parameters: the other settings of this section say the same",
        );
        let is_here = |url: &Url| {
            url.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host))
        };
        check.require(
            self.ca_file.is_some() || urls.iter().all(is_here),
            "database.ca_file",
            "is needed for a server on another machine: its certificate has to be judged",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> DatabaseSettings {
        DatabaseSettings {
            url: url.into(),
            password_file: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
            connections: 8,
        }
    }

    fn directory(url: &str) -> Option<PathBuf> {
        settings(url).directory()
    }

    #[test]
    fn the_directory_is_that_of_the_file() {
        assert_eq!(directory("sqlite:data/natter.db?mode=rwc"), Some("data".into()));
        assert_eq!(directory("sqlite:///var/lib/natter/n.db"), Some("/var/lib/natter".into()));
        assert_eq!(directory("sqlite://data/natter.db"), Some("data".into()));
        assert_eq!(directory("sqlite:natter.db"), None);
        assert_eq!(directory("sqlite::memory:"), None);
        assert_eq!(directory("sqlite:x/y?cache=shared&mode=memory"), None);
        assert_eq!(directory("postgres://natter@localhost/natter"), None);
    }

    #[test]
    fn the_server_is_that_of_the_url() {
        let at = |host: &str, port| (host.to_owned(), port);
        let server = settings("postgres://natter_api_user@[::1]:5433/natter").server().expect("a server");
        assert_eq!(
            (server.hosts, server.user.as_str(), server.database.as_str()),
            (vec![at("::1", 5433)], "natter_api_user", "natter")
        );
        let server = settings("postgresql://a@db.example.org,[::1]:1,10.0.0.7/b").server().expect("a server");
        assert_eq!(server.hosts, [at("db.example.org", 5432), at("::1", 1), at("10.0.0.7", 5432)]);
        assert_eq!(server.database, "b");
        assert_eq!(settings("postgres://a@one:x,two/b").server(), None);
        assert_eq!(settings("sqlite:natter.db").server(), None);
    }
}
