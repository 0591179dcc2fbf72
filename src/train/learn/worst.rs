//! The photo that comes out worst: where the filter fails is what its user should see.

use std::sync::Arc;

use super::Session;
use super::ladder::{self, Ladder, Standing};
use super::rung::Rung;
use crate::operator::Operator;
use crate::train::examples::Pair;

/// The unseen photo that the filter comes least close to.
#[derive(Clone, Debug)]
pub struct Worst {
    /// The photo and its edit.
    pub pair: Pair,
    /// The filter that has not seen it: the one that was learned, or, for one of its own examples, the
    /// one that was learned without it.
    pub operator: Arc<Operator>,
    /// PSNR in dB.
    pub psnr: f64,
    /// The same for doing nothing.
    pub psnr_nothing: f64,
    /// Whether it is a check pair, and not an example.
    pub is_check: bool,
}

impl Worst {
    /// The examples' worst, each judged without itself; None where no other was there to learn from.
    pub(super) fn of_examples(
        session: &Session<'_>,
        ladder: &Ladder,
        chosen: &Standing,
    ) -> Option<Self> {
        let each = chosen.psnr_each.iter().copied().enumerate();
        let (index, psnr) = each.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let base = chosen.without.get(ladder.folds[index])?.clone();
        let title = &session.task.title;
        Some(Self {
            pair: session.examples[index].pair.clone(),
            operator: Arc::new(ladder::operator(base, title, session.provenance())),
            psnr,
            psnr_nothing: *ladder.standing(Rung::Identity)?.psnr_each.get(index)?,
            is_check: false,
        })
    }
}
