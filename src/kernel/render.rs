//! The render: `O(p) = A(p)·G(p) + b(p)` at every pixel that somebody wants to see (equation 4).
//!
//! A and b are read bilinearly with aligned corners from their grids; G is the pixel's own colour, F
//! of it, or what a base makes of it. Nothing else of the photo is needed, so any pixel can be
//! rendered in any order. Filters
//! in a stack are rendered one after the other while the pixel is at hand: each one's O is the next
//! one's I. `O` is blended with I by the strength of each.
//!
//! Rows are shaded in planes of f32, in blocks of columns small enough for the nearest cache, and
//! within them in runs between the same two cells of a grid ([`super::runs`]). A pixel's value does
//! not depend on the block or the rows that it is rendered with.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;

use super::Grids;
use super::base;
use super::blend::{Blend, Cover, Fade, Mix, Share};
use super::direct::Direct;
use super::guide::Folded;
use super::mask::{self, Masked};
use super::reach::Reach;
use super::runs::{Line, Runs, padded};
use super::wide::wide;

/// One solved filter: all that a pixel needs to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The base folded for this photo; it guides in the photo's place.
    pub base: Option<Arc<Based>>,
    /// F folded for this photo; None guides with the base's output or the photo itself.
    pub guide: Option<Arc<Folded>>,
    /// A and b; None where O is G.
    pub grids: Option<Arc<Grids>>,
    /// How much of I itself is added to `A·G + b` ([`super::balance`]); 0 without grids.
    pub own: f32,
    /// Whether O is clamped to 0..1.
    pub clamp: bool,
    /// `I + strength·(O − I)`, 0..1.
    pub strength: f32,
    /// M, which multiplies the strength of each pixel; None is everywhere.
    pub mask: Option<Arc<Masked>>,
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
    /// For each stage: where each column is on the layer's grids, on the base's cells and on the mask's.
    columns: Vec<Columns>,
}

/// For each column the cell left of it and the way to the next.
#[derive(Debug)]
struct Columns {
    grids: Vec<(usize, f32)>,
    base: Vec<(usize, f32)>,
    mask: Vec<(usize, f32)>,
}

/// A block of columns, and the memory that its rows share.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    shader: &'a Shader<'a>,
    /// For each stage the columns as runs between the cells of its layer's grids, its base and its mask.
    runs: Vec<[Option<Runs>; 3]>,
    width: usize,
    /// I, G and O; padded.
    input: [Vec<f32>; 3],
    guide: [Vec<f32>; 3],
    output: [Vec<f32>; 3],
}

impl<'a> Shader<'a> {
    /// For rows whose columns are at `across` ([`aligned`](super::reach::aligned) positions, ascending,
    /// 0..1).
    pub fn new(stages: &'a [Stage], across: &[f32]) -> Self {
        let places = |reach: Reach| across.iter().map(|position| reach.place(*position)).collect();
        let of_stage = |stage: &Stage| Columns {
            grids: stage
                .grids
                .as_ref()
                .map_or_else(Vec::new, |grids| places(Reach::aligned(grids.a.width))),
            base: stage.base.as_ref().map_or_else(Vec::new, |base| places(base.across())),
            mask: stage.mask.as_ref().map_or_else(Vec::new, |mask| places(mask.across())),
        };
        Self { stages, columns: stages.iter().map(of_stage).collect() }
    }

    /// The columns `columns` of all rows.
    ///
    /// # Panics
    /// When they reach beyond those that the shader is for.
    pub fn block(&'a self, columns: Range<usize>) -> Block<'a> {
        let runs = self.stages.iter().zip(&self.columns).map(|(stage, places)| {
            let layer = stage.grids.as_ref().map(|grids| {
                let count = grids.a.channels + grids.b.channels;
                Runs::new(&places.grids[columns.clone()], count)
            });
            let base = stage.base.as_ref();
            let base =
                base.map(|_| Runs::new(&places.base[columns.clone()], base::shade::COEFFICIENTS));
            let mask = stage.mask.as_ref();
            let mask = mask.map(|_| Runs::new(&places.mask[columns.clone()], mask::COEFFICIENTS));
            [layer, base, mask]
        });
        let planes = || [0, 1, 2].map(|_| vec![0.0; padded(columns.len())]);
        let (runs, width) = (runs.collect(), columns.len());
        Block { shader: self, runs, width, input: planes(), guide: planes(), output: planes() }
    }
}

impl Block<'_> {
    /// Turns a row of I, three planes of sRGB-encoded values as long as the block is wide, into O.
    /// `down` is the row's [`aligned`](super::reach::aligned) position, 0..1. Rows that follow each
    /// other share work.
    ///
    /// # Panics
    /// When the planes are not as long as the block is wide.
    pub fn row(&mut self, down: f32, rgb: [&mut [f32]; 3]) {
        for (input, plane) in self.input().into_iter().zip(&rgb) {
            input.copy_from_slice(plane);
        }
        for (plane, output) in rgb.into_iter().zip(self.shade(down)) {
            plane.copy_from_slice(output);
        }
    }

