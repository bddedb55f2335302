//! A case of `natter-preview fetch URL`, written as one expression.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    case::{Case, Outcome},
    program,
    reply::Reply,
    world::{NEWS, OTHER, World},
};

/// Makes what a site answers, anew for every request.
type Answer = Box<dyn Fn() -> Reply>;

/// What the worker is asked and what has to come of it. Without [`asks`](Self::asks) and
/// [`dials`](Self::dials) nobody may be asked or dialled at all.
#[derive(Default)]
pub struct FetchCase {
    url: String,
    records: Vec<String>,
    pages: Vec<(&'static str, String, Answer)>,
    settings: Vec<(&'static str, &'static str)>,
    environment: Vec<(&'static str, &'static str)>,
    expected: Expected,
    members: Vec<(&'static str, Value)>,
    asked: BTreeSet<String>,
    dialled: BTreeSet<String>,
    within: Option<Duration>,
    sent_at_most: Option<usize>,
    never_sent: Vec<&'static str>,
}

#[derive(Default)]
enum Expected {
    #[default]
    Undecided,
    Card,
    Refusal(&'static str),
}

/// The worker is asked for the page at `url`.
pub fn fetch(url: impl Into<String>) -> FetchCase {
    FetchCase { url: url.into(), ..FetchCase::default() }
}

impl FetchCase {
    /// Gives the case its name.
    pub fn named(self, name: impl Into<String>) -> Case {
        (name.into(), self).into()
    }

    /// DNS knows this record.
    pub fn record(mut self, line: impl Into<String>) -> Self {
        self.records.push(line.into());
        self
    }

    /// `news.example.com` has this page.
    pub fn page(self, path: &str, reply: Reply) -> Self {
        self.page_at(NEWS, path, reply)
    }

    /// The site at this address has this page.
    pub fn page_at(self, address: &'static str, path: &str, reply: Reply) -> Self {
        self.page_made(address, path, move || reply.clone())
    }

    /// The site at this address has a page that takes some making.
    pub fn page_made(
        mut self,
        address: &'static str,
        path: &str,
        make: impl Fn() -> Reply + 'static,
    ) -> Self {
        self.pages.push((address, path.to_owned(), Box::new(make)));
        self
    }

    /// The worker has this setting.
    pub fn setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.push((name, value));
        self
    }

    /// The worker has this environment variable.
    pub fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// It is refused for this reason.
    pub fn refused(mut self, id: &'static str) -> Self {
        self.expected = Expected::Refusal(id);
        self
    }

    /// There is a card with this title.
    pub fn card(self, title: &str) -> Self {
        self.card_with("title", title)
    }

    /// There is a card, and a member of it has this value; null for none.
    pub fn card_with(mut self, member: &'static str, value: impl Into<Value>) -> Self {
        self.expected = Expected::Card;
        self.members.push((member, value.into()));
        self
    }

    /// Exactly these names are asked for.
    pub fn asks(mut self, names: &[&str]) -> Self {
        self.asked.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Exactly these are dialled, as `ADDRESS:PORT`.
    pub fn dials(mut self, addresses: &[&str]) -> Self {
        self.dialled.extend(addresses.iter().map(|address| (*address).to_owned()));
        self
    }

    /// `news.example.com` is asked for and dialled over http.
    pub fn visits_news(self) -> Self {
        self.asks(&["news.example.com"]).dials(&[&format!("{NEWS}:80")])
    }

    /// `other.example.net` is asked for and dialled over http.
    pub fn visits_other(self) -> Self {
        self.asks(&["other.example.net"]).dials(&[&format!("{OTHER}:80")])
    }

    /// It is over after this many seconds. (What a busy machine takes to start a program is on top.)
    pub fn within(mut self, seconds: u64) -> Self {
        self.within = Some(Duration::from_secs(seconds));
        self
    }

    /// The worker takes no more bytes than these off the sites' hands; what the kernel holds is on top.
    pub fn sent_at_most(mut self, bytes: usize) -> Self {
        self.sent_at_most = Some(bytes);
        self
    }

    /// No request has this text in it, in whatever case.
    pub fn never_sends(mut self, text: &'static str) -> Self {
        self.never_sent.push(text);
        self
    }

    /// Plays the case.
    pub fn play(&self, world: &World, worker: &Path) -> Outcome {
        for line in &self.records {
            world.record(line);
        }
        for (address, path, make) in &self.pages {
            world.page(address, path, make());
        }
        let mut command = world.confined(worker);
        program::fetch(&mut command, &self.url, &self.settings);
        let (output, took) = run(command.envs(self.environment.iter().copied()));
        let mut wrong = self.wrong_with(&output);
        let compared = [("asked", &self.asked, world.asked()), ("dialled", &self.dialled, world.dialled())];
        wrong.extend(
            compared
                .into_iter()
                .filter(|(_, expected, seen)| *expected != seen)
                .map(|(what, expected, seen)| format!("{what}: {seen:?} instead of {expected:?}")),
        );
        if self.within.is_some_and(|limit| took > limit) {
            wrong.push(format!("it took {took:?}"));
        }
        if self.sent_at_most.is_some_and(|limit| world.sent() > limit) {
            wrong.push(format!("{} bytes were taken", world.sent()));
        }
        let requests = world.requests().concat().to_lowercase();
        wrong.extend(
            self.never_sent
                .iter()
                .filter(|text| requests.contains(**text))
                .map(|text| format!("{text} was sent:\n{requests}")),
        );
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    fn wrong_with(&self, output: &Output) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let seen = format!("{}\n{stdout}\n{stderr}", output.status);
        match self.expected {
            Expected::Undecided => panic!("the case expects nothing"),
            Expected::Refusal(id) => {
                let refused = output.status.code() == Some(1) && stdout.is_empty();
                let as_expected = refused && stderr.ends_with(&format!("[{id}]"));
                if as_expected { Vec::new() } else { vec![format!("no refusal {id}: {seen}")] }
            }
            Expected::Card if !output.status.success() => vec![format!("no card: {seen}")],
            Expected::Card => {
                let card: Value = serde_json::from_str(&stdout).expect("a card is JSON");
                let differs = |(member, value): &&(&str, Value)| card[*member] != *value;
                let differing = self.members.iter().filter(differs);
                differing.map(|(member, value)| format!("{member} is not {value}: {seen}")).collect()
            }
        }
    }
}

fn run(command: &mut Command) -> (Output, Duration) {
    let begun = Instant::now();
    let output = command.output().expect("the worker starts");
    (output, begun.elapsed())
}
