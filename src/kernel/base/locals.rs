//! The local values of a photo: averages over neighbourhoods, one value a cell.

use rayon::prelude::*;

use super::super::Planes;
use super::cells::{Grid, size};
use super::statistics::veil_of;
use super::{clamped, darkest, luminance};
use crate::operator::{Field, LOCALS, Plane, Shape};

/// The local values of every cell, one channel for each of [`LOCALS`], from the photo's sample.
/// The grid has 64 cells on the short side; `scale` is the factor of all widths.
pub fn locals(sample: &Planes, scale: f64) -> Planes {
    let rgb = clamped(sample);
    let veil = veil_of(&rgb);
    let fields = fields(sample, &rgb, scale);
    let (height, width) = size(sample.height, sample.width);
    let mut planes = Planes::zeros(LOCALS.len(), height, width);
    let area = planes.area();
    for (local, plane) in LOCALS.iter().zip(planes.data.chunks_exact_mut(area)) {
        let grid = fields.iter().find(|(field, _)| *field == local.field).map(|(_, grid)| grid);
        for (value, mean) in plane.iter_mut().zip(grid.into_iter().flat_map(|grid| &grid.data)) {
            *value = shaped(local.shape, *mean, veil) as f32;
        }
    }
    planes
}

/// The averages that local values are made of, each once.
fn fields(sample: &Planes, rgb: &[Vec<f64>; 3], scale: f64) -> Vec<(Field, Grid)> {
    let (height, width) = size(sample.height, sample.width);
    let grid = |data: Vec<f64>| Grid { height: sample.height, width: sample.width, data };
    let light = grid(luminance(rgb));
    let plane = |plane: Plane| match plane {
        Plane::Luminance => light.averaged(height, width),
        Plane::Darkest => grid(darkest(rgb)).averaged(height, width),
        Plane::Red => grid(rgb[0].clone()).averaged(height, width),
        Plane::Blue => grid(rgb[2].clone()).averaged(height, width),
    };
    let planes = [Plane::Luminance, Plane::Darkest, Plane::Red, Plane::Blue];
    let cells: Vec<(Plane, Grid)> = planes.into_par_iter().map(|of| (of, plane(of))).collect();
    let mut wanted: Vec<Field> = Vec::new();
    for local in LOCALS {
        if !wanted.contains(&local.field) {
            wanted.push(local.field);
        }
    }
    let average = |field: Field| match field {
        Field::Mean { plane, sigma } => {
            let found = cells.iter().find(|(of, _)| *of == plane).map(|(_, grid)| grid);
            found.unwrap_or(&light).blurred(sigma * scale)
        }
        Field::GuidedGain(guided) => light.guided(guided, scale).0.averaged(height, width),
        Field::GuidedTerm(guided) => light.guided(guided, scale).1.averaged(height, width),
    };
    wanted.into_par_iter().map(|field| (field, average(field))).collect()
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
