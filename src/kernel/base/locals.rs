//! The local values of a photo: averages over neighbourhoods, one value a cell.

use rayon::prelude::*;

use super::super::Planes;
use super::cells::{Averages, Grid, averaged, guided, size};
use super::statistics::veil;
use super::{Seen, clamped};
use crate::operator::{Field, Guided, LOCALS, Plane, Shape};

/// The local values of every cell, one channel for each of [`LOCALS`], from the photo's sample.
/// The grid has 64 cells on the short side; `scale` is the factor of all widths.
pub fn locals(sample: &Planes, scale: f64) -> Planes {
    of_seen(&Seen::new(sample), scale)
}

pub(super) fn of_seen(seen: &Seen<'_>, scale: f64) -> Planes {
    let veil = veil(seen);
    let fields = fields(seen, scale);
    let (height, width) = size(seen.sample.height, seen.sample.width);
    let mut planes = Planes::zeros(LOCALS.len(), height, width);
    let area = planes.area();
    planes.data.par_chunks_exact_mut(area).zip(LOCALS).for_each(|(plane, local)| {
        let grid = fields.iter().find(|(field, _)| *field == local.field).map(|(_, grid)| grid);
        for (value, mean) in plane.iter_mut().zip(grid.into_iter().flat_map(|grid| &grid.data)) {
            *value = shaped(local.shape, *mean, veil) as f32;
        }
    });
    planes
}

/// The averages that local values are made of, each once.
fn fields(seen: &Seen<'_>, scale: f64) -> Vec<(Field, Grid)> {
    let from = [seen.sample.height, seen.sample.width];
    let (height, width) = size(from[0], from[1]);
    let to = [height, width];
    let channel = |channel: usize| {
        let mut means = Averages::new(from, to);
        let mut values = Vec::with_capacity(from[1]);
        for row in seen.sample.plane(channel).chunks_exact(from[1]) {
            values.clear();
            values.extend(row.iter().map(|value| clamped(*value)));
            means.push(&values);
        }
        means.finish()
    };
    let cells = |plane: Plane| match plane {
        Plane::Luminance => averaged(&seen.luminance, from, to),
        Plane::Darkest => averaged(&seen.darkest, from, to),
        Plane::Red => channel(0),
        Plane::Blue => channel(2),
    };
    let mut planes: Vec<(Plane, Vec<f64>)> = Vec::new();
    let mut filters: Vec<Guided> = Vec::new();
    for local in LOCALS {
        match local.field {
            Field::Mean { plane, sigma } => match planes.iter_mut().find(|(of, _)| *of == plane) {
                Some((_, sigmas)) if sigmas.contains(&sigma) => {}
                Some((_, sigmas)) => sigmas.push(sigma),
                None => planes.push((plane, vec![sigma])),
            },
            Field::GuidedGain(filter) | Field::GuidedTerm(filter) => {
                if !filters.contains(&filter) {
                    filters.push(filter);
                }
            }
        }
    }
    let means = planes.into_par_iter().flat_map(|(plane, sigmas)| {
        let cells = cells(plane);
        let mean = move |sigma: f64| (Field::Mean { plane, sigma }, cells.blurred(sigma * scale));
        sigmas.into_par_iter().map(mean)
    });
    let filtered = filters.into_par_iter().flat_map_iter(|filter| {
        let scaled = Guided { radius: filter.radius * scale, ..filter };
        let [gain, term] = guided(&seen.luminance, from, to, scaled);
        [(Field::GuidedGain(filter), gain), (Field::GuidedTerm(filter), term)]
    });
    filtered.chain(means).collect()
}

fn shaped(shape: Shape, mean: f64, veil: f64) -> f64 {
    let relative = (mean / veil).clamp(0.0, 1.2);
    match shape {
        Shape::Itself => mean,
        Shape::Square => mean * mean,
        Shape::Veil => relative,
        Shape::VeilSquare => relative * relative,
        Shape::Log => (mean.max(0.0) + 0.02).ln() / 4.0,
    }
}

/// All channels of `cells` at a place of the photo, `across` and `down` from 0 at one edge to 1 at
/// the other: bilinear between the middles of cells. Pixel x of W is at `(x + 0.5)/W`.
///
/// # Panics
/// When `out` is shorter than there are channels.
pub fn read_cells(cells: &Planes, across: f64, down: f64, out: &mut [f64]) {
    let place = |at: f64, len: usize| {
        let place = (at * len as f64 - 0.5).clamp(0.0, (len - 1) as f64);
        let first = (place as usize).min(len.saturating_sub(2));
        (first, (first + 1).min(len - 1), place - first as f64)
    };
    let (left, right, x) = place(across, cells.width);
    let (top, bottom, y) = place(down, cells.height);
    for (channel, out) in out[..cells.channels].iter_mut().enumerate() {
        let plane = cells.plane(channel);
        let row = |row: usize| {
            let [a, b] = [left, right].map(|x| f64::from(plane[row * cells.width + x]));
            a + x * (b - a)
        };
        let (above, below) = (row(top), row(bottom));
        *out = above + y * (below - above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_photo_has_flat_values() {
        let sample = Planes { data: vec![0.25; 3 * 20 * 30], ..Planes::zeros(3, 20, 30) };
        let got = locals(&sample, 1.0);
        assert_eq!((got.channels, got.height, got.width), (21, 64, 96));
        let want = |channel: usize| match LOCALS[channel] {
            local if matches!(local.field, Field::GuidedGain(_)) => 0.0,
            local => shaped(local.shape, 0.25, 0.25) as f32,
        };
        for channel in 0..got.channels {
            for value in got.plane(channel) {
                assert!((value - want(channel)).abs() < 1e-6, "{channel}: {value}");
            }
        }
    }

    #[test]
    fn values_are_read_between_the_middles_of_cells() {
        let cells = Planes { channels: 1, height: 2, width: 2, data: vec![0.0, 1.0, 2.0, 3.0] };
        let mut got = [0.0];
        for (across, down, want) in
            [(0.0, 0.0, 0.0), (0.25, 0.25, 0.0), (0.5, 0.25, 0.5), (0.5, 0.5, 1.5), (1.0, 1.0, 3.0)]
        {
            read_cells(&cells, across, down, &mut got);
            assert!((got[0] - want).abs() < 1e-12, "{across} {down}: {got:?}");
        }
    }

    #[test]
    fn a_wider_scale_averages_further() {
        let mut sample = Planes::zeros(3, 64, 64);
        for (i, value) in sample.data.iter_mut().enumerate() {
            *value = if i % 64 < 32 { 0.0 } else { 1.0 };
        }
        let at = |scale: f64| locals(&sample, scale).plane(0)[32 * 64 + 30];
        assert!(at(4.0) > at(1.0) && at(1.0) > at(0.25), "{} {} {}", at(4.0), at(1.0), at(0.25));
    }
}
