//! Where a filter acts: `M(p) = clamp(α(p)·I(p) + β(p))`, 0..1, which multiplies its strength.
//!
//! It is the guided filter's own form (section III): α and β are read from a grid as A and b are, and
//! the guide is the colour of the pixel itself. So a mask that was painted on a small copy of the photo
//! follows the photo's edges at full resolution, and costs one more line a pixel. In every window of
//! radius r, with the copy g and the painted cover m:
//! `α = (cov(g, g) + ε)⁻¹·cov(g, m)`, `β = mean(m) − α·mean(g)`, both averaged over the window again, as in
//! the guided filter of He et al.: a mask has to be smooth where the photo is. A mask that does not follow
//! edges has α = 0 and β = m.

use rayon::prelude::*;

use super::Planes;
use super::reach::Reach;

/// Radius of the windows, in pixels of the copy, whose short side has 256.
const RADIUS: usize = 12;
/// ε: colours that differ by less than its root are one surface.
const EPSILON: f64 = 1e-3;
/// Planes of α and β.
pub const COEFFICIENTS: usize = 4;

/// A mask that was solved for a photo. Its cells are pixels of the small copy, and are read from edge to
/// edge of the photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Masked {
    /// α for red, green and blue, and β.
    pub planes: Planes,
    /// Columns of the photo's pixels.
    pub width: usize,
    /// Rows of the photo's pixels.
    pub height: usize,
}

impl Masked {
    /// How columns are placed on the cells.
    pub fn across(&self) -> Reach {
        Reach::edges(self.planes.width, self.width)
    }

    /// How rows are placed on the cells.
    pub fn down(&self) -> Reach {
        Reach::edges(self.planes.height, self.height)
    }

    /// M at the middle of every cell, where the photo has the colours of `guide`.
    ///
    /// # Panics
    /// When `guide` is of another size.
    pub fn cover(&self, guide: &Planes) -> Vec<f32> {
        assert_eq!(guide.data.len(), 3 * self.planes.area(), "guide of a mask");
        let colour = |at: usize| [0, 1, 2].map(|channel| guide.plane(channel)[at]);
        let [r, g, b, term] = [0, 1, 2, 3].map(|plane| self.planes.plane(plane));
        let at = |at: usize| {
            let [red, green, blue] = colour(at);
            (r[at] * red + g[at] * green + b[at] * blue + term[at]).clamp(0.0, 1.0)
        };
        (0..self.planes.area()).map(at).collect()
    }
}

/// What masks of a photo share: its small copy, and what the windows of it are like.
#[derive(Clone, Debug)]
pub struct Guide {
    sample: Planes,
    /// Of every pixel's window the mean colour.
    means: Vec<[f64; 3]>,
    /// And `(cov(g, g) + ε)⁻¹`: 00, 01, 02, 11, 12, 22.
    inverses: Vec<[f64; 6]>,
}

/// The places of a symmetric matrix.
const PLACES: [(usize, usize); 6] = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];

impl Guide {
    /// Of a small copy of the photo, three planes.
    pub fn new(sample: Planes) -> Self {
        let colours = [0, 1, 2].map(|channel| wide(sample.plane(channel)));
        let mean = |index: usize| match index.checked_sub(3) {
            None => windows(&colours[index], &sample),
            Some(at) => {
                let (i, j) = PLACES[at];
                windows(&product(&colours[i], &colours[j]), &sample)
            }
        };
        let planes: Vec<Vec<f64>> = (0..3 + PLACES.len()).into_par_iter().map(mean).collect();
        let means = (0..sample.area()).map(|at| [0, 1, 2].map(|channel| planes[channel][at]));
        let means: Vec<[f64; 3]> = means.collect();
        let inverse = |(at, mean): (usize, &[f64; 3])| {
            let mut matrix = [0.0; 6];
            for ((value, products), (i, j)) in matrix.iter_mut().zip(&planes[3..]).zip(PLACES) {
                *value = products[at] - mean[i] * mean[j];
                if i == j {
                    *value = value.max(0.0) + EPSILON;
                }
            }
            inverse(matrix)
        };
        let inverses = means.par_iter().enumerate().map(inverse).collect();
        Self { sample, means, inverses }
    }

