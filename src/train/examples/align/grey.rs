//! A picture's luminance, reduced by whole factors.

use rayon::prelude::*;

use crate::photo::{Image, Pixels};

/// The finest reduction of the whole picture has at least this short side, and less than twice it
/// (or the picture's own, where that is less).
const SHORT_SIDE: usize = 512;
/// The coarsest one has at least this short side.
const SHORT_SIDE_MIN: usize = 64;

/// Thumbnails have at least this short side.
const THUMBNAIL_SIDE: usize = 128;

/// One plane of luminance.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<f32>,
}

impl Plane {
    /// A plane of `value` at each column and row.
    pub(super) fn new(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let data = (0..width * height).map(|i| value(i % width, i / width)).collect();
        Self { width, height, data }
    }

    /// The value at a column and row inside.
    pub(super) fn get(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// The value at a position, bilinear; beyond the border, the border's values go on.
    pub(super) fn at(&self, x: f64, y: f64) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f64);
        let y = y.clamp(0.0, (self.height - 1) as f64);
        let (left, top) = (x as usize, y as usize);
        let right = (left + 1).min(self.width - 1);
        let bottom = (top + 1).min(self.height - 1);
        let (across, down) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let mix = |a: f32, b: f32, t: f32| a + t * (b - a);
        let upper = mix(self.get(left, top), self.get(right, top), across);
        let lower = mix(self.get(left, bottom), self.get(right, bottom), across);
        mix(upper, lower, down)
    }

    /// Half the size: means of 2x2 values; an odd last column or row is left out.
    fn halved(&self) -> Self {
        Self::new(self.width / 2, self.height / 2, |x, y| {
            let upper = self.get(2 * x, 2 * y) + self.get(2 * x + 1, 2 * y);
            let lower = self.get(2 * x, 2 * y + 1) + self.get(2 * x + 1, 2 * y + 1);
            0.25 * (upper + lower)
        })
    }
}

/// A picture's luminance at several sizes. Value (0, 0) of factor f is the mean of the picture's
/// first f x f pixels; what is left over at the right and below is left out.
pub(super) struct Grey<'a> {
    image: &'a Image,
    finest: usize,
    levels: Vec<Plane>,
}

impl<'a> Grey<'a> {
    /// Reduces a picture of at least 1 pixel.
    pub(super) fn new(image: &'a Image) -> Self {
        let finest = (image.width.min(image.height) / SHORT_SIDE).max(1);
        let (width, height) = (image.width / finest, image.height / finest);
        let mut data = vec![0.0; width * height];
        data.par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| reduce(image, finest, 0, y, row));
        let mut levels = vec![Plane { width, height, data }];
        while let Some(last) = levels.last()
            && last.width.min(last.height) >= 2 * SHORT_SIDE_MIN
        {
            levels.push(last.halved());
        }
        Self { image, finest, levels }
    }

    /// Factors of the stored planes, from the finest.
    pub(super) fn factors(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.levels.len()).map(|level| self.finest << level)
    }

    /// The stored plane of a factor.
    pub(super) fn level(&self, factor: usize) -> Option<&Plane> {
        self.factors().position(|it| it == factor).map(|level| &self.levels[level])
    }

    /// A grey picture of a short side of 128 to 255, or the picture's own where that is less.
    pub(super) fn thumbnail(&self) -> Image {
        let large = |plane: &&Plane| plane.width.min(plane.height) >= THUMBNAIL_SIDE;
        let plane = self.levels.iter().rev().find(large).unwrap_or(&self.levels[0]);
        let code = |value: &f32| (value * 255.0 + 0.5) as u8;
        let pixels = plane.data.iter().map(code).map(|luma| [luma, luma, luma, 255]).collect();
        Image::eight(plane.width, plane.height, pixels)
    }

    /// The factor nearest to `wanted` that can be read: stored, or finer and made on demand.
    pub(super) fn nearest(&self, wanted: f64) -> usize {
        let distance = |factor: &usize| (*factor as f64 / wanted).ln().abs();
        let factors = (1..self.finest).chain(self.factors());
        factors.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(1)
    }

    /// Columns and rows at a factor.
    pub(super) fn size(&self, factor: usize) -> (usize, usize) {
        match self.level(factor) {
            Some(plane) => (plane.width, plane.height),
            None => (self.image.width / factor, self.image.height / factor),
        }
    }

    /// A piece at a factor; None where it reaches beyond the picture.
    pub(super) fn window(
        &self,
        factor: usize,
        (x, y): (i64, i64),
        (width, height): (usize, usize),
    ) -> Option<Plane> {
        let (all_width, all_height) = self.size(factor);
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x + width > all_width || y + height > all_height {
            return None;
        }
        if let Some(plane) = self.level(factor) {
            return Some(Plane::new(width, height, |dx, dy| plane.get(x + dx, y + dy)));
        }
        let mut data = vec![0.0; width * height];
        for (dy, row) in data.chunks_exact_mut(width).enumerate() {
            reduce(self.image, factor, x, y + dy, row);
        }
        Some(Plane { width, height, data })
    }
}

