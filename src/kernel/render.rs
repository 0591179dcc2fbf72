//! The render: `O(p) = A(p)·G(p) + b(p)` at every pixel that somebody wants to see (equation 4).
//!
//! A and b are read bilinearly with aligned corners from their grids; G is the pixel's own colour, F
//! of it, or what a base makes of it. Nothing else of the photo is needed, so any pixel can be
//! rendered in any order. Filters
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
use super::base;
use super::base::shade::Runs;
use super::guide::Folded;
use super::wide::{Wide, fma, wide};

/// One solved filter: all that a pixel needs to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The base folded for this photo; it guides in the photo's place.
    pub base: Option<Arc<Based>>,
    /// F folded for this photo; None guides with the base's output or the photo itself.
    pub guide: Option<Arc<Folded>>,
    /// A and b; None where O is G.
    pub grids: Option<Arc<Grids>>,
    /// Whether O is clamped to 0..1.
    pub clamp: bool,
    /// `I + strength·(O − I)`, 0..1.
    pub strength: f32,
}

/// A folded base, and the size of the photo that it is for: its cells are read at the middles of
/// pixels from edge to edge, not with aligned corners.
#[derive(Clone, Debug, PartialEq)]
pub struct Based {
    /// The base.
    pub folded: base::Folded,
    /// Columns of the photo's pixels.
    pub width: usize,
    /// Rows of the photo's pixels.
    pub height: usize,
}

/// How an [`aligned`] position of 0..1 becomes a place on a grid, in cells: `position·factor + term`,
/// kept between the first cell's middle and the last one's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// Cells from the photo's first pixel to its last.
    pub factor: f32,
    /// Place of the photo's first pixel.
    pub term: f32,
    /// Number of cells.
    pub cells: usize,
}

impl Reach {
    /// Corners aligned: the first and the last pixel are in the middles of the outermost cells.
    pub fn aligned(cells: usize) -> Self {
        Self { factor: (cells - 1) as f32, term: 0.0, cells }
    }

    /// From edge to edge: pixel x of `len` is at `(x + 0.5)/len·cells − 0.5`.
    pub fn edges(cells: usize, len: usize) -> Self {
        let pixel = cells as f64 / len as f64;
        let factor = ((len - 1) as f64 * pixel) as f32;
        Self { factor, term: (0.5 * pixel - 0.5) as f32, cells }
    }

    /// The cell left of (or above) a position, and how far it is on the way to the next.
    fn place(self, position: f32) -> (usize, f32) {
        let last = (self.cells - 1) as f32;
        let place = (position * self.factor + self.term).max(0.0).min(last);
        let cell = (place as usize).min(self.cells.saturating_sub(2));
        (cell, place - cell as f32)
    }
}

impl Based {
    /// How columns are placed on the cells.
    pub fn across(&self) -> Reach {
        Reach::edges(self.folded.width, self.width)
    }

    /// How rows are placed on the cells.
    pub fn down(&self) -> Reach {
        Reach::edges(self.folded.height, self.height)
    }
}

/// Shades rows of the same columns. CPU twin of `render.wgsl`.
#[derive(Debug)]
pub struct Shader<'a> {
    stages: &'a [Stage],
    /// For each stage: where each column is on the layer's grids and on the base's cells.
    columns: Vec<Columns>,
}

/// For each column the cell left of it and the way to the next.
#[derive(Debug)]
struct Columns {
    grids: Vec<(usize, f32)>,
    base: Vec<(usize, f32)>,
}

/// A block of columns, and the memory that its rows share.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    shader: &'a Shader<'a>,
    columns: Range<usize>,
    expanded: Vec<Expanded>,
    /// For each stage the columns as runs between the cells of its base.
    runs: Vec<Runs>,
    guide: [Vec<f32>; 3],
}

/// A and b at every column of a block, on the way from one row of the grids to the next.
#[derive(Clone, Debug, Default)]
struct Expanded {
    /// The row of the grids above.
    cell: Option<usize>,
    /// A then b at the row above.
    top: Vec<Vec<f32>>,
    /// What the row below has more.
    step: Vec<Vec<f32>>,
}