    /// The copy.
    pub fn sample(&self) -> &Planes {
        &self.sample
    }

    /// α and β of a cover, a value of 0..1 for each pixel of the copy.
    ///
    /// # Panics
    /// When it has another size than the copy.
    pub fn solve(&self, cover: &[f32]) -> Planes {
        let area = self.sample.area();
        assert_eq!(cover.len(), area, "cover of a mask");
        let cover = wide(cover);
        let with = |index: usize| match index {
            3 => windows(&cover, &self.sample),
            channel => windows(&product(&wide(self.sample.plane(channel)), &cover), &self.sample),
        };
        let with: Vec<Vec<f64>> = (0..COEFFICIENTS).into_par_iter().map(with).collect();
        let mut planes = vec![vec![0.0; area]; COEFFICIENTS];
        for (at, (mean, inverse)) in self.means.iter().zip(&self.inverses).enumerate() {
            let goal = [0, 1, 2].map(|channel| with[channel][at] - mean[channel] * with[3][at]);
            let alpha = applied(inverse, goal);
            let term = with[3][at] - (0..3).map(|i| alpha[i] * mean[i]).sum::<f64>();
            for (plane, value) in planes.iter_mut().zip(alpha.into_iter().chain([term])) {
                plane[at] = value;
            }
        }
        let smooth = planes.par_iter().map(|plane| windows(plane, &self.sample));
        let data = smooth.collect::<Vec<_>>().concat().into_iter().map(|it| it as f32).collect();
        Planes { channels: COEFFICIENTS, data, ..self.sample }
    }

    /// The same of a cover that is taken as it is, whatever the photo shows.
    ///
    /// # Panics
    /// When it has another size than the copy.
    pub fn as_is(&self, cover: &[f32]) -> Planes {
        assert_eq!(cover.len(), self.sample.area(), "cover of a mask");
        let mut planes = Planes::zeros(COEFFICIENTS, self.sample.height, self.sample.width);
        planes.data[3 * cover.len()..].copy_from_slice(cover);
        planes
    }
}

fn wide(plane: &[f32]) -> Vec<f64> {
    plane.iter().map(|value| f64::from(*value)).collect()
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// The mean of every window, over what of it is inside. The windows are wide, and a mask needs no more
/// than a thousandth: sums go along with the window, as [`super::plain::box_mean`] must not.
fn windows(values: &[f64], size: &Planes) -> Vec<f64> {
    let (width, height) = (size.width, size.height);
    let mut rows = vec![0.0; values.len()];
    for (row, out) in values.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        let mut sum: f64 = row[..RADIUS.min(width)].iter().sum();
        for (x, mean) in out.iter_mut().enumerate() {
            sum += row.get(x + RADIUS).unwrap_or(&0.0);
            sum -= x.checked_sub(RADIUS + 1).map_or(0.0, |left| row[left]);
            let across = (x + RADIUS + 1).min(width) - x.saturating_sub(RADIUS);
            *mean = sum / across as f64;
        }
    }
    let row = |y: usize| &rows[y * width..][..width];
    let mut sums = vec![0.0; width];
    for y in 0..RADIUS.min(height) {
        sums.iter_mut().zip(row(y)).for_each(|(sum, value)| *sum += value);
    }
    let mut means = vec![0.0; values.len()];
    for (y, out) in means.chunks_exact_mut(width).enumerate() {
        if y + RADIUS < height {
            sums.iter_mut().zip(row(y + RADIUS)).for_each(|(sum, value)| *sum += value);
        }
        if let Some(above) = y.checked_sub(RADIUS + 1) {
            sums.iter_mut().zip(row(above)).for_each(|(sum, value)| *sum -= value);
        }
        let down = (y + RADIUS + 1).min(height) - y.saturating_sub(RADIUS);
        out.iter_mut().zip(&sums).for_each(|(mean, sum)| *mean = sum / down as f64);
    }
    means
}

