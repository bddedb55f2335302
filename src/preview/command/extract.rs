//! `natter-preview extract FILE --url URL`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use super::print_card;
use crate::{
    preview::{page::extract, target::UrlPolicy},
    settings::FetchSettings,
};

#[derive(Args)]
pub(super) struct Arguments {
    /// The saved page.
    file: PathBuf,
    /// The URL that the page came from.
    #[arg(long)]
    url: String,
    /// The charset that the page's header named.
    #[arg(long, value_name = "LABEL")]
    charset: Option<String>,
}

/// Prints the card of a saved page.
pub(super) fn run(settings: &FetchSettings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let policy = UrlPolicy::from(settings);
    let target = policy.judge_text(&arguments.url)?;
    let page =
        fs::read(&arguments.file).with_context(|| format!("{} cannot be read", arguments.file.display()))?;
    print_card(&extract(&policy, target.url(), arguments.charset.as_deref(), &page))?;
    Ok(ExitCode::SUCCESS)
}
