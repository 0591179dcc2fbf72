//! Averages on the grid of cells that local values live on.

use std::ops::Range;

use super::super::boxes::Boxes;
use super::super::wide::{Wide, wide};
use crate::operator::Guided;

/// Cells along the short side of a photo.
const SHORT: usize = 64;

/// Most cells along the long side: a photo of 1:32. Slimmer ones have coarser cells.
const LONG_MAX: usize = 2048;

/// A plane of numbers.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub height: usize,
    pub width: usize,
    pub data: Vec<f64>,
}

/// Rows and columns of the grid for a sample of `height · width` pixels.
pub(super) fn size(height: usize, width: usize) -> (usize, usize) {
    let short = height.min(width) as f64;
    let cells = |side: usize| {
        // Halves go to the even side, as in the prototype that this was judged with.
        let cells = (side as f64 * SHORT as f64 / short).round_ties_even() as usize;
        cells.clamp(2, LONG_MAX)
    };
    (cells(height), cells(width))
}

impl Grid {
    /// Gaussian means; at the border of what is inside.
    pub fn blurred(&self, sigma: f64) -> Self {
        self.columns_blurred(sigma).transposed().columns_blurred(sigma).transposed()
    }

    fn columns_blurred(&self, sigma: f64) -> Self {
        // Beyond six σ nothing of a Gaussian is left that f32 could hold.
        let reach = (6.0 * sigma).ceil() as usize;
        let weight = |off: usize| (-0.5 * (off as f64 / sigma).powi(2)).exp();
        let weights: Vec<f64> = (0..=reach).map(weight).collect();
        let mut data = vec![0.0; self.data.len()];
        let mut parts = Vec::new();
        for (y, out) in data.chunks_exact_mut(self.width).enumerate() {
            let near = y.saturating_sub(reach)..(y + reach + 1).min(self.height);
            let sum: f64 = near.clone().map(|row| weights[row.abs_diff(y)]).sum();
            parts.clear();
            parts.extend(near.clone().map(|row| weights[row.abs_diff(y)] / sum));
            wide(Mean { weights: &parts, rows: &self.data[near.start * self.width..], out });
        }
        Self { data, ..*self }
    }

    fn transposed(&self) -> Self {
        /// Rows that are read side by side, so that what is written lies together.
        const ROWS: usize = 8;
        let mut data = vec![0.0; self.data.len()];
        for (block, rows) in self.data.chunks(ROWS * self.width).enumerate() {
            for (x, out) in data.chunks_exact_mut(self.height).enumerate() {
                let column = rows.iter().skip(x).step_by(self.width);
                out[block * ROWS..].iter_mut().zip(column).for_each(|(out, value)| *out = *value);
            }
        }
        Self { height: self.width, width: self.height, data }
    }
}

/// A weighted sum of rows that lie behind each other.
struct Mean<'a, 'b> {
    weights: &'a [f64],
    rows: &'a [f64],
    out: &'b mut [f64],
}

impl Wide for Mean<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        /// Sums that stay in registers while they are taken.
        const SUMS: usize = 16;
        let width = self.out.len();
        for (block, out) in self.out.chunks_mut(SUMS).enumerate() {
            let mut sum = [0.0; SUMS];
            for (weight, row) in self.weights.iter().zip(self.rows.chunks_exact(width)) {
                let values = &row[block * SUMS..][..out.len()];
                match values.first_chunk::<SUMS>() {
                    Some(values) => sum.iter_mut().zip(values).for_each(|(a, b)| *a += weight * b),
                    None => sum.iter_mut().zip(values).for_each(|(a, b)| *a += weight * b),
                }
            }
            out.copy_from_slice(&sum[..out.len()]);
        }
    }
}

/// Means over the parts of a plane that cells cover, of rows that come one after the other.
pub(super) struct Averages {
    /// For each row of cells the rows that it covers, the outermost perhaps in part, and by how much
    /// all of them.
    spans: Vec<(Range<usize>, f64)>,
    /// Rows of the plane for one of cells.
    step: f64,
    /// Columns of cells.
    width: usize,
    /// The rows of cells, as wide as the plane.
    rows: Grid,
    taken: usize,
}

impl Averages {
    /// From a plane of `[height, width]` values to a grid of as many cells.
    pub fn new(from: [usize; 2], [height, width]: [usize; 2]) -> Self {
        let step = from[0] as f64 / height as f64;
        let span = |y: usize| {
            let first = ((y as f64 * step) as usize).min(from[0] - 1);
            let last = (((y + 1) as f64 * step - 1e-9).ceil() as usize).clamp(first + 1, from[0]);
            (first..last, (first..last).map(|row| part(y, row, step)).sum())
        };
        let rows = Grid { height, width: from[1], data: vec![0.0; height * from[1]] };
        Self { spans: (0..height).map(span).collect(), step, width, rows, taken: 0 }
    }

    /// Takes the next row.
    pub fn push(&mut self, row: &[f64]) {
        let (step, taken) = (self.step, self.taken);
        let first = self.spans.partition_point(|(rows, _)| rows.end <= taken);
        let cells = self.rows.data.chunks_exact_mut(self.rows.width).zip(&self.spans).enumerate();
        let covering = cells.skip(first).take_while(|(_, (_, (rows, _)))| rows.start <= taken);
        for (y, (out, (_, sum))) in covering {
            add(out, part(y, taken, step) / sum, row);
        }
        self.taken += 1;
    }

