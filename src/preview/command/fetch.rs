//! `natter-preview fetch URL`.

use std::process::ExitCode;

use clap::Args;

use super::{FetchOptions, print_card};
use crate::preview::{Previewer, Refusal};

#[derive(Args)]
pub struct Arguments {
    /// The page's URL.
    url: String,
    #[command(flatten)]
    options: FetchOptions,
}

/// Prints the card, or says on standard error why there is none: here the operator asks.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match Previewer::new(&arguments.options.settings())?.preview(&arguments.url).await {
        Ok(card) => {
            print_card(&card)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            explain(&refusal);
            Ok(ExitCode::FAILURE)
        }
    }
}

#[allow(clippy::print_stderr, reason = "the reason of a failed command goes to standard error")]
fn explain(refusal: &Refusal) {
    eprintln!("natter-preview: {refusal} [{}]", refusal.id());
}
