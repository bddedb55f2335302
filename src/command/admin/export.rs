//! `admin export USER`

use std::{
    io::{BufWriter, Stdout, Write, stdout},
    process::ExitCode,
};

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::Console;
use crate::{
    audit,
    authorization::Operator,
    id::AccountId,
    store::{RowMac, Transaction, account::Account, capability, member, message, session, space},
    timestamp::Timestamp,
    token::Target,
};

/// Rows that are read at a time.
const PAGE: u64 = 500;

/// The person's data as they are at one moment, whatever a running server writes meanwhile.
struct Export<'a> {
    db: Transaction,
    account: AccountId,
    macs: RowMac,
    console: &'a Console,
    output: BufWriter<Stdout>,
}

pub(super) async fn run(console: &Console, user: &str) -> anyhow::Result<ExitCode> {
    let (trail, account) = console.start_about("export", user).await?;
    let mut export = Export {
        db: console.store.snapshot().await?,
        account: AccountId(account.id),
        macs: RowMac::new(console.rings.clone()),
        console,
        output: BufWriter::new(stdout()),
    };
    export.account(&account)?;
    export.sessions().await?;
    export.spaces().await?;
    export.messages().await?;
    export.capabilities().await?;
    export.audit().await?;
    export.output.flush()?;
    drop(export);
    trail.end(StatusCode::OK).await?;
    Ok(ExitCode::SUCCESS)
}

impl Export<'_> {
    fn line(&mut self, line: &Value) -> anyhow::Result<()> {
        Ok(writeln!(self.output, "{line}")?)
    }

    fn account(&mut self, account: &Account) -> anyhow::Result<()> {
        self.line(&json!({
            "type": "account",
            "id": self.account.to_string(),
            "username": account.name,
            "auditor": account.auditor,
            "disabled": account.disabled,
            "created": Timestamp::from_micros(account.created_at).to_string(),
        }))
    }

    async fn sessions(&mut self) -> anyhow::Result<()> {
        let now = self.console.clock.now();
        let live = session::list(&self.db, &self.macs, self.account, now, i64::MAX.unsigned_abs()).await?;
        for session in live {
            self.line(&json!({
                "type": "session",
                "id": session.id.to_string(),
                "scope": session.scopes.to_string(),
                "created": session.created.to_string(),
                "expires": session.expires.to_string(),
            }))?;
        }
        Ok(())
    }

    /// Memberships, and the spaces that are the person's own.
    async fn spaces(&mut self) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = member::spaces(&self.db, self.account, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            let ids: Vec<_> = page.iter().map(|(id, _)| *id).collect();
            let spaces = space::by_ids(&self.db, &ids).await?;
            for (id, roles) in page {
                let Some(space) = spaces.iter().find(|space| space.id == id.0) else { continue };
                let roles: Vec<_> = roles.into_iter().map(|role| role.to_string()).collect();
                let is_owner = roles.iter().any(|role| role == "owner");
                self.line(&json!({
                    "type": "membership", "space": id.to_string(), "name": space.name, "roles": roles,
                }))?;
                if is_owner {
                    let created = Timestamp::from_micros(space.created_at).to_string();
                    self.line(&json!({
                        "type": "space", "id": id.to_string(), "name": space.name, "created": created,
                    }))?;
                }
            }
        }
    }

    async fn messages(&mut self) -> anyhow::Result<()> {
        let (operator, mut after) = (Operator::at_the_console(), None);
        loop {
            let page = message::by_author(&self.db, &operator, self.account, after, PAGE).await?;
            let Some((_, last)) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for (space, message) in page {
                self.line(&json!({
                    "type": "message",
                    "id": message.id.to_string(),
                    "space": space.to_string(),
                    "time": message.posted.to_string(),
                    "message": message.text,
                    "previews": message.previews,
                }))?;
            }
        }
    }

    async fn capabilities(&mut self) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = capability::of_account(&self.db, &self.macs, self.account, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for root in page {
                let (target, message) = match root.target {
                    Target::Space => ("space", None),
                    Target::Messages => ("messages", None),
                    Target::Message(id) => ("message", Some(id.to_string())),
                };
                self.line(&json!({
                    "type": "capability",
                    "id": root.id.to_string(),
                    "shared_from": root.parent.map(|parent| parent.to_string()),
                    "space": root.space.to_string(),
                    "target": target,
                    "message": message,
                    "perms": root.permissions.to_string(),
                    "created": root.created.to_string(),
                    "expires": root.expires.to_string(),
                }))?;
            }
        }
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let page = audit::about(&self.db, self.account, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            for row in page {
                self.line(&json!({
                    "type": "audit",
                    "seq": row.seq,
                    "id": row.request.id.to_string(),
                    "time": row.at.to_string(),
                    "method": row.request.method,
                    "path": row.request.path,
                    "address": row.request.address,
                    "status": row.status,
                }))?;
            }
        }
    }
}
