//! Taking the address that the settings name.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use crate::settings;

/// Connections that wait to be accepted (listen(2); the system's `net.core.somaxconn` may be less). The library's own 128
/// are soon full when many connect while the processors are busy: who comes then is not heard and tries again after a second.
const QUEUE: u32 = 1024;

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
///
/// # Panics
/// Outside of a Tokio runtime.
pub fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    listen(address).map_err(|source| BindError { setting, address, source })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that starts again does not wait for the last one's connections to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{net::TcpStream, time::timeout};

    use super::*;

    #[tokio::test]
    async fn a_taken_address_names_the_setting() {
        let first = bind("http.listen", ([127, 0, 0, 1], 0).into()).expect("a free port");
        let address = first.local_addr().expect("it is bound");
        let error = bind("http.listen", address).expect_err("the port is taken").to_string();
        assert!(error.starts_with(&format!("http.listen: cannot listen on {address}: ")), "{error}");
        assert!(error.ends_with("NATTER_HTTP__LISTEN"), "{error}");
    }

    #[tokio::test]
    async fn many_that_connect_at_once_are_heard_at_once() {
        let listener = bind("http.listen", ([127, 0, 0, 1], 0).into()).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let mut waiting = Vec::new();
        for number in 0..500 {
            let connected = timeout(Duration::from_millis(900), TcpStream::connect(address)).await;
            waiting.push(connected.unwrap_or_else(|_| panic!("{number} wait, no more")).expect("connected"));
        }
    }
}
