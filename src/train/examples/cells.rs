//! Mean colours of the cells of a photo, and of its edit at the same places.

use super::alignment::Alignment;
use super::interpolate;
use crate::photo::Image;

/// Cells along the photo's short side.
const CELLS: usize = 96;
/// Colours are read at this many places a side of a cell.
const PROBES: usize = 3;

/// Mean colours of a photo's cells, and of the edit there.
pub(super) struct Cells {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) before: Vec<[f64; 3]>,
    pub(super) after: Vec<[f64; 3]>,
    /// Whether the edit covers the cell.
    pub(super) known: Vec<bool>,
}

impl Cells {
    pub(super) fn new(before: &Image, after: &Image, alignment: &Alignment) -> Self {
        let (all_width, all_height) = alignment.before;
        let side = (all_width.min(all_height) as f64 / CELLS as f64).max(1.0);
        let (width, height) =
            ((all_width as f64 / side) as usize, (all_height as f64 / side) as usize);
        let count = width * height;
        let mut cells = Self {
            width,
            height,
            before: vec![[0.0; 3]; count],
            after: vec![[0.0; 3]; count],
            known: vec![false; count],
        };
        for i in 0..count {
            let place = |cell: usize, cells: usize, probe: usize, all: usize| {
                let at = (cell as f64 + (probe as f64 + 0.5) / PROBES as f64) / cells as f64;
                (at * all as f64) as usize
            };
            let mut read = 0.0;
            for probe in 0..PROBES * PROBES {
                let x = place(i % width, width, probe % PROBES, all_width);
                let y = place(i / width, height, probe / PROBES, all_height);
                if !alignment.covers(x as f64, y as f64) {
                    continue;
                }
                read += 1.0;
                let ours = before.rgb(y * all_width + x);
                let (x, y) = alignment.after_from_before(x as f64, y as f64);
                let theirs = interpolate::at(after, x, y);
                for channel in 0..3 {
                    cells.before[i][channel] += f64::from(ours[channel]);
                    cells.after[i][channel] += f64::from(theirs[channel]);
                }
            }
            cells.known[i] = read as usize > PROBES * PROBES / 2;
            cells.before[i] = cells.before[i].map(|sum| sum / f64::max(read, 1.0));
            cells.after[i] = cells.after[i].map(|sum| sum / f64::max(read, 1.0));
        }
        cells
    }

    /// How far each cell's surroundings have the same structure before and after: squared
    /// correlation of luminance over 7 x 7 cells, 0 to 1.
    pub(super) fn agreement(&self) -> Vec<f64> {
        (0..self.before.len()).map(|i| self.structure(i).0).collect()
    }

    /// The mean agreement, each cell as much as there is structure around it: near 1 where the two
    /// show the same, whatever was done to light and contrast.
    pub(super) fn likeness(&self) -> f64 {
        let (mut sum, mut total) = (0.0, 1e-12);
        for i in (0..self.before.len()).filter(|i| self.known[*i]) {
            let (agreement, structure) = self.structure(i);
            sum += structure * agreement;
            total += structure;
        }
        sum / total
    }

    /// The agreement around a cell, and how much there is to agree: the two deviations of luminance,
    /// multiplied.
    fn structure(&self, i: usize) -> (f64, f64) {
        const RADIUS: i64 = 3;
        let luma = |rgb: &[f64; 3]| 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2];
        let (x, y) = ((i % self.width) as i64, (i / self.width) as i64);
        let mut sums = [0.0; 6];
        for dy in -RADIUS..=RADIUS {
            for dx in -RADIUS..=RADIUS {
                let (x, y) = (x + dx, y + dy);
                if x < 0 || y < 0 || x >= self.width as i64 || y >= self.height as i64 {
                    continue;
                }
                let at = y as usize * self.width + x as usize;
                if !self.known[at] {
                    continue;
                }
                let (a, b) = (luma(&self.before[at]), luma(&self.after[at]));
                for (sum, value) in sums.iter_mut().zip([1.0, a, b, a * a, a * b, b * b]) {
                    *sum += value;
                }
            }
        }
        let [n, a, b, aa, ab, bb] = sums;
        // A level of 255 of noise in both: flat places do not agree.
        let noise = n * n / (255.0 * 255.0);
        let (aa, ab, bb) = (n * aa - a * a, n * ab - a * b, n * bb - b * b);
        (ab * ab / ((aa + noise) * (bb + noise)).max(1e-12), (aa * bb).max(0.0).sqrt())
    }
}
