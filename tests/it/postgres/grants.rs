//! What each role may do is what docs/postgresql.md says, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::{name, shared};

const PAGE: &str = include_str!("../../../docs/postgresql.md");

const VERBS: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

/// A statement that fails for nothing but a lack of permission.
fn attempt(verb: &str, table: &str, column: &str) -> String {
    match verb {
        "SELECT" => format!("SELECT FROM natter.{table} LIMIT 0"),
        "INSERT" => format!("INSERT INTO natter.{table} SELECT * FROM natter.{table} WHERE false"),
        "UPDATE" => format!("UPDATE natter.{table} SET {column} = {column} WHERE false"),
        "DELETE" => format!("DELETE FROM natter.{table} WHERE false"),
        "TRUNCATE" => format!("TRUNCATE natter.{table}"),
        other => panic!("{other} is judged by the catalogue"),
    }
}

/// Table, role and verb of each cell.
pub fn documented() -> BTreeSet<(String, &'static str, String)> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut found = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_end_matches('`')).collect();
        for (role, verbs) in [("natter_api_user", cells[1]), ("natter_retention", cells[2])] {
            found.extend(verbs.split(' ').filter(|verb| !verb.is_empty()).map(|verb| {
                assert!(VERBS.contains(&verb), "{verb}");
                (cells[0].to_owned(), role, verb.to_owned())
            }));
        }
    }
    found
}

#[test]
fn every_verb_on_every_table_as_each_role_is_as_the_page_says() {
    let directory = super::fresh_directory();
    let database = name(directory.path()).expect("it has one");
    let cluster = shared();
    let columns = cluster.sql(
        &database,
        "SELECT table_name || ' ' || min(column_name) FROM information_schema.columns \
         WHERE table_schema = 'natter' GROUP BY table_name",
    );
    let tables: BTreeMap<_, _> = columns.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(tables.len(), 17);
    let (documented, mut seen) = (documented(), BTreeSet::new());
    assert_eq!(documented.iter().map(|(table, ..)| table).collect::<BTreeSet<_>>().len(), tables.len());
    for role in ["natter_api_user", "natter_retention"] {
        for (table, column) in &tables {
            for verb in ["SELECT", "UPDATE", "DELETE", "TRUNCATE"] {
                match cluster.try_as(role, &database, &attempt(verb, table, column)) {
                    Ok(_) => drop(seen.insert(((*table).to_owned(), role, verb.to_owned()))),
                    Err(said) => assert!(said.contains("permission denied"), "{role} {verb} {table}: {said}"),
                }
            }
            // Without something to insert these would need another permission as well.
            for verb in ["INSERT", "REFERENCES", "TRIGGER"] {
                let may = format!("SELECT has_table_privilege('{role}', 'natter.{table}', '{verb}')");
                if cluster.sql(&database, &may).trim() == "t" {
                    seen.insert(((*table).to_owned(), role, verb.to_owned()));
                }
            }
        }
        for statement in [
            "CREATE TABLE natter.mine ()",
            "CREATE TABLE public.mine ()",
            "CREATE TEMPORARY TABLE mine ()",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "ALTER TABLE natter.account ADD COLUMN mine integer",
            "DROP TABLE natter.account",
            "COPY natter.account TO PROGRAM 'true'",
            "SELECT pg_read_file('/etc/passwd')",
        ] {
            let said = cluster.try_as(role, &database, statement).expect_err(statement);
            let refused = ["permission denied", "must be owner", "must be superuser"]
                .iter()
                .any(|reason| said.contains(reason));
            assert!(refused, "{role}: {statement}: {said}");
        }
    }
    assert_eq!(seen, documented);
}

#[test]
fn nobody_logs_in_as_the_owner_or_becomes_it_but_to_migrate() {
    let directory = super::fresh_directory();
    let (cluster, database) = (shared(), name(directory.path()).expect("it has one"));
    cluster.try_as("natter_owner", &database, "SELECT 1").expect_err("it cannot log in");
    let migrates = cluster.try_as("natter_migrate", &database, "SELECT current_user").expect("it has to");
    assert_eq!(migrates.trim(), "natter_owner");
    for role in ["natter_api_user", "natter_retention"] {
        for other in ["natter_owner", "natter_migrate", "postgres"] {
            let said = cluster.try_as(role, &database, &format!("SET ROLE {other}")).expect_err(other);
            assert!(said.contains("permission denied"), "{said}");
        }
        cluster.try_as(role, "postgres", "SELECT 1").map_or_else(drop, |said| assert_eq!(said.trim(), "1"));
        let settings = cluster.try_as(role, &database, "SHOW search_path").expect("it logs in");
        assert_eq!(settings.trim(), "natter, pg_temp");
    }
}
