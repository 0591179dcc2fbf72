//! Which points of a photo are rendered: a lattice of rows and columns.
//!
//! The same lattice serves the screen and the file, the CPU and the GPU. Each of its rows and
//! columns says where it lies (for A and b) and which pixels it is mixed from (for I).

use crate::edit::View;
use crate::kernel::reach::aligned;

/// One row or column of a lattice.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Tap {
    /// Position on the grids, 0..1, corners aligned.
    pub position: f32,
    /// First pixel that it is mixed from, in the level's rows or columns.
    pub first: u32,
    /// Number of pixels that it is mixed from, 1 to 4; 0 where it is beside the photo.
    pub count: u32,
    /// Fills the row on the GPU.
    pub padding: u32,
    /// Their weights, which sum to 1.
    pub weights: [f32; 4],
}

/// The rows or the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// In order.
    pub taps: Vec<Tap>,
}

/// Rows and columns, and the level of the photo that their pixels are counted in.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    /// Reduction of the photo that is read: `2^level` a side.
    pub level: usize,
    /// The rows.
    pub rows: Axis,
    /// The columns.
    pub columns: Axis,
}

impl Axis {
    /// The photo's own pixels `range` of `len`, as an export renders them.
    pub fn exact(range: std::ops::Range<usize>, len: usize) -> Self {
        let tap = |at: usize| Tap {
            position: aligned(at as f64, len),
            first: at as u32,
            count: 1,
            padding: 0,
            weights: [1.0, 0.0, 0.0, 0.0],
        };
        Self { taps: range.map(tap).collect() }
    }

    /// `len` screen pixels, the first of whose edges is at `origin` of the photo, `step` photo
    /// pixels apart; the photo is `full` long and its level, `scale` times smaller, `reduced`.
    fn seen(len: usize, origin: f64, step: f64, full: usize, scale: f64, reduced: usize) -> Self {
        let tap = |i: usize| {
            let (from, to) = (origin + i as f64 * step, origin + (i + 1) as f64 * step);
            let middle = 0.5 * (from + to);
            if !is_on(from, to, full) {
                return Tap { position: 0.0, first: 0, count: 0, padding: 0, weights: [0.0; 4] };
            }
            let (first, weights) = if step >= 1.0 {
                covered(from / scale, to / scale, reduced)
            } else {
                enlarged(middle, step, reduced)
            };
            let mut four = [0.0; 4];
            four[..weights.len()].copy_from_slice(&weights);
            // A square is what the export has there, all over.
            let place = if step > NEAREST_STEP { middle - 0.5 } else { first as f64 };
            Tap {
                position: aligned(place, full),
                first: first as u32,
                count: weights.len() as u32,
                padding: 0,
                weights: four,
            }
        };
        Self { taps: (0..len).map(tap).collect() }
    }

    /// The part that is on the photo.
    pub fn inside(&self) -> std::ops::Range<usize> {
        let start = self.taps.iter().position(|tap| tap.count > 0).unwrap_or(0);
        let end = self.taps.iter().rposition(|tap| tap.count > 0).map_or(0, |last| last + 1);
        start..end.max(start)
    }
}

/// Above 400 % every pixel of the photo is shown as a square.
const NEAREST_STEP: f64 = 0.25;

impl Lattice {
    /// Whether each of its points is one pixel of the photo itself.
    pub fn is_plain(&self) -> bool {
        let mut taps = self.rows.taps.iter().chain(&self.columns.taps);
        self.level == 0 && taps.all(|tap| tap.count < 2)
    }

    /// The photo's own pixels in `rows` and `columns`.
    pub fn part(
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
        [width, height]: [usize; 2],
    ) -> Self {
        Self { level: 0, rows: Axis::exact(rows, height), columns: Axis::exact(columns, width) }
    }

    /// The photo's own pixels in `rows`, all columns.
    pub fn strip(rows: std::ops::Range<usize>, width: usize, height: usize) -> Self {
        Self::part(rows, 0..width, [width, height])
    }

    /// What `view` shows of a photo of `width · height` pixels that has `levels` levels.
    pub fn view(view: &View, width: usize, height: usize, levels: usize) -> Self {
        let step = 1.0 / view.zoom;
        let level = if step < 2.0 { 0 } else { (step.log2().floor() as usize).min(levels - 1) };
        let scale = (1_usize << level) as f64;
        let [x, y] = view.photo_from_screen([0.0, 0.0]);
        let reduced = |len: usize| (0..level).fold(len, |len, _| len.div_ceil(2));
        let axis = |size: u32, origin: f64, full: usize| {
            Axis::seen(size as usize, origin, step, full, scale, reduced(full))
        };
        Self { level, rows: axis(view.size[1], y, height), columns: axis(view.size[0], x, width) }
    }
}

/// A screen pixel's row or column, mixed from the photo's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// First pixel that it is mixed from.
    pub first: usize,
    /// The pixels' weights, which sum to 1; none where it is beside the photo.
    pub weights: Vec<f32>,
}

impl Span {
    /// The rows, then the columns, of `view` of a photo of `width · height` pixels: how the export is
    /// scaled to be shown. Zoomed out it is the mean over the area that a screen pixel covers, from
    /// 100 % to 400 % it lies between the nearest pixels, from there on it is one pixel.
    pub fn of_view(view: &View, width: usize, height: usize) -> [Vec<Self>; 2] {
        let step = 1.0 / view.zoom;
        let [x, y] = view.photo_from_screen([0.0, 0.0]);
        let axis = |size: u32, origin: f64, full: usize| {
            let span = |i: u32| {
                let (from, to) =
                    (origin + f64::from(i) * step, origin + (f64::from(i) + 1.0) * step);
                if !is_on(from, to, full) {
                    return Self::default();
                }
                let middle = 0.5 * (from + to);
                let (first, weights) = if step >= 1.0 {
                    coverage(from, to, full)
                } else {
                    enlarged(middle, step, full)
                };
                Self { first, weights }
            };
            (0..size).map(span).collect()
        };
        [axis(view.size[1], y, height), axis(view.size[0], x, width)]
    }

