//! JSON-LD: whatever stands in a script, reading it ends, and gives nothing that is not in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::page::json_ld::read;

fuzz_target!(|text: &str| {
    let found = read(text.split('\u{1e}'));
    let given = [&found.title, &found.description, &found.image, &found.site_name];
    for value in given.into_iter().flatten() {
        // An escape such as \u00e9 is longer than what it stands for.
        assert!(!value.trim().is_empty() && value.len() <= text.len(), "{value:?}");
    }
});
