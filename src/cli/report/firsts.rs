//! One pair, whichever it is: a single photo may be an odd one.

use serde::{Deserialize, Serialize};

use super::photos::Photos;
use super::{Arguments, kept};
use crate::cli::complain;
use crate::train::base::Prior;
use crate::train::learn::Ladder;

/// What the filters came to that were learnt from one pair of an edit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub edit: String,
    /// PSNR in dB on the photos that are held out, for each pair that may be the one.
    pub psnr: Vec<f64>,
    pub psnr_nothing: f64,
}

/// The outcome of an edit.
pub(super) fn measured(arguments: &Arguments, photos: &Photos) -> Result<Outcome, String> {
    let place = arguments.work.join(format!("{}-firsts.json", photos.edit));
    let outcome: Outcome = kept(&place, || {
        let held_out: Vec<usize> = (photos.to_learn..photos.len()).collect();
        let mut bases = Vec::new();
        for first in 0..photos.to_learn {
            let examples = photos.examples(&[first])?;
            let ladder = Ladder::climb(&examples, &[0], Prior::shipped(), &|| true);
            bases.push(ladder.ok_or("It was stopped.")?.chosen().base.clone());
        }
        let mut psnr = photos.judge(bases, &held_out)?;
        let psnr_nothing = psnr.pop().unwrap_or_default();
        Ok(Outcome { edit: photos.edit.clone(), psnr, psnr_nothing })
    })?;
    let least = outcome.psnr.iter().copied().fold(f64::INFINITY, f64::min);
    complain(&format!(
        "{} from each pair alone: {least:.1} dB at worst; doing nothing {:.1} dB",
        outcome.edit, outcome.psnr_nothing
    ));
    Ok(outcome)
}
