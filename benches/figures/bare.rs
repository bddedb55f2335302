//! What the framework alone does: one handler that answers a message's worth of JSON.

use std::process::ExitCode;

use poem::{Route, Server, get, handler, http::header, listener::TcpListener, web::WithHeader};

/// The variable that makes this program the bare server, on the address it holds.
pub const ADDRESS: &str = "FIGURES_BARE_ADDRESS";

#[handler]
fn message() -> WithHeader<&'static str> {
    let text = r#"{"author":"alice","time":"2026-11-25T10:00:00.123456Z","message":"Hello","links":[]}"#;
    poem::IntoResponse::with_header(text, header::CONTENT_TYPE, "application/json")
}

/// Serves until it is killed.
pub fn serve(address: &str) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::new(TcpListener::bind(address.to_owned()));
    match runtime.block_on(server.run(Route::new().at("/", get(message)))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
