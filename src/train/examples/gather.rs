//! From two photos that lie on each other to what is kept of them.

use super::alignment::Alignment;
use super::example::{Mask, PixelPool};
use super::interpolate;
use crate::kernel::Planes;
use crate::kernel::sample::{Sites, sample};
use crate::photo::Image;
use crate::random::Random;

/// Short side of the sample that a filter knows of a photo.
pub(super) const SAMPLE_SIDE: usize = 256;

/// Both halves at the positions of the photo's nearest sample.
pub(super) struct Samples {
    pub(super) sample: Planes,
    pub(super) edited: Planes,
    pub(super) known: Vec<bool>,
}

/// Two pictures that lie on each other.
pub(super) struct Halves<'a> {
    pub(super) before: &'a Image,
    pub(super) after: &'a Image,
    pub(super) alignment: &'a Alignment,
    pub(super) mask: &'a Mask,
}

impl Halves<'_> {
    /// The nearest sample of the whole photo, and the edit there.
    pub(super) fn samples(&self) -> Samples {
        let (width, height) = (self.before.width, self.before.height);
        let sites = Sites::new(width, height, SAMPLE_SIDE.min(width).min(height));
        let sample = sample(self.before, &sites);
        let (area, mut edited) = (sample.area(), sample.clone());
        let mut known = vec![false; area];
        for (i, known) in known.iter_mut().enumerate() {
            let (x, y) =
                (sites.columns[i % sample.width] as usize, sites.rows[i / sample.width] as usize);
            *known = self.knows(x, y);
            if *known {
                for (channel, value) in self.edited(x, y).into_iter().enumerate() {
                    edited.data[channel * area + i] = value;
                }
            }
        }
        Samples { sample, edited, known }
    }

    /// `count` pixels at random, or all that there are where they are fewer.
    pub(super) fn pixels(&self, count: usize, seed: u64) -> PixelPool {
        let (width, height) = (self.before.width, self.before.height);
        let mut pool = PixelPool::default();
        // Where the edit is smaller, one of its pixels is what the two have in common.
        let footprint = match 1.0 / self.alignment.scale() {
            side if side > 1.1 => side,
            _ => 1.0,
        };
        for place in self.places(count, &mut Random::new(seed)) {
            let (x, y) = (place as usize % width, place as usize / width);
            pool.x.push(share(x, width));
            pool.y.push(share(y, height));
            let before = interpolate::mean(self.before, x as f64, y as f64, footprint);
            for (values, value) in pool.before.iter_mut().zip(before) {
                values.push(value);
            }
            for (values, value) in pool.after.iter_mut().zip(self.edited(x, y)) {
                values.push(value);
            }
        }
        pool
    }

    /// Pixels of the photo (row · width + column) that are known, in random order: one in each cell
    /// of a grid as fine as it takes.
    fn places(&self, count: usize, random: &mut Random) -> Vec<u32> {
        let (width, height) = (self.before.width, self.before.height);
        let Some(part) = self.alignment.common_box() else { return Vec::new() };
        // Twice as many cells until enough are known; all pixels at the last.
        let mut cells = count;
        loop {
            let is_last = cells >= part.width * part.height;
            let side = if is_last {
                1.0
            } else {
                (part.width as f64 * part.height as f64 / cells as f64).sqrt().max(1.0)
            };
            let (columns, rows) = (
                (part.width as f64 / side).ceil() as usize,
                (part.height as f64 / side).ceil() as usize,
            );
            let mut places = Vec::with_capacity(columns * rows);
            for i in 0..columns * rows {
                let mut within = |cell: usize, cells: usize, from: usize, side: usize| {
                    from + (((cell as f64 + random.unit()) * side as f64 / cells as f64) as usize)
                        .min(side - 1)
                };
                let x = within(i % columns, columns, part.x, part.width).min(width - 1);
                let y = within(i / columns, rows, part.y, part.height).min(height - 1);
                if self.knows(x, y) {
                    places.push((y * width + x) as u32);
                }
            }
            if places.len() >= count || is_last {
                random.shuffle(&mut places);
                places.truncate(count);
                return places;
            }
            cells *= 2;
        }
    }

    fn knows(&self, x: usize, y: usize) -> bool {
        self.alignment.covers(x as f64, y as f64)
            && !self.mask.hides(share(x, self.before.width), share(y, self.before.height))
    }

    /// The edit at a pixel of the photo.
    fn edited(&self, x: usize, y: usize) -> [f32; 3] {
        let (x, y) = self.alignment.after_from_before(x as f64, y as f64);
        interpolate::mean(self.after, x, y, self.alignment.scale())
    }
}

