//! Who may do what: an operation takes the proof as its argument.
//!
//! [`Authenticated`] proves a session with the operation's scope. [`Authorised`] proves, besides, a permission in
//! a space, by a role or by a capability; it is the only door to a space's messages. Both are extractors: a
//! handler that runs has the proof, and one that forgets to ask cannot load anything. [`Operator`] stands in for them
//! where there is no request.

mod authenticated;
mod authorised;
mod below;
mod judgement;
mod operator;
mod policy;
mod visitor;

pub use self::{
    authenticated::Authenticated,
    authorised::Authorised,
    below::Below,
    judgement::Grant,
    operator::Operator,
    policy::{Doors, Place, Policy, SpacePolicy},
    visitor::Visitor,
};
