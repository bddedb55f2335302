//! A client that works until the server goes away, and then tries again what it does not know of.

use std::collections::HashMap;

use natter::random::Random;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tokio::sync::watch;

use super::ledger::{Fate, Kind, Making};
use crate::{
    client::{Answer, Session, bare, path, text, try_send},
    database::Database,
    server::Server,
};

/// A client with an account and two spaces of its own.
pub struct Worker {
    number: usize,
    session: Session,
    /// Where it posts without keys, and where with keys.
    plain: String,
    keyed: String,
    /// What it passes on.
    capability: String,
    sent: Vec<Making>,
    cut_off: bool,
}

impl Worker {
    pub async fn new(server: &Server, number: usize) -> Self {
        let session = server.user(&name(number)).await;
        let plain = session.create_space(&format!("plain {number}")).await;
        let keyed = session.create_space(&format!("keyed {number}")).await;
        Self {
            number,
            session,
            plain: path(&plain["messages-rwd"]).to_owned(),
            keyed: path(&keyed["messages-rwd"]).to_owned(),
            capability: text(&plain["messages-r"]).to_owned(),
            sent: Vec::new(),
            cut_off: false,
        }
    }

    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether the last kill left it without the answer to a request.
    pub fn was_cut_off(&self) -> bool {
        self.cut_off
    }

    /// How many requests with keys had their effect.
    pub fn keys(&self) -> usize {
        self.sent.iter().filter(|one| one.key.is_some() && one.fate != Fate::Unknown).count()
    }

    /// Sends one request after the other, counting `answers`, until one is not answered.
    pub async fn run(&mut self, answers: &watch::Sender<u64>, choices: &Random) {
        self.cut_off = false;
        loop {
            let [choice, again] = choices.bytes();
            let answered = match choice % 10 {
                0..4 => self.make(self.message(false)).await,
                4..7 => self.make(self.message(true)).await,
                7 => self.make(self.space(again % 2 == 0)).await,
                8 => self.make(self.share()).await,
                _ => self.delete().await,
            };
            if !answered || (again % 4 == 0 && !self.repeat().await) {
                return;
            }
            answers.send_modify(|count| *count += 1);
        }
    }

    /// Finds the server where it is now, and sends again what it has keys for and no answer to.
    pub async fn reconnect(&mut self, server: &Server) {
        self.session = server.visitor().log_in(&name(self.number)).await;
        for index in 0..self.sent.len() {
            let one = &self.sent[index];
            if one.key.is_some() && one.fate == Fate::Unknown {
                assert!(self.send(index).await, "the server is there");
            }
        }
    }

    fn message(&self, keyed: bool) -> Making {
        let mark = format!("message {} of {}", self.sent.len(), self.number);
        let body = json!({"author": self.session.name, "message": mark});
        self.making(Kind::Message, if keyed { &self.keyed } else { &self.plain }, body, mark, keyed)
    }

    fn space(&self, keyed: bool) -> Making {
        let mark = format!("space {} of {}", self.sent.len(), self.number);
        let body = json!({"name": mark, "owner": self.session.name});
        self.making(Kind::Space, "/spaces", body, mark, keyed)
    }

    fn share(&self) -> Making {
        let body = json!({"uri": self.capability, "user": name((self.number + 1) % super::WORKERS)});
        self.making(Kind::Share, "/share", body, format!("share {}", self.sent.len()), true)
    }

    fn making(&self, kind: Kind, path: &str, body: serde_json::Value, mark: String, keyed: bool) -> Making {
        let key = keyed.then(|| format!("{}-{}", self.number, self.sent.len()));
        Making { kind, path: path.to_owned(), body, mark, key, fate: Fate::Unknown, deletion: None }
    }

    async fn make(&mut self, making: Making) -> bool {
        self.sent.push(making);
        self.send(self.sent.len() - 1).await
    }

    /// Sends the newest request with a key again.
    async fn repeat(&mut self) -> bool {
        match self.sent.iter().rposition(|one| one.key.is_some()) {
            Some(index) => self.send(index).await,
            None => true,
        }
    }

