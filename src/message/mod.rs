//! Messages: one operation a file.

mod list;
mod post;
mod remove;
mod show;
mod timeline;
mod uri;
mod view;

pub use self::{
    list::ListMessages, post::PostMessage, remove::RemoveMessage, timeline::ViewTimeline, view::ViewMessage,
};
