//! How far single patches lie from where a transform expects them.
//!
//! Patches are compared by the square of their normalised cross-correlation: whatever an edit does
//! to light and contrast, inside a patch it is nearly a factor and a term, and the square forgives
//! even inverted tones.

use super::grey::{Grey, Plane};
use crate::train::examples::alignment::Alignment;

/// Values a side of a patch.
pub(super) const SIDE: usize = 25;
/// Values around a patch that take part in its local means.
pub(super) const MARGIN: usize = 4;

/// What comparing one patch gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The patch's middle, in pixels of the photo.
    pub(super) at: (f64, f64),
    /// How far off it lies, in values of the photo's level.
    pub(super) off: (f64, f64),
    /// How well it agrees there: squared correlation, 0 to 1.
    pub(super) peak: f64,
    /// The same in the mean over all the places tried.
    pub(super) typical: f64,
    /// How sharply the agreement falls away from there: xx, xy, yy, scaled so that the larger
    /// eigenvalue is 1.
    pub(super) sharpness: [f64; 3],
}

impl Found {
    /// The length of a vector in the directions that the patch pins down.
    pub(super) fn distance(&self, (x, y): (f64, f64)) -> f64 {
        let [xx, xy, yy] = self.sharpness;
        (xx * x * x + 2.0 * xy * x * y + yy * y * y).max(0.0).sqrt()
    }
}

/// A patch of the photo that is to be found again.
pub(super) struct Comparison<'a> {
    pub(super) before: &'a Grey<'a>,
    pub(super) after: &'a Grey<'a>,
    /// Reduction of the photo.
    pub(super) factor: usize,
    /// How far to look, in values of that level.
    pub(super) reach: usize,
}

impl Comparison<'_> {
    /// Compares the patch around a value of the photo's level. None where it reaches beyond one of
    /// the pictures, has no structure, or agrees best at the end of the reach.
    pub(super) fn find(&self, transform: &Alignment, (x, y): (usize, usize)) -> Option<Found> {
        let half = SIDE / 2 + MARGIN;
        let side = SIDE + 2 * MARGIN;
        let corner = (x as i64 - half as i64, y as i64 - half as i64);
        let template = self.before.window(self.factor, corner, (side, side))?;
        let template = local(&template);
        let field = self.field(transform, (x, y), half + self.reach)?;
        let field = local(&field);
        let surface = agreement(&template, &field)?;
        self.peak(&surface, (x, y))
    }

    /// The edit around where the transform expects a value of the photo's level, on that level's
    /// raster, `half` values to each side.
    fn field(&self, transform: &Alignment, at: (usize, usize), half: usize) -> Option<Plane> {
        let factor = self.factor as f64;
        let theirs = self.after.nearest(factor * transform.scale());
        let position = |dx: f64, dy: f64| {
            let pixel = |at: usize, offset: f64| (at as f64 + offset + 0.5) * factor - 0.5;
            let (x, y) = transform.after_from_before(pixel(at.0, dx), pixel(at.1, dy));
            ((x + 0.5) / theirs as f64 - 0.5, (y + 0.5) / theirs as f64 - 0.5)
        };
        let reach = half as f64;
        let corners = [(-reach, -reach), (reach, -reach), (-reach, reach), (reach, reach)]
            .map(|(dx, dy)| position(dx, dy));
        let low = |of: fn(&(f64, f64)) -> f64| {
            (corners.iter().map(of).fold(f64::INFINITY, f64::min) + 1e-6).floor() as i64
        };
        let high = |of: fn(&(f64, f64)) -> f64| {
            (corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max) - 1e-6).ceil() as i64
        };
        let (left, top) = (low(|c| c.0), low(|c| c.1));
        let size = ((high(|c| c.0) - left + 1) as usize, (high(|c| c.1) - top + 1) as usize);
        let window = self.after.window(theirs, (left, top), size)?;
        let side = 2 * half + 1;
        Some(Plane::new(side, side, |x, y| {
            let (x, y) = position(x as f64 - reach, y as f64 - reach);
            window.at(x - left as f64, y - top as f64)
        }))
    }

    /// The best place of a surface of agreement, between its values.
    fn peak(&self, surface: &Plane, at: (usize, usize)) -> Option<Found> {
        let best =
            (0..surface.data.len()).max_by(|a, b| surface.data[*a].total_cmp(&surface.data[*b]))?;
        let (x, y) = (best % surface.width, best / surface.width);
        let inside = |at: usize, len: usize| at > 0 && at + 1 < len;
        if !inside(x, surface.width) || !inside(y, surface.height) {
            return None;
        }
        let value = |dx: usize, dy: usize| f64::from(surface.get(x + dx - 1, y + dy - 1));
        let middle = value(1, 1);
        let slope = (0.5 * (value(2, 1) - value(0, 1)), 0.5 * (value(1, 2) - value(1, 0)));
        let xx = (2.0 * middle - value(2, 1) - value(0, 1)).max(1e-9);
        let yy = (2.0 * middle - value(1, 2) - value(1, 0)).max(1e-9);
        let xy = -0.25 * (value(2, 2) - value(0, 2) - value(2, 0) + value(0, 0));
        // A saddle has no peak: keep the form round enough to have one.
        let xy = xy.clamp(-0.95 * (xx * yy).sqrt(), 0.95 * (xx * yy).sqrt());
        let area = xx * yy - xy * xy;
        let solved = (yy * slope.0 - xy * slope.1, xx * slope.1 - xy * slope.0);
        let offset = |solved: f64| (solved / area).clamp(-0.75, 0.75);
        let reach = self.reach as f64;
        let largest = 0.5 * (xx + yy) + (0.25 * (xx - yy) * (xx - yy) + xy * xy).sqrt();
        let pixel = |at: usize| (at as f64 + 0.5) * self.factor as f64 - 0.5;
        let mean = surface.data.iter().sum::<f32>() / surface.data.len() as f32;
        Some(Found {
            at: (pixel(at.0), pixel(at.1)),
            off: (x as f64 - reach + offset(solved.0), y as f64 - reach + offset(solved.1)),
            peak: middle,
            typical: f64::from(mean),
            sharpness: [xx / largest, xy / largest, yy / largest],
        })
    }
}

