//! The render: `O(p) = A(p)·G(p) + b(p)` at every pixel that somebody wants to see (equation 4).
//!
//! A and b are read bilinearly with aligned corners from their grids; G is the pixel's own colour or
//! F of it. Nothing else of the photo is needed, so any pixel can be rendered in any order. Filters
//! in a stack are rendered one after the other while the pixel is at hand: each one's O is the next
//! one's I. `O` is blended with I by the strength of each.
//!
//! Rows are shaded in planes of f32, in blocks of columns small enough for the nearest cache. What
//! the grids' two rows above and below come to at each column is expanded once and serves all the
//! rows between them, so the inner loops are straight lines without look-ups. A pixel's value does
//! not depend on the block or the row group that it is rendered in.

use std::ops::Range;
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

/// Shades rows of the same columns. CPU twin of `render.wgsl`.
#[derive(Debug)]
pub struct Shader<'a> {
    stages: &'a [Stage],
    /// For each stage: the cell left of each column and the way to the next.
    columns: Vec<Vec<(usize, f32)>>,
}

/// A block of columns, and the memory that its rows share.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    shader: &'a Shader<'a>,
    columns: Range<usize>,
    expanded: Vec<Expanded>,
    guide: [Vec<f32>; 3],
}

/// A and b at every column of a block, on the way from one row of the grids to the next.
#[derive(Clone, Debug, Default)]
struct Expanded {
    /// The row of the grids above.
    cell: Option<usize>,
    /// A then b at the row above.
    top: [Vec<f32>; 6],
    /// What the row below has more.
    step: [Vec<f32>; 6],
}

impl<'a> Shader<'a> {
    /// For rows whose columns are at `across` ([`aligned`] positions, ascending, 0..1).
    pub fn new(stages: &'a [Stage], across: &[f32]) -> Self {
        let of_stage = |stage: &Stage| {
            let cells = stage.grids.a.width;
            across.iter().map(|position| cell_and_fraction(*position, cells)).collect()
        };
        Self { stages, columns: stages.iter().map(of_stage).collect() }
    }

    /// The columns `columns` of all rows.
    ///
    /// # Panics
    /// When they reach beyond those that the shader is for.
    pub fn block(&'a self, columns: Range<usize>) -> Block<'a> {
        Block {
            shader: self,
            expanded: vec![Expanded::default(); self.stages.len()],
            guide: [0, 1, 2].map(|_| vec![0.0; columns.len()]),
            columns,
        }
    }
}

impl Block<'_> {
    /// Turns a row of I, three planes of sRGB-encoded values as long as the block is wide, into O.
    /// `down` is the row's [`aligned`] position, 0..1. Rows that follow each other share work.
    pub fn row(&mut self, down: f32, rgb: [&mut [f32]; 3]) {
        let [r, g, b] = rgb;
        let Shader { stages, columns } = self.shader;
        for ((stage, columns), expanded) in stages.iter().zip(columns).zip(&mut self.expanded) {
            let (cell, fraction) = cell_and_fraction(down, stage.grids.a.height);
            expanded.expand(&stage.grids, cell, &columns[self.columns.clone()]);
            if let Some(guide) = &stage.guide {
                let [gr, gg, gb] = &mut self.guide;
                guide.apply([r, g, b], [gr, gg, gb]);
            }
            for (channel, plane) in [&mut *r, &mut *g, &mut *b].into_iter().enumerate() {
                let guide = stage.guide.as_ref().map(|_| self.guide[channel].as_slice());
                wide(Blend { stage, expanded, channel, fraction, guide, plane });
            }
        }
    }
}

impl Expanded {
    fn expand(&mut self, grids: &Grids, cell: usize, columns: &[(usize, f32)]) {
        if self.cell == Some(cell) {
            return;
        }
        self.cell = Some(cell);
        let (width, area) = (grids.a.width, grids.a.area());
        let below = (cell + 1).min(grids.a.height - 1);
        for (i, (top, step)) in self.top.iter_mut().zip(&mut self.step).enumerate() {
            let planes =
                if i < 3 { &grids.a.data[i * area..] } else { &grids.b.data[(i - 3) * area..] };
            let (upper, lower) =
                (&planes[cell * width..][..width], &planes[below * width..][..width]);
            let at = |row: &[f32], (cell, fraction): (usize, f32)| {
                let (left, right) = (row[cell], row[(cell + 1).min(width - 1)]);
                left + fraction * (right - left)
            };
            top.clear();
            top.extend(columns.iter().map(|column| at(upper, *column)));
            step.clear();
            step.extend(columns.iter().zip(&*top).map(|(column, top)| at(lower, *column) - top));
        }
    }
}

/// Position of pixel `at` of `len` between the first (0) and the last (1): aligned corners.
pub fn aligned(at: f64, len: usize) -> f32 {
    if len < 2 { 0.0 } else { (at / (len - 1) as f64).clamp(0.0, 1.0) as f32 }
}

/// The cell left of (or above) a position, and how far it is on the way to the next.
fn cell_and_fraction(position: f32, cells: usize) -> (usize, f32) {
    let place = position * (cells - 1) as f32;
    let cell = (place as usize).min(cells.saturating_sub(2));
    (cell, place - cell as f32)
}

struct Blend<'a, 'b> {
    stage: &'a Stage,
    expanded: &'a Expanded,
    channel: usize,
    /// How far the row is from the grid's row above to the one below.
    fraction: f32,
    /// G of this channel; None where it is I.
    guide: Option<&'a [f32]>,
    plane: &'b mut [f32],
}

impl Wide for Blend<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = if self.stage.clamp { (0.0, 1.0) } else { (f32::MIN, f32::MAX) };
        let (strength, fraction) = (self.stage.strength, self.fraction);
        let Expanded { top, step, .. } = self.expanded;
        let grids = top[self.channel]
            .iter()
            .zip(&step[self.channel])
            .zip(top[self.channel + 3].iter().zip(&step[self.channel + 3]));
        // O = A·G + b, and its blend with I.
        let blend =
            |((a, a_step), (b, b_step)): ((&f32, &f32), (&f32, &f32)), guide: f32, input: f32| {
                let a = fma::<FMA>(fraction, *a_step, *a);
                let b = fma::<FMA>(fraction, *b_step, *b);
                let output = fma::<FMA>(a, guide, b).max(low).min(high);
                fma::<FMA>(strength, output - input, input)
            };
        match self.guide {
            Some(guide) => {
                for ((value, grids), guide) in self.plane.iter_mut().zip(grids).zip(guide) {
                    *value = blend(grids, *guide, *value);
                }
            }
            None => {
                for (value, grids) in self.plane.iter_mut().zip(grids) {
                    *value = blend(grids, *value, *value);
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
        Shader::new(stages, across).block(0..across.len()).row(down, [r, g, b]);
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
