//! `admin backup FILE`

use std::{path::Path, process::ExitCode};

use poem::http::StatusCode;

use super::Console;
use crate::command::print;

pub(super) async fn run(console: &Console, file: &Path) -> anyhow::Result<ExitCode> {
    let trail = console.start("backup").await?;
    if let Err(error) = console.store.back_up(file).await {
        trail.end(StatusCode::INTERNAL_SERVER_ERROR).await?;
        return Err(error.into());
    }
    trail.end(StatusCode::OK).await?;
    print(&format!("The database is in {}. Keep the keys elsewhere: they are not in it.\n", file.display()));
    Ok(ExitCode::SUCCESS)
}
