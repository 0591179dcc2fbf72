//! Coefficients of a grid along a row of pixels, bilinear between the middles of its cells.
//!
//! From one cell's middle to the next they are straight lines over the columns. So the columns of a
//! row are cut into runs that lie between the same two cells; the coefficients of a run are a few
//! numbers, and the loop over its pixels looks nothing up.

use std::ops::Range;

/// Columns in runs that lie between the same two cells of a grid.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The cell on the left of each run, and its columns.
    runs: Vec<(usize, Range<usize>)>,
    /// How far each column is from the cell on its left to the next; padded.
    fractions: Vec<f32>,
    /// Coefficients of a cell.
    count: usize,
    /// The row of cells that `top` is of.
    cell: Option<usize>,
    /// For each run the coefficients of the cell on its left, then what those of the next have more.
    top: Vec<f32>,
    /// What the row of cells below has more.
    step: Vec<f32>,
    /// The same as `top` at the row of pixels at hand.
    line: Vec<f32>,
}

/// The runs of a row of pixels.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    runs: &'a [(usize, Range<usize>)],
    /// How far each column is from the cell on its left to the next; padded.
    pub fractions: &'a [f32],
    coefficients: &'a [f32],
}

impl Runs {
    /// For columns at these cells and fractions, from left to right, of a grid with `count`
    /// coefficients a cell.
    pub fn new(columns: &[(usize, f32)], count: usize) -> Self {
        let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
        for (at, (cell, _)) in columns.iter().enumerate() {
            match runs.last_mut() {
                Some((last, columns)) if last == cell => columns.end = at + 1,
                _ => runs.push((*cell, at..at + 1)),
            }
        }
        let mut fractions: Vec<f32> = columns.iter().map(|column| column.1).collect();
        fractions.resize(padded(columns.len()), 0.0);
        Self {
            fractions,
            top: vec![0.0; 2 * count * runs.len()],
            step: vec![0.0; 2 * count * runs.len()],
            line: vec![0.0; 2 * count * runs.len()],
            cell: None,
            count,
            runs,
        }
    }

    /// The runs of a row of pixels at `row`: the row of cells above it, and how far it is to the
    /// next. The grid has `width · height` cells; `read` writes the coefficients of one.
    pub fn line(
        &mut self,
        row: (usize, f32),
        [width, height]: [usize; 2],
        read: impl Fn(usize, &mut [f32]),
    ) -> Line<'_> {
        let (cell, fraction) = row;
        if self.cell != Some(cell) {
            self.cell = Some(cell);
            let rows = [cell, (cell + 1).min(height - 1)].map(|cell| cell * width);
            let pairs = self.top.chunks_exact_mut(2 * self.count);
            let pairs = pairs.zip(self.step.chunks_exact_mut(2 * self.count));
            for ((top, step), (cell, _)) in pairs.zip(&self.runs) {
                for (row, pair) in rows.into_iter().zip([&mut *top, &mut *step]) {
                    let (left, more) = pair.split_at_mut(self.count);
                    read(row + cell, left);
                    read(row + (cell + 1).min(width - 1), more);
                    more.iter_mut().zip(left).for_each(|(more, left)| *more -= *left);
                }
                step.iter_mut().zip(top).for_each(|(step, top)| *step -= *top);
            }
        }
        for ((value, top), step) in self.line.iter_mut().zip(&self.top).zip(&self.step) {
            *value = top + fraction * step;
        }
        Line { runs: &self.runs, fractions: &self.fractions, coefficients: &self.line }
    }
}

impl<'a> Line<'a> {
    /// Columns of the row.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
    pub fn width(self) -> usize {
        self.runs.last().map_or(0, |(_, columns)| columns.end)
    }

    /// Each run's columns, and its coefficients: `TWICE / 2` at the cell on the left, then as many
    /// that the next cell's have more.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
    pub fn runs<const TWICE: usize>(
        self,
    ) -> impl Iterator<Item = (Range<usize>, &'a [f32; TWICE])> {
        let (pairs, _) = self.coefficients.as_chunks::<TWICE>();
        self.runs.iter().map(|(_, columns)| columns.clone()).zip(pairs)
    }
}

/// Length of a plane for `len` pixels of which [`load`] and [`store`] take whole chunks, from any pixel
/// on: a chunk that ends with its row would have to lie in memory instead of in registers.
pub fn padded(len: usize) -> usize {
    len + CHUNK_MAX - 1
}

/// Longest chunk.
const CHUNK_MAX: usize = 64;

/// Values of a padded plane from `start` on.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
pub fn load<const N: usize>(plane: &[f32], start: usize) -> [f32; N] {
    const { assert!(N <= CHUNK_MAX) }
    *plane[start..].first_chunk().expect("planes are padded")
}

/// Values of a padded plane from `start` on.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
pub fn store<const N: usize>(lanes: &[f32; N], plane: &mut [f32], start: usize) {
    const { assert!(N <= CHUNK_MAX) }
    *plane[start..].first_chunk_mut().expect("planes are padded") = *lanes;
}
