//! `docs/settings.md`, written from the embedded defaults: `NATTER_WRITE_DOCS=1 cargo test settings::page`.

use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

use super::{
    ApiSettings, PreviewSettings, Settings,
    known::{Known, join, variable},
    layer::Layer,
};

const INTRODUCTION: &str = "\
# Settings

A program reads its embedded defaults, then the TOML file given with `--config`, then the environment; the
last to name a setting wins. The setting `listen` of the section `[http]` is the variable
`NATTER_HTTP__LISTEN`. A variable is taken as it is where the setting is text; lists, numbers and booleans are
written as in TOML: `NATTER_HTTP__CORS_ORIGINS='[\"https://localhost:9999\"]'`.

A setting or a `NATTER_` variable that is not on this page is refused, and so is a value that cannot be taken:
everything wrong is listed at once, the exit status is 2, and nothing has been created. The command `settings`
prints the effective values and where each came from. Secrets never stand in settings, only the names of files
that hold them.
";

/// The page, and the keys that it describes.
fn page() -> (String, BTreeSet<String>) {
    let mut page = INTRODUCTION.to_owned();
    let mut keys = BTreeSet::new();
    section::<ApiSettings>("natter-api", &mut page, &mut keys);
    section::<PreviewSettings>("natter-preview", &mut page, &mut keys);
    (page, keys)
}

fn section<T: Settings>(program: &str, page: &mut String, keys: &mut BTreeSet<String>) {
    write!(page, "\n## {program}\n").expect("a String takes it");
    for (place, text) in T::DEFAULTS {
        let mut section = (*place).to_owned();
        let mut comment = String::new();
        if !place.is_empty() {
            heading(page, &section);
        }
        for line in text.lines() {
            if let Some(words) = line.strip_prefix('#') {
                comment.push_str(words);
            } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = join(place, name);
                heading(page, &section);
                comment.clear();
            } else if let Some((name, value)) = line.split_once(" = ") {
                let key = join(&section, name);
                let (variable, comment) = (variable(&key), comment.trim().replace('|', "\\|"));
                writeln!(page, "| `{name}` | `{value}` | {comment} | `{variable}` |")
                    .expect("a String takes it");
                keys.insert(format!("{program} {key}"));
            }
            if !line.starts_with('#') {
                comment.clear();
            }
        }
    }
}

fn heading(page: &mut String, section: &str) {
    write!(page, "\n### `[{section}]`\n\n| setting | default | meaning | variable |\n|---|---|---|---|\n")
        .expect("a String takes it");
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let (page, _) = page();
    if env::var_os("NATTER_WRITE_DOCS").is_some() {
        fs::write(&path, &page).expect("docs/settings.md is writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "run NATTER_WRITE_DOCS=1 cargo test settings::page, and commit docs/settings.md"
    );
}

#[test]
fn the_page_has_every_key_with_its_meaning() {
    let (page, described) = page();
    let mut keys = BTreeSet::new();
    for (program, layer) in [
        ("natter-api", Layer::defaults::<ApiSettings>()),
        ("natter-preview", Layer::defaults::<PreviewSettings>()),
    ] {
        keys.extend(Known::of(&layer.values).keys().map(|key| format!("{program} {key}")));
    }
    assert_eq!(described, keys);
    assert!(!page.contains("` |  | `"), "a setting has no comment");
}
