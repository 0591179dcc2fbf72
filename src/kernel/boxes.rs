//! Means over boxes, of rows that come one after the other: no more rows are kept than a box has.

use super::wide::{Wide, wide};

/// Takes the rows of some planes and gives the rows of their means.
#[derive(Debug)]
pub(super) struct Boxes {
    height: usize,
    width: usize,
    radius: usize,
    /// Columns of the box around each column that are inside.
    across: Vec<f64>,
    /// Rows of sums across, as many as a box has, of all planes.
    sums: Vec<f64>,
    slots: usize,
    /// A row of means.
    means: Vec<f64>,
    taken: usize,
    given: usize,
}

/// Sums that stay in registers while they are taken.
const SUMS: usize = 16;

impl Boxes {
    /// For planes of `height · width` values; boxes are `2·radius + 1` wide and high, and a mean is
    /// over what of its box is inside.
    pub fn new(planes: usize, height: usize, width: usize, radius: usize) -> Self {
        let inside = |x: usize| (x + radius + 1).min(width) - x.saturating_sub(radius);
        let slots = (2 * radius + 1).min(height);
        Self {
            height,
            width,
            radius,
            across: (0..width).map(|x| inside(x) as f64).collect(),
            sums: vec![0.0; slots * planes * width],
            slots,
            means: vec![0.0; planes * width],
            taken: 0,
            given: 0,
        }
    }

    /// Takes the next row, those of all planes after each other; gives the rows of means that are
    /// complete with it, from top to bottom.
    pub fn push(&mut self, row: &[f64], mut give: impl FnMut(&[f64])) {
        wide(Across { boxes: self, row });
        self.taken += 1;
        let is_last = self.taken == self.height;
        while self.given < self.taken && (is_last || self.given + self.radius < self.taken) {
            wide(Down(self));
            give(&self.means);
            self.given += 1;
        }
    }
}

/// Sums over the windows of a row.
struct Across<'a, 'b> {
    boxes: &'a mut Boxes,
    row: &'b [f64],
}

impl Wide for Across<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Boxes { width, radius, slots, taken, ref mut sums, .. } = *self.boxes;
        let out = &mut sums[taken % slots * self.row.len()..][..self.row.len()];
        // Where windows are whole.
        let (start, end) = (radius.min(width), width.saturating_sub(radius));
        for (row, out) in self.row.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mut x = 0;
            while x < width {
                if x < start || x >= end || end - start < SUMS {
                    let window = x.saturating_sub(radius)..(x + radius + 1).min(width);
                    out[x] = row[window].iter().sum();
                    x += 1;
                    continue;
                }
                // The last ones together with those before them.
                let first = x.min(end - SUMS);
                let mut sum = [0.0; SUMS];
                let window = first - radius..=first + radius;
                for values in window.filter_map(|at| row[at..].first_chunk::<SUMS>()) {
                    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
                out[first..first + SUMS].copy_from_slice(&sum);
                x = first + SUMS;
            }
        }
    }
}

/// Means of the next row, from sums across.
struct Down<'a>(&'a mut Boxes);

impl Wide for Down<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Boxes { height, width, radius, slots, given, .. } = *self.0;
        let rows = given.saturating_sub(radius)..(given + radius + 1).min(height);
        let down = rows.len() as f64;
        let pitch = self.0.means.len();
        for (plane, means) in self.0.means.chunks_exact_mut(width).enumerate() {
            let blocks = means.chunks_mut(SUMS).zip(self.0.across.chunks(SUMS));
            for (start, (means, across)) in (plane * width..).step_by(SUMS).zip(blocks) {
                let mut sum = [0.0; SUMS];
                for row in rows.clone() {
                    let values = &self.0.sums[row % slots * pitch + start..][..means.len()];
                    match values.first_chunk::<SUMS>() {
                        Some(values) => sum.iter_mut().zip(values).for_each(|(a, b)| *a += b),
                        None => sum.iter_mut().zip(values).for_each(|(a, b)| *a += b),
                    }
                }
                for ((mean, sum), across) in means.iter_mut().zip(sum).zip(across) {
                    *mean = sum / (down * across);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::wide::tests::at_all_levels;

    #[test]
    fn means_of_any_radius_are_the_sums_written_out() {
        for (height, width, radius) in [(9, 70, 2), (5, 21, 1), (40, 33, 9), (3, 18, 30), (1, 1, 4)]
        {
            let value = |plane: usize, at: usize| ((at * 37 + plane * 5) % 101) as f64 / 7.0;
            for (level, got) in at_all_levels(|| {
                let (mut boxes, mut got) = (Boxes::new(2, height, width, radius), Vec::new());
                for y in 0..height {
                    let row = |plane| (y * width..(y + 1) * width).map(move |i| value(plane, i));
                    let row: Vec<f64> = row(0).chain(row(1)).collect();
                    boxes.push(&row, |means| got.push(means.to_vec()));
                }
                got
            }) {
                assert_eq!(got.len(), height);
                for (plane, at) in (0..2).flat_map(|p| (0..height * width).map(move |at| (p, at))) {
                    let (y, x) = (at / width, at % width);
                    let is_inside = |i: &usize| {
                        (i / width).abs_diff(y) <= radius && (i % width).abs_diff(x) <= radius
                    };
                    let inside: Vec<f64> =
                        (0..height * width).filter(is_inside).map(|i| value(plane, i)).collect();
                    let want = inside.iter().sum::<f64>() / inside.len() as f64;
                    let got = got[y][plane * width + x];
                    assert!((got - want).abs() < 1e-9, "{level:?} {at}: {got} {want}");
                }
            }
        }
    }
}
