//! What is known of edits before any pair is seen: how the weights of the base are distributed
//! (LEARNING.md section 6).
//!
//! Weights are seen in a basis of the edits' own principal directions, in the metric of the pictures:
//! `W = Σᵣ aᵣ·Bᵣ`, where a coefficient of 1 is an ordinary size. In it every [`Kind`] of edit is a
//! Gaussian; together they are a mixture, since real edits are sparse: most operations are absent.

use faer::{Col, Mat, MatRef, Side};
use safetensors::tensor::{Dtype, TensorView};

use super::sums::{Sums, product, symmetric};
use crate::operator::PhotoCode;
use crate::train::prior::Kind;

/// A Gaussian over the coefficients.
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// Its mean.
    pub mean: Col<f64>,
    /// Inverse of its covariance.
    pub precision: Mat<f64>,
    /// Logarithm of the covariance's determinant.
    pub log_det: f64,
}

/// The distribution of edits.
#[derive(Clone, Debug)]
pub struct Prior {
    /// How photos' statistics become the code that weights refer to.
    pub code: PhotoCode,
    /// `[coefficients][3·features]`, channel by channel.
    pub basis: Mat<f64>,
    /// One Gaussian for each of [`Kind::ALL`], then one for all edits together.
    pub kinds: Vec<Gaussian>,
}

/// An example in the prior's basis.
#[derive(Clone, Debug)]
pub struct Projected {
    /// Products of the directions.
    pub gram: Mat<f64>,
    /// Products of the directions with the edit's change.
    pub cross: Col<f64>,
    /// Squared change, mean over pixels and channels.
    pub energy: f64,
}

impl Gaussian {
    /// The Gaussian of this mean and covariance factor (lower triangular, `C = L·Lᵀ`).
    pub fn new(mean: Col<f64>, factor: &Mat<f64>) -> Option<Self> {
        let covariance = product(factor.as_ref(), factor.transpose(), 1.0);
        let llt = covariance.llt(Side::Lower).ok()?;
        let identity = Mat::<f64>::identity(mean.nrows(), mean.nrows());
        let log_det = (0..mean.nrows()).map(|i| 2.0 * factor[(i, i)].ln()).sum();
        Some(Self {
            precision: faer::linalg::solvers::Solve::solve(&llt, &identity),
            mean,
            log_det,
        })
    }
}

