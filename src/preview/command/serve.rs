//! `natter-preview serve`: puts the parts together and runs them until a signal.

use std::{process::ExitCode, sync::Arc};

use tokio::task::JoinSet;

use crate::{
    admin,
    allowed_hosts::AllowedHosts,
    lifecycle::{Termination, Watched},
    listener::{Limits, affordable, bind},
    preview::{Previewer, service},
    readiness::Readiness,
    settings::PreviewSettings,
    telemetry,
    tls::ServerFiles,
};

/// Serves until a signal; returns once everything has ended.
pub(super) async fn serve(settings: PreviewSettings) -> anyhow::Result<ExitCode> {
    telemetry::log::start(&settings.log)?;
    let metrics = telemetry::metrics::start()?;
    let termination = Termination::handle()?;
    let readiness = Readiness::default();

    let listener = bind("http.listen", settings.http.listen).await?;
    let admin_listener = bind("admin.listen", settings.admin.listen).await?;
    let tls = settings.http.tls().map(ServerFiles::open).transpose()?.map(Arc::new);
    let hosts = AllowedHosts::public(listener.local_addr()?, &settings.http.hosts);
    let previewer = Previewer::new(&settings.fetch)?;
    let nat64 = previewer.nat64();
    let endpoint = service::endpoint(previewer, settings.http.concurrent, settings.http.cache_bytes, hosts);
    let admin_endpoint =
        admin::endpoint(readiness.clone(), metrics.clone(), AllowedHosts::admin(&settings.admin.hosts));
    tracing::info!(address = %listener.local_addr()?, admin = %admin_listener.local_addr()?, "serving");

    let mut background = JoinSet::new();
    background.spawn(telemetry::metrics::upkeep(metrics));
    background.spawn(nat64.follow(readiness.component("nat64", "is being asked for")));
    if let Some(tls) = &tls {
        background.spawn(Arc::clone(tls).follow(readiness.component("tls", "is not followed yet")));
    }
    let bounds = Limits::draining_for(settings.http.shutdown());
    let bounds = Limits { connections: affordable(bounds.connections), ..bounds };
    let watched = Watched::by((admin_listener, admin_endpoint), bounds);
    watched.serve((listener, tls, endpoint), termination.stop(readiness)).await?;
    background.shutdown().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