impl<'a> Shader<'a> {
    /// For rows whose columns are at `across` ([`aligned`] positions, ascending, 0..1).
    pub fn new(stages: &'a [Stage], across: &[f32]) -> Self {
        let places = |reach: Reach| across.iter().map(|position| reach.place(*position)).collect();
        let of_stage = |stage: &Stage| Columns {
            grids: stage
                .grids
                .as_ref()
                .map_or_else(Vec::new, |grids| places(Reach::aligned(grids.a.width))),
            base: stage.base.as_ref().map_or_else(Vec::new, |base| places(base.across())),
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
            runs: self
                .columns
                .iter()
                .map(|of| Runs::new(of.base.get(columns.clone()).unwrap_or_default()))
                .collect(),
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
        let [gr, gg, gb] = &mut self.guide;
        for (i, stage) in stages.iter().enumerate() {
            let is_matrix = stage.grids.as_ref().is_some_and(|grids| grids.a.channels == 9);
            let mut is_guided = true;
            if let Some(base) = &stage.base {
                let row = base.down().place(down);
                self.runs[i].row(&base.folded, row, [r, g, b], [gr, gg, gb]);
            } else if let Some(guide) = &stage.guide {
                guide.apply([r, g, b], [gr, gg, gb]);
            } else if is_matrix {
                // The outputs take the place of what the others still need.
                gr.copy_from_slice(r);
                gg.copy_from_slice(g);
                gb.copy_from_slice(b);
            } else {
                is_guided = false;
            }
            let guides = [gr.as_slice(), gg, gb];
            let planes = [&mut *r, &mut *g, &mut *b];
            if let Some(grids) = &stage.grids {
                let (cell, fraction) = Reach::aligned(grids.a.height).place(down);
                let expanded = &mut self.expanded[i];
                expanded.expand(grids, cell, &columns[i].grids[self.columns.clone()]);
                let expanded = &*expanded;
                for (channel, plane) in planes.into_iter().enumerate() {
                    let guide = is_guided.then_some(guides[channel]);
                    if is_matrix {
                        wide(Mix { stage, expanded, channel, fraction, guides, plane });
                    } else {
                        wide(Blend { stage, expanded, channel, fraction, guide, plane });
                    }
                }
            } else if is_guided {
                for (output, plane) in guides.into_iter().zip(planes) {
                    wide(Fade { stage, output, plane });
                }
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
        let count = grids.a.channels + grids.b.channels;
        self.top.resize_with(count, Vec::new);
        self.step.resize_with(count, Vec::new);
        let planes = grids.a.data.chunks_exact(area).chain(grids.b.data.chunks_exact(area));
        for ((top, step), plane) in self.top.iter_mut().zip(&mut self.step).zip(planes) {
            let (upper, lower) =
                (&plane[cell * width..][..width], &plane[below * width..][..width]);
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

/// The range that a stage's output is clamped to.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn range(stage: &Stage) -> (f32, f32) {
    if stage.clamp { (0.0, 1.0) } else { (f32::MIN, f32::MAX) }
}

/// `O = A·G + b` of one channel by itself, blended with I.
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
        let (low, high) = range(self.stage);
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

/// `O = A·G + b` with one row of the matrix A, blended with I.
struct Mix<'a, 'b> {
    stage: &'a Stage,
    expanded: &'a Expanded,
    /// Of the output.
    channel: usize,
    fraction: f32,
    guides: [&'a [f32]; 3],
    plane: &'b mut [f32],
}

impl Wide for Mix<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = range(self.stage);
        let (strength, fraction) = (self.stage.strength, self.fraction);
        let Expanded { top, step, .. } = self.expanded;
        let len = self.plane.len();
        let [r, g, b] = self.guides;
        let (r, g, b) = (&r[..len], &g[..len], &b[..len]);
        let row = 3 * self.channel;
        let (a_r, a_g, a_b) = (&top[row][..len], &top[row + 1][..len], &top[row + 2][..len]);
        let (s_r, s_g, s_b) = (&step[row][..len], &step[row + 1][..len], &step[row + 2][..len]);
        let (term, s_term) = (&top[9 + self.channel][..len], &step[9 + self.channel][..len]);
        for i in 0..len {
            let sum = fma::<FMA>(fraction, s_term[i], term[i]);
            let sum = fma::<FMA>(fma::<FMA>(fraction, s_r[i], a_r[i]), r[i], sum);
            let sum = fma::<FMA>(fma::<FMA>(fraction, s_g[i], a_g[i]), g[i], sum);
            let output = fma::<FMA>(fma::<FMA>(fraction, s_b[i], a_b[i]), b[i], sum);
            let output = output.max(low).min(high);
            self.plane[i] = fma::<FMA>(strength, output - self.plane[i], self.plane[i]);
        }
    }
}

/// O blended with I.
struct Fade<'a, 'b> {
    stage: &'a Stage,
    output: &'a [f32],
    plane: &'b mut [f32],
}

impl Wide for Fade<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = range(self.stage);
        let strength = self.stage.strength;
        for (value, output) in self.plane.iter_mut().zip(self.output) {
            let output = output.max(low).min(high);
            *value = fma::<FMA>(strength, output - *value, *value);
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
        Stage { base: None, guide: None, grids: Some(Arc::new(grids)), clamp, strength }
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
