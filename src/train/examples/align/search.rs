//! Finding an edit in its photo without knowing where, how large and how turned it is.
//!
//! Both pictures become fields of doubled gradient directions, `(gx + i·gy)² / |g|^1.2`, whose
//! directions no edit of tones changes and inverted ones do not either. The edit's field is tried at every size and
//! turn, and correlated with the photo's at every shift by Fourier transforms.

use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use super::grey::{Grey, Plane};
use crate::train::examples::alignment::Alignment;

/// √(width · height) of the photo's field.
const SIDE: f64 = 64.0;
/// From one size tried to the next; half a step moves a corner by less than a value of the field.
const SIZE_STEP: f64 = 1.035;
/// The sizes tried are these powers of the step, 0.33 to 1.27: the edit's side against the photo's,
/// both in the photo's pixels. The large ones are edits with a border around them.
const SIZES: std::ops::RangeInclusive<i32> = -32..=7;
/// Of these, what a rough search tries: 0.49 to 1.
const ROUGH_SIZES: std::ops::RangeInclusive<i32> = -21..=0;
/// Pictures that show different things score less, but for few: measured are 35 to 60 for the same
/// picture, and at most 16 for 352 of 354 others.
const BY_CHANCE: f64 = 16.0;
/// What |g|² is divided by is this power of itself. At 1 the noise of a sky counts as much as a
/// roof; at ½, what an edit does to contrast counts.
const POWER: f32 = 0.6;
/// No size and turn needs more room than this many times the photo's long side.
const ROOM: f64 = 1.4;
/// The turns tried, in degrees.
const TURNS: [f64; 5] = [0.0, -2.0, 2.0, -4.0, 4.0];

/// A transform that may be the right one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) transform: Alignment,
    /// How far the fields agree, times the root of over how much: √(width · height) of the photo's
    /// field where they are the same.
    pub(super) score: f64,
}

/// The eight ways to lay a picture down: a factor across and down, and whether it is transposed.
pub(super) const WAYS: [[[f64; 2]; 2]; 8] = [
    [[1.0, 0.0], [0.0, 1.0]],
    [[0.0, -1.0], [1.0, 0.0]],
    [[0.0, 1.0], [-1.0, 0.0]],
    [[-1.0, 0.0], [0.0, -1.0]],
    [[-1.0, 0.0], [0.0, 1.0]],
    [[1.0, 0.0], [0.0, -1.0]],
    [[0.0, 1.0], [1.0, 0.0]],
    [[0.0, -1.0], [-1.0, 0.0]],
];

/// The photo's side of a search.
pub(super) struct Search<'a> {
    after: &'a Grey<'a>,
    sizes: ((usize, usize), (usize, usize)),
    /// Values of the field for one pixel of the photo.
    density: f64,
    field: Field,
    spectrum: Vec<Complex32>,
    energy: Sums,
    transform: Transform,
}

/// Doubled directions, zero where there is no structure.
struct Field {
    width: usize,
    height: usize,
    data: Vec<Complex32>,
}

impl<'a> Search<'a> {
    /// Prepares a search for `after` in `before`.
    pub(super) fn new(
        before: &Grey<'_>,
        after: &'a Grey<'a>,
        before_size: (usize, usize),
        after_size: (usize, usize),
    ) -> Self {
        let side = (before_size.0 as f64 * before_size.1 as f64).sqrt();
        let density = SIDE / side;
        let scaled = |side: usize| ((side as f64 * density).round() as usize).max(4);
        let (width, height) = (scaled(before_size.0), scaled(before_size.1));
        let factor = before.nearest(1.0 / density);
        let luma = before.level(factor).map(|level| {
            Plane::new(width, height, |x, y| {
                let position = |at: usize| (at as f64 + 0.5) / density / factor as f64 - 0.5;
                level.at(position(x), position(y))
            })
        });
        let luma = luma.unwrap_or_else(|| Plane::new(width, height, |_, _| 0.0));
        let field = field(&luma, |_, _| true);
        // Room for the largest edit beside the photo: nothing comes round from the other side.
        let longest = width.max(height) as f64 * ROOM;
        let room = |side: usize| (side as f64 + longest.min(side as f64 * 2.0)).ceil() as usize;
        let transform = Transform::new(room(width), room(height));
        let spectrum = transform.forward(&field);
        let energy = Sums::new(&field);
        Self {
            after,
            sizes: (before_size, after_size),
            density,
            field,
            spectrum,
            energy,
            transform,
        }
    }