impl Prior {
    /// The prior that the program ships.
    pub fn shipped() -> &'static Self {
        static PRIOR: std::sync::OnceLock<Prior> = std::sync::OnceLock::new();
        PRIOR.get_or_init(|| {
            Self::from_bytes(include_bytes!("../../../models/prior.safetensors"))
                .expect("the shipped prior is whole, which a test sees to")
        })
    }

    /// Number of coefficients.
    pub fn coefficients(&self) -> usize {
        self.basis.nrows()
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.basis.ncols() / 3
    }

    /// An example's sums in the basis.
    pub fn project(&self, sums: &Sums) -> Projected {
        let (count, features) = (self.coefficients(), self.features());
        let mut gram = Mat::zeros(count, count);
        for c in 0..3 {
            let basis = self.basis.as_ref().subcols(c * features, features);
            let half = product(basis, sums.gram.as_ref(), 1.0 / 3.0);
            gram += symmetric(half.as_ref(), basis.transpose(), 1.0);
        }
        self.project_changes(sums, gram)
    }

    /// The same where `gram`, the products of the directions, is at hand.
    pub fn project_changes(&self, sums: &Sums, gram: Mat<f64>) -> Projected {
        let features = self.features();
        let mut cross = Col::zeros(self.coefficients());
        for c in 0..3 {
            let basis = self.basis.as_ref().subcols(c * features, features);
            cross += product(basis, sums.cross.as_ref().subcols(c, 1), 1.0 / 3.0).col(0);
        }
        Projected { gram, cross, energy: sums.energy }
    }

    /// The weights that coefficients stand for, `[features][3]`.
    pub fn weights(&self, coefficients: &Col<f64>) -> Mat<f64> {
        let features = self.features();
        let flat = self.basis.transpose() * coefficients;
        Mat::from_fn(features, 3, |f, c| flat[c * features + f])
    }

    /// The prior as a file: safetensors, ordered.
    ///
    /// # Errors
    /// A sentence when it cannot be laid out.
    pub fn to_bytes(
        code: &PhotoCode,
        basis: &Mat<f64>,
        kinds: &[(Col<f64>, Mat<f64>)],
    ) -> Result<Vec<u8>, String> {
        let bytes = |values: &mut dyn Iterator<Item = f64>| -> Vec<u8> {
            values.flat_map(|v| (v as f32).to_le_bytes()).collect()
        };
        let count = basis.nrows();
        let rows = |matrix: &Mat<f64>| -> Vec<f64> {
            (0..matrix.nrows())
                .flat_map(|i| (0..matrix.ncols()).map(move |j| (i, j)))
                .map(|at| matrix[at])
                .collect()
        };
        let triangle = |factor: &Mat<f64>| -> Vec<f64> {
            (0..count).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|at| factor[at]).collect()
        };
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = vec![
            ("centre".into(), vec![code.centre.len()], bytes(&mut code.centre.into_iter())),
            ("spread".into(), vec![code.spread.len()], bytes(&mut code.spread.into_iter())),
            (
                "axes".into(),
                vec![code.axes.len(), code.centre.len()],
                bytes(&mut code.axes.iter().flatten().copied()),
            ),
            ("basis".into(), vec![count, basis.ncols()], bytes(&mut rows(basis).into_iter())),
        ];
        for (index, (mean, factor)) in kinds.iter().enumerate() {
            let mean = bytes(&mut (0..count).map(|i| mean[i]));
            tensors.push((format!("kind.{index}.mean"), vec![count], mean));
            let factor = triangle(factor);
            tensors.push((
                format!("kind.{index}.factor"),
                vec![factor.len()],
                bytes(&mut factor.into_iter()),
            ));
        }
        let views = tensors.iter().map(|(name, shape, data)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), data);
            view.map(|view| (name.as_str(), view)).map_err(|error| error.to_string())
        });
        let views: Vec<_> = views.collect::<Result<_, _>>()?;
        safetensors::serialize(views, None).map_err(|error| error.to_string())
    }

    /// Reads a prior.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let file = safetensors::SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let values = |name: &str| -> Result<Vec<f64>, String> {
            let tensor = file.tensor(name).map_err(|error| error.to_string())?;
            let floats = tensor.data().as_chunks::<4>().0;
            Ok(floats.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect())
        };
        let ten = |name: &str| -> Result<[f64; 10], String> {
            values(name)?.try_into().map_err(|_| format!("{name} has not ten values"))
        };
        let axes = values("axes")?.as_chunks::<10>().0.to_vec();
        let code = PhotoCode { centre: ten("centre")?, spread: ten("spread")?, axes };
        let shape = file.tensor("basis").map_err(|e| e.to_string())?.shape().to_vec();
        let [count, width] = shape[..] else { return Err("basis is no matrix".to_owned()) };
        let flat = values("basis")?;
        let basis = MatRef::from_row_major_slice(&flat, count, width).to_owned();
        let mut kinds = Vec::new();
        for index in 0..=Kind::ALL.len() {
            let mean = values(&format!("kind.{index}.mean"))?;
            let packed = values(&format!("kind.{index}.factor"))?;
            if mean.len() != count || packed.len() != count * (count + 1) / 2 {
                return Err(format!("kind {index} has the wrong size"));
            }
            let factor =
                Mat::from_fn(
                    count,
                    count,
                    |i, j| {
                        if j <= i { packed[i * (i + 1) / 2 + j] } else { 0.0 }
                    },
                );
            let gaussian = Gaussian::new(Col::from_fn(count, |i| mean[i]), &factor);
            kinds.push(gaussian.ok_or_else(|| format!("kind {index} has no inverse"))?);
        }
        Ok(Self { code, basis, kinds })
    }
}
