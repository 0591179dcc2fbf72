//! The head: F, `O = A·G + b`, clamp and the mean squared error, over a photo's pixels, as one node.
//!
//! The error and its gradients come out of one pass: A and b are read bilinearly, [`shade`] turns
//! them into their gradients, and those are added back to the grids by the adjoint of the reading.
//! A photo is cut where its rows pass a row of the grids, so each piece touches two grid rows.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp2, DType, Layout, Result, Shape, Storage, Tensor};
use rayon::prelude::*;

use super::bilinear::{self, Place, place, places};
use super::fold::{self, FoldedGradient};
use super::network::Plan;
use super::shade::{Block, PIXELS, Shade, Sums, Terms};
use super::{Real, compose, copied, size_of_planes, values};
use crate::kernel::moments::Moments;
use crate::kernel::wide::{Lanes, in_lanes};

/// A photo and its edit at full resolution: what the loss is taken over.
#[derive(Clone, Debug)]
pub struct Target {
    /// The photo, `[3, height, width]`, sRGB-encoded 0..1.
    pub before: Tensor,
    /// Its edit, of the same shape.
    pub after: Tensor,
    /// Moments of the whole photo's colours.
    pub moments: Moments,
    /// Row and column of the pixels that count; None takes all of them.
    pub sites: Option<Arc<Vec<[u32; 2]>>>,
}

/// The mean over pixels and channels of `(O − after)²`, a scalar: `grids` is `[6, height, width]`,
/// A then b, `guide` F's plan and weights, None where the photo itself guides.
///
/// # Errors
/// When shapes or types do not fit.
pub fn loss(
    grids: &Tensor,
    guide: Option<(&Tensor, &Arc<Plan>)>,
    target: &Target,
    clamp: bool,
) -> Result<Tensor> {
    if !grids.device().is_cpu() {
        return compose::loss(grids, guide, target, clamp);
    }
    let plan = guide.map(|(_, plan)| Arc::clone(plan));
    let weights = match guide {
        Some((weights, _)) => weights.clone(),
        // The node has two inputs; without F one of them is empty.
        None => Tensor::zeros(0, grids.dtype(), grids.device())?,
    };
    let (target, grids) = (target.clone(), grids.contiguous()?);
    match grids.dtype() {
        DType::F64 => {
            grids.apply_op2(&weights, Node::<f64> { plan, target, clamp, kept: Mutex::new(None) })
        }
        _ => grids.apply_op2(&weights, Node::<f32> { plan, target, clamp, kept: Mutex::new(None) }),
    }
}

struct Node<T> {
    plan: Option<Arc<Plan>>,
    target: Target,
    clamp: bool,
    /// Gradients of the grids and of F's weights.
    kept: Mutex<Option<(Vec<T>, Vec<T>)>>,
}

impl<T: Real> CustomOp2 for Node<T> {
    fn name(&self) -> &'static str {
        "head"
    }

    fn cpu_fwd(
        &self,
        grids: &CpuStorage,
        grids_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let cells = size_of_planes(grids_layout, 6)?;
        let (grids, weights) =
            (values::<T>(grids, grids_layout)?, values::<T>(weights, weights_layout)?);
        let Target { before, after, moments, sites } = &self.target;
        let folded = self.plan.as_ref().map(|plan| fold::fold(plan, weights, moments));
        let (before_storage, before_layout) = before.storage_and_layout();
        let (after_storage, after_layout) = after.storage_and_layout();
        let (Storage::Cpu(before), Storage::Cpu(after)) = (&*before_storage, &*after_storage)
        else {
            candle_core::bail!("the photo is on another device than the weights");
        };
        let size = size_of_planes(before_layout, 3)?;
        let (before, after) =
            (values::<T>(before, before_layout)?, values::<T>(after, after_layout)?);
        if before.len() != after.len() {
            candle_core::bail!("the photo and its edit differ in size");
        }
        let count = 3 * sites.as_ref().map_or(size[0] * size[1], |sites| sites.len());
        let step = T::of(2.0 / count as f64);
        let terms = Terms { guide: folded.as_ref(), clamp: self.clamp, step };
        let picture = Picture { before, after, size, grids, cells, terms };
        let whole = match sites {
            None => picture.all(),
            Some(sites) => picture.sampled(sites),
        };
        let to_weights = match &self.plan {
            Some(plan) => fold::unfold(plan, weights, moments, &whole.guide),
            None => Vec::new(),
        };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((whole.grids, to_weights));
        let loss = T::of(whole.error / count as f64);
        Ok((T::to_cpu_storage_owned(vec![loss]), Shape::from(())))
    }

    fn bwd(
        &self,
        grids: &Tensor,
        weights: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut to_grids, mut to_weights)) = kept else {
            candle_core::bail!("a head's gradient was asked for twice");
        };
        let scale = copied::<T>(gradient)?[0];
        for value in to_grids.iter_mut().chain(&mut to_weights) {
            *value *= scale;
        }
        let to_grids = Tensor::from_vec(to_grids, grids.shape(), grids.device())?;
        let to_weights = self
            .plan
            .as_ref()
            .map(|_| Tensor::from_vec(to_weights, weights.shape(), weights.device()))
            .transpose()?;
        Ok((Some(to_grids), to_weights))
    }
}

