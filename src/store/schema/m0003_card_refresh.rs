//! Cards are fetched again: a card has the tag to ask with, and the newest message with its link is found by an index.

use sea_orm::{
    DbErr, DeriveMigrationName,
    sea_query::{Index, Table},
};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait::async_trait, schema::text_null};

/// The migration.
#[derive(Debug, DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut card = Table::alter();
        manager.alter_table(card.table("card").add_column(text_null("tag")).take()).await?;
        let mut index = Index::create();
        index.name("message_link_by_space_id_url_hash_message_id").table("message_link");
        index.col("space_id").col("url_hash").col("message_id");
        manager.create_index(index).await?;
        // The new one begins with its columns.
        let mut old = Index::drop();
        old.name("message_link_by_space_id_url_hash").table("message_link");
        manager.drop_index(old).await
    }
}