    /// The best places of the edit at its own size and all others, slightly turned; best first.
    pub(super) fn everywhere(&self, way: [[f64; 2]; 2]) -> Vec<Candidate> {
        let trials = SIZES.flat_map(|power| TURNS.map(|turn| (SIZE_STEP.powi(power), turn)));
        let candidates = trials.filter_map(|(size, turn)| self.place(way, size, turn)).collect();
        best(candidates, 2.5 / self.density)
    }

    /// The best places, if there are any, of an edit of at most the photo's size, upright and with
    /// larger steps: for asking many pictures whether they show the same.
    pub(super) fn roughly(&self) -> Vec<Candidate> {
        let sizes = ROUGH_SIZES.step_by(3).map(|power| SIZE_STEP.powi(power));
        let candidates = sizes.filter_map(|size| self.place(WAYS[0], size, 0.0));
        let candidates = candidates.filter(|it| it.score > BY_CHANCE).collect();
        let mut few = best(candidates, 2.5 / self.density);
        few.truncate(3);
        few
    }

    /// The best place of an edit that is as large as the photo, lying in one of the eight ways.
    pub(super) fn same_size(&self, way: [[f64; 2]; 2]) -> Option<Candidate> {
        self.place(way, 1.0, 0.0)
    }

    fn place(&self, way: [[f64; 2]; 2], size: f64, turn: f64) -> Option<Candidate> {
        let ((before_width, before_height), (width, height)) = self.sizes;
        let (width, height) = (width as f64, height as f64);
        let area = before_width as f64 * before_height as f64;
        // Pixels of the edit for one value of the field.
        let step = (width * height).sqrt() / (size * area.sqrt()) / self.density;
        let (sin, cos) = turn.to_radians().sin_cos();
        let turned = |column: usize| {
            let (x, y) = (way[0][column], way[1][column]);
            (step * (cos * x - sin * y), step * (sin * x + cos * y))
        };
        let (across, down) = (turned(0), turned(1));
        // Half of the box around the edit, in values of the field.
        let half_width = (across.0.abs() * width + across.1.abs() * height) / (2.0 * step * step);
        let half_height = (down.0.abs() * width + down.1.abs() * height) / (2.0 * step * step);
        let (columns, rows) = ((2.0 * half_width) as usize, (2.0 * half_height) as usize);
        if columns < 8 || rows < 8 {
            return None;
        }
        let middle = ((columns as f64 - 1.0) / 2.0, (rows as f64 - 1.0) / 2.0);
        let position = |x: f64, y: f64| {
            let (x, y) = (x - middle.0, y - middle.1);
            (
                width / 2.0 - 0.5 + across.0 * x + down.0 * y,
                height / 2.0 - 0.5 + across.1 * x + down.1 * y,
            )
        };
        let factor = self.after.nearest(step);
        let level = self.after.level(factor)?;
        let luma = Plane::new(columns, rows, |x, y| {
            let (x, y) = position(x as f64, y as f64);
            level.at((x + 0.5) / factor as f64 - 0.5, (y + 0.5) / factor as f64 - 0.5)
        });
        let inside = |x: usize, y: usize| {
            let (x, y) = position(x as f64, y as f64);
            x >= 0.5 * step
                && y >= 0.5 * step
                && x <= width - 1.0 - 0.5 * step
                && y <= height - 1.0 - 0.5 * step
        };
        let template = field(&luma, inside);
        let ((dx, dy), score) = self.correlate(&template)?;
        // (x, y) of the photo lies at density·(x + ½) − ½ of its field, and from there at that
        // less (dx, dy) of the template.
        let first = 0.5 * self.density - 0.5;
        let origin = position(first - dx as f64, first - dy as f64);
        let density = self.density;
        let matrix = [
            [across.0 * density, down.0 * density, origin.0],
            [across.1 * density, down.1 * density, origin.1],
        ];
        let (before, after) = self.sizes;
        Some(Candidate { transform: Alignment { matrix, before, after }, score })
    }

