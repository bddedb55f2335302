//! URLs made up at random: nobody is dialled but whom the judgement named. `NATTER_DIFFERENTIAL_URLS=10000` has so many
//! tried in all, instead of a thousand.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use natter::preview::{
    address::{self, Verdict},
    target::{Target, TargetHost, UrlPolicy},
};

use crate::{
    case::{Case, Outcome, ensure},
    reply::{Reply, raw},
    url_generator::Generator,
    worker::Worker,
    world::World,
};

/// URLs that are asked for at once: while they are, the witness is read.
const BATCH: usize = 100;

/// Cases, which are played beside each other.
const SEEDS: u8 = 4;

pub fn cases() -> Vec<Case> {
    let stories: [fn(&World, &Path) -> Outcome; SEEDS as usize] =
        [|w, p| play(w, p, 0), |w, p| play(w, p, 1), |w, p| play(w, p, 2), |w, p| play(w, p, 3)];
    let named = |(seed, story)| Case::story(&format!("differential: made up from seed {seed}"), story);
    stories.into_iter().enumerate().map(named).collect()
}

/// What the test itself says about a URL: whom the worker may dial.
struct Oracle {
    policy: UrlPolicy,
    addresses: address::Policy,
    /// What DNS says first: any later answer must change nothing.
    zone: BTreeMap<String, Vec<IpAddr>>,
}

impl Oracle {
    fn learn(&mut self, record: &str) {
        let mut words = record.split(' ');
        let (name, _, address) = (words.next(), words.next(), words.next());
        let address = address.and_then(|address| address.parse().ok()).expect("a record has an address");
        self.zone.entry(name.expect("and a name").to_owned()).or_default().push(address);
    }

    /// Whom a fetch of this target may dial: all that DNS says, or nobody if any of it is denied.
    fn dialled(&self, target: &Target) -> BTreeSet<SocketAddr> {
        let addresses = match target.host() {
            TargetHost::Address(address) => vec![*address],
            TargetHost::Name(name) => self.zone.get(name).cloned().unwrap_or_default(),
        };
        let allowed = addresses.iter().all(|address| self.addresses.judge(*address) == Verdict::Allowed);
        // On the wire an IPv4-mapped address is the IPv4 address.
        let on_the_wire = |address: IpAddr| SocketAddr::new(address.to_canonical(), target.port());
        let dialled = addresses.into_iter().map(on_the_wire);
        dialled.filter(|_| allowed).collect()
    }
}

fn play(world: &World, worker: &Path, seed: u8) -> Outcome {
    let urls = env::var("NATTER_DIFFERENTIAL_URLS").map_or(1000, |text| text.parse().expect("a number"));
    let addresses = address::Policy::default();
    let policy = UrlPolicy::new(addresses.clone(), vec![80, 443], &[]);
    let mut oracle = Oracle { policy, addresses, zone: BTreeMap::new() };
    let mut generator = Generator::new(seed);
    let settings = [("deadline_seconds", "1"), ("image_dimensions", "false")];
    let worker = Worker::start_for(world, worker, &settings, BATCH * 2);
    let (mut expected, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..urls / usize::from(SEEDS) / BATCH + 1 {
        let batch: Vec<String> =
            (0..BATCH).map(|_| prepare(world, &mut oracle, &mut generator, &mut expected)).collect();
        seen.extend(ask(world, &worker, &batch));
        let others: Vec<_> = seen.difference(&expected).collect();
        ensure(others.is_empty(), || format!("dialled: {others:?}, of {batch:#?}"))?;
    }
    let forbidden: Vec<_> = seen.iter().filter(|address| !is_public(address.ip())).collect();
    ensure(forbidden.is_empty(), || format!("dialled: {forbidden:?}"))?;
    // On a busy machine a few are cut off before they are dialled; were it many, the case would show little.
    ensure(seen.len() * 10 > expected.len() * 8, || {
        format!("{} of {} were dialled", seen.len(), expected.len())
    })
}

/// Makes a URL, with what DNS and its site say, and takes down whom asking for it may dial.
fn prepare(
    world: &World,
    oracle: &mut Oracle,
    generator: &mut Generator,
    expected: &mut BTreeSet<SocketAddr>,
) -> String {
    let url = generator.url();
    let onward = (generator.below(3) == 0).then(|| generator.url());
    for record in generator.records() {
        oracle.learn(&record);
        world.record(&record);
    }
    let Ok(target) = oracle.policy.judge_text(&url) else { return url };
    let dialled = oracle.dialled(&target);
    if let (TargetHost::Name(_), Some(onward)) = (target.host(), onward) {
        for site in &dialled {
            world.page(&site.ip().to_string(), "*", redirect(&onward));
        }
        // What the site sends comes without the line's ends, which a header cannot have.
        let next = oracle.policy.judge_reference(target.url(), onward.trim());
        if let (false, Ok(next)) = (dialled.is_empty(), next) {
            expected.extend(oracle.dialled(&next));
        }
    }
    expected.extend(dialled);
    url
}

fn redirect(location: &str) -> Reply {
    raw(&format!(
        "HTTP/1.1 302 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ))
}

/// Asks for all of them at once; gives whom the worker dialled meanwhile.
fn ask(world: &World, worker: &Worker, urls: &[String]) -> BTreeSet<SocketAddr> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let witness = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            loop {
                let last = over.load(Ordering::SeqCst);
                seen.extend(world.dialled_beside(worker.address()));
                if last {
                    return seen;
                }
                thread::yield_now();
            }
        });
        let asked: Vec<_> = urls.iter().map(|url| scope.spawn(|| worker.preview(url))).collect();
        for answer in asked {
            let status = answer.join().expect("an answer").status;
            assert!(matches!(status, 200 | 400 | 502), "{status}");
        }
        over.store(true, Ordering::SeqCst);
        let seen = witness.join().expect("the witness sees");
        seen.iter().map(|address| address.parse().expect("a TCP connection")).collect()
    })
}

/// Whether the address is public, by a list of the test's own.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 93,
        // Of the forms with an IPv4 address inside, the worker takes those whose inner one is public.
        IpAddr::V6(address) => address.segments()[..2] == [0x2606, 0x4700] || address.octets()[12] == 93,
    }
}
