//! The cards of saved pages, and what one costs: `cargo bench --bench extraction -- FOLDER` prints a line of JSON for
//! each page of the folder and each way to read it, ours and a bare pass of lol_html that stops at `<body>`.
//!
//! The folder's `urls.tsv` says where pages came from: a file's path, a tab, its URL. `benches/extraction/run FOLDER`
//! sets the lines beside those of published extractors.

#![allow(clippy::print_stdout, reason = "the lines are the result")]

use std::{
    collections::HashMap,
    env, fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use lol_html::{HtmlRewriter, Settings, element};
use natter::{
    preview::{Card, page, target::UrlPolicy},
    settings::{self, PreviewSettings},
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use url::Url;

/// Times that a page is read each way; the cheapest counts.
const TIMES: usize = 5;

/// Bytes that the bare pass is given at a time, as many as [`page::extract`] takes.
const CHUNK: usize = 8 * 1024;

fn main() -> anyhow::Result<()> {
    // Run by `cargo test --benches` it has no folder, and nothing to do.
    let Some(folder) = env::args().skip(1).find(|argument| !argument.starts_with('-')) else { return Ok(()) };
    let folder = Path::new(&folder);
    let urls = urls(folder)?;
    let mut files = Vec::new();
    pages(folder, &mut files)?;
    files.sort();
    ensure!(!files.is_empty(), "there is no .html or .htm file in {}", folder.display());
    let settings =
        settings::load::<PreviewSettings>(None, []).map_err(|faults| anyhow::anyhow!("{faults}"))?;
    let policy = UrlPolicy::from(&settings.settings.fetch);
    for file in files {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        let page = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let url = match urls.get(&name) {
            Some(url) => url.parse().with_context(|| format!("{url}, the URL of {name}, is none"))?,
            None => Url::parse("https://www.example.com/")?.join(&name)?,
        };
        let (card, ours) = cheapest(|| page::extract(&policy, &url, None, black_box(&page)));
        let ((), bare) = cheapest(|| to_body(black_box(&page)));
        let Card { title, description, image, .. } = card;
        println!(
            "{}",
            json!({"by": "natter", "page": name, "url": url.as_str(), "title": title, "description": description,
                   "image": image, "microseconds": microseconds(ours)})
        );
        println!("{}", json!({"by": "lol_html to <body>", "page": name, "microseconds": microseconds(bare)}));
    }
    Ok(())
}

/// Where pages came from, by their path in the folder.
fn urls(folder: &Path) -> anyhow::Result<HashMap<String, String>> {
    let list = folder.join("urls.tsv");
    let text = match fs::read_to_string(&list) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("{} cannot be read", list.display()))?,
    };
    text.lines()
        .map(|line| {
            let (name, url) =
                line.split_once('\t').with_context(|| format!("no tab in {line:?} of urls.tsv"))?;
            Ok((name.to_owned(), url.to_owned()))
        })
        .collect()
}

/// Finds the saved pages in a folder and those below it.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            pages(&path, found)?;
        } else if path.extension().is_some_and(|kind| kind == "html" || kind == "htm") {
            found.push(path);
        }
    }
    Ok(())
}

/// The result, and the least CPU time that it took of this thread.
fn cheapest<R>(read: impl Fn() -> R) -> (R, Duration) {
    let mut least = Duration::MAX;
    for _ in 1..TIMES {
        let begun = cpu_time();
        let result = read();
        least = least.min(cpu_time() - begun);
        drop(black_box(result));
    }
    let begun = cpu_time();
    let result = read();
    (result, least.min(cpu_time() - begun))
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// What ours is measured by: a general parser that looks for where the head ends, and for nothing else.
fn to_body(page: &[u8]) {
    let stop = element!("body", |_| Err("here it ends".into()));
    let mut parser = HtmlRewriter::new(Settings::new().append_element_content_handler(stop), |_: &[u8]| {});
    for chunk in page.chunks(CHUNK) {
        if parser.write(chunk).is_err() {
            return;
        }
    }
}
