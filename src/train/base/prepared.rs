//! An example as fits use it.

use faer::Mat;

use super::full::{along_axes, changes_along_axes};
use super::prior::{Prior, Projected};
use super::sums::Sums;

/// An example's sums, in all the forms that fits ask for.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its sums, in the prior's code of photos.
    pub sums: Sums,
    /// Its sums in the prior's basis.
    pub projected: Projected,
    /// Its sums in the photo's statistics themselves
    /// ([`PhotoCode::in_full`](crate::operator::PhotoCode::in_full)), where there are enough photos to
    /// tell what each of them does.
    pub full: Option<Sums>,
}

impl Prepared {
    /// Projects the sums.
    pub fn new(sums: Sums, prior: &Prior) -> Self {
        let projected = prior.project(&sums);
        Self { sums, projected, full: None }
    }

    /// The same from sums in the photo's statistics themselves.
    pub fn of_full(full: Sums, prior: &Prior) -> Self {
        let along = along_axes(&full, &prior.code);
        Self { full: Some(full), ..Self::new(along, prior) }
    }

    /// The same photo, had the edit added something else; `rows` are of the widest features that it has
    /// sums of.
    pub fn with_changes(&self, rows: &[f64], changes: &[[f64; 3]], prior: &Prior) -> Self {
        let widest = self.widest().clone().with_changes(rows, changes);
        let (sums, full) = if self.full.is_some() {
            let gram = self.sums.gram.clone();
            (changes_along_axes(&widest, &prior.code, gram), Some(widest))
        } else {
            (widest, None)
        };
        let projected = prior.project_changes(&sums, self.projected.gram.clone());
        Self { sums, projected, full }
    }

    /// The sums of the features that a fit to these examples is of.
    pub(super) fn widest(&self) -> &Sums {
        self.full.as_ref().unwrap_or(&self.sums)
    }

    /// Mean squared error of weights, whichever code they are for.
    pub fn error(&self, weights: &Mat<f64>) -> f64 {
        let fits = |sums: &&Sums| sums.features() == weights.nrows();
        self.full.as_ref().filter(fits).unwrap_or(&self.sums).error(weights)
    }
}