    /// Where a row of I is to be written before [`Self::shade`]: three planes as long as the block is
    /// wide.
    pub fn input(&mut self) -> [&mut [f32]; 3] {
        let width = self.width;
        self.input.each_mut().map(|plane| &mut plane[..width])
    }

    /// O of the row that was written to [`Self::input`], which is not there any more. `down` is as in
    /// [`Self::row`].
    pub fn shade(&mut self, down: f32) -> [&[f32]; 3] {
        for (stage, runs) in self.shader.stages.iter().zip(&mut self.runs) {
            let input = self.input.each_ref().map(Vec::as_slice);
            let is_guided = stage.base.is_some() || stage.guide.is_some();
            let [layer_runs, base_runs, mask_runs] = runs;
            let guide = self.guide.each_mut().map(Vec::as_mut_slice);
            if let (Some(base), Some(runs)) = (&stage.base, base_runs) {
                base::shade::row(&base.folded, base.down().place(down), runs, input, guide);
            } else if let Some(folded) = &stage.guide {
                folded.apply(self.width, input, guide);
            }
            let guide = if is_guided { self.guide.each_ref().map(Vec::as_slice) } else { input };
            let output = self.output.each_mut().map(Vec::as_mut_slice);
            let Stage { own, clamp, strength, .. } = *stage;
            let share = Share { own, clamp, strength };
            if let (Some(grids), Some(runs)) = (&stage.grids, layer_runs) {
                let line = line(grids, down, runs);
                match (grids.a.channels == 9, own != 0.0) {
                    (true, _) => wide(Mix { share, line, guide, input, output }),
                    (false, false) => wide(Blend::<false> { share, line, guide, input, output }),
                    (false, true) => wide(Blend::<true> { share, line, guide, input, output }),
                }
            } else if is_guided {
                wide(Fade { share, guide, input, output });
            } else {
                continue;
            }
            if let (Some(mask), Some(runs)) = (&stage.mask, mask_runs) {
                let output = self.output.each_mut().map(Vec::as_mut_slice);
                wide(Cover { line: mask_line(mask, down, runs), input, output });
            }
            std::mem::swap(&mut self.input, &mut self.output);
        }
        self.input.each_ref().map(|plane| &plane[..self.width])
    }

    /// Turns a row of 8-bit pixels into O at once, if the filter is A and b alone. False where it is
    /// more, and nothing is done; else all of `out` is written.
    ///
    /// # Panics
    /// When there are not as many pixels as the block is wide.
    pub fn direct(
        &mut self,
        down: f32,
        from: &[[u8; 4]],
        out: &mut [MaybeUninit<[u8; 4]>],
    ) -> bool {
        assert!(
            from.len() == self.width && out.len() == self.width,
            "a row is as wide as its block"
        );
        let ([stage], [[Some(runs), None, None]]) = (self.shader.stages, &mut self.runs[..]) else {
            return false;
        };
        let grids = stage.grids.as_ref().filter(|it| it.a.channels == 3 && stage.guide.is_none());
        let Some(grids) = grids else { return false };
        let Stage { own, clamp, strength, .. } = *stage;
        Direct { line: line(grids, down, runs), own, clamp, strength, from, out }.render();
        true
    }
}

/// A and b along a row.
fn line<'a>(grids: &Grids, down: f32, runs: &'a mut Runs) -> Line<'a> {
    let (width, height, area) = (grids.a.width, grids.a.height, grids.a.area());
    runs.line(Reach::aligned(height).place(down), [width, height], |cell, coefficients| {
        let planes = grids.a.data.chunks_exact(area).chain(grids.b.data.chunks_exact(area));
        for (value, plane) in coefficients.iter_mut().zip(planes) {
            *value = plane[cell];
        }
    })
}