/// A plane without its local means and without its margin.
fn local(plane: &Plane) -> Plane {
    let mean = super::corners::box_mean(plane, MARGIN);
    Plane::new(plane.width - 2 * MARGIN, plane.height - 2 * MARGIN, |x, y| {
        plane.get(x + MARGIN, y + MARGIN) - mean.get(x + MARGIN, y + MARGIN)
    })
}

/// Squared correlation of a template with each place of a field; None where the template is flat.
fn agreement(template: &Plane, field: &Plane) -> Option<Plane> {
    /// Less than a third of a level of 255 in the mean is no structure.
    const FLAT: f32 = 0.3 / 255.0;
    let count = template.data.len() as f32;
    let mean = template.data.iter().sum::<f32>() / count;
    let template = Plane::new(template.width, template.height, |x, y| template.get(x, y) - mean);
    let energy: f32 = template.data.iter().map(|value| value * value).sum();
    if energy < count * FLAT * FLAT {
        return None;
    }
    let (columns, rows) = (field.width - template.width + 1, field.height - template.height + 1);
    Some(Plane::new(columns, rows, |dx, dy| {
        let rows = template.data.chunks_exact(template.width).enumerate();
        let sums = rows.map(|(y, row)| {
            sums(row, &field.data[(y + dy) * field.width + dx..][..template.width])
        });
        let [product, sum, squares] =
            sums.fold([0.0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
        let theirs = (squares - sum * sum / count).max(count * FLAT * FLAT);
        product * product / (energy * theirs)
    }))
}

/// Σab, Σb and Σb² of two rows of one length, eight lanes at a time.
fn sums(a: &[f32], b: &[f32]) -> [f32; 3] {
    const LANES: usize = 8;
    let (mut product, mut sum, mut squares) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            product[i] += a * b;
            sum[i] += b;
            squares[i] += b * b;
        }
    }
    [product, sum, squares].map(|lanes| lanes.iter().sum())
}
