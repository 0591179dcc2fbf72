//! The residual's head at sampled pixels: `O = G + M·G + c`, its Charbonnier loss, and the gradient
//! of the cells that M and c are read from.
//!
//! A cell's twelve numbers lie together, so a pixel reads four runs of memory and adds to four.

use rayon::prelude::*;

use super::Real;
use super::bilinear::place;
use super::cross::Cell;

/// Pixels of a photo, what the base makes of them, and what the edit does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// Height and width of the photo in pixels.
    pub size: [usize; 2],
    /// Row and column of each pixel.
    pub sites: Vec<[u32; 2]>,
    /// G there: the base's output, 0..1.
    pub guide: Vec<[f32; 3]>,
    /// The edit there, 0..1.
    pub after: Vec<[f32; 3]>,
}

/// Where the loss turns from a parabola into a line: `√(error² + 1e-6)`.
const CORNER: f64 = 1e-3;
/// Pixels of a job.
const SITES: usize = 2048;

/// The mean of `√(error² + 1e-6)` over pixels and channels, and its gradient: `cells` is
/// `[height][width]` of a grid.
pub fn loss<T: Real>(
    cells: &[Cell<T>],
    grid: [usize; 2],
    samples: &Samples,
) -> (f64, Vec<Cell<T>>) {
    let jobs: Vec<usize> = (0..samples.sites.len()).step_by(SITES).collect();
    let parts: Vec<(f64, Vec<Cell<T>>)> =
        jobs.into_par_iter().map(|first| part(cells, grid, samples, first)).collect();
    let mut parts = parts.into_iter();
    let Some((mut sum, mut gradient)) = parts.next() else {
        return (0.0, vec![[T::ZERO; 12]; cells.len()]);
    };
    for (error, part) in parts {
        sum += error;
        for (to, from) in gradient.as_flattened_mut().iter_mut().zip(part.as_flattened()) {
            *to += *from;
        }
    }
    (sum / (3 * samples.sites.len()) as f64, gradient)
}

/// The sum over a job's pixels, and its share of the gradient.
fn part<T: Real>(
    cells: &[Cell<T>],
    [rows, columns]: [usize; 2],
    samples: &Samples,
    first: usize,
) -> (f64, Vec<Cell<T>>) {
    let [height, width] = samples.size;
    let share = T::of(1.0 / (3 * samples.sites.len()) as f64);
    let corner = T::of(CORNER * CORNER);
    let end = (first + SITES).min(samples.sites.len());
    let mut gradient = vec![[T::ZERO; 12]; cells.len()];
    let mut sum = 0.0;
    let pixels = samples.sites[first..end].iter();
    let values = samples.guide[first..end].iter().zip(&samples.after[first..end]);
    for ([y, x], (guide, after)) in pixels.zip(values) {
        let down = place::<T>(*y as usize, height, rows);
        let across = place::<T>(*x as usize, width, columns);
        let (v, u) = (down.fraction, across.fraction);
        let corners = [
            (down.cell * columns + across.cell, (T::ONE - v) * (T::ONE - u)),
            (down.cell * columns + across.next, (T::ONE - v) * u),
            (down.next * columns + across.cell, v * (T::ONE - u)),
            (down.next * columns + across.next, v * u),
        ];
        let mut map = [T::ZERO; 12];
        for (cell, weight) in corners {
            for (map, value) in map.iter_mut().zip(&cells[cell]) {
                *map += weight * *value;
            }
        }
        let g = guide.map(|value| T::of(f64::from(value)));
        let mut to_map = [T::ZERO; 12];
        for channel in 0..3 {
            let [r, green, b] = [0, 1, 2].map(|i| map[3 * channel + i]);
            let residual = r * g[0] + green * g[1] + b * g[2] + map[9 + channel];
            let off = g[channel] + residual - T::of(f64::from(after[channel]));
            let error = (off * off + corner).root();
            sum += error.wide();
            let to_output = off / error * share;
            for (to, g) in to_map[3 * channel..].iter_mut().zip(g) {
                *to = to_output * g;
            }
            to_map[9 + channel] = to_output;
        }
        for (cell, weight) in corners {
            for (to, value) in gradient[cell].iter_mut().zip(&to_map) {
                *to += weight * *value;
            }
        }
    }
    (sum, gradient)
}
