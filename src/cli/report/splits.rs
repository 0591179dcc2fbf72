//! Closed forms on several splits of all photos: one draw of held-out photos says little.

use serde::{Deserialize, Serialize};

use super::photos::Photos;
use super::{Arguments, PAIRS, kept};
use crate::cli::complain;
use crate::random::Random;
use crate::train::base::Prior;
use crate::train::examples::groups;
use crate::train::learn::{Ladder, isotropic};

/// Random splits, besides the order of the pairs and the photos that they hold out.
pub(super) const RANDOM: u64 = 4;

/// What a filter in closed form came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub edit: String,
    /// 0 for the order of the pairs.
    pub split: u64,
    pub pairs: usize,
    /// PSNR in dB on the photos that were held out.
    pub psnr: f64,
    /// The same by isotropic ridges alone.
    pub isotropic: f64,
    pub psnr_nothing: f64,
}

/// The outcomes of an edit on every split, from each number of pairs.
pub(super) fn measured(arguments: &Arguments, photos: &Photos) -> Result<Vec<Outcome>, String> {
    let mut all = Vec::new();
    for split in 0..=RANDOM {
        let place = arguments.work.join(format!("{}-split-{split}.json", photos.edit));
        let these: Vec<Outcome> =
            kept(&place, || PAIRS.into_iter().map(|count| fitted(photos, split, count)).collect())?;
        let figures: Vec<String> = these
            .iter()
            .map(|it| {
                format!("{} pairs {:.1} dB (isotropic {:.1})", it.pairs, it.psnr, it.isotropic)
            })
            .collect();
        complain(&format!("{}, split {split}: {}", photos.edit, figures.join(", ")));
        all.extend(these);
    }
    Ok(all)
}

fn fitted(photos: &Photos, split: u64, pairs: usize) -> Result<Outcome, String> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    if split > 0 {
        Random::stream(1, split).shuffle(&mut order);
    }
    let (learn, held_out) = order.split_at(photos.to_learn);
    let examples = photos.examples(&learn[..pairs.min(learn.len())])?;
    let groups = groups(&examples);
    let stopped = || "It was stopped.".to_owned();
    let ladder =
        Ladder::climb(&examples, &groups, Prior::shipped(), &|| true).ok_or_else(stopped)?;
    let isotropic =
        isotropic(&examples, &groups, Prior::shipped(), &|| true).ok_or_else(stopped)?;
    let bases = vec![ladder.chosen().base.clone(), isotropic];
    let judged = photos.judge(bases, held_out)?;
    Ok(Outcome {
        edit: photos.edit.clone(),
        split,
        pairs,
        psnr: judged[0],
        isotropic: judged[1],
        psnr_nothing: judged[2],
    })
}
