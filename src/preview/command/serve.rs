//! `natter-preview serve`: puts the parts together and runs them until a signal.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    admin,
    allowed_hosts::AllowedHosts,
    lifecycle::{Termination, Watched},
    listener::{self, Limits, Tls, affordable, bind},
    preview::{
        Previewer,
        image::{PublicKeys, Thumbnailer},
        service::{self, CardCache},
    },
    readiness::Readiness,
    settings::{ImageSettings, PreviewSettings},
    telemetry,
    tls::{Followed, ServerFiles},
};

/// Serves until a signal; returns once everything has ended.
pub(super) async fn serve(settings: PreviewSettings) -> anyhow::Result<ExitCode> {
    telemetry::log::start(&settings.log)?;
    let metrics = telemetry::metrics::start()?;
    let termination = Termination::handle()?;
    let readiness = Readiness::default();

    let listener = bind("http.listen", settings.http.listen)?;
    let admin_listener = bind("admin.listen", settings.admin.listen)?;
    let tls = settings.http.tls().map(ServerFiles::open).transpose()?.map(Arc::new);
    let hosts = AllowedHosts::public(listener.local_addr()?, &settings.http.hosts);
    let previewer = Previewer::new(&settings.fetch)?;
    let nat64 = previewer.nat64();
    let images = Images::open(&settings.image).await?;
    let thumbnailer = images.is_some().then(|| Thumbnailer::new(&settings.image));
    let cards = CardCache::new(previewer, thumbnailer, settings.http.concurrent, settings.http.cache_bytes);
    let endpoint = service::endpoint(cards.clone(), hosts);
    let admin_endpoint =
        admin::endpoint(readiness.clone(), metrics.clone(), AllowedHosts::admin(&settings.admin.hosts));
    let (address, admin) = (listener.local_addr()?, admin_listener.local_addr()?);
    match &images {
        None => tracing::info!(%address, %admin, "serving"),
        Some(images) => tracing::info!(%address, %admin, images = %images.address, "serving"),
    }

    let image_readiness = readiness.clone();
    let mut background = JoinSet::new();
    background.spawn(telemetry::metrics::upkeep(metrics));
    let translation = readiness.component("nat64", "is being asked for");
    background.spawn(nat64.follow(move |found| match found {
        Ok(()) => translation.ready(),
        Err(unknown) => translation.not_ready(unknown.to_string()),
    }));
    if let Some(tls) = &tls {
        background.spawn(Arc::clone(tls).follow(readiness.component("tls", "is not followed yet")));
    }
    let bounds = Limits::draining_for(settings.http.shutdown());
    let listeners = if images.is_some() { 2 } else { 1 };
    let connections = affordable(listeners * bounds.connections) / listeners;
    let bounds = Limits { connections, ..bounds };
    let (stopping, mut stops) = watch::channel(());
    let stop = async move {
        termination.stop(readiness).await;
        stopping.send_replace(());
    };
    if let Some(images) = &images {
        images.follow(&mut background, &image_readiness);
    }
    let serve_images = async {
        let Some(Images { listener, tls, keys, hosts, .. }) = images else { return };
        let endpoint = service::image_endpoint(cards, keys, hosts);
        let stop = async move { drop(stops.changed().await) };
        listener::serve("images", listener, tls, endpoint, bounds, stop).await;
    };
    let watched = Watched::by((admin_listener, admin_endpoint), bounds);
    let served = tokio::join!(watched.serve((listener, tls, endpoint), stop), serve_images);
    served.0?;
    background.shutdown().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What images are served with, where they are.
struct Images {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    keys: Arc<Followed<PublicKeys>>,
    hosts: AllowedHosts,
}

impl Images {
    async fn open(settings: &ImageSettings) -> anyhow::Result<Option<Self>> {
        let Some(path) = &settings.public_keys_file else { return Ok(None) };
        let keys = Arc::new(PublicKeys::follow(path.clone())?);
        let tls = settings.tls().map(ServerFiles::open).transpose()?.map(Arc::new);
        let listener = bind("image.listen", settings.listen)?;
        let address = listener.local_addr()?;
        let hosts = AllowedHosts::public(address, &settings.hosts);
        Ok(Some(Self { listener, address, tls, keys, hosts }))
    }

    fn follow(&self, background: &mut JoinSet<()>, readiness: &Readiness) {
        let component = |name| readiness.component(name, "is not followed yet");
        background.spawn(Arc::clone(&self.keys).follow(component("image_keys")));
        if let Some(tls) = &self.tls {
            background.spawn(Arc::clone(tls).follow(component("image_tls")));
        }
    }
}
