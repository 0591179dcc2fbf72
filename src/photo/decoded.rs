//! What decoders give, and the limits that they keep to.

use std::path::Path;

use super::error::name;
use super::profile::Model;
use super::{Depth, Metadata, PhotoError};

/// Most pixels that a photo may have. The decoded picture takes 4 or 8 bytes for each.
pub(super) const MAX_PIXELS: u64 = 400_000_000;

/// What a decoder gives: the stored picture and everything that came with it.
pub(super) struct Decoded {
    /// Stored pixels a row.
    pub(super) width: usize,
    /// The stored pixels.
    pub(super) raster: Raster,
    /// What their channels are.
    pub(super) model: Model,
    /// Bits per channel of the file.
    pub(super) depth: Depth,
    /// True where the fourth channel is the file's own alpha.
    pub(super) has_alpha: bool,
    /// The embedded profile.
    pub(super) profile: Option<Vec<u8>>,
    /// Metadata as the file held them.
    pub(super) metadata: Metadata,
    /// The EXIF orientation, 1..=8.
    pub(super) orientation: u16,
    /// What the decoder had to put up with, a sentence each.
    pub(super) notices: Vec<String>,
}

/// Stored pixels: red, green, blue and alpha, or four inks (0 is no ink).
pub(super) enum Raster {
    /// 8 bits a channel.
    Eight(Vec<[u8; 4]>),
    /// 16 bits a channel.
    Sixteen(Vec<[u16; 4]>),
    /// Encoded values, 0..1 inside the profile's range.
    Float(Vec<[f32; 4]>),
}

/// Refuses what is beyond the limits, before anything is allocated for it.
pub(super) fn check_size(path: &Path, width: u64, height: u64) -> Result<(), PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::damaged(path, "it says that it has no pixels"));
    }
    if width.checked_mul(height).is_none_or(|pixels| pixels > MAX_PIXELS) {
        return Err(PhotoError::TooLarge { name: name(path), width, height });
    }
    Ok(())
}

/// The alpha of a pixel that one cannot see through.
pub(super) trait Opaque {
    /// That value.
    const OPAQUE: Self;
}

impl Opaque for u8 {
    const OPAQUE: Self = u8::MAX;
}

impl Opaque for u16 {
    const OPAQUE: Self = u16::MAX;
}

impl Opaque for f32 {
    const OPAQUE: Self = 1.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_limit() {
        let path = Path::new("x.png");
        assert!(check_size(path, 20_000, 20_000).is_ok());
        assert!(matches!(check_size(path, 60_000, 60_000), Err(PhotoError::TooLarge { .. })));
        assert!(matches!(check_size(path, u64::MAX, 2), Err(PhotoError::TooLarge { .. })));
        assert!(matches!(check_size(path, 0, 5), Err(PhotoError::Damaged { .. })));
    }
}
