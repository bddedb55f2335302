//! What answers may be like.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("bytes of a header")
            .change("fetch/header.rs", "if bytes > max_bytes as usize", "if bytes > max_bytes as usize * 9")
            .noticed_by(&["resource: large header"])
            .showing("\"title\": \"Headed\""),
        Mutation::off("bytes of a header in HTTP/2, while it comes")
            .change(
                "fetch/connect.rs",
                "http2_max_header_list_size(self.max_header_bytes)",
                "http2_max_header_list_size(1 << 20)",
            )
            .noticed_by(&["http2: endless headers"])
            .showing("[fetch.header-too-large]"),
        Mutation::off("fields of a header")
            .change(
                "fetch/connect.rs",
                ".http1_max_headers(self.max_header_fields)",
                ".http1_max_headers(10_000)",
            )
            .noticed_by(&["resource: many header fields"])
            .showing("\"title\": \"Headed\""),
        Mutation::off("status of a page")
            .change("fetch/header.rs", "status => Err(FetchError::Status(status.as_u16()))", "_ => Ok(())")
            .noticed_by(&["http: server error"])
            .showing("exit status: 0"),
        Mutation::off("content type of a page")
            .change("fetch/header.rs", "_ => return Err(FetchError::NotHtml),", "_ => Media::Html,")
            .noticed_by(&["http: plain text is no page", "http: SVG is no page"])
            .showing("\"title\": \"Typed\""),
        Mutation::off("one content coding")
            .change("fetch/body.rs", "_ => Err(FetchError::ContentCoding),", "_ => Ok(Coding::Gzip),")
            .noticed_by(&["resource: chained codings"])
            .showing("exit status: 0"),
        Mutation::off("bytes of a page as sent")
            .change("fetch/body.rs", ".take(max_compressed)", ".take(max_compressed * 9)")
            .noticed_by(&["resource: a title after the budget of sent bytes"])
            .showing("\"title\": \"Late\""),
        Mutation::off("bytes of a page inflated")
            .change("fetch/body.rs", ".take(max_inflated)", ".take(max_inflated * 9)")
            .noticed_by(&["resource: much text that compresses as text does"])
            .showing("\"title\": \"Late\""),
        Mutation::off("ratio of bytes inflated to bytes as sent")
            .change("fetch/body.rs", "const MAX_RATIO: u64 = 200;", "const MAX_RATIO: u64 = 200_000;")
            .noticed_by(&[
                "resource: gzip bomb below the budget of plain bytes",
                "resource: brotli bomb below the budget of plain bytes",
                "resource: zstd bomb below the budget of plain bytes",
            ])
            .showing("\"title\": \"Late\""),
        Mutation::off("bytes of a page inflated, and their ratio to those sent")
            .change("fetch/body.rs", ".take(max_inflated)", ".take(max_inflated * 9)")
            .change("fetch/body.rs", "const MAX_RATIO: u64 = 200;", "const MAX_RATIO: u64 = 200_000;")
            .noticed_by(&["resource: gzip bomb", "resource: brotli bomb", "resource: zstd bomb"])
            .showing("\"title\": \"Late\""),
        Mutation::off("tags that are looked at")
            .change("page/facts.rs", "const MAX_TAGS: usize = 4096;", "const MAX_TAGS: usize = 4_096_000;")
            .noticed_by(&["resource: a title after the budget of tags"])
            .showing("\"title\": \"Late\""),
        Mutation::off("what the header wants left out")
            .change("fetch/header.rs", "get_all(\"x-robots-tag\")", "get_all(\"x-nobody\")")
            .noticed_by(&[
                "second stage: what a site wants left out is left out",
                "opt-out: addressed to us, and to somebody else",
                "opt-out: of an image itself",
            ])
            .showing("x.png"),
        Mutation::off("what the page wants left out")
            .change(
                "page/facts.rs",
                "key.eq_ignore_ascii_case(\"robots\")",
                "key.eq_ignore_ascii_case(\"nobody\")",
            )
            .noticed_by(&["opt-out: in the page"])
            .showing("x.png"),
        Mutation::off("what is left out is not brought back by oEmbed")
            .change("previewer.rs", "opt_out.apply(card);", "")
            .noticed_by(&["opt-out: oEmbed brings back no image"])
            .showing("t.png"),
        Mutation::off("requests at once to one host")
            .change("fetch/destination.rs", "(self.concurrent * times) as usize", "10_000")
            .noticed_by(&["manners: requests at once to one host"])
            .showing("requests at once"),
        Mutation::off("requests a second to one host")
            .change(
                "fetch/destination.rs",
                "interval: Duration::from_secs(1) / (self.per_second * times)",
                "interval: Duration::ZERO",
            )
            .noticed_by(&["manners: requests a second to one host"])
            .showing("13 requests within"),
        Mutation::off("hosts that ask to be left alone are")
            .change(
                "fetch/destination.rs",
                "if self.turns().left_alone.is_some_and(|until| now < until)",
                "if false",
            )
            .noticed_by(&["manners: a host that asks to be left alone"])
            .showing("/1: "),
        Mutation::off("window of zstd")
            .change("fetch/body.rs", "const ZSTD_WINDOW_LOG: u32 = 23;", "const ZSTD_WINDOW_LOG: u32 = 27;")
            .noticed_by(&["resource: zstd with a large window"])
            .showing("\"title\": \"Late\""),
        Mutation::off("oEmbed endpoints are asked on the list alone")
            .change(
                "previewer.rs",
                "lacks && self.asks_oembed(endpoint)",
                "lacks || self.asks_oembed(endpoint)",
            )
            .noticed_by(&["second stage: an oEmbed endpoint of a host that is not on the list"])
            .showing("other.example.net"),
    ]
}
