//! Filters as `understudy learn` makes them, from the first pairs of the order.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Arguments, PAIRS, kept, pairs_held_out, pairs_to_learn_from};
use crate::cli::complain;
use crate::operator;
use crate::operator::Provenance;
use crate::photo;
use crate::train::judge::judge;
use crate::train::learn::{Task, learn};

/// What one filter came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub edit: String,
    pub pairs: usize,
    pub rung: String,
    pub seconds: f64,
    pub psnr: f64,
    pub ssim: f64,
    pub delta_e: f64,
    pub psnr_nothing: f64,
}

/// The filters of an edit from each number of pairs.
pub(super) fn measured(arguments: &Arguments, edit: &str) -> Result<Vec<Outcome>, String> {
    let of = |count: usize| {
        let place = arguments.work.join(format!("{edit}-{count}.json"));
        let outcome = kept(&place, || learnt(arguments, edit, count))?;
        complain(&format!(
            "{edit} from {count}: {:.1} dB ({}, {:.1} s)",
            outcome.psnr, outcome.rung, outcome.seconds
        ));
        Ok(outcome)
    };
    PAIRS.into_iter().map(of).collect()
}

fn learnt(arguments: &Arguments, edit: &str, count: usize) -> Result<Outcome, String> {
    let mut pairs = pairs_to_learn_from(arguments, edit)?;
    pairs.truncate(count);
    let file = arguments.work.join(format!("{edit}-{count}.safetensors"));
    let cleared =
        |path: &Path| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    for left in [file.clone(), file.with_extension("run")] {
        // What an interrupted report left; where nothing is left there is nothing to remove.
        drop(cleared(&left));
    }
    let task = Task {
        pairs,
        check: Vec::new(),
        carries_check: true,
        known: Vec::new(),
        title: edit.to_owned(),
        provenance: Provenance::default(),
        rung: None,
        budget: None,
        seed: 0,
        file: file.clone(),
    };
    let learned = learn(&task, false, &|_| ControlFlow::Continue(())).map_err(|e| e.to_string())?;
    // As it stands in the file: that is what people use.
    let operator = Arc::new(operator::read(&file).map_err(|error| error.to_string())?);
    let mut sums = [0.0; 4];
    let held_out = pairs_held_out(arguments, edit)?;
    for pair in &held_out {
        let open = |path: &Path| photo::open(path).map_err(|error| error.to_string());
        let (before, after) = (open(&pair.before)?, open(&pair.after)?);
        let judged = judge(&operator, Arc::new(before), &after.image)?
            .ok_or_else(|| format!("“{}” and its edit differ in size.", pair.name))?;
        let closeness = judged.closeness;
        let values = [closeness.psnr, closeness.ssim, closeness.delta_e, judged.psnr_nothing];
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    let [psnr, ssim, delta_e, psnr_nothing] = sums.map(|sum| sum / held_out.len() as f64);
    let (rung, seconds) = (learned.rung.name().to_owned(), learned.seconds);
    Ok(Outcome {
        edit: edit.to_owned(),
        pairs: count,
        rung,
        seconds,
        psnr,
        ssim,
        delta_e,
        psnr_nothing,
    })
}
