//! What a client knows of its own requests.

use serde_json::Value;

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was sent, and no whole answer came.
    Unknown,
    /// It was answered with success.
    Done(Value),
}

/// A request that makes something.
#[derive(Clone, Debug)]
pub struct Making {
    pub kind: Kind,
    pub path: String,
    pub body: Value,
    /// The text or the name, which no other request has.
    pub mark: String,
    pub key: Option<String>,
    pub fate: Fate,
    /// What became of the request to delete it, if there was one.
    pub deletion: Option<Fate>,
}

/// What a request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Message,
    Space,
    Share,
}

impl Making {
    /// How often it may be there.
    pub fn possible_counts(&self) -> &'static [i64] {
        match (&self.fate, &self.deletion) {
            (Fate::Done(_), None) => &[1],
            (Fate::Done(_), Some(Fate::Done(_))) => &[0],
            (Fate::Unknown, _) | (Fate::Done(_), Some(Fate::Unknown)) => &[0, 1],
        }
    }

    /// The id of what was made, as its answer says.
    pub fn id(&self) -> Option<&str> {
        let Fate::Done(answer) = &self.fate else { return None };
        let uri = answer["uri"].as_str().expect("a URI");
        crate::client::bare(uri).rsplit('/').next()
    }

    /// Notes an answer. The same request always gets the same one.
    pub fn answered(&mut self, answer: Value) {
        if let Fate::Done(first) = &self.fate {
            assert_eq!(*first, answer, "{self:?}");
        }
        self.fate = Fate::Done(answer);
    }
}
