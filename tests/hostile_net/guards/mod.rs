//! Every guard of the worker.
//!
//! Guards that others stand behind are switched off together with those. A few cannot be told from what
//! stands behind them and are not here: the form of names (the DNS library refuses the same ones), the
//! parser's memory (the budgets bound it as well), the time for connecting (the deadline comes soon after),
//! idle connections and Referer (a client makes one request), repeated attempts (there is nothing to repeat).

mod addresses;
mod answers;
mod connections;
mod images;
mod outside;
mod redirects;
mod urls;

use crate::mutation::Mutation;

/// All mutations, in the order in which a URL meets the guards.
pub fn all() -> Vec<Mutation> {
    [
        urls::mutations(),
        addresses::mutations(),
        connections::mutations(),
        redirects::mutations(),
        answers::mutations(),
        outside::mutations(),
        images::mutations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
