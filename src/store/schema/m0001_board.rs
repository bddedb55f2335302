//! The first schema: accounts, sessions, spaces, members, messages, capabilities, cards, audit, idempotency.

use sea_orm_migration::{prelude::*, schema::*};

/// This migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).take()
}

/// A column that refers to `to.id` and goes with it.
fn belongs(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(from, column).to(to, "id").on_delete(ForeignKeyAction::Cascade).take()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("account")
            .col(uuid("id").primary_key())
            .col(string_len("name", 30).unique_key())
            .col(string("password"))
            .col(boolean("auditor"))
            .col(boolean("disabled"))
            .col(big_integer("created_at"))
            .take(),
        table("invitation")
            .col(var_binary("hash", 32).primary_key())
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .take(),
        table("retired_name").col(var_binary("hash", 32).primary_key()).take(),
        table("session")
            .col(uuid("id").primary_key())
            .col(var_binary("hash", 32).unique_key())
            .col(uuid("account_id"))
            .col(big_integer("scopes"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer("mac_key"))
            .col(var_binary("mac", 32))
            .foreign_key(&mut belongs("session", "account_id", "account"))
            .take(),
        table("space")
            .col(uuid("id").primary_key())
            .col(string_len("name", 255).unique_key())
            .col(big_integer("created_at"))
            .take(),
        table("member")
            .col(uuid("space_id"))
            .col(uuid("account_id"))
            .col(small_integer("role"))
            .primary_key(Index::create().col("space_id").col("account_id").col("role"))
            .foreign_key(&mut belongs("member", "space_id", "space"))
            .foreign_key(&mut belongs("member", "account_id", "account"))
            .take(),
        table("message")
            .col(uuid("id").primary_key())
            .col(uuid("space_id"))
            .col(uuid("author_id"))
            .col(big_integer("posted_at"))
            .col(text("text"))
            .col(boolean_null("previews"))
            .foreign_key(&mut belongs("message", "space_id", "space"))
            .foreign_key(&mut belongs("message", "author_id", "account"))
            .take(),
        table("message_link")
            .col(uuid("message_id"))
            .col(var_binary("url_hash", 32))
            .col(uuid("space_id"))
            .primary_key(Index::create().col("message_id").col("url_hash"))
            .foreign_key(&mut belongs("message_link", "message_id", "message"))
            .take(),
        table("capability")
            .col(uuid("id").primary_key())
            .col(uuid_null("parent_id"))
            .col(uuid("account_id"))
            .col(uuid("space_id"))
            .col(small_integer("target"))
            .col(uuid_null("message_id"))
            .col(small_integer("permissions"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer("mac_key"))
            .col(var_binary("mac", 32))
            .foreign_key(&mut belongs("capability", "parent_id", "capability"))
            .foreign_key(&mut belongs("capability", "account_id", "account"))
            .foreign_key(&mut belongs("capability", "space_id", "space"))
            .take(),
        table("card")
            .col(uuid("space_id"))
            .col(var_binary("url_hash", 32))
            .col(text("url"))
            .col(small_integer("state"))
            .col(text_null("card"))
            .col(big_integer("due_at"))
            .col(big_integer("leased_until"))
            .col(integer("attempts"))
            .primary_key(Index::create().col("space_id").col("url_hash"))
            .foreign_key(&mut belongs("card", "space_id", "space"))
            .take(),
        // The audit outlives what it tells of: it refers to nothing.
        table("audit")
            .col(big_integer("seq").auto_increment().primary_key())
            .col(uuid("chain"))
            .col(big_integer("position"))
            .col(uuid("request_id"))
            .col(big_integer("at"))
            .col(string_len("method", 10))
            .col(string_len("path", 255))
            .col(small_integer_null("status"))
            .col(var_binary("subject", 32))
            .col(big_integer("mac_key"))
            .col(var_binary("mac", 32))
            .take(),
        table("audit_subject")
            .col(big_integer("seq").primary_key())
            .col(uuid_null("account_id"))
            .col(string_len("address", 45))
            .col(var_binary("salt", 16))
            .col(big_integer_null("erasure_key"))
            .col(var_binary_null("erasure_mac", 32))
            .take(),
        table("audit_chain")
            .col(uuid("chain").primary_key())
            .col(big_integer("position"))
            .col(var_binary("mac", 32))
            .take(),
        table("audit_removal")
            .col(uuid("chain").primary_key())
            .col(big_integer("position"))
            .col(var_binary("mac", 32))
            .col(big_integer("at"))
            .col(big_integer("key"))
            .col(var_binary("signature", 64))
            .take(),
        table("idempotency")
            .col(var_binary("id", 32).primary_key())
            .col(var_binary("body", 32))
            .col(big_integer("created_at"))
            .col(big_integer("capability_key"))
            .take(),
        table("login_attempt")
            .col(var_binary("subject", 32).primary_key())
            .col(big_integer("failures"))
            .col(big_integer("failed_at"))
            .col(big_integer("succeeded_at"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(format!("{table}_by_{}", columns.join("_"))).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("invitation", &["expires_at"]),
        index("session", &["account_id"]),
        index("session", &["expires_at"]),
        index("member", &["account_id", "space_id"]),
        index("message", &["space_id", "id"]),
        index("message", &["author_id"]),
        index("message_link", &["space_id", "url_hash"]),
        index("capability", &["parent_id"]),
        index("capability", &["account_id", "space_id"]),
        index("capability", &["space_id", "id"]),
        index("capability", &["expires_at"]),
        index("card", &["state", "due_at"]),
        index("idempotency", &["created_at"]),
        index("audit", &["at"]),
        index("audit", &["chain", "position"]).unique().take(),
        index("audit_subject", &["account_id"]),
    ]
}
