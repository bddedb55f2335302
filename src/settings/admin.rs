//! `[admin]`: the listener of liveness, readiness and metrics.

use std::net::SocketAddr;

use poem::http::uri::Authority;
use serde::Deserialize;

use super::value;

/// The admin listener.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    /// The address that is listened on.
    #[serde(deserialize_with = "value::socket_address")]
    pub listen: SocketAddr,
    /// Further values of `Host` that are answered.
    #[serde(deserialize_with = "value::authorities")]
    pub hosts: Vec<Authority>,
}
