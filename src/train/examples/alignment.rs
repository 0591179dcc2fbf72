//! How the two halves of a pair lie on each other.

/// Where each position of the photo lies in its edit, and how far the two reach.
///
/// Positions are in pixels, whole numbers at the centres of pixels: (0, 0) is the middle of the
/// first one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// `after = matrix · (x, y, 1)`.
    pub matrix: [[f64; 3]; 2],
    /// Width and height of the photo.
    pub before: (usize, usize),
    /// Width and height of the edit.
    pub after: (usize, usize),
}

/// Whole pixels of a photo: the left upper one and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns; at least 1.
    pub width: usize,
    /// Rows; at least 1.
    pub height: usize,
}

impl Alignment {
    /// The edit lies on the photo pixel by pixel, from the first one on.
    pub fn identity(before: (usize, usize), after: (usize, usize)) -> Self {
        Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], before, after }
    }

    /// True where both have one size and lie on each other pixel by pixel.
    pub fn is_identity(&self) -> bool {
        *self == Self::identity(self.before, self.before)
    }

    /// True where every pixel of the photo lies on a pixel of the edit, so that nothing is
    /// interpolated: whole shifts, quarter turns and mirrorings.
    pub fn is_exact(&self) -> bool {
        let [row_x, row_y] = self.matrix;
        let is_unit = |a: f64, b: f64| a.abs() + b.abs() == 1.0 && a * b == 0.0;
        is_unit(row_x[0], row_x[1])
            && is_unit(row_y[0], row_y[1])
            && [row_x[2], row_y[2]].iter().all(|shift| shift.fract() == 0.0)
    }

    /// Pixels of the edit for one of the photo, along a side: 0.5 where the edit was exported at
    /// half the size.
    pub fn scale(&self) -> f64 {
        let [[a, b, _], [c, d, _]] = self.matrix;
        (a * d - b * c).abs().sqrt()
    }

    /// By how many degrees the edit is turned clockwise against the photo, −180 to 180; of a
    /// mirrored one, behind the mirroring left to right.
    pub fn turned_degrees(&self) -> f64 {
        let sign = if self.is_mirrored() { -1.0 } else { 1.0 };
        (sign * self.matrix[1][0]).atan2(sign * self.matrix[0][0]).to_degrees()
    }

    /// True where the edit is a mirror image.
    pub fn is_mirrored(&self) -> bool {
        let [[a, b, _], [c, d, _]] = self.matrix;
        a * d - b * c < 0.0
    }

    /// The position in the edit of a position of the photo.
    pub fn after_from_before(&self, x: f64, y: f64) -> (f64, f64) {
        let [row_x, row_y] = self.matrix;
        (row_x[0] * x + row_x[1] * y + row_x[2], row_y[0] * x + row_y[1] * y + row_y[2])
    }

    /// The position in the photo of a position of the edit.
    pub fn before_from_after(&self, x: f64, y: f64) -> (f64, f64) {
        let [[a, b, s], [c, d, t]] = self.matrix;
        let (x, y, area) = (x - s, y - t, a * d - b * c);
        ((d * x - b * y) / area, (a * y - c * x) / area)
    }

    /// True where the edit has something for this position of the photo.
    pub fn covers(&self, x: f64, y: f64) -> bool {
        let (x, y) = self.after_from_before(x, y);
        // Half a pixel: the outer halves of the border's pixels.
        let inside = |at: f64, side: usize| (-0.5..=side as f64 - 0.5).contains(&at);
        inside(x, self.after.0) && inside(y, self.after.1)
    }

    /// Share of the photo that the edit covers, 0 to 1.
    pub fn overlap(&self) -> f64 {
        /// Probes a side.
        const PROBES: usize = 64;
        let at = |i: usize, side: usize| (i as f64 + 0.5) / PROBES as f64 * side as f64 - 0.5;
        let covered =
            |i: &usize| self.covers(at(i % PROBES, self.before.0), at(i / PROBES, self.before.1));
        (0..PROBES * PROBES).filter(covered).count() as f64 / (PROBES * PROBES) as f64
    }

    /// The largest part of the photo, about, that is a rectangle and covered by the edit; None
    /// where nothing is.
    pub fn common(&self) -> Option<Rectangle> {
        let covered = |[left, top, right, bottom]: [f64; 4]| {
            let (right, bottom) = (right - 1.0, bottom - 1.0);
            [(left, top), (right, top), (left, bottom), (right, bottom)]
                .iter()
                .all(|(x, y)| self.covers(*x, *y))
        };
        let outer = self.common_box()?.sides();
        let sides = if covered(outer) { outer } else { inscribed(outer, covered)? };
        Rectangle::new(sides)
    }

    /// The smallest rectangle of the photo around all that the edit covers; more than
    /// [`Self::common`] only where the edit is turned. None where it covers nothing.
    pub(super) fn common_box(&self) -> Option<Rectangle> {
        let (right, bottom) = (self.after.0 as f64 - 0.5, self.after.1 as f64 - 0.5);
        let corners = [(-0.5, -0.5), (right, -0.5), (-0.5, bottom), (right, bottom)]
            .map(|(x, y)| self.before_from_after(x, y));
        let low = |at: fn(&(f64, f64)) -> f64| {
            (corners.iter().map(at).fold(f64::INFINITY, f64::min) + 0.5 - 1e-6).ceil().max(0.0)
        };
        let high = |at: fn(&(f64, f64)) -> f64, side: usize| {
            let most = corners.iter().map(at).fold(f64::NEG_INFINITY, f64::max);
            (most + 0.5 + 1e-6).floor().min(side as f64)
        };
        Rectangle::new([
            low(|c| c.0),
            low(|c| c.1),
            high(|c| c.0, self.before.0),
            high(|c| c.1, self.before.1),
        ])
    }
}

