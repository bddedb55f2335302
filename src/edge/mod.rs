//! The edge: what happens to every request around its operation, in one order.
//!
//! Origin, host, path and method, content type, query, credentials, rate of the account, body, audit start; then the
//! operation; then audit end and headers. What is refused before the audit start has the end row only, within its
//! address's budget for refusals.

mod body;
mod client_address;
mod cors;
mod limits;
mod observe;
mod query;

use std::{net::IpAddr, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use poem::{
    Endpoint, IntoResponse, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode, header},
};

pub use self::{client_address::ClientAddresses, cors::Origins, limits::Limits};
use crate::{
    allowed_hosts::AllowedHosts,
    audit::{self, Trail},
    board::Board,
    caller::{self, Caller, Credentials, GivenCapability, Presented},
    document::{Found, Index},
    id::RequestId,
    pages::Pages,
    problem::{self, Kind, Problem},
    security_headers,
    store::session,
    token::SessionToken,
};

/// The endpoint that a listener calls.
pub struct Edge {
    board: Board,
    policy: Policy,
    operations: BoxEndpoint<'static, Response>,
}

/// What the edge holds requests against.
#[derive(Debug)]
pub struct Policy {
    /// The hosts that are answered to.
    pub hosts: AllowedHosts,
    /// The origins that browsers may call from.
    pub origins: Origins,
    /// Whose address a request comes from.
    pub addresses: ClientAddresses,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// What is not an operation: the documentation.
    pub pages: Pages,
}

/// A request on its way through the edge, as far as it is known.
struct Passage {
    id: RequestId,
    address: IpAddr,
    method: Method,
    /// What stands in audit, log and metrics for the path.
    path: String,
    operation: &'static str,
    pattern: &'static str,
}

impl Passage {
    fn audited(&self, account: Option<crate::id::AccountId>) -> audit::Request {
        audit::Request {
            id: self.id,
            method: self.method.to_string(),
            path: self.path.clone(),
            account,
            address: self.address.to_string(),
        }
    }
}

impl Edge {
    /// An edge around `operations`.
    pub fn new(board: Board, policy: Policy, operations: BoxEndpoint<'static, Response>) -> Self {
        Self { board, policy, operations }
    }

    async fn answer(&self, passage: &mut Passage, request: Request) -> Response {
        let origin = self.policy.origins.judge(&request, &self.policy.hosts);
        let mut trail = None;
        let outcome = match &origin {
            Ok(_) => self.pass(passage, request, &mut trail).await,
            Err(problem) => Err(problem.clone()),
        };
        let mut response = match outcome {
            Ok(response) => response,
            Err(problem) => problem.into_response(Some(&passage.id.to_string())),
        };
        let recorded = match &trail {
            Some(trail) => self.record_end(trail, response.status()).await,
            None => self.record_aside(passage, response.status()).await,
        };
        if let Err(problem) = recorded {
            response = problem.into_response(Some(&passage.id.to_string()));
        }
        if let Ok(origin) = origin {
            origin.allow(&mut response);
        }
        response
    }

