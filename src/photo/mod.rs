//! Photos: pixels and files.
//!
//! A [`Photo`] is what a file holds, upright and in sRGB-encoded values. Files are opened by
//! [`open()`], written by [`export()`]; the file that a photo came from is never written to.

mod image;

pub use image::{Coding, Depth, Image, Pixels};

use std::path::PathBuf;
use std::sync::Arc;

/// A photo as opened: its pixels upright and in sRGB, and what an export puts back.
#[derive(Debug)]
pub struct Photo {
    /// The pixels, EXIF orientation applied, sRGB-encoded.
    pub image: Image,
    /// Bits per channel of the file; an export keeps them where the format allows.
    pub depth: Depth,
    /// True where the file had an alpha channel; an export keeps it where the format allows.
    pub has_alpha: bool,
    /// The file's own ICC profile where it is not plain sRGB: an export converts back to it.
    pub profile: Option<Arc<[u8]>>,
    /// EXIF, XMP and IPTC as the file held them.
    pub metadata: Metadata,
    /// What the user should know about how the file was read, a sentence each.
    pub notices: Vec<String>,
    /// Where the file is.
    pub path: PathBuf,
}

/// Metadata blocks as the file held them, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// A TIFF structure (`II*\0` or `MM\0*`), without JPEG's `Exif\0\0` in front; GPS is inside.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet, UTF-8.
    pub xmp: Option<Vec<u8>>,
    /// IPTC-IIM records, as Photoshop image resources (JPEG's APP13 without its header).
    pub iptc: Option<Vec<u8>>,
}

impl Photo {
    /// A photo of these pixels alone, without a file.
    pub fn from_image(image: Image) -> Self {
        Self {
            depth: image.depth(),
            image,
            has_alpha: false,
            profile: None,
            metadata: Metadata::default(),
            notices: Vec::new(),
            path: PathBuf::new(),
        }
    }
}
