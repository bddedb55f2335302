//! `natter-preview fetch URL`.

use std::process::ExitCode;

use super::print_card;
use crate::{preview::Previewer, program::complain, settings::FetchSettings};

/// Prints the card, or says on standard error why there is none: here the operator asks.
pub(super) async fn run(settings: &FetchSettings, url: &str) -> anyhow::Result<ExitCode> {
    match Previewer::new(settings)?.preview(url).await {
        Ok(card) => {
            print_card(&card)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            complain(&format!("natter-preview: {refusal} [{}]", refusal.id()));
            Ok(ExitCode::FAILURE)
        }
    }
}
