//! `GET /logs`

use std::time::Duration;

use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};

use crate::{
    audit,
    authorization::{Authenticated, Policy},
    document::Tag,
    id::RequestId,
    paging::{Limit, next_link},
    permission::Scope,
    problem::Problem,
    store::account,
    timestamp::Timestamp,
};

/// Shows the audit log.
#[derive(Clone, Copy, Debug)]
pub struct ViewLog;

/// What reading the log asks of the session; the account has to be an auditor besides.
#[derive(Clone, Copy, Debug)]
pub struct MayReadLog;

impl Policy for MayReadLog {
    const SCOPE: Option<Scope> = Some(Scope::ReadLog);
}

/// How far back the log is shown; the whole is read with the administration command.
const PERIOD: Duration = Duration::from_secs(3600);

/// How many rows are shown where the reader does not say, as in the book.
const ROWS: u64 = 20;

fn few() -> Limit {
    Limit::of(ROWS)
}

/// A row: two for each request, at its start and at its end.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct LogEntry {
    /// The same in both rows of a request.
    id: RequestId,
    /// The HTTP method.
    method: String,
    /// The path, as the pattern it matched with the ids in it.
    path: String,
    /// Whose session it was, if anybody's; a deleted account has no name any more.
    user: Option<String>,
    /// The HTTP status; 0 in a row that marks the start.
    status: u16,
    /// When the row was written (RFC 3339, UTC).
    time: Timestamp,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// Rows of the last hour, newest first.
    #[oai(status = 200)]
    Page(
        Json<Vec<LogEntry>>,
        /// The next page (RFC 8288, `rel="next"`), if there may be one.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

#[OpenApi]
impl ViewLog {
    /// Read the audit log
    ///
    /// Of the last hour, newest first; by auditors only. An operator makes somebody an auditor with
    /// `natter-api admin grant-auditor USER`.
    #[oai(path = "/logs", method = "get", operation_id = "readLog", tag = "Tag::Audit")]
    async fn read_log(
        &self,
        caller: Authenticated<MayReadLog>,
        /// Only rows before this one, as a `Link` says.
        before: Query<Option<i64>>,
        /// How many, 1 to 1,000.
        #[oai(default = "few")]
        limit: Query<Limit>,
    ) -> Result<Answer, Problem> {
        let (board, db) = (caller.board(), caller.board().store().read());
        let reader = account::by_id(db, caller.session().account).await?;
        if !reader.is_some_and(|account| account.auditor) {
            return Err(Problem::forbidden());
        }
        let limit = limit.0;
        let rows = audit::page(db, board.clock().now(), PERIOD, before.0, limit.rows()).await?;
        let names = account::names(db, rows.iter().filter_map(|row| row.request.account)).await?;
        let link = next_link(limit, &rows, |last| format!("/logs?before={}&limit={limit}", last.seq));
        let entries = rows.into_iter().map(|row| LogEntry {
            id: row.request.id,
            user: row.request.account.and_then(|id| names.get(&id).cloned()),
            method: row.request.method,
            path: row.request.path,
            status: row.status.unwrap_or_default(),
            time: row.at,
        });
        Ok(Answer::Page(Json(entries.collect()), link))
    }
}
