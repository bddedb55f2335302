//! The schema, as migrations in order. Released ones never change.

mod m0001_board;

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait::async_trait};

/// Every migration this program knows.
#[derive(Debug)]
pub struct Schema;

#[async_trait]
impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_board::Migration)]
    }
}