/// A row of means over `factor · factor` pixels, from column `x` of the reduced picture on.
fn reduce(image: &Image, factor: usize, x: usize, y: usize, row: &mut [f32]) {
    let coding = image.coding;
    // The weights of luma are 77, 150 and 29 of 256.
    let scale = 1.0 / (256 * factor * factor) as f32;
    let mut sums = vec![0_u64; row.len()];
    for line in y * factor..(y + 1) * factor {
        let start = line * image.width + x * factor;
        let range = start..start + row.len() * factor;
        match &image.pixels {
            Pixels::Eight(pixels) => add(&mut sums, &pixels[range], factor),
            Pixels::Sixteen(pixels) => add(&mut sums, &pixels[range], factor),
        }
    }
    for (value, sum) in row.iter_mut().zip(sums) {
        *value = coding.value(sum as f32 * scale);
    }
}

/// Adds the lumas of a row of pixels, `factor` of them at a time.
fn add<T: Copy + Into<u32>>(sums: &mut [u64], pixels: &[[T; 4]], factor: usize) {
    for (sum, pixels) in sums.iter_mut().zip(pixels.chunks_exact(factor)) {
        let mut channels = [0_u32; 4];
        for pixel in pixels {
            for (channel, value) in channels.iter_mut().zip(pixel) {
                *channel += (*value).into();
            }
        }
        let [r, g, b, _] = channels.map(u64::from);
        *sum += 77 * r + 150 * g + 29 * b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_windows_are_means_of_whole_blocks() {
        let (width, height) = (1540, 1100);
        let luma = |x: usize, y: usize| ((x * 7 + y * 3) % 251) as u8;
        let pixels =
            (0..width * height).map(|i| [luma(i % width, i / width); 4]).collect::<Vec<_>>();
        let image = Image::eight(width, height, pixels);
        let grey = Grey::new(&image);
        assert_eq!(grey.factors().collect::<Vec<_>>(), [2, 4, 8, 16]);
        let mean = |factor: usize, x: usize, y: usize| {
            let block = (0..factor * factor)
                .map(|i| luma(x * factor + i % factor, y * factor + i / factor));
            block.map(f64::from).sum::<f64>() / (factor * factor) as f64 / 255.0
        };
        for (factor, x, y) in [(1, 700, 800), (2, 33, 44), (16, 90, 60)] {
            let window = grey.window(factor, (x as i64, y as i64), (3, 2)).unwrap();
            assert!((f64::from(window.get(2, 1)) - mean(factor, x + 2, y + 1)).abs() < 1e-5);
        }
        assert!(grey.window(1, (-1, 0), (3, 3)).is_none());
        assert!(grey.window(4, (383, 0), (3, 3)).is_none());
        assert_eq!((grey.nearest(0.4), grey.nearest(5.0), grey.nearest(100.0)), (1, 4, 16));
    }
}