/// Everything that a pass over the pixels reads.
struct Picture<'a, T> {
    before: &'a [T],
    after: &'a [T],
    size: [usize; 2],
    /// A then b, 6 planes.
    grids: &'a [T],
    cells: [usize; 2],
    terms: Terms<'a, T>,
}

/// What comes out of it.
struct Whole<T> {
    error: f64,
    guide: FoldedGradient,
    grids: Vec<T>,
}

/// Columns of a block: what its rows share stays in the nearest cache.
const COLUMNS: usize = 256;
/// Sampled pixels of a job.
const SITES: usize = 4096;

impl<T: Real> Picture<'_, T> {
    /// Over all pixels.
    fn all(&self) -> Whole<T> {
        let rows = places::<T>(self.size[0], self.cells[0]);
        let columns = places::<T>(self.size[1], self.cells[1]);
        // Rows between the same two rows of the grids.
        let bands: Vec<(usize, &[Place<T>])> = rows
            .chunk_by(|a, b| a.cell == b.cell)
            .scan(0, |start, band| {
                *start += band.len();
                Some((*start - band.len(), band))
            })
            .collect();
        let parts: Vec<Band<T>> =
            bands.into_par_iter().map(|(start, rows)| self.band(start, rows, &columns)).collect();
        let mut whole = self.nothing();
        let (width, area) = (self.cells[1], self.cells[0] * self.cells[1]);
        for part in &parts {
            whole.error += part.sums.error;
            part.sums.add_to(&mut whole.guide);
            for (row, values) in [(part.cell, &part.above), (part.next, &part.below)] {
                for (plane, values) in values.chunks_exact(width).enumerate() {
                    let to = &mut whole.grids[plane * area + row * width..][..width];
                    to.iter_mut().zip(values).for_each(|(to, value)| *to += *value);
                }
            }
        }
        whole
    }

    fn nothing(&self) -> Whole<T> {
        let grids = vec![T::ZERO; self.grids.len()];
        Whole { error: 0.0, guide: FoldedGradient::default(), grids }
    }

    /// Rows from `start` on that lie between the same two rows of the grids.
    fn band(&self, start: usize, rows: &[Place<T>], columns: &[Place<T>]) -> Band<T> {
        let Place { cell, next, .. } = rows[0];
        let width = self.cells[1];
        let mut part = Band {
            cell,
            next,
            sums: Sums::zeros(self.terms.guide),
            above: vec![T::ZERO; 6 * width],
            below: vec![T::ZERO; 6 * width],
        };
        let room = || vec![T::ZERO; 6 * COLUMNS];
        let (mut top, mut step, mut maps) = (room(), room(), room());
        let (mut to_top, mut to_step) = (room(), room());
        let mut blocks = blocks();
        let area = self.cells[0] * width;
        for (block, columns) in columns.chunks(COLUMNS).enumerate() {
            let len = columns.len();
            for plane in 0..6 {
                let at = plane * COLUMNS;
                let grid = &self.grids[plane * area..];
                let (top, step) = (&mut top[at..][..len], &mut step[at..][..len]);
                bilinear::read(&grid[cell * width..][..width], columns, top);
                bilinear::read(&grid[next * width..][..width], columns, step);
                step.iter_mut().zip(top).for_each(|(step, top)| *step -= *top);
            }
            to_top.fill(T::ZERO);
            to_step.fill(T::ZERO);
            for (row, place) in rows.iter().enumerate() {
                let fraction = place.fraction;
                in_lanes(Mix { top: &top, step: &step, fraction, maps: &mut maps });
                let first = (start + row) * self.size[1] + block * COLUMNS;
                let area = self.size[0] * self.size[1];
                let before = planes_of(&self.before[first..], area, len);
                let after = planes_of(&self.after[first..], area, len);
                self.shade(before, after, &mut maps, &mut blocks, &mut part.sums);
                let (top, step) = (&mut to_top, &mut to_step);
                in_lanes(Unmix { maps: &maps, fraction, top, step });
            }
            for plane in 0..6 {
                let at = plane * COLUMNS;
                let (above, step) = (&mut to_top[at..][..len], &to_step[at..][..len]);
                // top·(1 − f) + bottom·f
                above.iter_mut().zip(step).for_each(|(above, step)| *above -= *step);
                bilinear::spread(above, columns, &mut part.above[plane * width..][..width]);
                bilinear::spread(step, columns, &mut part.below[plane * width..][..width]);
            }
        }
        part
    }

    /// Over sampled pixels.
    fn sampled(&self, sites: &[[u32; 2]]) -> Whole<T> {
        let parts: Vec<(Sums<T>, Vec<T>)> =
            sites.par_chunks(SITES).map(|sites| self.some(sites)).collect();
        let mut whole = self.nothing();
        for (sums, grids) in &parts {
            whole.error += sums.error;
            sums.add_to(&mut whole.guide);
            whole.grids.iter_mut().zip(grids).for_each(|(to, value)| *to += *value);
        }
        whole
    }

    fn some(&self, sites: &[[u32; 2]]) -> (Sums<T>, Vec<T>) {
        let mut sums = Sums::zeros(self.terms.guide);
        let mut to_grids = vec![T::ZERO; self.grids.len()];
        let area = self.cells[0] * self.cells[1];
        let room = || vec![T::ZERO; 6 * COLUMNS];
        let (mut maps, mut before, mut after) = (room(), room(), room());
        let mut blocks = blocks();
        for sites in sites.chunks(COLUMNS) {
            let corners: Vec<[(usize, T); 4]> =
                sites.iter().map(|site| self.corners(*site)).collect();
            for plane in 0..6 {
                let grid = &self.grids[plane * area..][..area];
                for (map, corners) in maps[plane * COLUMNS..].iter_mut().zip(&corners) {
                    *map = corners.iter().map(|(cell, weight)| grid[*cell] * *weight).sum();
                }
            }
            let planes = self.size[0] * self.size[1];
            for (i, [y, x]) in sites.iter().enumerate() {
                let at = *y as usize * self.size[1] + *x as usize;
                for channel in 0..3 {
                    before[channel * COLUMNS + i] = self.before[channel * planes + at];
                    after[channel * COLUMNS + i] = self.after[channel * planes + at];
                }
            }
            let len = sites.len();
            let (before, after) =
                (planes_of(&before, COLUMNS, len), planes_of(&after, COLUMNS, len));
            self.shade(before, after, &mut maps, &mut blocks, &mut sums);
            for plane in 0..6 {
                let grid = &mut to_grids[plane * area..][..area];
                for (map, corners) in maps[plane * COLUMNS..].iter().zip(&corners) {
                    for (cell, weight) in corners {
                        grid[*cell] += *map * *weight;
                    }
                }
            }
        }
        (sums, to_grids)
    }

    /// The four cells that a pixel reads, and how much of each.
    fn corners(&self, [y, x]: [u32; 2]) -> [(usize, T); 4] {
        let row = place::<T>(y as usize, self.size[0], self.cells[0]);
        let column = place::<T>(x as usize, self.size[1], self.cells[1]);
        let (down, across) = (row.fraction, column.fraction);
        let at = |y: usize, x: usize| y * self.cells[1] + x;
        [
            (at(row.cell, column.cell), (T::ONE - down) * (T::ONE - across)),
            (at(row.cell, column.next), (T::ONE - down) * across),
            (at(row.next, column.cell), down * (T::ONE - across)),
            (at(row.next, column.next), down * across),
        ]
    }

    /// Shades a run of pixels: A and b in `maps`, planes of [`COLUMNS`], become their gradients.
    fn shade(
        &self,
        before: [&[T]; 3],
        after: [&[T]; 3],
        maps: &mut [T],
        room: &mut [Block<T>],
        sums: &mut Sums<T>,
    ) {
        let len = before[0].len();
        let mut maps = maps.chunks_exact_mut(COLUMNS).map(|plane| &mut plane[..len]);
        let maps = [(); 6].map(|()| maps.next().unwrap_or_default());
        in_lanes(Shade { terms: self.terms, before, after, maps, room, sums });
    }
}

