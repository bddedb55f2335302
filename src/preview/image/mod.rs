//! Images of strangers, shown without leading anybody to a stranger: who knows the key signs an [`ImageLink`]; the worker
//! knows its [`PublicKeys`], fetches the image as it fetches pages, and gives a thumbnail that it has made itself.

mod link;
mod public_keys;
mod thumbnail;
mod thumbnailer;
mod webp;

pub use self::{
    link::{ImageLink, LABEL, SIZES},
    public_keys::{PublicKeys, Unsigned},
    thumbnail::{NoThumbnail, Thumbnail, thumbnail},
    thumbnailer::{Sent, Thumbnailer},
};
