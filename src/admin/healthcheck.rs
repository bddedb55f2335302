//! The command `healthcheck`: asks the admin listener of a running process.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

const DEADLINE: Duration = Duration::from_secs(3);
/// More than any list of reasons.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// Why a process is not healthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nothing answers at the address.
    #[error("{0} does not answer: {1}")]
    Unreachable(SocketAddr, io::Error),
    /// No answer in time.
    #[error("{0} does not answer within {DEADLINE:?}")]
    Silent(SocketAddr),
    /// The answer was another than 200; with its status line and body.
    #[error("{status}: {body}")]
    Refused {
        /// The status line.
        status: String,
        /// What the process said, such as the reasons why it is not ready.
        body: String,
    },
}

/// GETs `path` (`/ready` or `/live`) of the admin listener.
///
/// # Errors
/// Unless the answer is 200.
pub async fn check(admin: SocketAddr, path: &str) -> Result<(), Unhealthy> {
    let address = reachable(admin);
    let answer = match time::timeout(DEADLINE, get(address, path)).await {
        Ok(answer) => answer.map_err(|error| Unhealthy::Unreachable(address, error))?,
        Err(_) => return Err(Unhealthy::Silent(address)),
    };
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    Err(Unhealthy::Refused { status: status.into(), body: body.trim().into() })
}

/// [`check`] for a program's `main`: prints what it found; the exit status is 0 when healthy, otherwise 1.
#[allow(clippy::print_stdout, reason = "the result of the command")]
pub async fn healthcheck(admin: SocketAddr, path: &str) -> ExitCode {
    match check(admin, path).await {
        Ok(()) => {
            println!("healthy");
            ExitCode::SUCCESS
        }
        Err(unhealthy) => {
            println!("{unhealthy}");
            ExitCode::FAILURE
        }
    }
}

async fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A listener on all addresses is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}
