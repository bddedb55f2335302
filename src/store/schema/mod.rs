//! The schema, as migrations in order. Released ones never change.

mod m0001_board;
mod m0002_failures_by_time;
mod m0003_card_refresh;

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Order, Query},
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait::async_trait};

use super::engine::{self, Connection};

/// Every migration this program knows.
#[derive(Debug)]
pub struct Schema;

#[async_trait]
impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_board::Migration),
            Box::new(m0002_failures_by_time::Migration),
            Box::new(m0003_card_refresh::Migration),
        ]
    }
}

/// The names of every migration this program knows.
pub(super) fn known() -> impl Iterator<Item = String> {
    Schema::migrations().into_iter().map(|step| step.name().to_owned())
}

/// The migrations that the database has. Changes nothing.
pub(super) async fn applied(db: &Connection) -> Result<Vec<String>, DbErr> {
    let table = Schema::migration_table_name();
    if !engine::has_table(db, &table.to_string()).await? {
        return Ok(Vec::new());
    }
    let versions = Query::select().column("version").from(table).order_by("version", Order::Asc).take();
    let rows = db.query_all(&versions).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
