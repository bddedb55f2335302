//! Spaces: one operation a file.

mod create;
mod delete;
mod hand_over;
mod list;
mod view;

pub use self::{
    create::CreateSpace, delete::DeleteSpace, hand_over::HandOverSpace, list::ListSpaces, view::ViewSpace,
};