    async fn send(&mut self, index: usize) -> bool {
        let one = &mut self.sent[index];
        let mut request = self.session.client.post_request(&one.path, one.body.to_string());
        if let Some(key) = &one.key {
            request = request.header("Idempotency-Key", key);
        }
        let Some(answer) = answered(request, &mut self.cut_off).await else { return false };
        assert!(answer.status.is_success(), "{one:?}: {}", answer.text);
        one.answered(answer.json());
        true
    }

    /// Deletes the oldest message without a key that is certainly there.
    async fn delete(&mut self) -> bool {
        let may_be_deleted = |one: &&mut Making| {
            one.kind == Kind::Message
                && one.key.is_none()
                && one.deletion.is_none()
                && one.fate != Fate::Unknown
        };
        let Some(one) = self.sent.iter_mut().find(may_be_deleted) else { return true };
        let Fate::Done(answer) = &one.fate else { return true };
        let uri = bare(text(&answer["uri"])).to_owned();
        one.deletion = Some(Fate::Unknown);
        let request = self.session.client.request(Method::DELETE, &uri);
        let Some(answer) = answered(request, &mut self.cut_off).await else { return false };
        one.deletion = Some(Fate::Done(answer.expect(200).json()));
        true
    }

    /// Holds what it knows against what is there.
    pub async fn check(&self, database: &Database) {
        let mut there: HashMap<String, Vec<String>> = HashMap::new();
        for table in ["text FROM message", "name FROM space"] {
            for row in database.texts(&format!("SELECT lower(hex(id)) || ' ' || {table}")).await {
                let (id, mark) = row.split_once(' ').expect("both");
                there.entry(mark.to_owned()).or_default().push(id.to_owned());
            }
        }
        // Nothing in a share tells it from another of the same.
        for one in self.sent.iter().filter(|one| one.kind != Kind::Share) {
            let ids = there.get(&one.mark).cloned().unwrap_or_default();
            assert!(one.possible_counts().contains(&(ids.len() as i64)), "{ids:?}: {one:?}");
            if let (Some(there), Some(answered)) = (ids.first(), one.id()) {
                assert_eq!(*there, answered.replace('-', ""), "{one:?}");
            }
        }
        let all = "SELECT count(*) FROM message WHERE author_id = ";
        let own = format!("(SELECT id FROM account WHERE name = '{}')", name(self.number));
        let there = database.number(&format!("{all}{own}")).await;
        let known = self.sent.iter().filter(|one| one.kind == Kind::Message).count();
        assert!(there <= known as i64, "there are {there} messages, and {known} were sent");
        let shares = self.sent.iter().filter(|one| one.kind == Kind::Share).count();
        let shared = "SELECT count(*) FROM capability one JOIN capability of ON one.parent_id = of.id WHERE of.account_id = ";
        assert_eq!(database.number(&format!("{shared}{own}")).await, shares as i64);
        self.check_audit(database).await;
    }

    /// Where nothing is repeated, there is an end row for each effect and an effect for each end row.
    async fn check_audit(&self, database: &Database) {
        let rows = |status: &str, path: &str| {
            format!("SELECT count(*) FROM audit WHERE status = {status} AND path {path}")
        };
        let posted = database.number(&rows("201", &format!("= '{}'", self.plain))).await;
        let deleted =
            database.number(&rows("200 AND method = 'DELETE'", &format!("LIKE '{}/%'", self.plain))).await;
        let space = self.plain.split('/').nth(2).expect("an id").replace('-', "");
        let there = format!("SELECT count(*) FROM message WHERE lower(hex(space_id)) = '{space}'");
        assert_eq!(posted - deleted, database.number(&there).await, "{}", self.plain);
    }
}

/// The answer to a request, unless the server went away before it.
async fn answered(request: RequestBuilder, cut_off: &mut bool) -> Option<Answer> {
    match try_send(request).await {
        Ok(answer) => Some(answer),
        Err(error) => {
            // What finds no server is not even sent.
            *cut_off = !error.is_connect();
            None
        }
    }
}

fn name(number: usize) -> String {
    format!("worker{number}")
}
