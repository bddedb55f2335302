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
        Mutation::off("bytes of a page inflated, and their ratio to those sent")
            .change("fetch/body.rs", ".take(max_inflated)", ".take(max_inflated * 9)")
            .change("fetch/body.rs", "const MAX_RATIO: u64 = 200;", "const MAX_RATIO: u64 = 200_000;")
            .noticed_by(&["resource: gzip bomb", "resource: brotli bomb", "resource: zstd bomb"])
            .showing("\"title\": \"Late\""),
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
