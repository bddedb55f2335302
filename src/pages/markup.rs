//! Text as HTML.

/// A string of the document; empty where there is none.
pub(super) fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Text that stands for itself, in an element or in an attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// One line of the document's prose: what stands between backticks is code.
pub(super) fn line(prose: &str) -> String {
    let mut written = String::new();
    for (index, part) in escape(prose).split('`').enumerate() {
        if index % 2 == 0 {
            written += part;
        } else {
            written += &format!("<code>{part}</code>");
        }
    }
    written
}

/// The document's prose, in paragraphs.
pub(super) fn paragraphs<'a>(prose: impl IntoIterator<Item = &'a str>) -> String {
    prose.into_iter().map(|paragraph| format!("<p>{}</p>", line(paragraph))).collect()
}

/// A table with these column heads. It scrolls by itself where the screen is narrow.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: String = rows
        .into_iter()
        .map(|row| format!("<tr>{}</tr>", row.map(|cell| format!("<td>{cell}</td>")).concat()))
        .collect();
    let heads = heads.map(|head| format!(r#"<th scope="col">{head}</th>"#)).concat();
    format!(
        r#"<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

/// An example, as it stands on the wire.
pub(super) fn example(heading: &str, shown: &str) -> String {
    format!("<figure><figcaption>{heading}</figcaption><pre><code>{}</code></pre></figure>", escape(shown))
}

/// A whole page: what stands beside its text, and the text.
pub(super) fn page(title: &str, navigation: &str, body: &str) -> String {
    format!(
        r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/docs/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#text">Skip the contents</a>
<nav aria-label="Contents"><details open><summary>{title}</summary>{navigation}</details></nav>
<main id="text"><h1>{title}</h1>{body}</main>
</body>
</html>
"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(line("a <b> & `\"<i>\"`"), "a &lt;b&gt; &amp; <code>&quot;&lt;i&gt;&quot;</code>");
        assert_eq!(paragraphs("one\n\ntwo".split("\n\n")), "<p>one</p><p>two</p>");
    }
}