/// α and β of a mask along a row.
fn mask_line<'a>(mask: &Masked, down: f32, runs: &'a mut Runs) -> Line<'a> {
    let (width, height, area) = (mask.planes.width, mask.planes.height, mask.planes.area());
    runs.line(mask.down().place(down), [width, height], |cell, coefficients| {
        let planes = mask.planes.data.chunks_exact(area);
        for (value, plane) in coefficients.iter_mut().zip(planes) {
            *value = plane[cell];
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Planes;
    use crate::kernel::reach::aligned;
    use crate::kernel::wide::tests::at_all_levels;

    fn stage(strength: f32, clamp: bool) -> Stage {
        let planes = |values: [f32; 4]| Planes {
            channels: 3,
            height: 2,
            width: 2,
            data: [values, values, values].concat(),
        };
        let grids = Grids { a: planes([1.0, 2.0, 3.0, 4.0]), b: planes([0.0, 0.1, 0.2, 0.3]) };
        Stage {
            base: None,
            guide: None,
            grids: Some(Arc::new(grids)),
            own: 0.0,
            clamp,
            strength,
            mask: None,
        }
    }

    fn shade(stages: &[Stage], across: &[f32], down: f32, value: f32) -> Vec<f32> {
        let mut planes = [const { Vec::new() }; 3].map(|_: Vec<f32>| vec![value; across.len()]);
        let [r, g, b] = &mut planes;
        Shader::new(stages, across).block(0..across.len()).row(down, [r, g, b]);
        assert_eq!(planes[0], planes[1]);
        planes[0].clone()
    }

    /// Planes of three rows.
    fn waves(channels: usize, width: usize) -> Planes {
        let data = (0..3 * width * channels).map(|i| (i as f32 * 0.7).sin()).collect();
        Planes { channels, height: 3, width, data }
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
    fn every_width_of_vectors_renders_the_sum_written_out() {
        let planes = |channels| waves(channels, 5);
        let across: Vec<f32> = (0..83).map(|x| aligned(f64::from(x), 83)).collect();
        let colours: Vec<f32> = (0..83).map(|x| (x * 29 % 83) as f32 / 82.0).collect();
        let down = 0.3;
        for channels in [3, 9] {
            let grids = Grids { a: planes(channels), b: planes(3) };
            let read = |grid: &Planes, plane: usize, x: f32| {
                let (x, y) = (x * 4.0, down * 2.0);
                let (left, top) = ((x as usize).min(3), (y as usize).min(1));
                let (u, v) = (f64::from(x - left as f32), f64::from(y - top as f32));
                let at = |x: usize, y: usize| f64::from(grid.plane(plane)[y * 5 + x]);
                let row = |y: usize| (1.0 - u) * at(left, y) + u * at(left + 1, y);
                (1.0 - v) * row(top) + v * row(top + 1)
            };
            let stage = Stage { grids: Some(Arc::new(grids.clone())), ..stage(0.7, false) };
            for (level, got) in at_all_levels(|| {
                let mut rows = [0, 1, 2].map(|_| colours.clone());
                let [r, g, b] = &mut rows;
                Shader::new(std::slice::from_ref(&stage), &across)
                    .block(0..83)
                    .row(down, [r, g, b]);
                rows
            }) {
                for (x, place) in across.iter().enumerate() {
                    let colour = f64::from(colours[x]);
                    for output in 0..3 {
                        let a = |plane| read(&grids.a, plane, *place);
                        let a = if channels == 3 {
                            a(output)
                        } else {
                            (0..3).map(|input| a(3 * output + input)).sum()
                        };
                        let filtered = a * colour + read(&grids.b, output, *place);
                        let want = colour + 0.7 * (filtered - colour);
                        let got = f64::from(got[output][x]);
                        assert!((got - want).abs() < 1e-5, "{level:?} {x}: {got} {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn codes_are_rendered_directly_to_what_the_planes_give() {
        let planes = |channels| waves(channels, 9);
        let grids = Arc::new(Grids { a: planes(3), b: planes(3) });
        // Runs of less than a vector, of one and some, and of several.
        for width in [1, 60, 83, 700] {
            let across: Vec<f32> = (0..width).map(|x| aligned(x as f64, width)).collect();
            let code = |i: usize| (i * 37 % 256) as u8;
            let from: Vec<[u8; 4]> =
                (0..width).map(|x| [code(x), code(x / 2), code(3 * x), code(x + 9)]).collect();
            for (strength, clamp, own) in
                [(1.0, true, 0.0), (1.0, false, 0.3), (0.6, true, 0.0), (0.0, false, -0.2)]
            {
                let grids = Some(Arc::clone(&grids));
                let stage = Stage { grids, own, ..stage(strength, clamp) };
                let shader = Shader::new(std::slice::from_ref(&stage), &across);
                for (level, got) in at_all_levels(|| {
                    let mut out = vec![MaybeUninit::new([0; 4]); width];
                    assert!(shader.block(0..width).direct(0.4, &from, &mut out));
                    // SAFETY: they began as values.
                    out.into_iter().map(|it| unsafe { it.assume_init() }).collect::<Vec<_>>()
                }) {
                    let channel = |channel: usize| {
                        from.iter().map(|pixel| f32::from(pixel[channel]) / 255.0).collect()
                    };
                    let mut rows: [Vec<f32>; 3] = [0, 1, 2].map(channel);
                    let [r, g, b] = &mut rows;
                    shader.block(0..width).row(0.4, [r, g, b]);
                    for (x, pixel) in got.iter().enumerate() {
                        assert_eq!(pixel[3], from[x][3]);
                        for channel in 0..3 {
                            let want = (rows[channel][x] * 255.0).clamp(0.0, 255.0);
                            let apart = (f32::from(pixel[channel]) - want).abs();
                            assert!(apart < 0.501, "{level:?} {width} {x}: {pixel:?} {want}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_more_than_grids_is_not_rendered_directly() {
        let across = [0.0, 1.0];
        let mut out = [MaybeUninit::new([0; 4]); 2];
        let two = [stage(1.0, true), stage(1.0, true)];
        assert!(!Shader::new(&two, &across).block(0..2).direct(0.0, &[[9; 4]; 2], &mut out));
        let none = [Stage { grids: None, ..stage(1.0, true) }];
        assert!(!Shader::new(&none, &across).block(0..2).direct(0.0, &[[9; 4]; 2], &mut out));
        let planes = waves(4, 2);
        let mask = Some(Arc::new(Masked { planes, width: 2, height: 9 }));
        let masked = [Stage { mask, ..stage(1.0, true) }];
        assert!(!Shader::new(&masked, &across).block(0..2).direct(0.0, &[[9; 4]; 2], &mut out));
    }

    #[test]
    fn every_width_of_vectors_covers_what_the_mask_does() {
        let (width, photo) = (83, [83, 40]);
        let planes = waves(4, 7);
        let masked = Masked { planes: planes.clone(), width: photo[0], height: photo[1] };
        let stage = Stage { mask: Some(Arc::new(masked)), ..stage(0.8, false) };
        let whole = Stage { mask: None, ..stage.clone() };
        let across: Vec<f32> = (0..width).map(|x| aligned(x as f64, width)).collect();
        let colours: Vec<f32> = (0..width).map(|x| (x * 29 % 83) as f32 / 82.0).collect();
        let row = 11;
        let down = aligned(row as f64, photo[1]);
        let render = |stage: &Stage| {
            let mut rows = [0, 1, 2].map(|_| colours.clone());
            let [r, g, b] = &mut rows;
            Shader::new(std::slice::from_ref(stage), &across).block(0..width).row(down, [r, g, b]);
            rows
        };
        let place = |at: usize, len: usize, cells: usize| {
            let place = (at as f32 + 0.5) / len as f32 * cells as f32 - 0.5;
            let place = place.clamp(0.0, (cells - 1) as f32);
            let cell = (place as usize).min(cells - 2);
            (cell, place - cell as f32)
        };
        let mut shares = [0, 0];
        for (level, got) in at_all_levels(|| render(&stage)) {
            let all = render(&whole);
            for x in 0..width {
                let ((left, u), (top, v)) = (place(x, width, 7), place(row, photo[1], 3));
                let read = |plane: usize| {
                    let at = |x: usize, y: usize| planes.plane(plane)[y * 7 + x];
                    let row = |y: usize| (1.0 - u) * at(left, y) + u * at(left + 1, y);
                    (1.0 - v) * row(top) + v * row(top + 1)
                };
                let sum = (read(0) + read(1) + read(2)) * colours[x] + read(3);
                let cover = sum.clamp(0.0, 1.0);
                shares[0] += usize::from(cover == 0.0);
                shares[1] += usize::from(cover > 0.0 && cover < 1.0);
                for channel in 0..3 {
                    let want = colours[x] + cover * (all[channel][x] - colours[x]);
                    let got = got[channel][x];
                    assert!((got - want).abs() < 2e-5, "{level:?} {x}: {got} {want}");
                }
            }
        }
        assert!(shares.iter().all(|count| *count > 5), "{shares:?}");
    }

    #[test]
    fn stages_follow_each_other() {
        let got = shade(&[stage(1.0, true), stage(1.0, true)], &[1.0], 1.0, 0.1)[0];
        assert_eq!(got, 1.0, "4·0.7 + 0.3 is clamped");
    }
}
