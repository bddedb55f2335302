//! Fetching from real servers on loopback. What a hostile network does beyond one host is tested in a namespace.

mod answer;
mod body;
mod name;
mod name_server;
mod redirect;
mod site;
mod tls;

use std::time::Duration;

use self::site::Site;
use super::FetchError;
use crate::{
    preview::{Card, Previewer, Refusal},
    settings::FetchSettings,
};

/// A deadline that nothing here reaches unless it is meant to.
const PATIENCE: Duration = Duration::from_secs(20);

/// Settings that fetch from `site`, although it is on loopback, and ask nobody for names.
fn settings(site: &Site) -> FetchSettings {
    FetchSettings {
        deadline: PATIENCE,
        connect: PATIENCE,
        ports: vec![site.address.port()],
        nameservers: vec![([127, 0, 0, 1], 1).into()],
        allow_for_development: vec!["127.0.0.0/8".parse().expect("a network")],
        ..FetchSettings::defaults()
    }
}

async fn preview_with(settings: &FetchSettings, url: &str) -> Result<Card, FetchError> {
    match Previewer::new(settings).expect("the system has roots").preview(url).await {
        Ok(card) => Ok(card),
        Err(Refusal::Fetch(error)) => Err(error),
        Err(Refusal::Url(rule)) => panic!("{url} is refused by itself: {rule}"),
    }
}

async fn preview(site: &Site) -> Result<Card, FetchError> {
    preview_with(&settings(site), &site.url("/")).await
}