/// A band's share of the sums: F's, and the gradients of the grids' rows above and below it.
struct Band<T> {
    cell: usize,
    next: usize,
    sums: Sums<T>,
    /// `[6][width]`
    above: Vec<T>,
    below: Vec<T>,
}

/// Room for a block of columns.
fn blocks<T: Real>() -> Vec<Block<T>> {
    vec![[[T::ZERO; PIXELS]; 6]; COLUMNS / PIXELS]
}

/// The first `len` values of three planes that are `pitch` apart.
fn planes_of<T>(values: &[T], pitch: usize, len: usize) -> [&[T]; 3] {
    [0, 1, 2].map(|plane| &values[plane * pitch..][..len])
}

/// `maps = top + fraction·step`: a row of pixels between two rows of the grids.
struct Mix<'a, 'b, T> {
    top: &'a [T],
    step: &'a [T],
    fraction: T,
    maps: &'b mut [T],
}

impl<T: Real> Lanes for Mix<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        for ((map, top), step) in self.maps.iter_mut().zip(self.top).zip(self.step) {
            *map = step.fma::<FMA>(self.fraction, *top);
        }
    }
}

/// The adjoint of [`Mix`], added to what there is.
struct Unmix<'a, 'b, T> {
    maps: &'a [T],
    fraction: T,
    top: &'b mut [T],
    step: &'b mut [T],
}

impl<T: Real> Lanes for Unmix<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        for ((map, top), step) in self.maps.iter().zip(self.top).zip(self.step) {
            *top += *map;
            *step = map.fma::<FMA>(self.fraction, *step);
        }
    }
}
