//! The base: a filter in closed form, `O = I + f(x)` with `x = clamp(I, 0, 1)`.
//!
//! `f = Wᵀ·[Φ₃(x) ⊗ z ; hats(x) ; Φ(x)·u for every local value u]`, where Φ are the colour's terms,
//! z what is known of the whole photo ([`PhotoCode`]) and u what is known of the pixel's
//! neighbourhood ([`LOCALS`]). Here is what a base is made of; [`crate::kernel::base`] computes it.
//! The lists here are what the file calls form 1: files written with other lists need another form.

/// Numbers that are known of a whole photo: mean and standard deviation of luminance, its
/// percentiles 1, 10, 50, 90 and 99, means of red, green and blue.
pub const STATISTICS: usize = 10;

/// Terms of the colour up to the first, second and third degree.
pub const TERMS: [usize; 4] = [1, 4, 10, 20];

/// Curves: of red, green, blue and luminance.
pub const CURVES: usize = 4;

/// Knots of a curve, evenly from 0 to 1.
pub const KNOTS: usize = 9;

/// A base: everything that `f` needs besides the photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// How the photo's statistics become z.
    pub statistics: PhotoCode,
    /// W, `[features][3]`, in the order of [`crate::kernel::base::write_features`].
    pub weights: Vec<f32>,
    /// Whether there are local values; without them this is a colour base.
    pub local: bool,
    /// Factor of the widths of the local means, 1 as it was learned.
    pub scale: f64,
}

/// How the statistics s of a photo become its code `z = (1, axes·((s − centre)/spread))`.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoCode {
    /// Subtracted from the statistics.
    pub centre: [f64; STATISTICS],
    /// Divides them then; positive.
    pub spread: [f64; STATISTICS],
    /// One row for each value of z after the first; none for a base that takes all photos alike.
    pub axes: Vec<[f64; STATISTICS]>,
}

/// A value of the pixel's neighbourhood, and the degree of the colour's terms that it multiplies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// What is averaged, and how far.
    pub field: Field,
    /// What is made of the average.
    pub shape: Shape,
    /// 1 or 2.
    pub degree: usize,
}

/// Something averaged over a neighbourhood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field {
    /// Gaussian mean of a plane of the photo; `sigma` in cells, 64 on the photo's short side.
    Mean {
        /// Of what.
        plane: Plane,
        /// Standard deviation in cells.
        sigma: f64,
    },
    /// Factor of the luminance's self-guided filter.
    GuidedGain(Guided),
    /// Term of the luminance's self-guided filter.
    GuidedTerm(Guided),
}

/// A self-guided filter at the photo's sample, 256 pixels on the short side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guided {
    /// Box radius in pixels of the sample.
    pub radius: f64,
    /// Variances far below it are smoothed away.
    pub epsilon: f64,
}

/// A plane of the photo's sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// `0.2126·r + 0.7152·g + 0.0722·b` of the encoded values.
    Luminance,
    /// The smallest of the three channels.
    Darkest,
    /// The red channel.
    Red,
    /// The blue channel.
    Blue,
}

/// What is made of an average `m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `m`.
    Itself,
    /// `m²`.
    Square,
    /// `v = clamp(m/d, 0, 1.2)`, d the 99th percentile of the photo's darkest channels.
    Veil,
    /// `v²`.
    VeilSquare,
    /// `ln(m + 0.02)/4`.
    Log,
}

const fn mean(plane: Plane, sigma: f64, shape: Shape, degree: usize) -> Local {
    Local { field: Field::Mean { plane, sigma }, shape, degree }
}

const fn gain(radius: f64, epsilon: f64) -> Local {
    let field = Field::GuidedGain(Guided { radius, epsilon });
    Local { field, shape: Shape::Itself, degree: 1 }
}

const fn term(radius: f64, epsilon: f64) -> Local {
    let field = Field::GuidedTerm(Guided { radius, epsilon });
    Local { field, shape: Shape::Itself, degree: 1 }
}

/// The local values, in the order of their channels.
pub const LOCALS: [Local; 21] = [
    mean(Plane::Luminance, 0.8, Shape::Itself, 2),
    mean(Plane::Luminance, 3.0, Shape::Itself, 2),
    mean(Plane::Luminance, 10.0, Shape::Itself, 2),
    mean(Plane::Darkest, 3.0, Shape::Itself, 2),
    mean(Plane::Luminance, 0.8, Shape::Square, 2),
    mean(Plane::Luminance, 3.0, Shape::Square, 2),
    mean(Plane::Luminance, 10.0, Shape::Square, 2),
    mean(Plane::Darkest, 3.0, Shape::Veil, 2),
    mean(Plane::Darkest, 3.0, Shape::VeilSquare, 2),
    mean(Plane::Red, 3.0, Shape::Itself, 2),
    mean(Plane::Blue, 3.0, Shape::Itself, 2),
    mean(Plane::Luminance, 0.8, Shape::Log, 2),
    mean(Plane::Luminance, 3.0, Shape::Log, 2),
    gain(2.0, 1e-3),
    term(2.0, 1e-3),
    gain(4.0, 1e-2),
    term(4.0, 1e-2),
    mean(Plane::Luminance, 1.5, Shape::Itself, 1),
    mean(Plane::Luminance, 6.0, Shape::Itself, 1),
    mean(Plane::Red, 0.8, Shape::Itself, 1),
    mean(Plane::Blue, 0.8, Shape::Itself, 1),
];

impl Base {
    /// Smallest and largest [`Base::scale`].
    pub const SCALE: std::ops::RangeInclusive<f64> = 0.25..=4.0;

    /// Largest number of axes.
    pub const RANK_MAX: usize = STATISTICS;

    /// Number of features of a base with `rank` axes, with or without local values.
    pub fn features(rank: usize, local: bool) -> usize {
        let of_locals: usize = LOCALS.iter().map(|local| TERMS[local.degree]).sum();
        TERMS[3] * (1 + rank) + CURVES * KNOTS + if local { of_locals } else { 0 }
    }

    /// One that changes nothing.
    pub fn identity(statistics: PhotoCode, local: bool) -> Self {
        let weights = vec![0.0; 3 * Self::features(statistics.axes.len(), local)];
        Self { statistics, weights, local, scale: 1.0 }
    }

    /// Whether it changes nothing, whatever the photo.
    pub fn is_identity(&self) -> bool {
        self.weights.iter().all(|weight| *weight == 0.0)
    }
}

impl PhotoCode {
    /// The code that takes all photos alike: z = (1).
    pub fn none() -> Self {
        Self { centre: [0.0; STATISTICS], spread: [1.0; STATISTICS], axes: Vec::new() }
    }

    /// The code whose numbers are the statistics themselves, each centred and divided as in this one.
    pub fn in_full(&self) -> Self {
        let unit = |axis: usize| std::array::from_fn(|i| f64::from(u8::from(i == axis)));
        Self { axes: (0..STATISTICS).map(unit).collect(), ..self.clone() }
    }

    /// z of a photo with these statistics; the first value is 1.
    pub fn code(&self, statistics: &[f64; STATISTICS]) -> Vec<f64> {
        let along = |axis: &[f64; STATISTICS]| -> f64 {
            (0..STATISTICS)
                .map(|i| axis[i] * (statistics[i] - self.centre[i]) / self.spread[i])
                .sum()
        };
        std::iter::once(1.0).chain(self.axes.iter().map(along)).collect()
    }
}
