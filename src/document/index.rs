//! Which operation a method and a path mean: for audit and metrics, which name the pattern and never what was typed.

use std::sync::LazyLock;

use poem::http::Method;
use poem_openapi::{OpenApi, registry::MetaParamIn};
use uuid::Uuid;

use super::Api;
use crate::idempotency;

/// An operation of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its operationId.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// The pattern of its path: `/spaces/{space_id}`.
    pub pattern: String,
    /// The parameters of its query.
    pub query: Vec<String>,
    /// Whether it takes an `Idempotency-Key`.
    pub takes_key: bool,
    /// The pattern, as paths are held against it.
    segments: Vec<String>,
}

/// What a method and a path mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An operation, and its path with the ids in it.
    Operation(&'static Operation, String),
    /// A path that takes other methods: these.
    OtherMethods(Vec<Method>),
    /// No path of the document.
    Nothing,
}

/// Every operation of the document.
#[derive(Debug)]
pub struct Index(Vec<Operation>);

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let operations = Api::meta().into_iter().flat_map(|api| api.paths).flat_map(|path| {
        let pattern = path.path;
        path.operations.into_iter().map(move |operation| Operation {
            id: operation.operation_id.unwrap_or_default(),
            method: operation.method,
            pattern: pattern.clone(),
            segments: pattern.split('/').map(str::to_owned).collect(),
            query: operation
                .params
                .iter()
                .filter(|parameter| parameter.in_type == MetaParamIn::Query)
                .map(|parameter| parameter.name.clone())
                .collect(),
            takes_key: operation.params.iter().any(|parameter| parameter.name == idempotency::HEADER),
        })
    });
    Index(operations.collect())
});

impl Index {
    /// The index of [`Api`].
    pub fn get() -> &'static Self {
        &INDEX
    }

    /// Every operation.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.0.iter()
    }

    /// What `method` and `path` mean. `HEAD` means what `GET` means, with the same checks.
    pub fn find(&'static self, method: &Method, path: &str) -> Found {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let path: Vec<_> = path.split('/').collect();
        let mut others = Vec::new();
        for operation in &self.0 {
            if !matches(&operation.segments, &path) {
                continue;
            }
            if operation.method == method {
                return Found::Operation(operation, parsed(&operation.segments, &path));
            }
            others.push(operation.method.clone());
        }
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
    }
}

/// Whether `path` is one of `pattern`.
fn matches(pattern: &[String], path: &[&str]) -> bool {
    let mut pairs = pattern.iter().zip(path);
    pattern.len() == path.len()
        && pairs.all(|(expected, segment)| {
            expected == segment || expected.starts_with('{') && !segment.is_empty()
        })
}

/// The pattern with the ids of a `path` that matches it; what is no id stays a name in braces.
fn parsed(pattern: &[String], path: &[&str]) -> String {
    let mut written = String::with_capacity(path.iter().map(|segment| segment.len() + 1).sum());
    for (expected, segment) in pattern.iter().zip(path) {
        let id = Some(segment).filter(|_| expected.starts_with('{'));
        match id.and_then(|id| Uuid::try_parse(id).ok()) {
            Some(id) => written.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            None => written.push_str(expected),
        }
        written.push('/');
    }
    written.pop();
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198c5d2-0000-7000-8000-000000000001";

    #[test]
    fn finds_operations_and_writes_only_ids() {
        let Found::Operation(operation, path) =
            Index::get().find(&Method::HEAD, &format!("/spaces/{ID}/messages/secret"))
        else {
            panic!("there is such an operation")
        };
        assert_eq!(operation.id, "readMessage");
        assert_eq!(path, format!("/spaces/{ID}/messages/{{message_id}}"));
    }

    #[test]
    fn tells_other_methods_from_unknown_paths() {
        assert_eq!(Index::get().find(&Method::GET, "/users"), Found::OtherMethods(vec![Method::POST]));
        for path in ["/", "/user", "/users/", "/spaces//messages", "/spaces/x/messages/y/z", "/share/"] {
            assert_eq!(Index::get().find(&Method::POST, path), Found::Nothing, "{path}");
        }
    }
}
