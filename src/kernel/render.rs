//! The render: `O(p) = A(p)·G(p) + b(p)` at every pixel that somebody wants to see (equation 4).
//!
//! A and b are read bilinearly with aligned corners from their grids; G is the pixel's own colour or
//! F of it. Nothing else of the photo is needed, so any pixel can be rendered in any order. Filters
//! in a stack are rendered one after the other while the pixel is at hand: each one's O is the next
//! one's I. `O` is blended with I by the strength of each.
//!
//! Rows are shaded in planes of f32. Between two columns of the grid A and b are linear in x, so the
//! inner loop has no look-ups.

use std::sync::Arc;

use super::Grids;
use super::guide::Folded;
use super::wide::{Wide, fma, wide};

/// One solved filter: all that a pixel needs to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// F folded for this photo; None guides with the photo itself.
    pub guide: Option<Arc<Folded>>,
    /// A and b.
    pub grids: Arc<Grids>,
    /// Whether O is clamped to 0..1.
    pub clamp: bool,
    /// `I + strength·(O − I)`, 0..1.
    pub strength: f32,
}

/// Where the columns of a rendered row fall on one stage's grid.
#[derive(Clone, Debug, PartialEq)]
struct Columns {
    /// Spans of columns between the same two cells: first column, end, left cell.
    spans: Vec<[usize; 3]>,
    /// Position between the two cells, 0..1, for each column.
    fraction: Vec<f32>,
}

/// Shades rows of the same columns. CPU twin of `render.wgsl`.
#[derive(Debug)]
pub struct Shader<'a> {
    stages: &'a [Stage],
    columns: Vec<Columns>,
}

/// Memory for one row, kept from row to row.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    cells: Vec<[f32; 6]>,
    guide: [Vec<f32>; 3],
}

impl<'a> Shader<'a> {
    /// For rows whose columns are at `across` ([`aligned`] positions, ascending, 0..1).
    pub fn new(stages: &'a [Stage], across: &[f32]) -> Self {
        let columns =
            stages.iter().map(|stage| Columns::new(across, stage.grids.a.width)).collect();
        Self { stages, columns }
    }

    /// Turns a row of I, three planes of sRGB-encoded values, into O. `down` is the row's
    /// [`aligned`] position, 0..1.
    pub fn row(&self, down: f32, rgb: [&mut [f32]; 3], scratch: &mut Scratch) {
        let [r, g, b] = rgb;
        for (stage, columns) in self.stages.iter().zip(&self.columns) {
            lerp_row(&stage.grids, down, &mut scratch.cells);
            if let Some(guide) = &stage.guide {
                for plane in &mut scratch.guide {
                    plane.resize(r.len(), 0.0);
                }
                let [gr, gg, gb] = &mut scratch.guide;
                guide.apply([r, g, b], [gr, gg, gb]);
            }
            for (channel, plane) in [&mut *r, &mut *g, &mut *b].into_iter().enumerate() {
                let guide = stage.guide.as_ref().map(|_| scratch.guide[channel].as_slice());
                wide(Blend { stage, columns, cells: &scratch.cells, channel, guide, plane });
            }
        }
    }
}

/// Position of pixel `at` of `len` between the first (0) and the last (1): aligned corners.
pub fn aligned(at: f64, len: usize) -> f32 {
    if len < 2 { 0.0 } else { (at / (len - 1) as f64).clamp(0.0, 1.0) as f32 }
}

impl Columns {
    fn new(across: &[f32], cells: usize) -> Self {
        let mut columns = Self { spans: Vec::new(), fraction: Vec::with_capacity(across.len()) };
        for (x, position) in across.iter().enumerate() {
            let (cell, fraction) = cell_and_fraction(*position, cells);
            columns.fraction.push(fraction);
            match columns.spans.last_mut() {
                Some([_, end, last]) if *last == cell => *end = x + 1,
                _ => columns.spans.push([x, x + 1, cell]),
            }
        }
        columns
    }
}

/// The cell left of (or above) a position, and how far it is on the way to the next.
fn cell_and_fraction(position: f32, cells: usize) -> (usize, f32) {
    let place = position * (cells - 1) as f32;
    let cell = (place as usize).min(cells.saturating_sub(2));
    (cell, place - cell as f32)
}

