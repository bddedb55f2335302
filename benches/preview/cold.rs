//! A page that nobody has asked for yet, through the worker and by a plain GET.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
};
use reqwest::{
    Certificate, Client,
    dns::{Addrs, Name, Resolve, Resolving},
};
use tokio::runtime::Runtime;

use crate::{
    at_most,
    delay::relay,
    dns,
    reply::html,
    worker::Worker,
    world::{NEWS, World},
};

/// Fetches of each kind.
const FETCHES: usize = 100;

/// One way: there and back is 20 ms.
const ONE_WAY: Duration = Duration::from_millis(10);

/// Where the site is that is far away.
const FAR: u16 = 8444;

/// Measures with delay and without.
pub fn figures(world: &World, worker: &Path) -> bool {
    let head = "<title>Far</title><meta property=og:title content=Far><meta property=og:description content=d>\
                <meta property=og:image content=/i.png><meta property=og:image:width content=1200>\
                <meta property=og:image:height content=630>";
    world.page(NEWS, "*", html(&format!("{head}</head><body>{}", "<p>some text of a page</p>".repeat(1200))));
    let news: IpAddr = NEWS.parse().expect("an address");
    relay(SocketAddr::new(news, FAR), SocketAddr::new(news, 443), ONE_WAY);
    let settings = [("ports", "[443, 8444]"), ("per_second_per_destination", "10000")];
    let worker = Worker::start(world, worker, &settings);
    let runtime = Runtime::new().expect("a runtime");
    let plain = plain_client(&world.certificate());

    let near = compare(&runtime, &plain, &worker, "https://news.example.com");
    println!(
        "without delay: plain {:.0} µs, worker {:.0} µs, {:.0} µs more",
        near.0 * 1e6,
        near.1 * 1e6,
        (near.1 - near.0) * 1e6
    );
    world.dns_delay(ONE_WAY * 2);
    let far = compare(&runtime, &plain, &worker, &format!("https://news.example.com:{FAR}"));
    println!("with 20 ms there and back: plain {:.1} ms, worker {:.1} ms", far.0 * 1e3, far.1 * 1e3);
    at_most("cold fetch with delay (p50), beside a plain GET", far.1 / far.0, 1.15, "times")
}

/// The medians in seconds: of plain GETs, and through the worker, taken in turns.
fn compare(runtime: &Runtime, plain: &Client, worker: &Worker, site: &str) -> (f64, f64) {
    let (mut plainly, mut through) = (Vec::new(), Vec::new());
    for number in 0..FETCHES {
        let begun = Instant::now();
        let page = runtime
            .block_on(async { plain.get(format!("{site}/plain/{number}")).send().await?.text().await });
        assert!(page.expect("a page").contains("Far"));
        plainly.push(begun.elapsed());
        let answer = worker.preview(&format!("{site}/worker/{number}")).expect(200);
        assert_eq!(answer.json()["image_width"], 1200);
        through.push(answer.took);
    }
    (median(plainly), median(through))
}

fn median(mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    took[took.len() / 2].as_secs_f64()
}

/// A client as anybody would make it, that asks the same name server and keeps no connection.
fn plain_client(certificate: &[u8]) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Certificate::from_pem(certificate).expect("the world's authority");
    Client::builder()
        .tls_certs_only([authority])
        .dns_resolver(PlainDns(resolver()))
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
}

fn resolver() -> TokioResolver {
    let server = NameServerConfig::new(dns::SERVER, true, vec![ConnectionConfig::udp()]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().use_hosts_file = ResolveHosts::Never;
    builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build().expect("a resolver")
}

struct PlainDns(TokioResolver);

impl Resolve for PlainDns {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.0.clone();
        Box::pin(async move {
            let found = resolver.lookup_ip(format!("{}.", name.as_str())).await?;
            let addresses: Vec<_> = found.iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