    /// The pixels of a line of `to`, each the mean over what it covers of a longer one of `from`.
    pub fn scaled(from: usize, to: usize) -> Vec<Self> {
        let step = from as f64 / to as f64;
        let span = |i: usize| {
            let (first, weights) = coverage(i as f64 * step, (i + 1) as f64 * step, from);
            Self { first, weights }
        };
        (0..to).map(span).collect()
    }

    /// The pixels that it is mixed from.
    pub fn pixels(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.weights.len()
    }
}

/// Whether a screen pixel shows the photo: where its middle is on it. A photo thinner than that would
/// never be hit: what touches it shows it.
fn is_on(from: f64, to: f64, full: usize) -> bool {
    let full = full as f64;
    if full < to - from {
        to > 0.0 && from < full
    } else {
        (0.0..full).contains(&(0.5 * (from + to)))
    }
}

/// The pixels that a screen pixel smaller than them is mixed from.
fn enlarged(middle: f64, step: f64, len: usize) -> (usize, Vec<f32>) {
    if step > NEAREST_STEP { between(middle - 0.5, len) } else { (middle as usize, vec![1.0]) }
}

/// Pixels that a span of at most 2 covers, at most three, or four where the level ends early.
fn covered(from: f64, to: f64, len: usize) -> (usize, Vec<f32>) {
    let (first, weights) = coverage(from, to, len);
    if weights.len() <= 4 {
        return (first, weights);
    }
    let middle = 0.5 * (from.max(0.0) + to.min(len as f64));
    ((middle as usize).min(len - 1), vec![1.0])
}

/// Pixels that a span covers, by how much.
fn coverage(from: f64, to: f64, len: usize) -> (usize, Vec<f32>) {
    // Rounding may leave a sliver of a neighbour; it must not count as a pixel.
    let snap = |at: f64| if (at - at.round()).abs() < 1e-6 { at.round() } else { at };
    let (from, to) = (snap(from).max(0.0), snap(to).min(len as f64));
    let first = (from as usize).min(len - 1);
    let last = ((to.ceil() as usize).max(first + 1) - 1).min(len - 1);
    let weight = |at: usize| ((to.min((at + 1) as f64) - from.max(at as f64)) as f32).max(0.0);
    let weights: Vec<f32> = (first..=last).map(weight).collect();
    let sum: f32 = weights.iter().sum();
    if sum <= 0.0 {
        return (first, vec![1.0]);
    }
    (first, weights.into_iter().map(|weight| weight / sum).collect())
}

/// The two pixels around a point.
fn between(at: f64, len: usize) -> (usize, Vec<f32>) {
    let at = at.clamp(0.0, (len - 1) as f64);
    let first = (at as usize).min(len.saturating_sub(2));
    let fraction = (at - first as f64) as f32;
    if fraction == 0.0 { (first, vec![1.0]) } else { (first, vec![1.0 - fraction, fraction]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(view: View) -> Lattice {
        Lattice::view(&view, 6000, 4000, 5)
    }

    #[test]
    fn at_100_percent_every_screen_pixel_is_one_photo_pixel_as_in_an_export() {
        let seen = lattice(View { size: [101, 50], center: [3000.3, 2000.7], zoom: 1.0 });
        let first = seen.columns.taps[0].first as usize;
        assert_eq!(seen.columns, Axis::exact(first..first + 101, 6000));
        assert_eq!(seen.level, 0);
    }

    #[test]
    fn zoomed_out_the_weights_sum_to_one_and_stay_inside() {
        for zoom in [0.9, 0.5, 0.3, 0.2, 0.1, 0.01] {
            let seen = lattice(View { size: [700, 500], center: [3000.0, 2000.0], zoom });
            let reduced = (0..seen.level).fold(6000, |n: usize, _| n.div_ceil(2));
            for tap in &seen.columns.taps[seen.columns.inside()] {
                let sum: f32 = tap.weights.iter().sum();
                assert!((sum - 1.0).abs() < 1e-6, "{tap:?}");
                assert!((tap.first + tap.count) as usize <= reduced, "{tap:?}");
                assert!((0.0..=1.0).contains(&tap.position));
            }
        }
    }

    #[test]
    fn beside_the_photo_there_is_nothing() {
        let seen = lattice(View { size: [100, 100], center: [0.0, 0.0], zoom: 1.0 });
        assert_eq!(seen.rows.inside(), 50..100);
        let far = lattice(View { size: [100, 100], center: [-900.0, 0.0], zoom: 1.0 });
        assert!(far.columns.inside().is_empty());
    }

    #[test]
    fn a_photo_thinner_than_a_screen_pixel_is_seen() {
        for width in [700, 701] {
            let view = View::fit([width, 500], 1, 65_000);
            let seen = Lattice::view(&view, 1, 65_000, 8);
            assert!(!seen.columns.inside().is_empty(), "{width}");
            for tap in &seen.columns.taps[seen.columns.inside()] {
                assert_eq!((tap.first, tap.count, tap.weights[0]), (0, 1, 1.0));
            }
        }
    }

    #[test]
    fn enlarged_400_percent_shows_squares() {
        let seen = lattice(View { size: [16, 16], center: [10.0, 10.0], zoom: 4.0 });
        let firsts: Vec<u32> = seen.columns.taps.iter().map(|tap| tap.first).collect();
        assert_eq!(firsts, [8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11]);
    }
}
