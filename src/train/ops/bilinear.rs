//! Bilinear reading of low-resolution grids, corners aligned: pixel `at` of `len` reads cell
//! `at·(cells − 1)/(len − 1)` (equation 4).

use super::Real;

/// Between which two cells a row or column of pixels lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place<T> {
    /// The cell before it.
    pub cell: usize,
    /// The cell behind it; the same one where there is only one.
    pub next: usize,
    /// How far it is on the way from one to the other, 0..1.
    pub fraction: T,
}

/// The place of pixel `at` of `len` on an axis of `cells`.
pub fn place<T: Real>(at: usize, len: usize, cells: usize) -> Place<T> {
    let position = if len < 2 { 0.0 } else { at as f64 * (cells - 1) as f64 / (len - 1) as f64 };
    let cell = (position as usize).min(cells.saturating_sub(2));
    let next = (cell + 1).min(cells - 1);
    Place { cell, next, fraction: T::of(position - cell as f64) }
}

/// The places of all pixels of an axis.
pub fn places<T: Real>(len: usize, cells: usize) -> Vec<Place<T>> {
    (0..len).map(|at| place(at, len, cells)).collect()
}

/// The same as a matrix `[len][cells]`.
pub fn matrix<T: Real>(len: usize, cells: usize) -> Vec<T> {
    let mut matrix = vec![T::ZERO; len * cells];
    for (row, place) in matrix.chunks_exact_mut(cells).zip(places::<T>(len, cells)) {
        row[place.cell] += T::ONE - place.fraction;
        row[place.next] += place.fraction;
    }
    matrix
}

/// Reads a row of cells at some columns.
pub(super) fn read<T: Real>(cells: &[T], columns: &[Place<T>], out: &mut [T]) {
    for (out, place) in out.iter_mut().zip(columns) {
        let (left, right) = (cells[place.cell], cells[place.next]);
        *out = left + place.fraction * (right - left);
    }
}

/// The adjoint of [`read`]: adds each column's value to the cells it would be read from.
pub(super) fn spread<T: Real>(values: &[T], columns: &[Place<T>], cells: &mut [T]) {
    for (value, place) in values.iter().zip(columns) {
        let right = place.fraction * *value;
        cells[place.cell] += *value - right;
        cells[place.next] += right;
    }
}
