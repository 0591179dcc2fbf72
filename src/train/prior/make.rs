//! From photos to the prior's file.

use faer::linalg::solvers::Solve;
use faer::{Col, Mat, MatRef, Side};
use rayon::prelude::*;

use super::imagined::imagined;
use super::recipe::{Kind, Recipe};
use super::scene::Scene;
use crate::kernel::base::statistics;
use crate::operator::PhotoCode;
use crate::photo::Image;
use crate::random::Random;
use crate::train::base::{Prior, Sums, View};

/// How a prior is made.
#[derive(Clone, Copy, Debug)]
pub struct Making {
    /// Edits of each kind.
    pub edits: usize,
    /// Photos that nobody took, besides those that are given.
    pub imagined: usize,
    /// Pixels of each photo.
    pub pixels: usize,
    /// Directions that are kept.
    pub coefficients: usize,
    /// What the random numbers follow from.
    pub seed: u64,
}

impl Default for Making {
    fn default() -> Self {
        Self { edits: 3000, imagined: 272, pixels: 100, coefficients: 256, seed: 1 }
    }
}

/// Numbers of the photo's code.
const RANK: usize = 4;
/// Edits that change less or more than this, in dB, are drawn again: nobody would make them.
const CHANGE_DB: std::ops::Range<f64> = 11.5..40.0;
/// Ridge of the fits: below what 8 bits show.
const RIDGE: f64 = 3e-6;
/// Share of the mean variance that is added to every direction's.
const VARIANCE_ADDED: f64 = 1e-3;

/// Makes the prior's file from photos; the same bytes for the same photos and `making` on one kind of
/// processor. On another a direction of the basis may have the other sign, which is the same prior.
///
/// # Errors
/// A sentence where there are too few photos.
pub fn make(
    photos: &[Image],
    making: &Making,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Vec<u8>, String> {
    if photos.len() <= RANK {
        return Err(format!(
            "{} photos are too few for a prior; {} is the least.",
            photos.len(),
            RANK + 1
        ));
    }
    progress("looking at the photos");
    let scenes: Vec<Scene> = (0..photos.len() + making.imagined)
        .into_par_iter()
        .map(|index| {
            let mut random = Random::stream(making.seed, index as u64);
            match photos.get(index) {
                Some(photo) => Scene::new(photo, making.pixels, &mut random),
                None => Scene::new(&imagined(photos, &mut random), making.pixels, &mut random),
            }
        })
        .collect();
    let code = photo_code(&scenes);
    let rows: Vec<Vec<f64>> = scenes
        .par_iter()
        .map(|scene| {
            View { sample: &scene.sample, places: &scene.positions, colours: &scene.pixels }
                .features(&code)
        })
        .collect();
    let grams: Vec<Mat<f64>> =
        rows.par_iter().map(|rows| Sums::new(rows, &vec![[0.0; 3]; making.pixels]).gram).collect();
    let features = grams[0].nrows();
    let mut gram = Mat::<f64>::zeros(features, features);
    for of in &grams {
        gram += faer::Scale(1.0 / grams.len() as f64) * of;
    }
    let rows: Vec<Vec<f32>> =
        rows.iter().map(|rows| rows.iter().map(|v| *v as f32).collect()).collect();
    let mut ridged = gram.clone();
    (0..features).for_each(|f| ridged[(f, f)] += RIDGE);
    let llt = ridged.llt(Side::Lower).map_err(|_| "The photos are too much alike.".to_owned())?;
    let mut fits: Vec<Vec<Mat<f64>>> = Vec::new();
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        progress(&format!("edits: {}", kind.words()));
        let of_kind: Vec<Mat<f64>> = (0..making.edits)
            .into_par_iter()
            .map(|edit| {
                let stream = (index as u64 + 1) << 32 | edit as u64;
                let mut random = Random::stream(making.seed, stream);
                loop {
                    let recipe = Recipe::random(kind, &mut random);
                    if let Some(cross) = cross(&recipe, &scenes, &rows) {
                        return llt.solve(&cross);
                    }
                }
            })
            .collect();
        fits.push(of_kind);
    }
    progress("their distribution");
    let (basis, coefficients) = principal(&fits, &gram, making.coefficients)?;
    let mut kinds: Vec<(Col<f64>, Mat<f64>)> = Vec::new();
    let pooled: Vec<&Col<f64>> = coefficients.iter().flatten().collect();
    let each = coefficients.iter().map(|kind| kind.iter().collect::<Vec<_>>());
    for edits in each.chain([pooled]) {
        kinds.push(gaussian(&edits).ok_or("The edits are too few for their distribution.")?);
    }
    Prior::to_bytes(&code, &basis, &kinds)
}