/// The inverse of a symmetric, positive definite matrix.
fn inverse([a, b, c, d, e, f]: [f64; 6]) -> [f64; 6] {
    let minors = [d * f - e * e, c * e - b * f, b * e - c * d];
    let determinant = a * minors[0] + b * minors[1] + c * minors[2];
    let rest = [a * f - c * c, b * c - a * e, a * d - b * b];
    [minors[0], minors[1], minors[2], rest[0], rest[1], rest[2]].map(|it| it / determinant)
}

/// A symmetric matrix times a vector.
fn applied(&[a, b, c, d, e, f]: &[f64; 6], [x, y, z]: [f64; 3]) -> [f64; 3] {
    [a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dark on the left and bright on the right of a sharp edge, with some grain.
    fn halves(width: usize, height: usize) -> Planes {
        let mut planes = Planes::zeros(3, height, width);
        let area = width * height;
        for at in 0..area {
            let side = if at % width < width / 2 { 0.2 } else { 0.8 };
            for channel in 0..3 {
                let grain = ((at * 7919 + channel * 31) % 101) as f32 / 101.0 - 0.5;
                planes.data[channel * area + at] = side + 0.02 * grain;
            }
        }
        planes
    }

    #[test]
    fn a_cover_that_crosses_an_edge_by_a_little_ends_at_the_edge() {
        let (width, height) = (64, 24);
        let guide = Guide::new(halves(width, height));
        // Painted two pixels too far.
        let cover: Vec<f32> =
            (0..width * height).map(|at| f32::from(at % width < width / 2 + 2)).collect();
        let masked = Masked { planes: guide.solve(&cover), width, height };
        let row = &masked.cover(guide.sample())[12 * width..][..width];
        assert!(row[8] > 0.99 && row[60] < 0.01, "far from the edge it is as painted");
        assert!(row[width / 2 - 1] > 0.85, "{:?}", &row[28..38]);
        assert!(row[width / 2] < 0.3, "{:?}", &row[28..38]);
        let plain = Masked { planes: guide.as_is(&cover), width, height };
        assert_eq!(plain.cover(guide.sample()), cover);
    }

    #[test]
    fn an_inverse_times_its_matrix_changes_nothing() {
        let matrix = [0.9, 0.3, -0.2, 0.7, 0.1, 0.5];
        let vector = [0.3, -1.0, 0.4];
        let back = applied(&inverse(matrix), applied(&matrix, vector));
        assert!(back.iter().zip(vector).all(|(got, want)| (got - want).abs() < 1e-12));
    }

    #[test]
    fn windows_are_box_means() {
        for (width, height) in [(40, 30), (5, 60), (60, 5), (1, 1)] {
            let size = Planes::zeros(1, height, width);
            let values: Vec<f64> =
                (0..width * height).map(|at| (at * 7919 % 1009) as f64 / 1009.0).collect();
            let want = super::super::plain::box_mean(&values, height, width, RADIUS);
            for (got, want) in windows(&values, &size).iter().zip(want) {
                assert!((got - want).abs() < 1e-9, "{width}x{height}: {got} {want}");
            }
        }
    }

    #[test]
    fn everything_and_nothing_stay_so_on_any_photo() {
        let guide = Guide::new(halves(20, 9));
        for value in [0.0, 1.0] {
            let masked = Masked { planes: guide.solve(&[value; 180]), width: 400, height: 180 };
            let got = masked.cover(guide.sample());
            assert!(got.iter().all(|it| (it - value).abs() < 1e-5));
        }
    }
}