    /// The means, once all rows were taken.
    pub fn finish(self) -> Grid {
        let columns = self.rows.transposed();
        let from = [columns.height, columns.width];
        let mut across = Self::new(from, [self.width, from[1]]);
        columns.data.chunks_exact(columns.width).for_each(|column| across.push(column));
        across.rows.transposed()
    }
}

/// How much of a row is in row `y` of cells, which are `step` rows high.
fn part(y: usize, row: usize, step: f64) -> f64 {
    let (from, to) = (y as f64 * step, (y + 1) as f64 * step);
    (to.min((row + 1) as f64) - from.max(row as f64)).max(0.0)
}

/// Means of the cells of a plane.
pub(super) fn averaged(values: &[f64], from: [usize; 2], to: [usize; 2]) -> Grid {
    let mut means = Averages::new(from, to);
    values.chunks_exact(from[1]).for_each(|row| means.push(row));
    means.finish()
}

/// Factor and term of a plane's self-guided filter, both averaged over the boxes that a place is in:
/// means of the cells.
pub(super) fn guided(
    values: &[f64],
    from: [usize; 2],
    to: [usize; 2],
    Guided { radius, epsilon }: Guided,
) -> [Grid; 2] {
    let [height, width] = from;
    let radius = (radius.round() as usize).max(1);
    let mut sums = Boxes::new(2, height, width, radius);
    let mut lines = Boxes::new(2, height, width, radius);
    let [mut gains, mut terms] = [Averages::new(from, to), Averages::new(from, to)];
    // A row of values and their squares, then of factors and terms.
    let mut both = vec![0.0; 2 * width];
    let mut line = vec![0.0; 2 * width];
    for row in values.chunks_exact(width) {
        let (value, square) = both.split_at_mut(width);
        value.copy_from_slice(row);
        square.iter_mut().zip(row).for_each(|(square, value)| *square = value * value);
        sums.push(&both, |means| {
            wide(Gain { means, epsilon, line: &mut line });
            lines.push(&line, |means| {
                gains.push(&means[..width]);
                terms.push(&means[width..]);
            });
        });
    }
    [gains.finish(), terms.finish()]
}

/// Factors and terms from the means of values and of their squares.
struct Gain<'a, 'b> {
    means: &'a [f64],
    epsilon: f64,
    line: &'b mut [f64],
}

impl Wide for Gain<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let width = self.means.len() / 2;
        let (means, squares) = self.means.split_at(width);
        let (gains, terms) = self.line.split_at_mut(width);
        for (((mean, square), gain), term) in means.iter().zip(squares).zip(gains).zip(terms) {
            let variance = (square - mean * mean).max(0.0);
            *gain = variance / (variance + self.epsilon);
            *term = mean * (1.0 - *gain);
        }
    }
}

fn add(out: &mut [f64], weight: f64, values: &[f64]) {
    for (sum, value) in out.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(height: usize, width: usize) -> Grid {
        let data = (0..height * width).map(|i| (i * 37 % 101) as f64 / 101.0).collect();
        Grid { height, width, data }
    }

    #[test]
    fn cells_follow_the_shape_of_the_photo() {
        assert_eq!(size(256, 384), (64, 96));
        assert_eq!(size(256, 378), (64, 94));
        assert_eq!(size(10, 10), (64, 64));
        assert_eq!(size(1, 60_000), (64, LONG_MAX));
    }

    #[test]
    fn averages_keep_the_mean_and_cover_fractions() {
        let plane = [1.0, 2.0, 6.0];
        let got = averaged(&plane, [1, 3], [1, 2]);
        assert!(
            (got.data[0] - 4.0 / 3.0).abs() < 1e-12 && (got.data[1] - 14.0 / 3.0).abs() < 1e-12
        );
        assert_eq!(averaged(&plane, [1, 3], [1, 6]).data, [1.0, 1.0, 2.0, 2.0, 6.0, 6.0]);
    }

    #[test]
    fn blurs_equal_the_sum_written_out() {
        let grid = ramp(7, 9);
        let got = grid.blurred(1.3);
        let weight = |a: usize, b: usize| (-0.5 * (a.abs_diff(b) as f64 / 1.3).powi(2)).exp();
        let (mut sum, mut weights) = (0.0, 0.0);
        for y in 0..7 {
            for x in 0..9 {
                let w = weight(y, 2) * weight(x, 8);
                sum += w * grid.data[y * 9 + x];
                weights += w;
            }
        }
        assert!((got.data[2 * 9 + 8] - sum / weights).abs() < 1e-9);
    }

    #[test]
    fn a_guided_filter_keeps_edges_and_flattens_noise() {
        let plane: Vec<f64> = (0..400).map(|i| if i % 20 < 10 { 0.1 } else { 0.9 }).collect();
        let filter = Guided { radius: 2.0, epsilon: 1e-3 };
        let [gain, term] = guided(&plane, [20, 20], [20, 20], filter);
        assert!(gain.data[9] > 0.7 && gain.data[2] < 1e-9);
        assert!((term.data[2] - 0.1).abs() < 1e-9);
    }
}