    /// The shift at which a template agrees best.
    fn correlate(&self, template: &Field) -> Option<((i64, i64), f64)> {
        let mut product = self.transform.forward(template);
        for (theirs, ours) in product.iter_mut().zip(&self.spectrum) {
            *theirs = ours * theirs.conj();
        }
        let surface = self.transform.backward(product);
        let energy = Sums::new(template);
        let (whole, least) = (energy.all(), 0.3);
        let (width, height) = (self.field.width as i64, self.field.height as i64);
        let (columns, rows) = (template.width as i64, template.height as i64);
        let mut best = None;
        let mut best_score = 0.0;
        for dy in 1 - rows..height {
            for dx in 1 - columns..width {
                let at = self.transform.index(dx, dy)?;
                let sum = f64::from(surface[at]);
                if sum <= 0.0 {
                    continue;
                }
                let (left, top) = (dx.max(0), dy.max(0));
                let (right, bottom) = ((dx + columns).min(width), (dy + rows).min(height));
                let ours = self.energy.of(left, top, right, bottom);
                let theirs = energy.of(left - dx, top - dy, right - dx, bottom - dy);
                if theirs < least * whole || ours <= 0.0 {
                    continue;
                }
                // Agreement times the root of how much agrees: how unlikely it is by chance.
                let score = sum / (ours * theirs).powf(0.25);
                if score > best_score {
                    (best, best_score) = (Some((dx, dy)), score);
                }
            }
        }
        best.map(|at| (at, best_score))
    }
}

/// The best few candidates that are not nearly the same; `near` in pixels of the photo.
fn best(mut candidates: Vec<Candidate>, near: f64) -> Vec<Candidate> {
    const FEW: usize = 12;
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let corners = candidate.corners();
        let is_near = |other: &Candidate| {
            let pairs = corners.into_iter().zip(other.corners());
            pairs.into_iter().all(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1) < near)
        };
        if kept.len() < FEW && !kept.iter().any(is_near) {
            kept.push(candidate);
        }
    }
    kept
}

impl Candidate {
    /// Where the edit's corners lie in the photo.
    fn corners(&self) -> [(f64, f64); 4] {
        let (right, bottom) = (self.transform.after.0 as f64, self.transform.after.1 as f64);
        [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)]
            .map(|(x, y)| self.transform.before_from_after(x, y))
    }
}

/// The doubled directions of a plane; zero at its border and where `inside` says no.
fn field(plane: &Plane, inside: impl Fn(usize, usize) -> bool) -> Field {
    let (width, height) = (plane.width, plane.height);
    let mut data = vec![Complex32::new(0.0, 0.0); width * height];
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            if inside(x, y) {
                let across = plane.get(x + 1, y) - plane.get(x - 1, y);
                let down = plane.get(x, y + 1) - plane.get(x, y - 1);
                data[y * width + x] = Complex32::new(across, down);
            }
        }
    }
    // Half of what is usual there counts half.
    let mut strengths: Vec<f32> =
        data.iter().map(Complex32::norm_sqr).filter(|strength| *strength > 0.0).collect();
    let middle = strengths.len() / 2;
    let usual = match strengths.is_empty() {
        true => 1.0,
        false => *strengths.select_nth_unstable_by(middle, f32::total_cmp).1,
    };
    let soft = 0.25 * usual + 4.0 / (255.0 * 255.0);
    for value in &mut data {
        *value = *value * *value / (value.norm_sqr() + soft).powf(POWER);
    }
    // Of one strength in the mean, so that scores of different pictures compare.
    let energy = data.iter().map(Complex32::norm_sqr).sum::<f32>() / data.len() as f32;
    let scale = 1.0 / energy.max(1e-12).sqrt();
    for value in &mut data {
        *value *= scale;
    }
    Field { width, height, data }
}