impl Rectangle {
    /// From left, top, right and bottom, of which the last two are just outside; None where there
    /// is nothing between them.
    fn new([left, top, right, bottom]: [f64; 4]) -> Option<Self> {
        (right > left && bottom > top).then_some(Self {
            x: left as usize,
            y: top as usize,
            width: (right - left) as usize,
            height: (bottom - top) as usize,
        })
    }

    /// Left, top, right and bottom, of which the last two are just outside.
    fn sides(self) -> [f64; 4] {
        [self.x, self.y, self.x + self.width, self.y + self.height].map(|side| side as f64)
    }
}

/// A large rectangle (left, top, right, bottom) inside `outer` whose corners are `covered`: shrunk
/// towards the middle, then each side moved out again.
fn inscribed(outer: [f64; 4], covered: impl Fn([f64; 4]) -> bool) -> Option<[f64; 4]> {
    const STEPS: usize = 24;
    let middle = [0, 1, 0, 1].map(|i| ((outer[i] + outer[i + 2]) / 2.0).floor());
    let between = |share: f64| -> [f64; 4] {
        std::array::from_fn(|i| (middle[i] + share * (outer[i] - middle[i])).round())
    };
    let mut share = 0.0;
    for step in 1..=STEPS {
        let more = share + 0.5_f64.powi(step as i32);
        if covered(between(more)) {
            share = more;
        }
    }
    let mut sides = between(share);
    for i in 0..4 {
        let (mut good, mut bad) = (sides[i], outer[i]);
        while (bad - good).abs() > 1.0 {
            let probe = ((good + bad) / 2.0).round();
            sides[i] = probe;
            if covered(sides) { good = probe } else { bad = probe }
        }
        sides[i] = good;
    }
    covered(sides).then_some(sides)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(degrees: f64, scale: f64, shift: (f64, f64)) -> Alignment {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (a, b) = (scale * cos, scale * sin);
        Alignment {
            matrix: [[a, -b, shift.0], [b, a, shift.1]],
            before: (600, 400),
            after: (600, 400),
        }
    }

    #[test]
    fn a_shift_is_exact_and_overlaps_in_the_rest() {
        let shift = turned(0.0, 1.0, (-10.0, 20.0));
        assert!(shift.is_exact() && !shift.is_identity());
        assert_eq!(shift.common(), Some(Rectangle { x: 10, y: 0, width: 590, height: 380 }));
        assert!((shift.overlap() - 590.0 * 380.0 / 240_000.0).abs() < 0.02);
        assert!(Alignment::identity((5, 4), (5, 4)).is_identity());
        assert!(!turned(0.0, 1.0, (0.5, 0.0)).is_exact());
        assert_eq!(turned(0.0, 1.0, (600.0, 0.0)).common(), None);
    }

    #[test]
    fn positions_go_there_and_back() {
        let it = turned(3.0, 0.7, (12.5, -3.0));
        let (x, y) = it.after_from_before(100.0, 50.0);
        let (x, y) = it.before_from_after(x, y);
        assert!((x - 100.0).abs() < 1e-9 && (y - 50.0).abs() < 1e-9);
        assert!((it.scale() - 0.7).abs() < 1e-12 && (it.turned_degrees() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn the_common_part_of_a_turned_edit_is_covered_and_large() {
        let it = turned(3.0, 1.0, (10.0, -15.0));
        let part = it.common().unwrap();
        for (x, y) in [(part.x, part.y), (part.x + part.width - 1, part.y + part.height - 1)] {
            assert!(it.covers(x as f64, y as f64));
        }
        assert!(part.width * part.height > 240_000 * 8 / 10, "{part:?}");
    }

    #[test]
    fn a_mirrored_edit_says_so() {
        let matrix = [[-1.0, 0.0, 599.0], [0.0, 1.0, 0.0]];
        let it = Alignment { matrix, before: (600, 400), after: (600, 400) };
        assert!(it.is_mirrored() && it.is_exact() && it.turned_degrees().abs() < 1e-9);
        assert_eq!(it.common(), Some(Rectangle { x: 0, y: 0, width: 600, height: 400 }));
    }
}
