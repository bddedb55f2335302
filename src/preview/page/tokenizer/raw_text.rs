//! Text in which tags are no tags: where it ends.

use memchr::{memchr, memchr2};

/// An element of HTML whose text has no markup, but for its own end tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawText(usize);

/// Their end tags, up to where the name ends. With scripts, as browsers have them, `<noscript>` is one.
const END_TAGS: [&[u8]; 8] = [
    b"</title",
    b"</style",
    b"</noscript",
    b"</iframe",
    b"</textarea",
    b"</noembed",
    b"</noframes",
    b"</xmp",
];

impl RawText {
    pub(super) const TITLE: Self = Self(0);

    /// The element of this name, in lower case.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        END_TAGS.iter().position(|tag| &tag[2..] == name).map(Self)
    }

    /// How its end tag begins.
    pub(super) fn end_tag(self) -> &'static [u8] {
        END_TAGS[self.0]
    }
}

/// Whether a script's text stands in what looks like a comment, and there in what looks like another script: an end tag
/// may then be text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// "Script data".
    None,
    /// "Script data escaped": behind `<!--`.
    Comment,
    /// "Script data double escaped": behind `<script` within that.
    Script,
}

impl Escape {
    /// How much of the bytes is text, what it leads into, and whether the script's end tag stands behind it: `None` if that
    /// is not yet known.
    pub(super) fn read(self, bytes: &[u8]) -> (usize, Self, Option<bool>) {
        let mut escape = self;
        let mut from = 0;
        loop {
            let rest = &bytes[from..];
            let mark = if escape == Self::None { memchr(b'<', rest) } else { memchr2(b'<', b'>', rest) };
            let Some(mark) = mark.map(|mark| from + mark) else { break };
            from = mark + 1;
            let ahead = &bytes[mark..];
            if ahead[0] == b'>' {
                if bytes[..mark].ends_with(b"--") {
                    escape = Self::None;
                }
                continue;
            }
            let end = names(ahead, b"</script");
            match (escape, end) {
                (Self::Script, Some(true)) => escape = Self::Comment,
                (Self::Script, Some(false)) => {}
                (_, None | Some(true)) => return (mark, escape, end),
                (Self::None, Some(false)) => match begins(ahead, b"<!--") {
                    // Its dashes may be those of the end as well.
                    Some(true) => (escape, from) = (Self::Comment, mark + 2),
                    Some(false) => {}
                    None => return (mark, escape, None),
                },
                (Self::Comment, Some(false)) => match names(ahead, b"<script") {
                    Some(true) => escape = Self::Script,
                    Some(false) => {}
                    None => return (mark, escape, None),
                },
            }
        }
        let dashes =
            bytes.iter().rev().take(2).take_while(|byte| escape != Self::None && **byte == b'-').count();
        (bytes.len() - dashes, escape, if dashes > 0 { None } else { Some(false) })
    }
}

/// Whether the bytes begin with this, in any case; `None` if more bytes have to say.
fn begins(bytes: &[u8], with: &[u8]) -> Option<bool> {
    let length = bytes.len().min(with.len());
    if !bytes[..length].eq_ignore_ascii_case(&with[..length]) {
        return Some(false);
    }
    (length == with.len()).then_some(true)
}

/// Whether a tag of this name stands here, in any case; `None` if more bytes have to say.
pub(super) fn names(bytes: &[u8], tag: &[u8]) -> Option<bool> {
    match begins(bytes, tag) {
        Some(true) => {
            bytes.get(tag.len()).map(|end| matches!(end, b'\t' | b'\n' | 0x0C | b'\r' | b' ' | b'/' | b'>'))
        }
        other => other,
    }
}
