//! A stranger's text, made fit to be shown.

use unicode_segmentation::UnicodeSegmentation;

/// Bytes that one counted character may take on average: stacks of combining marks are cut.
const BYTES_PER_CHARACTER: usize = 8;

/// Plain text on one line: control and formatting characters dropped, whitespace folded, cut to
/// `max_characters` as a reader counts them. `None` if nothing is left.
pub fn clean(text: &str, max_characters: usize) -> Option<String> {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !line.is_empty();
        } else if c.is_ascii_graphic() || !is_invisible(c) {
            if std::mem::take(&mut gap) {
                line.push(' ');
            }
            line.push(c);
        }
    }
    let cut = cut(line, max_characters);
    (!cut.is_empty()).then_some(cut)
}

/// Characters that change how their neighbours look or hide text: controls, bidirectional formatting
/// (Trojan Source), zero-width spaces, tags, noncharacters. The joiners U+200C and U+200D stay: Persian and
/// emoji need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn cut(line: String, max_characters: usize) -> String {
    let fits = line.len() <= max_characters * BYTES_PER_CHARACTER;
    // What a reader counts is never more than the characters, which are counted faster.
    let short =
        || line.chars().count() <= max_characters || line.graphemes(true).nth(max_characters).is_none();
    if fits && short() {
        return line;
    }
    let mut kept = String::new();
    for grapheme in line.graphemes(true).take(max_characters.saturating_sub(1)) {
        if kept.len() + grapheme.len() + '…'.len_utf8() > max_characters * BYTES_PER_CHARACTER {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::clean;

    #[test]
    fn whitespace_is_folded_and_empty_text_is_none() {
        assert_eq!(clean("  a\n\t b\u{a0}\u{3000}c ", 10).as_deref(), Some("a b c"));
        assert_eq!(clean(" \u{200b}\n", 10), None);
    }

    #[test]
    fn formatting_characters_are_dropped() {
        assert_eq!(clean("a\u{202e}b\u{2066}c\u{0}d\u{7f}e\u{200f}f", 10).as_deref(), Some("abcdef"));
        assert_eq!(clean("می\u{200c}خواهم", 10).as_deref(), Some("می\u{200c}خواهم"));
    }

    #[test]
    fn text_is_cut_between_graphemes() {
        assert_eq!(clean("abcde", 5).as_deref(), Some("abcde"));
        assert_eq!(clean("abcdef", 5).as_deref(), Some("abcd…"));
        assert_eq!(clean("👩‍👩‍👧x👩‍👩‍👧", 2).as_deref(), Some("…"), "a family is 18 bytes");
        assert_eq!(clean("e\u{301}e\u{301}e\u{301}", 2).as_deref(), Some("e\u{301}…"));
    }

    proptest! {
        #[test]
        fn length_is_bounded_whatever_comes(text in any::<String>(), max in 1usize..50) {
            let cleaned = clean(&text, max).unwrap_or_default();
            prop_assert!(cleaned.len() <= max * 8);
            prop_assert!(!cleaned.contains(|c: char| c.is_control()));
            prop_assert_eq!(clean(&cleaned, max).unwrap_or_default(), cleaned);
        }
    }
}
