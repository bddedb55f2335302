//! `natter-preview extract FILE --url URL`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use super::{FetchOptions, print_card};
use crate::preview::page::extract;

#[derive(Args)]
pub struct Arguments {
    /// The saved page.
    file: PathBuf,
    /// The URL that the page came from.
    #[arg(long)]
    url: String,
    /// The charset that the page's header named.
    #[arg(long, value_name = "LABEL")]
    charset: Option<String>,
    #[command(flatten)]
    options: FetchOptions,
}

/// Prints the card of a saved page.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let policy = arguments.options.settings().url_policy();
    let target = policy.judge_text(&arguments.url)?;
    let page =
        fs::read(&arguments.file).with_context(|| format!("{} cannot be read", arguments.file.display()))?;
    print_card(&extract(&policy, target.url(), arguments.charset.as_deref(), &page))?;
    Ok(ExitCode::SUCCESS)
}
