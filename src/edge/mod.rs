//! The edge: what happens to every request around its operation, in one order.
//!
//! Origin, host, path and method, content type, query, credentials, rate of the account, body, audit start; then the
//! operation; then audit end and headers. What is refused before the audit start has the end row only, within its
//! address's budget for refusals. All of it, but for what the client takes to send its body, has one [`deadline`].

mod body;
mod client_address;
mod cors;
mod deadline;
mod limits;
mod observe;
mod query;
mod transport;

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, task::Poll, time::Duration};

use futures_util::{FutureExt, poll};
use poem::{
    Endpoint, IntoResponse, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode, header},
};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::task::TaskTracker;

use self::deadline::{Deadline, deadline};
pub use self::{client_address::ClientAddresses, cors::Origins, limits::Limits, transport::Transport};
use crate::{
    allowed_hosts::AllowedHosts,
    audit::{self, Trail},
    board::Board,
    caller::{self, Caller, Credentials, GivenCapability, Presented},
    document::{Found, Index},
    id::RequestId,
    idempotency, pages,
    problem::{self, Kind, Problem},
    security_headers,
    store::{Moment, session},
    telemetry::metrics::method_label,
    token::SessionToken,
};

/// When a client that found the server full, or too slow, should try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The endpoint that a listener calls.
#[derive(Clone)]
pub struct Edge {
    gate: Arc<Gate>,
    tasks: TaskTracker,
}

/// What a request passes through.
struct Gate {
    board: Board,
    policy: Policy,
    operations: BoxEndpoint<'static, Response>,
    places: Semaphore,
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
    /// Over what requests come.
    pub transport: Transport,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// How long a body may take to arrive.
    pub body_deadline: Duration,
    /// Requests that are worked on at once.
    pub max_in_flight: usize,
    /// How long a request may take, but for its body.
    pub deadline: Duration,
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
            // Clients make up methods; what they type is not for the audit to keep.
            method: method_label(&self.method).to_owned(),
            path: self.path.clone(),
            account,
            address: self.address.to_string(),
        }
    }
}

impl Edge {
    /// An edge around `operations`.
    pub fn new(board: Board, policy: Policy, operations: BoxEndpoint<'static, Response>) -> Self {
        let places = Semaphore::new(policy.max_in_flight);
        Self { gate: Arc::new(Gate { board, policy, operations, places }), tasks: TaskTracker::new() }
    }

