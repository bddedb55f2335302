//! What callers of the service learn.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("failures look the same")
            .change(
                "refusal.rs",
                "Refusal::Fetch(_) => Self::new(Kind::NoPreview, \"There is no preview for this URL.\")",
                "Refusal::Fetch(error) => Self::new(Kind::NoPreview, error.to_string())",
            )
            .noticed_by(&["service: every failure looks the same and shows at the deadline"])
            .showing("instead of"),
        Mutation::off("failures show at the deadline")
            .change(
                "service/answer.rs",
                "sleep_until(begun + deadline + MARGIN + jitter)",
                "sleep_until(begun + MARGIN + jitter)",
            )
            .noticed_by(&["service: every failure looks the same and shows at the deadline"])
            .showing("http://"),
        Mutation::off("failures of what a page points to show at one time")
            .change("previewer.rs", "if whole != Ok(true) {", "if false {")
            .noticed_by(&["second stage: why an image fails does not show by the time"])
            .showing("private.example.org: after"),
        Mutation::off("one URL in a request")
            .change("service/answer.rs", "name == parameter).count()", "name == parameter).count().min(1)")
            .noticed_by(&["service: two URLs in one request"])
            .showing("status: "),
        Mutation::off("our own requests are known again")
            .change(
                "fetch/header.rs",
                "PSEUDONYM: &str = \"natter-preview\"",
                "PSEUDONYM: &str = \"somebody-else\"",
            )
            .noticed_by(&["service: a request of our own fetch goes round in circles"])
            .showing("status: "),
        Mutation::off("our requests name us")
            .change("fetch/header.rs", "(header::VIA, VIA),", "")
            .noticed_by(&["service: a card"])
            .showing("no Via"),
    ]
}