/// Sums of |z|² over rectangles.
struct Sums {
    width: usize,
    height: usize,
    table: Vec<f64>,
}

impl Sums {
    fn new(field: &Field) -> Self {
        let (width, height) = (field.width, field.height);
        let mut table = vec![0.0; (width + 1) * (height + 1)];
        for y in 0..height {
            let mut row = 0.0;
            for x in 0..width {
                row += f64::from(field.data[y * width + x].norm_sqr());
                table[(y + 1) * (width + 1) + x + 1] = table[y * (width + 1) + x + 1] + row;
            }
        }
        Self { width, height, table }
    }

    /// From `left`, `top` to before `right`, `bottom`, all inside.
    fn of(&self, left: i64, top: i64, right: i64, bottom: i64) -> f64 {
        let at = |x: i64, y: i64| self.table[y as usize * (self.width + 1) + x as usize];
        at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
    }

    fn all(&self) -> f64 {
        self.of(0, 0, self.width as i64, self.height as i64)
    }
}

/// Fourier transforms of fields, padded with zeros.
struct Transform {
    width: usize,
    height: usize,
    rows: Arc<dyn Fft<f32>>,
    columns: Arc<dyn Fft<f32>>,
    rows_back: Arc<dyn Fft<f32>>,
    columns_back: Arc<dyn Fft<f32>>,
}

impl Transform {
    /// For fields whose sizes add up to no more than this.
    fn new(width: usize, height: usize) -> Self {
        let (width, height) = (smooth(width), smooth(height));
        let mut planner = FftPlanner::new();
        Self {
            width,
            height,
            rows: planner.plan_fft_forward(width),
            columns: planner.plan_fft_forward(height),
            rows_back: planner.plan_fft_inverse(width),
            columns_back: planner.plan_fft_inverse(height),
        }
    }

    /// The spectrum, transposed.
    fn forward(&self, field: &Field) -> Vec<Complex32> {
        let mut data = vec![Complex32::new(0.0, 0.0); self.width * self.height];
        let (width, height) = (field.width.min(self.width), field.height.min(self.height));
        for y in 0..height {
            data[y * self.width..][..width]
                .copy_from_slice(&field.data[y * field.width..][..width]);
        }
        self.rows.process(&mut data[..height * self.width]);
        let mut data = transposed(&data, self.width);
        self.columns.process(&mut data);
        data
    }

    /// The real part of what has a spectrum.
    fn backward(&self, mut spectrum: Vec<Complex32>) -> Vec<f32> {
        self.columns_back.process(&mut spectrum);
        let mut data = transposed(&spectrum, self.height);
        self.rows_back.process(&mut data);
        let scale = 1.0 / (self.width * self.height) as f32;
        data.iter().map(|value| value.re * scale).collect()
    }

    /// Where a shift stands; None for one that is larger than the transform.
    fn index(&self, dx: i64, dy: i64) -> Option<usize> {
        let wrap = |d: i64, side: usize| {
            (d.unsigned_abs() < side as u64).then(|| d.rem_euclid(side as i64) as usize)
        };
        Some(wrap(dy, self.height)? * self.width + wrap(dx, self.width)?)
    }
}

/// The next number without prime factors above 5.
fn smooth(at_least: usize) -> usize {
    let is_smooth = |number: &usize| {
        let mut rest = *number;
        for prime in [2, 3, 5] {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        rest == 1
    };
    (at_least.max(1)..).find(is_smooth).unwrap_or(at_least)
}

fn transposed(data: &[Complex32], width: usize) -> Vec<Complex32> {
    let height = data.len() / width;
    let mut out = vec![Complex32::new(0.0, 0.0); data.len()];
    for (y, row) in data.chunks_exact(width).enumerate() {
        for (x, value) in row.iter().enumerate() {
            out[x * height + y] = *value;
        }
    }
    out
}
