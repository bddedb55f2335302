//! `natter-api serve`: puts the parts together and runs them until a signal.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use poem::{EndpointExt, IntoEndpoint};
use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{interval, timeout},
};
use url::Host;

use crate::{
    admin,
    allowed_hosts::AllowedHosts,
    audit::{
        Recorder,
        checkpoint::{Checkpoints, Sink},
    },
    board::{Board, Parts},
    clock::Clock,
    document,
    edge::{ClientAddresses, Edge, Limits, Origins, Policy, Transport},
    key_ring::KeyRings,
    lifecycle::{Termination, Watched},
    link::{Fetcher, Guard, Images, Previews, Schedule},
    listener::{self, bind},
    maintenance,
    preview::{Previewer, Source, WorkerClient},
    random::Random,
    readiness::{Component, Readiness},
    retention::Retention,
    settings::{ApiSettings, AuditSettings, HttpSettings},
    store::Store,
    telemetry,
    tls::ServerFiles,
};

/// How often it is looked whether the schema is there.
const LOOK_AT_SCHEMA: Duration = Duration::from_secs(1);

/// Serves until a signal; returns once everything has ended.
pub(super) async fn serve(settings: ApiSettings) -> anyhow::Result<ExitCode> {
    telemetry::log::start(&settings.log)?;
    let metrics = telemetry::metrics::start()?;
    let termination = Termination::handle()?;
    let readiness = Readiness::default();

    let listener = bind("http.listen", settings.http.listen)?;
    let admin_listener = bind("admin.listen", settings.admin.listen)?;
    let bounds = bounds(&settings.http);
    let admin_endpoint =
        admin::endpoint(readiness.clone(), metrics.clone(), AllowedHosts::admin(&settings.admin.hosts));
    let admin_address = admin_listener.local_addr()?;
    let watched = Watched::by((admin_listener, admin_endpoint), bounds);
    let mut stop = pin!(termination.stop(readiness.clone()));

    let store = Store::of(&settings.database).await?;
    tokio::select! {
        fit = fit(&store, &settings, admin_address, readiness.component("schema", "has not been looked at yet")) => fit?,
        () = &mut stop => return Ok(ExitCode::SUCCESS),
    }
    let board = board(&settings, &listener, store)?;
    let tls = settings.http.tls().map(ServerFiles::open).transpose()?.map(Arc::new);
    let source = source(&settings, &listener)?;
    let (worker, translation) = (source.worker(), source.translation());
    let schedule = Schedule::new(settings.preview.fresh(), settings.preview.refresh());
    let fetcher = Fetcher::new(board.clone(), source, settings.preview.concurrent, schedule);
    let checkpoints = checkpoints(&settings, &board)?;
    let edge = edge(&settings, &board, &listener)?;
    tracing::info!(address = %listener.local_addr()?, admin = %admin_address, "serving");

    let mut background = JoinSet::new();
    background.spawn(fetcher.run());
    background.spawn(maintenance::run(board.clone(), readiness.component("store", "has not been asked yet")));
    if settings.database.server().is_none() {
        // On a server `natter-api retention` does it, as a role that may.
        let (store, rings, clock) = (board.store().clone(), board.rings().clone(), board.clock().clone());
        background.spawn(Retention::new(store, rings, clock, &settings.retention).run());
    }
    background.spawn(checkpoints.clone().run(readiness.component("audit", "has no checkpoint yet")));
    background.spawn(telemetry::metrics::upkeep(metrics));
    if let Some(tls) = &tls {
        background.spawn(Arc::clone(tls).follow(readiness.component("tls", "is not followed yet")));
    }
    if let Some(translation) = translation {
        background.spawn(translation.follow(readiness.component("preview_nat64", "is being asked for")));
    }
    if let Some(worker) = worker {
        background.spawn(worker.follow(readiness.component("preview_tls", "is not followed yet")));
    }

    watched.serve((listener, tls, edge.clone()), stop).await?;
    if timeout(bounds.drain, edge.finished()).await.is_err() {
        tracing::warn!("requests of clients that had gone were cut off");
    }
    background.shutdown().await;
    board.audit().finish().await;
    checkpoints.write().await?;
    board.store().clone().close().await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn bounds(http: &HttpSettings) -> listener::Limits {
    listener::Limits {
        connections: listener::affordable(http.max_connections),
        handshake: http.handshake(),
        idle: http.idle(),
        stall: http.stall(),
        drain: http.shutdown(),
    }
}

/// Waits until the schema is the one this program knows.
async fn fit(
    store: &Store,
    settings: &ApiSettings,
    admin: SocketAddr,
    component: Component,
) -> anyhow::Result<()> {
    if settings.database.server().is_none() {
        // The server is the only one there, and brings the schema up to date itself.
        for migration in store.migrate().await? {
            tracing::info!(migration, "migrated");
        }
    } else {
        // Others share it: `natter-api migrate` changes it, as a role that may.
        let mut ticks = interval(LOOK_AT_SCHEMA);
        let mut said = String::new();
        loop {
            ticks.tick().await;
            let lacking = match store.fits().await {
                Ok(()) => break,
                Err(error) => error.to_string(),
            };
            if said != lacking {
                tracing::warn!(reason = lacking, %admin, "not serving yet");
                component.not_ready(&lacking);
                said = lacking;
            }
        }
    }
    component.ready();
    Ok(())
}

fn board(settings: &ApiSettings, listener: &TcpListener, store: Store) -> anyhow::Result<Board> {
    let (clock, random) = (Clock::system(), Random::system());
    if settings.preview.image_url.is_some() {
        KeyRings::make_image_ring(&settings.keys.directory, &random, &clock)
            .context("the key ring of images cannot be made")?;
    }
    let rings =
        KeyRings::open(&settings.keys.directory, &random, &clock).context("the key rings cannot be used")?;
    let rings = Arc::new(rings);
    let images = settings.preview.image_url.clone().map(|endpoint| {
        Images::new(endpoint, settings.preview.image_lifetime(), Arc::clone(&rings), clock.clone())
    });
    let audit =
        Recorder::new(store.clone(), rings.clone(), clock.clone(), random.clone(), settings.audit.mode);
    let hasher = super::hasher(&settings.passwords, &random)?;
    let bare = |host: Host| host.to_string().trim_matches(['[', ']']).to_owned();
    let guard = Guard::new(own_hosts(settings, listener)?.into_iter().map(bare));
    Ok(Board::new(Parts {
        store,
        clock,
        random,
        rings,
        hasher,
        limits: Limits::new(&settings.limits),
        previews: Previews::new(guard, images, settings.preview.wait()),
        audit,
        session_lifetime: settings.sessions.lifetime(),
        registration: settings.registration.mode,
    }))
}

fn checkpoints(settings: &ApiSettings, board: &Board) -> anyhow::Result<Arc<Checkpoints>> {
    let AuditSettings { checkpoint_log, .. } = settings.audit;
    let file = settings.audit.checkpoint_file();
    let sink =
        Sink::open(file, checkpoint_log).with_context(|| format!("audit.checkpoint_file: {file:?}"))?;
    let (store, clock) = (board.store().clone(), board.clock().clone());
    Ok(Arc::new(Checkpoints::new(store, board.rings().clone(), clock, sink)))
}

/// The hosts whose pages are ours and never fetched.
fn own_hosts(settings: &ApiSettings, listener: &TcpListener) -> anyhow::Result<Vec<Host>> {
    let address = match listener.local_addr()?.ip() {
        IpAddr::V4(address) => Host::Ipv4(address),
        IpAddr::V6(address) => Host::Ipv6(address),
    };
    let listed = settings.http.hosts.iter().filter_map(|host| Host::parse(host.host()).ok());
    let never = settings.preview.never_hosts.iter().cloned();
    let images = settings.preview.image_url.iter().filter_map(|url| url.host().map(|host| host.to_owned()));
    Ok(listed.chain(never).chain(images).chain([address, Host::Domain("localhost".to_owned())]).collect())
}

fn source(settings: &ApiSettings, listener: &TcpListener) -> anyhow::Result<Source> {
    if let Some(url) = &settings.preview.service_url {
        let (tls, deadline) = (settings.preview.service_tls(), settings.preview.service_deadline());
        return Ok(Source::Worker(WorkerClient::new(url, tls, deadline)?));
    }
    let mut fetch = settings.preview.fetch.clone();
    // Loopback is denied unless it is opened for development, and then this server stands beside the sites.
    let is_loopback = |host: &Host| match host {
        Host::Domain(_) => false,
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    fetch.deny_hosts.extend(own_hosts(settings, listener)?.into_iter().filter(|host| !is_loopback(host)));
    Ok(Source::in_process(Previewer::new(&fetch)?))
}

fn edge(settings: &ApiSettings, board: &Board, listener: &TcpListener) -> anyhow::Result<Edge> {
    let policy = Policy {
        hosts: AllowedHosts::public(listener.local_addr()?, &settings.http.hosts),
        origins: Origins::new(settings.http.cors_origins.clone()),
        addresses: ClientAddresses::new(settings.http.trusted_proxies.clone()),
        transport: Transport::new(
            settings.http.trusted_proxies.clone(),
            settings.http.tls_at_proxy || settings.http.tls().is_some(),
        ),
        max_body: settings.http.max_body_bytes,
        body_deadline: settings.http.body(),
        max_in_flight: settings.http.max_in_flight,
        deadline: settings.http.deadline(),
    };
    let operations = document::service().into_endpoint();
    Ok(Edge::new(board.clone(), policy, operations.map_to_response().boxed()))
}
