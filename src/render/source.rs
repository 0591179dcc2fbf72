//! A photo as the renderer knows it: its pixels, smaller copies for the screen, its moments.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::kernel::moments::{self, Moments};
use crate::photo::{Image, Photo, Pixels};

/// A photo with what is computed of it once and kept.
#[derive(Debug)]
pub struct Source {
    photo: Arc<Photo>,
    id: u64,
    moments: OnceLock<Moments>,
    levels: OnceLock<Vec<Image>>,
}

impl Source {
    /// Wraps a photo; nothing is computed yet.
    pub fn new(photo: Arc<Photo>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { photo, id, moments: OnceLock::new(), levels: OnceLock::new() }
    }

    /// The photo.
    pub fn photo(&self) -> &Arc<Photo> {
        &self.photo
    }

    /// The photo's pixels.
    pub fn image(&self) -> &Image {
        &self.photo.image
    }

    /// Different for every source of this process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Mean and covariance of all pixels.
    pub fn moments(&self) -> &Moments {
        self.moments.get_or_init(|| moments::code_sums(self.image()).moments(self.image().coding))
    }

    /// The moments, if they are computed already.
    pub fn known_moments(&self) -> Option<&Moments> {
        self.moments.get()
    }

    /// Takes moments that were computed elsewhere; the first ones stay.
    pub fn set_moments(&self, moments: Moments) {
        self.moments.get_or_init(|| moments);
    }

    /// The photo reduced by `2^level` a side; level 0 is the photo, the last one small.
    pub fn level(&self, level: usize) -> &Image {
        match level.checked_sub(1) {
            None => self.image(),
            Some(index) => &self.reduced()[index],
        }
    }

    /// Number of levels, the photo itself counted.
    pub fn levels(&self) -> usize {
        1 + self.reduced().len()
    }

    /// Memory that the photo and its levels take, in bytes.
    pub fn bytes(&self) -> usize {
        let bytes = |image: &Image| match &image.pixels {
            Pixels::Eight(pixels) => size_of_val(pixels.as_slice()),
            Pixels::Sixteen(pixels) => size_of_val(pixels.as_slice()),
        };
        let levels: usize = self.levels.get().map_or(0, |levels| levels.iter().map(bytes).sum());
        bytes(self.image()) + levels
    }

    fn reduced(&self) -> &[Image] {
        self.levels.get_or_init(|| {
            let mut levels: Vec<Image> = Vec::new();
            loop {
                let last = levels.last().unwrap_or(self.image());
                if last.width.max(last.height) <= SMALLEST {
                    return levels;
                }
                let next = halved(last);
                levels.push(next);
            }
        })
    }
}

/// Reduction stops at this many pixels a side.
const SMALLEST: usize = 512;

/// Means of 2x2 pixels; at an odd edge of those that there are. Codes are averaged, as the screen
/// shows them.
fn halved(image: &Image) -> Image {
    let (width, height) = (image.width.div_ceil(2), image.height.div_ceil(2));
    match &image.pixels {
        Pixels::Eight(pixels) => {
            let pixels = halved_pixels(pixels, image.width, image.height, |sum| sum as u8);
            Image::eight(width, height, pixels)
        }
        Pixels::Sixteen(pixels) => {
            let pixels = halved_pixels(pixels, image.width, image.height, |sum| sum as u16);
            Image::sixteen(width, height, pixels, image.coding)
        }
    }
}

fn halved_pixels<T: Copy + Send + Sync + Default + Into<u32>>(
    pixels: &[[T; 4]],
    width: usize,
    height: usize,
    code: impl Fn(u32) -> T + Sync,
) -> Vec<[T; 4]> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = vec![[T::default(); 4]; half_width * half_height];
    out.par_chunks_exact_mut(half_width).enumerate().for_each(|(y, row)| {
        let upper = &pixels[2 * y * width..][..width];
        let lower = &pixels[(2 * y + 1).min(height - 1) * width..][..width];
        for (x, pixel) in row.iter_mut().enumerate() {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            *pixel = std::array::from_fn(|i| {
                let four = [upper[left][i], upper[right][i], lower[left][i], lower[right][i]];
                code((four.into_iter().map(Into::into).sum::<u32>() + 2) / 4)
            });
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_averages_and_keeps_odd_edges() {
        let pixels = [0, 10, 20, 30, 40, 50].map(|v| [v, v, v, 255]).to_vec();
        let half = halved(&Image::eight(3, 2, pixels));
        assert_eq!(half, Image::eight(2, 1, [20, 35].map(|v| [v, v, v, 255]).to_vec()));
    }
}
