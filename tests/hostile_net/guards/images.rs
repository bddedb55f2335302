//! Who sees images, and which.

use crate::mutation::Mutation;

const UNSIGNED: &[&str] = &["image: nothing without a good signature"];
const FAILURES: &[&str] = &["image: what cannot be shown looks like every failure"];

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    let keys = "image/public_keys.rs";
    vec![
        Mutation::off("links of images are signed")
            .change(keys, "if is_signed && known", "if (is_signed || seconds > 0) && known")
            .noticed_by(UNSIGNED)
            .showing("status: 200"),
        Mutation::off("links of images are signed by keys that are known")
            .change(keys, "if is_signed && known.is_some()", "if is_signed || known.is_none()")
            .noticed_by(UNSIGNED)
            .showing("status: 200"),
        Mutation::off("links of images expire")
            .change(keys, "&& seconds < link.expires", "")
            .noticed_by(UNSIGNED)
            .showing("status: 200"),
        Mutation::off("a link of an image is signed with its size")
            .change("image/link.rs", "self.size.to_be_bytes().to_vec()", "64_u32.to_be_bytes().to_vec()")
            .noticed_by(UNSIGNED)
            .showing("status: 200"),
        Mutation::off("the pixels of an image are bounded")
            .change("image/thumbnail.rs", "if pixels > max_pixels ||", "if pixels == 0 &&")
            .change("image/thumbnail.rs", "limits.max_alloc = Some(max_pixels * BYTES_A_PIXEL);", "")
            .noticed_by(FAILURES)
            .showing("/pixels: status: 200"),
        Mutation::off("the bytes of an image are bounded")
            .change("previewer.rs", "target, ask, thumbnailer.max_bytes()", "target, ask, 1 << 20")
            .noticed_by(FAILURES)
            .showing("/bytes: status: 200"),
        Mutation::off("an image is whole")
            .change(
                "fetch/body.rs",
                "if is_over || self.is_cut || self.broken.load(Ordering::Relaxed)",
                "if is_over",
            )
            .noticed_by(FAILURES)
            .showing("/cut: status: 200"),
        Mutation::off("an image says that it is one, and may be shown")
            .change(
                "previewer.rs",
                "media != Media::Image || opt_out.wants_no_image()",
                "media == Media::Json",
            )
            .noticed_by(FAILURES)
            .showing("/png-as-html: status: 200"),
    ]
}
