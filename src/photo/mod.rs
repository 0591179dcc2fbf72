//! Photos: pixels and files.
//!
//! A [`Photo`] is what a file holds, upright and in sRGB-encoded values. Files are opened by
//! [`open()`], written by [`export()`]; the file that a photo came from is never written to.
//!
//! ```text
//! file → decode_* → Decoded → orientation → color ────────────────→ Photo
//!            └──→ metadata, profile bytes ──────────────────────────↗   │
//! file ← target ← encode_* ← outgoing (values: color, dither) ← strips of an edit ←┘
//! ```

mod capture;
mod color;
mod curve;
mod decode_jpeg;
mod decode_other;
mod decode_png;
mod decode_tiff;
mod decoded;
mod encode_jpeg;
mod encode_png;
mod encode_tiff;
mod error;
mod exif;
mod export;
mod image;
mod iptc;
mod jpeg_errors;
mod jpeg_segments;
mod multi_picture;
mod open;
mod options;
mod orientation;
mod outgoing;
mod profile;
mod small;
mod strips;
mod target;
mod tiff_ifd;
mod values;
mod xmp;

pub use capture::Capture;
pub use error::PhotoError;
pub use export::{Format, export};
pub use image::{Coding, Depth, Image, Pixels};
pub use open::{Glimpse, glimpse, open, preview};
pub use options::{Colours, ExportOptions, Size};
pub use profile::profile_name;
pub use small::SMALL_SIDE_MAX;

use std::path::PathBuf;
use std::sync::Arc;

/// A photo as opened: its pixels upright and in sRGB, and what an export puts back.
#[derive(Debug)]
pub struct Photo {
    /// The pixels, EXIF orientation applied, sRGB-encoded.
    pub image: Image,
    /// Bits per channel of the file; an export keeps them where the format allows. An 8-bit file
    /// with another profile than sRGB has 16-bit pixels and still says [`Depth::Eight`].
    pub depth: Depth,
    /// True where the file had an alpha channel; an export keeps it where the format allows.
    pub has_alpha: bool,
    /// The file's embedded RGB profile, if usable, byte for byte; it is put back on export, and
    /// colours are converted back to it unless it says sRGB.
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
    /// The rest of an XMP packet that was too long for one JPEG segment; `xmp` names it by its
    /// GUID. Only a JPEG can hold it.
    pub xmp_extension: Option<Vec<u8>>,
    /// IPTC-IIM records, as Photoshop image resources (JPEG's APP13 without its header).
    pub iptc: Option<Vec<u8>>,
    /// Other segments of a JPEG, marker byte and content, that an export to JPEG copies: comments
    /// and the notes of cameras and programs, not those that describe the coded picture.
    pub segments: Vec<(u8, Vec<u8>)>,
    /// Pixels per unit, across and down, and the unit: 0 none (an aspect ratio), 1 inch,
    /// 2 centimetre.
    pub density: Option<(u16, u16, u8)>,
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