    /// Waits until the requests whose clients have gone are at their end too, once no more come.
    pub async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Gate {
    fn passage(&self, request: &Request) -> Passage {
        Passage {
            id: RequestId::new(self.board.clock().now(), self.board.random()),
            address: self.policy.addresses.of(request),
            method: request.method().clone(),
            path: "(none)".to_owned(),
            operation: "none",
            pattern: "",
        }
    }

    /// Everything, to the last row of the audit.
    async fn respond(
        &self,
        mut passage: Passage,
        request: Request,
        refusal: Option<Problem>,
        deadline: Deadline,
    ) -> Response {
        let (started, mut trail) = (Instant::now(), None);
        let outcome = match (refusal, self.places.try_acquire()) {
            (Some(problem), _) => Err(problem),
            (None, Ok(_place)) => self.pass(&mut passage, request, &deadline, &mut trail).await,
            (None, Err(_)) => Err(Problem::unavailable("The server is working on all it can.", RETRY_AFTER)),
        };
        let mut response = match outcome {
            Ok(response) => response,
            Err(problem) => problem.into_response(Some(&passage.id.to_string())),
        };
        let recorded = match &trail {
            Some(trail) => trail.end(response.status()).await.map_err(Problem::from),
            None => self.record_aside(&passage, response.status()).await,
        };
        if let Err(problem) = recorded {
            response = problem.into_response(Some(&passage.id.to_string()));
        }
        observe::observe(&passage, response.status(), started.elapsed());
        response
    }

    /// Everything up to the answer of the operation.
    async fn pass(
        &self,
        passage: &mut Passage,
        mut request: Request,
        deadline: &Deadline,
        trail: &mut Option<Trail>,
    ) -> Result<Response, Problem> {
        self.policy.hosts.check(&request)?;
        if cors::is_preflight(&request) {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        if let Some(page) = pages::find(&request) {
            (passage.path, passage.operation) = (page.path.to_owned(), "page");
            return Ok(page.response());
        }
        let operation = match Index::get().find(&passage.method, request.uri().path()) {
            Found::Operation(operation, path) => {
                (passage.path, passage.operation, passage.pattern) = (path, operation.id, &operation.pattern);
                operation
            }
            Found::OtherMethods(methods) => {
                let allow: Vec<_> = methods.iter().map(Method::as_str).collect();
                return Err(Problem::method_not_allowed(allow.join(", ")));
            }
            Found::Nothing if pages::has(request.uri().path()) => {
                return Err(Problem::method_not_allowed("GET".to_owned()));
            }
            Found::Nothing => return Err(Problem::not_found("path")),
        };
        if passage.method == Method::POST {
            body::is_json(&request)?;
        }
        idempotency::refuse_where_none_is_taken(&request, operation)?;
        let query = query::parse(&request)?;
        self.policy.transport.check(&request, &query)?;
        query::refuse_unknown(&query, operation)?;
        let moment = self.board.store().moment();
        let credentials = deadline.bound(self.credentials(passage, &request, moment)).await??;
        let capability = GivenCapability::of(&request, &query)?;
        let account = match &credentials {
            Credentials::Session(session) => Some(session.account),
            Credentials::None | Credentials::Basic(_) => None,
        };
        match account {
            Some(account) => self.board.limits().account(account)?,
            // Whoever shows no session cannot fill the audit log either.
            None => self.board.limits().refusal(passage.address)?,
        }
        let body = body::buffer(&mut request, self.policy.max_body, self.policy.body_deadline);
        deadline.aside(self.policy.body_deadline, body).await?;

        let audited = passage.audited(account);
        let begun = match passage.method {
            Method::GET | Method::HEAD => self.board.audit().reading(audited),
            _ => deadline.bound(self.board.audit().start(audited)).await??,
        };
        *trail = Some(begun.clone());
        request.extensions_mut().insert(self.board.clone());
        let caller = Caller::new(credentials, capability, begun.clone(), passage.address, moment);
        request.extensions_mut().insert(caller);
        let operation = deadline.bound_unless(|| begun.is_committing(), self.operations.call(request));
        match AssertUnwindSafe(operation).catch_unwind().await {
            Ok(answer) => answer?.map_err(|error| problem::from_poem_at(error, passage.pattern)),
            Err(_) => {
                metrics::counter!("natter_panics_total").increment(1);
                Err(Problem::internal())
            }
        }
    }

    /// Reads and judges the credentials; Basic is judged by the one operation that takes it.
    async fn credentials(
        &self,
        passage: &Passage,
        request: &Request,
        moment: Moment,
    ) -> Result<Credentials, Problem> {
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
                let (store, macs) = (self.board.store(), self.board.row_macs());
                session::recall(store, moment, &macs, &token.hash(), self.board.clock().now())
                    .await?
                    .map(Credentials::Session)
                    .ok_or_else(Problem::invalid_token)
            }
        }
    }

    /// Writes the end row of what never began: refusals, preflights, pages. Beyond its address's budget it is only
    /// counted, and a refusal becomes 429: a flood neither fills the log nor learns anything.
    async fn record_aside(&self, passage: &Passage, status: StatusCode) -> Result<(), Problem> {
        if let Err(problem) = self.board.limits().refusal(passage.address) {
            metrics::counter!("natter_unrecorded_requests_total").increment(1);
            return if status.is_success() { Ok(()) } else { Err(problem) };
        }
        Ok(self.board.audit().refused(passage.audited(None), status).await?)
    }
}

impl Endpoint for Edge {
    type Output = Response;

    /// What has to wait goes on in a task of its own, which a client that goes away does not cut off, and neither does the
    /// deadline: every request has its end in the audit.
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let gate = Arc::clone(&self.gate);
        let (passage, is_head) = (gate.passage(&request), request.method() == Method::HEAD);
        let (id, origin) = (passage.id, gate.policy.origins.judge(&request, &gate.policy.hosts));
        let refusal = origin.as_ref().err().cloned();
        let (deadline, due) = deadline(gate.policy.deadline);
        let answering = async move { gate.respond(passage, request, refusal, deadline).await };
        let mut answering = Box::pin(AssertUnwindSafe(answering).catch_unwind());
        let answered = match poll!(&mut answering) {
            Poll::Ready(answered) => answered.map_err(|_| Problem::internal()),
            Poll::Pending => due.wait(self.tasks.spawn(answering)).await.and_then(|ended| {
                let answered = ended.ok().and_then(Result::ok);
                answered.ok_or_else(Problem::internal)
            }),
        };
        let mut response = answered.unwrap_or_else(|problem| problem.into_response(Some(&id.to_string())));
        if let Ok(origin) = origin {
            origin.allow(&mut response);
        }
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