/// A and b of one row of the photo, at the grid's columns; the last one twice, so that every span
/// has a right neighbour.
fn lerp_row(grids: &Grids, down: f32, cells: &mut Vec<[f32; 6]>) {
    let (width, area) = (grids.a.width, grids.a.area());
    let (cell, fraction) = cell_and_fraction(down, grids.a.height);
    let (top, bottom) = (cell * width, (cell + 1).min(grids.a.height - 1) * width);
    cells.clear();
    cells.extend((0..width).map(|x| {
        std::array::from_fn(|i| {
            let plane =
                if i < 3 { &grids.a.data[i * area..] } else { &grids.b.data[(i - 3) * area..] };
            let (upper, lower) = (plane[top + x], plane[bottom + x]);
            upper + fraction * (lower - upper)
        })
    }));
    cells.push(cells[width - 1]);
}

struct Blend<'a, 'b> {
    stage: &'a Stage,
    columns: &'a Columns,
    cells: &'a [[f32; 6]],
    channel: usize,
    /// G of this channel; None where it is I.
    guide: Option<&'a [f32]>,
    plane: &'b mut [f32],
}

impl Wide for Blend<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = if self.stage.clamp { (0.0, 1.0) } else { (f32::MIN, f32::MAX) };
        let strength = self.stage.strength;
        for [start, end, cell] in &self.columns.spans {
            let (left, right) = (&self.cells[*cell], &self.cells[cell + 1]);
            let (a, b) = (left[self.channel], left[self.channel + 3]);
            let (a_step, b_step) = (right[self.channel] - a, right[self.channel + 3] - b);
            let fraction = &self.columns.fraction[*start..*end];
            let plane = &mut self.plane[*start..*end];
            let blend = |fraction: f32, guide: f32, input: f32| {
                let a = fma::<FMA>(fraction, a_step, a);
                let b = fma::<FMA>(fraction, b_step, b);
                let output = fma::<FMA>(a, guide, b).max(low).min(high);
                fma::<FMA>(strength, output - input, input)
            };
            match self.guide {
                Some(guide) => {
                    for ((value, t), guide) in
                        plane.iter_mut().zip(fraction).zip(&guide[*start..*end])
                    {
                        *value = blend(*t, *guide, *value);
                    }
                }
                None => {
                    for (value, t) in plane.iter_mut().zip(fraction) {
                        *value = blend(*t, *value, *value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Planes;

    fn stage(strength: f32, clamp: bool) -> Stage {
        let planes = |values: [f32; 4]| Planes {
            channels: 3,
            height: 2,
            width: 2,
            data: [values, values, values].concat(),
        };
        let grids = Grids { a: planes([1.0, 2.0, 3.0, 4.0]), b: planes([0.0, 0.1, 0.2, 0.3]) };
        Stage { guide: None, grids: Arc::new(grids), clamp, strength }
    }

    fn shade(stages: &[Stage], across: &[f32], down: f32, value: f32) -> Vec<f32> {
        let mut planes = [const { Vec::new() }; 3].map(|_: Vec<f32>| vec![value; across.len()]);
        let [r, g, b] = &mut planes;
        Shader::new(stages, across).row(down, [r, g, b], &mut Scratch::default());
        assert_eq!(planes[0], planes[1]);
        planes[0].clone()
    }

    #[test]
    fn corners_are_the_grids_corners_and_between_is_bilinear() {
        let across = [0.0, 0.5, 1.0];
        for (down, want) in [(0.0, [0.1, 0.2, 0.3]), (1.0, [0.5, 0.6, 0.7]), (0.5, [0.3, 0.4, 0.5])]
        {
            for (got, want) in shade(&[stage(1.0, false)], &across, down, 0.1).iter().zip(want) {
                assert!((got - want).abs() < 1e-6, "{got} {want}");
            }
        }
    }

    #[test]
    fn strength_blends_and_nothing_is_exactly_nothing() {
        let got = shade(&[stage(0.5, false)], &[0.0], 1.0, 0.1)[0];
        assert!((got - 0.3).abs() < 1e-6);
        assert_eq!(shade(&[stage(0.0, true)], &[0.3, 0.7], 0.4, 0.1), [0.1, 0.1]);
    }

    #[test]
    fn stages_follow_each_other() {
        let got = shade(&[stage(1.0, true), stage(1.0, true)], &[1.0], 1.0, 0.1)[0];
        assert_eq!(got, 1.0, "4·0.7 + 0.3 is clamped");
    }
}