    /// Everything up to the answer of the operation.
    async fn pass(
        &self,
        passage: &mut Passage,
        mut request: Request,
        trail: &mut Option<Trail>,
    ) -> Result<Response, Problem> {
        self.policy.hosts.check(&request)?;
        if cors::is_preflight(&request) {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        if let Some(page) = self.policy.pages.find(&request) {
            (passage.path, passage.operation) = (page.path.to_owned(), "page");
            return Ok(page.response());
        }
        match Index::get().find(&passage.method, request.uri().path()) {
            Found::Operation(operation, path) => {
                (passage.path, passage.operation, passage.pattern) = (path, operation.id, &operation.pattern);
            }
            Found::OtherMethods(methods) => {
                let allow: Vec<_> = methods.iter().map(Method::as_str).collect();
                return Err(Problem::method_not_allowed(allow.join(", ")));
            }
            Found::Nothing if self.policy.pages.has(request.uri().path()) => {
                return Err(Problem::method_not_allowed("GET".to_owned()));
            }
            Found::Nothing => return Err(Problem::not_found("path")),
        }
        if passage.method == Method::POST {
            body::is_json(&request)?;
        }
        let query = query::parse(&request)?;
        let credentials = self.credentials(passage, &request).await?;
        let capability = GivenCapability::of(&request, &query)?;
        let account = match &credentials {
            Credentials::Session(session) => Some(session.account),
            Credentials::None | Credentials::Basic(_) => None,
        };
        if let Some(account) = account {
            self.board.limits().account(account)?;
        }
        body::buffer(&mut request, self.policy.max_body).await?;

        let audited = passage.audited(account);
        audit::start(self.board.store(), &audited, self.board.clock().now()).await?;
        let begun = trail.insert(Trail::new(audited)).clone();
        request.extensions_mut().insert(self.board.clone());
        request.extensions_mut().insert(Caller::new(credentials, capability, begun, passage.address));
        match AssertUnwindSafe(self.operations.call(request)).catch_unwind().await {
            Ok(answer) => answer.map_err(|error| problem::from_poem_at(error, passage.pattern)),
            Err(_) => {
                metrics::counter!("natter_panics_total").increment(1);
                Err(Problem::internal())
            }
        }
    }

    /// Reads and judges the credentials; Basic is judged by the one operation that takes it.
    async fn credentials(&self, passage: &Passage, request: &Request) -> Result<Credentials, Problem> {
        match caller::presented(request)? {
            Presented::None => Ok(Credentials::None),
            Presented::Basic(basic) if passage.operation == "logIn" => Ok(Credentials::Basic(basic)),
            Presented::Basic(_) if passage.operation == "logOut" => Err(Problem::new(
                Kind::Malformed,
                "Log out with the session's token: Authorization: Bearer TOKEN.",
            )),
            Presented::Basic(_) | Presented::Unknown => Err(Problem::unauthenticated()),
            Presented::Bearer(text) => {
                let token = SessionToken::parse(&text, &self.board.session_ring());
                let token = token.ok_or_else(Problem::invalid_token)?;
                let (db, macs) = (self.board.store().read(), self.board.row_macs());
                session::find(db, &macs, &token.hash(), self.board.clock().now())
                    .await?
                    .map(Credentials::Session)
                    .ok_or_else(Problem::invalid_token)
            }
        }
    }

    /// Writes the end row, unless an effect has committed it.
    async fn record_end(&self, trail: &Trail, status: StatusCode) -> Result<(), Problem> {
        if trail.has_ended() {
            return Ok(());
        }
        Ok(audit::halted(self.board.store(), trail.request(), status, self.board.clock().now()).await?)
    }

    /// Writes the end row of what never began: refusals, preflights, pages. Beyond its address's budget it is only
    /// counted, and a refusal becomes 429: a flood neither fills the log nor learns anything.
    async fn record_aside(&self, passage: &Passage, status: StatusCode) -> Result<(), Problem> {
        if let Err(problem) = self.board.limits().refusal(passage.address) {
            metrics::counter!("natter_unrecorded_requests_total").increment(1);
            return if status.is_success() { Ok(()) } else { Err(problem) };
        }
        let request = passage.audited(None);
        Ok(audit::halted(self.board.store(), &request, status, self.board.clock().now()).await?)
    }
}

impl Endpoint for Edge {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut passage = Passage {
            id: RequestId::new(self.board.clock().now(), self.board.random()),
            address: self.policy.addresses.of(&request),
            method: request.method().clone(),
            path: "(none)".to_owned(),
            operation: "none",
            pattern: "",
        };
        let is_head = passage.method == Method::HEAD;
        let started = tokio::time::Instant::now();
        let mut response = self.answer(&mut passage, request).await;
        observe::observe(&passage, response.status(), started.elapsed());

        if is_head {
            response.set_body(());
        }
        let headers = response.headers_mut();
        if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind == "application/json; charset=utf-8") {
            headers.insert(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static("application/json;charset=utf-8"),
            );
        }
        security_headers::apply(headers);
        Ok(response)
    }
}
