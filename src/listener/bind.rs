//! Taking the address that the settings name.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use crate::settings;

/// A listener's address cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: cannot listen on {address}: {source}; set another address there or as {}", settings::variable(.setting))]
pub struct BindError {
    /// The setting that names the address.
    pub setting: &'static str,
    /// The address.
    pub address: SocketAddr,
    source: io::Error,
}

/// Listens on the address that `setting` names.
///
/// # Errors
/// When the address is taken, is not this machine's, or needs a privilege.
pub async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { setting, address, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_address_names_the_setting() {
        let first = bind("http.listen", ([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let address = first.local_addr().expect("it is bound");
        let error = bind("http.listen", address).await.expect_err("the port is taken").to_string();
        assert!(error.starts_with(&format!("http.listen: cannot listen on {address}: ")), "{error}");
        assert!(error.ends_with("NATTER_HTTP__LISTEN"), "{error}");
    }
}
