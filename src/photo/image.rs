//! Pixels in memory: packed RGBA, 8 or 16 bits a channel, sRGB-encoded.

use serde::{Deserialize, Serialize};

/// Bits per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// 8 bits a channel.
    Eight,
    /// 16 bits a channel.
    Sixteen,
}

/// How an integer code stands for an sRGB-encoded value: `value = code · scale + offset`.
///
/// 8-bit pixels are always [`Coding::EIGHT`]. 16-bit pixels are [`Coding::SIXTEEN`] unless the
/// photo has colours outside sRGB: then offset and scale span the photo's own range, so that
/// wide values are kept (below 0 and above 1) in the same 16 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coding {
    /// Value of one code step.
    pub scale: f32,
    /// Value of code 0.
    pub offset: f32,
}

impl Coding {
    /// 0..255 for 0..1.
    pub const EIGHT: Self = Self { scale: 1.0 / 255.0, offset: 0.0 };
    /// 0..65535 for 0..1.
    pub const SIXTEEN: Self = Self { scale: 1.0 / 65535.0, offset: 0.0 };

    /// The sRGB-encoded value of a code.
    #[inline]
    pub fn value(self, code: f32) -> f32 {
        code * self.scale + self.offset
    }
}

/// Packed pixels, row by row: red, green, blue, alpha. Alpha is straight, always 0..max, and is
/// max (255 or 65535) where a photo has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// 8 bits a channel.
    Eight(Vec<[u8; 4]>),
    /// 16 bits a channel.
    Sixteen(Vec<[u16; 4]>),
}

/// A rectangle of pixels, `width · height` of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Pixels a row; at least 1.
    pub width: usize,
    /// Rows; at least 1.
    pub height: usize,
    /// The pixels, row by row.
    pub pixels: Pixels,
    /// What their colour codes stand for.
    pub coding: Coding,
}

impl Image {
    /// An 8-bit image.
    ///
    /// # Panics
    /// When `pixels` is not `width · height` long.
    pub fn eight(width: usize, height: usize, pixels: Vec<[u8; 4]>) -> Self {
        assert_eq!(pixels.len(), width * height, "an image of {width}x{height}");
        Self { width, height, pixels: Pixels::Eight(pixels), coding: Coding::EIGHT }
    }

    /// A 16-bit image.
    ///
    /// # Panics
    /// When `pixels` is not `width · height` long.
    pub fn sixteen(width: usize, height: usize, pixels: Vec<[u16; 4]>, coding: Coding) -> Self {
        assert_eq!(pixels.len(), width * height, "an image of {width}x{height}");
        Self { width, height, pixels: Pixels::Sixteen(pixels), coding }
    }

    /// A copy of some rows.
    ///
    /// # Panics
    /// When they reach beyond the image.
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let of = rows.start * self.width..rows.end * self.width;
        let pixels = match &self.pixels {
            Pixels::Eight(pixels) => Pixels::Eight(pixels[of].to_vec()),
            Pixels::Sixteen(pixels) => Pixels::Sixteen(pixels[of].to_vec()),
        };
        Self { width: self.width, height: rows.len(), pixels, coding: self.coding }
    }

    /// Bits per channel in memory.
    pub fn depth(&self) -> Depth {
        match self.pixels {
            Pixels::Eight(_) => Depth::Eight,
            Pixels::Sixteen(_) => Depth::Sixteen,
        }
    }

    /// The sRGB-encoded red, green and blue of the pixel at `index` (row · width + column).
    #[inline]
    pub fn rgb(&self, index: usize) -> [f32; 3] {
        let [r, g, b] = match &self.pixels {
            Pixels::Eight(p) => {
                let [r, g, b, _] = p[index];
                [f32::from(r), f32::from(g), f32::from(b)]
            }
            Pixels::Sixteen(p) => {
                let [r, g, b, _] = p[index];
                [f32::from(r), f32::from(g), f32::from(b)]
            }
        };
        [self.coding.value(r), self.coding.value(g), self.coding.value(b)]
    }
}