/// Products of the features with what an edit changes, mean over the photos; None where it changes
/// too little or too much.
fn cross(recipe: &Recipe, scenes: &[Scene], rows: &[Vec<f32>]) -> Option<Mat<f64>> {
    let features = rows[0].len() / scenes[0].pixels.len();
    let mut total = Mat::<f64>::zeros(features, 3);
    let mut energy = 0.0;
    for (scene, rows) in scenes.iter().zip(rows) {
        let edited = recipe.apply(scene);
        let changes: Vec<f32> = edited
            .iter()
            .zip(&scene.pixels)
            .flat_map(|(after, before)| [0, 1, 2].map(|c| after[c] - before[c].clamp(0.0, 1.0)))
            .collect();
        energy += changes.iter().map(|v| f64::from(v * v)).sum::<f64>();
        let pixels = scene.pixels.len();
        let share = 1.0 / (pixels * scenes.len()) as f32;
        let mut of = Mat::<f32>::zeros(features, 3);
        faer::linalg::matmul::matmul(
            of.as_mut(),
            faer::Accum::Replace,
            MatRef::from_row_major_slice(rows, pixels, features).transpose(),
            MatRef::from_row_major_slice(&changes, pixels, 3),
            share,
            faer::Par::Seq,
        );
        total += Mat::from_fn(features, 3, |f, c| f64::from(of[(f, c)]));
    }
    let values = scenes.iter().map(|scene| 3 * scene.pixels.len()).sum::<usize>();
    let change = -10.0 * (energy / values as f64 + 1e-9).log10();
    CHANGE_DB.contains(&change).then_some(total)
}

/// The photos' mean statistics, their spread and principal axes.
fn photo_code(scenes: &[Scene]) -> PhotoCode {
    let all: Vec<[f64; 10]> = scenes.iter().map(|scene| statistics(&scene.sample)).collect();
    let photos = all.len() as f64;
    let centre: [f64; 10] = std::array::from_fn(|i| all.iter().map(|s| s[i]).sum::<f64>() / photos);
    let spread: [f64; 10] = std::array::from_fn(|i| {
        (all.iter().map(|s| (s[i] - centre[i]).powi(2)).sum::<f64>() / photos).sqrt().max(1e-6)
    });
    let scaled = Mat::from_fn(all.len(), 10, |p, i| (all[p][i] - centre[i]) / spread[i]);
    let covariance = scaled.transpose() * &scaled;
    let axes = match covariance.self_adjoint_eigen(Side::Lower) {
        Ok(eigen) => {
            (0..RANK).map(|axis| std::array::from_fn(|i| eigen.U()[(i, 9 - axis)])).collect()
        }
        Err(_) => Vec::new(),
    };
    PhotoCode { centre, spread, axes }
}

/// A basis `[directions][3·features]`, and the coefficients of each kind's edits in it.
type Principal = (Mat<f64>, Vec<Vec<Col<f64>>>);

/// The directions in which edits differ most, as pictures, and every edit's coefficients in them.
fn principal(fits: &[Vec<Mat<f64>>], gram: &Mat<f64>, count: usize) -> Result<Principal, String> {
    let failed = |_| "The edits' principal directions could not be found.".to_owned();
    let features = gram.nrows();
    let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(failed)?;
    let root = |i: usize| eigen.S()[i].max(1e-12).sqrt();
    // A = H·Hᵀ; x = Hᵀ·w has the length of the picture that w makes.
    let half = Mat::from_fn(features, features, |i, j| eigen.U()[(i, j)] * root(j));
    let inverse = Mat::from_fn(features, features, |i, j| eigen.U()[(i, j)] / root(j));
    let edits: Vec<Vec<Col<f64>>> = fits
        .iter()
        .map(|kind| {
            let picture = |weights: &Mat<f64>| {
                let x = half.transpose() * weights;
                Col::from_fn(3 * features, |i| x[(i % features, i / features)])
            };
            kind.par_iter().map(picture).collect()
        })
        .collect();
    let all: Vec<&Col<f64>> = edits.iter().flatten().collect();
    let matrix = Mat::from_fn(all.len(), 3 * features, |e, i| all[e][i]);
    let covariance = matrix.transpose() * &matrix;
    let eigen = covariance.self_adjoint_eigen(Side::Lower).map_err(failed)?;
    let last = 3 * features - 1;
    let count = count.min(last + 1);
    let size: Vec<f64> = (0..count)
        .map(|r| (eigen.S()[last - r] / (3.0 * all.len() as f64)).max(1e-12).sqrt())
        .collect();
    let directions = Mat::from_fn(3 * features, count, |i, r| eigen.U()[(i, last - r)]);
    let coefficients = edits
        .iter()
        .map(|kind| {
            let project = |x: &Col<f64>| {
                let along = directions.transpose() * x;
                Col::from_fn(count, |r| along[r] / size[r])
            };
            kind.par_iter().map(project).collect()
        })
        .collect();
    let mut basis = Mat::zeros(count, 3 * features);
    for c in 0..3 {
        let part = directions.as_ref().subrows(c * features, features);
        let weights = &inverse * part;
        for r in 0..count {
            for f in 0..features {
                basis[(r, c * features + f)] = weights[(f, r)] * size[r];
            }
        }
    }
    Ok((basis, coefficients))
}

/// Mean and factor of the covariance.
fn gaussian(edits: &[&Col<f64>]) -> Option<(Col<f64>, Mat<f64>)> {
    let (count, size) = (edits.len() as f64, edits[0].nrows());
    let mut mean = Col::<f64>::zeros(size);
    for edit in edits {
        mean += faer::Scale(1.0 / count) * *edit;
    }
    let matrix = Mat::from_fn(edits.len(), size, |e, r| edits[e][r] - mean[r]);
    let mut covariance = faer::Scale(1.0 / (count - 1.0)) * (matrix.transpose() * &matrix);
    let variance = (0..size).map(|r| covariance[(r, r)]).sum::<f64>() / size as f64;
    (0..size).for_each(|r| covariance[(r, r)] += VARIANCE_ADDED * variance);
    let llt = covariance.llt(Side::Lower).ok()?;
    Some((mean, llt.L().to_owned()))
}