/// A pixel's position, 0 to 1.
fn share(at: usize, side: usize) -> f32 {
    if side > 1 { (at as f64 / (side - 1) as f64) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(check: impl Fn(&Halves<'_>)) {
        let pixels = |f: fn(usize, usize) -> u8| {
            (0..300 * 280).map(|i| [f(i % 300, i / 300), 9, 200, 255]).collect()
        };
        let before = Image::eight(300, 280, pixels(|x, y| (x / 2 + y / 4) as u8));
        let after = Image::eight(300, 280, pixels(|x, y| 255 - (x / 2 + y / 4) as u8));
        // The edit lost 20 columns and 10 rows of the photo at the left and top.
        let matrix = [[1.0, 0.0, -20.0], [0.0, 1.0, -10.0]];
        let alignment = Alignment { matrix, before: (300, 280), after: (300, 280) };
        let mut mask = Mask { width: 10, height: 10, cells: vec![false; 100] };
        mask.cells[55] = true;
        check(&Halves { before: &before, after: &after, alignment: &alignment, mask: &mask });
    }

    #[test]
    fn the_sample_is_whole_and_the_edit_known_in_parts() {
        halves(|halves| {
            let got = halves.samples();
            assert_eq!((got.sample.width, got.sample.height), (274, 256));
            assert_eq!(got.sample, sample(halves.before, &Sites::new(300, 280, 256)));
            assert!(!got.known[0] && got.known[20 * 274 + 40]);
            let share =
                got.known.iter().filter(|known| **known).count() as f64 / got.known.len() as f64;
            let want = 280.0 / 300.0 * 270.0 / 280.0 - 0.01;
            assert!((share - want).abs() < 0.01, "{share} {want}");
        });
    }

    #[test]
    fn pixels_are_pairs_from_the_common_part() {
        halves(|halves| {
            let pool = halves.pixels(5000, 1);
            assert_eq!((pool.len(), pool.after[2].len()), (5000, 5000));
            assert_eq!(pool, halves.pixels(5000, 1));
            assert_ne!(pool, halves.pixels(5000, 2));
            for i in 0..pool.len() {
                let (x, y) = ((pool.x[i] * 299.0).round(), (pool.y[i] * 279.0).round());
                assert!(x >= 20.0 && y >= 10.0 && !halves.mask.hides(pool.x[i], pool.y[i]));
                let pixel = halves.before.rgb(y as usize * 300 + x as usize);
                assert_eq!(pool.before[0][i], pixel[0]);
                let pixel = halves.after.rgb((y as usize - 10) * 300 + x as usize - 20);
                assert_eq!(pool.after[0][i], pixel[0]);
            }
            let mean = pool.x.iter().sum::<f32>() / 5000.0;
            assert!((mean - 0.533).abs() < 0.01, "{mean}");
        });
    }

    #[test]
    fn of_a_small_picture_every_pixel_is_taken_once() {
        halves(|halves| {
            let pool = halves.pixels(1 << 20, 3);
            let known = (0..300 * 280).filter(|i| halves.knows(i % 300, i / 300)).count();
            assert_eq!(pool.len(), known);
        });
    }
}
