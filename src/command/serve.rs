//! `natter-api serve`: puts the parts together and runs them until a signal.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use poem::{EndpointExt, IntoEndpoint};
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

use crate::{
    admin,
    allowed_hosts::AllowedHosts,
    board::{Board, Parts},
    clock::Clock,
    document,
    edge::{ClientAddresses, Edge, Limits, Origins, Policy},
    key_ring::KeyRings,
    lifecycle::Termination,
    link::{Fetcher, Guard, Previews},
    listener::{self, bind},
    maintenance,
    pages::Pages,
    password::{Hasher, Parameters, PoolSize},
    preview::{Previewer, Source, WorkerClient},
    random::Random,
    readiness::Readiness,
    settings::ApiSettings,
    store::Store,
    telemetry,
};

/// Serves until a signal; returns once everything has ended.
pub(super) async fn serve(settings: ApiSettings) -> anyhow::Result<ExitCode> {
    telemetry::log::start(&settings.log)?;
    let metrics = telemetry::metrics::start()?;
    let termination = Termination::handle()?;
    let readiness = Readiness::default();

    let listener = bind("http.listen", settings.http.listen).await?;
    let admin_listener = bind("admin.listen", settings.admin.listen).await?;
    let board = board(&settings, &listener).await?;
    let fetcher = Fetcher::new(board.clone(), source(&settings)?, settings.preview.concurrent);
    let edge = edge(&settings, &board, &listener)?;
    let admin_endpoint =
        admin::endpoint(readiness.clone(), metrics.clone(), AllowedHosts::admin(&settings.admin.hosts));
    tracing::info!(address = %listener.local_addr()?, admin = %admin_listener.local_addr()?, "serving");

    let mut background = JoinSet::new();
    background.spawn(fetcher.run());
    background.spawn(maintenance::run(board.clone(), readiness.component("store", "has not been asked yet")));
    background.spawn(telemetry::metrics::upkeep(metrics));

    let (end_admin, mut admin_ends) = watch::channel(());
    let bounds = listener::Limits::draining_for(settings.http.shutdown());
    let admin = tokio::spawn(listener::serve("admin", admin_listener, admin_endpoint, bounds, async move {
        let _ = admin_ends.changed().await;
    }));
    let public = listener::Limits { stall: settings.http.stall(), ..bounds };
    listener::serve("public", listener, edge.clone(), public, termination.stop(readiness)).await;
    if timeout(bounds.drain, edge.finished()).await.is_err() {
        tracing::warn!("requests of clients that had gone were cut off");
    }

    // The admin listener answers to the last, so that who watches sees the drain.
    end_admin.send_replace(());
    admin.await?;
    background.shutdown().await;
    board.store().clone().close().await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn board(settings: &ApiSettings, listener: &TcpListener) -> anyhow::Result<Board> {
    let (clock, random) = (Clock::system(), Random::system());
    let rings =
        KeyRings::open(&settings.keys.directory, &random, &clock).context("the key rings cannot be used")?;
    let store = Store::open(&settings.database.url).await?;
    // On SQLite the server is the only one there, and brings the schema up to date itself.
    for migration in store.migrate().await? {
        tracing::info!(migration, "migrated");
    }
    let passwords = &settings.passwords;
    let hasher = Hasher::new(
        Parameters {
            memory_kib: passwords.memory_kib,
            iterations: passwords.iterations,
            parallelism: passwords.parallelism,
        },
        PoolSize { concurrent: passwords.concurrent(), reserved: passwords.reserved },
        random.clone(),
    )?;
    let guard = Guard::new(own_hosts(settings, listener)?);
    Ok(Board::new(Parts {
        store,
        clock,
        random,
        rings: Arc::new(rings),
        hasher,
        limits: Limits::new(&settings.limits),
        previews: Previews::new(guard, settings.preview.wait()),
        session_lifetime: settings.sessions.lifetime(),
    }))
}

/// The hosts whose pages are ours and never fetched, without ports.
fn own_hosts(settings: &ApiSettings, listener: &TcpListener) -> anyhow::Result<Vec<String>> {
    let listed = settings.http.hosts.iter().map(|host| host.host().to_owned());
    let never = settings.preview.never_hosts.iter().map(ToString::to_string);
    let own = [listener.local_addr()?.ip().to_string(), "localhost".to_owned()];
    let bare = |host: String| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(listed.chain(never).chain(own).map(bare).collect())
}

fn source(settings: &ApiSettings) -> anyhow::Result<Source> {
    Ok(match &settings.preview.service_url {
        Some(url) => Source::Worker(WorkerClient::new(url)?),
        None => Source::InProcess(Previewer::new(&crate::preview::Settings::defaults())?),
    })
}

fn edge(settings: &ApiSettings, board: &Board, listener: &TcpListener) -> anyhow::Result<Edge> {
    let policy = Policy {
        hosts: AllowedHosts::public(listener.local_addr()?, &settings.http.hosts),
        origins: Origins::new(settings.http.cors_origins.clone()),
        addresses: ClientAddresses::new(settings.http.trusted_proxies.clone()),
        max_body: settings.http.max_body_bytes,
        max_in_flight: settings.http.max_in_flight,
        deadline: settings.http.deadline(),
        pages: Pages::new(),
    };
    let operations = document::service().into_endpoint();
    Ok(Edge::new(board.clone(), policy, operations.map_to_response().boxed()))
}
