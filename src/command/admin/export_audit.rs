//! `admin export-audit`

use std::{
    io::{BufWriter, Write, stdout},
    process::ExitCode,
};

use serde_json::json;

use super::Console;
use crate::{audit, store::account};

/// Rows that are read at a time.
const PAGE: u64 = 1000;

pub(super) async fn run(console: &Console) -> anyhow::Result<ExitCode> {
    let (db, mut output) = (console.store.read(), BufWriter::new(stdout()));
    let mut after = 0;
    loop {
        let rows = audit::following(db, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        let names = account::names(db, rows.iter().filter_map(|row| row.request.account)).await?;
        for row in rows {
            let audit::Request { id, method, path, account, address } = row.request;
            let line = json!({
                "seq": row.seq,
                "id": id.to_string(),
                "time": row.at.to_string(),
                "method": method,
                "path": path,
                "account": account.map(|account| account.to_string()),
                "user": account.and_then(|account| names.get(&account)),
                "address": address,
                "status": row.status,
            });
            writeln!(output, "{line}")?;
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
