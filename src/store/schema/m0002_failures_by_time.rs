//! Counters of failed logins are found by their time, when those that are over are removed.

use sea_orm::{DbErr, DeriveMigrationName, sea_query::Index};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait::async_trait};

/// The migration.
#[derive(Debug, DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name("login_attempt_by_failed_at").table("login_attempt").col("failed_at");
        manager.create_index(index).await
    }
}
