//! A proxy to the database that forwards, delays, cuts and swallows.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    runtime::{Builder, Runtime},
    sync::watch,
    time::sleep,
};

/// One on a free port of 127.0.0.1. Its connections end with it.
pub struct Proxy {
    pub port: u16,
    orders: watch::Sender<Orders>,
    accepted: Arc<AtomicU64>,
    // Of its own: tests block theirs.
    runtime: Option<Runtime>,
}

/// What holds for connections by their numbers, in the order in which they came.
#[derive(Clone, Copy, Default)]
struct Orders {
    /// Those below are closed.
    cut: u64,
    /// Those below are open, and nothing comes through.
    silent: u64,
    /// How long all wait before they pass something on.
    delay: Duration,
}

impl Proxy {
    /// To a port of 127.0.0.1.
    pub fn to(port: u16) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it can be");
        let own = listener.local_addr().expect("it has an address").port();
        let (orders, seen) = watch::channel(Orders::default());
        let accepted = Arc::new(AtomicU64::new(0));
        let count = accepted.clone();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("inside a runtime");
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connection(client, port, number, seen.clone()));
            }
        });
        Self { port: own, orders, accepted, runtime: Some(runtime) }
    }

    /// Closes every connection there is.
    pub fn cut(&self) {
        let so_far = self.accepted.load(Ordering::SeqCst);
        self.orders.send_modify(|orders| orders.cut = so_far);
    }

    /// Carries nothing any more on the connections there are.
    pub fn silence(&self) {
        let so_far = self.accepted.load(Ordering::SeqCst);
        self.orders.send_modify(|orders| orders.silent = so_far);
    }

    /// Carries nothing any more on these connections and on those to come, until [`silence`](Self::silence).
    pub fn swallow(&self) {
        self.orders.send_modify(|orders| orders.silent = u64::MAX);
    }

    /// Passes everything on later by this much.
    pub fn delay(&self, delay: Duration) {
        self.orders.send_modify(|orders| orders.delay = delay);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connection(mut client: TcpStream, port: u16, number: u64, orders: watch::Receiver<Orders>) {
    if number < orders.borrow().silent {
        return ended(number, orders).await;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
    tokio::select! {
        () = carry(from_client, to_server, number, orders.clone()) => {}
        () = carry(from_server, to_client, number, orders.clone()) => {}
        () = ended(number, orders) => {}
    }
}

/// Waits until the connection of this number is cut.
async fn ended(number: u64, mut orders: watch::Receiver<Orders>) {
    let _ = orders.wait_for(|orders| number < orders.cut).await;
}

async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, number: u64, orders: watch::Receiver<Orders>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let delay = orders.borrow().delay;
        sleep(delay).await;
        if number < orders.borrow().silent {
            return pending().await;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
    if number < orders.borrow().silent {
        // Nobody hears of the end either.
        pending().await
    }
}
