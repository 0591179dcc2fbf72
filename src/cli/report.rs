//! `understudy learning-report`: how well filters are learnt, on pairs whose edits are known.

use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::complain;
use crate::operator;
use crate::operator::Provenance;
use crate::photo;
use crate::train::examples::{ordered, pairs_by_name};
use crate::train::judge::judge;
use crate::train::learn::{Task, learn};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder with `before`, the edits and `order.txt`
    #[arg(long)]
    pairs: PathBuf,
    /// A folder for what is done already
    #[arg(long)]
    work: PathBuf,
    /// The report to write
    #[arg(short, long)]
    out: PathBuf,
}

/// The edits of the pairs, with the best yardstick of LEARNING.md section 8 for each number of pairs,
/// in dB.
const EDITS: [(&str, [f64; 4]); 8] = [
    ("retouch", [26.9, 28.9, 31.2, 31.4]),
    ("local-contrast", [35.9, 36.2, 36.2, 37.0]),
    ("dehaze", [27.8, 26.8, 30.2, 29.7]),
    ("tone-map", [21.6, 23.3, 27.2, 26.6]),
    ("bw-drama", [29.1, 35.7, 38.9, 39.5]),
    ("cross-process", [30.2, 33.2, 34.4, 35.2]),
    ("l0", [26.3, 26.3, 26.7, 26.9]),
    ("detail", [30.3, 30.6, 31.1, 31.1]),
];
/// Numbers of pairs.
const PAIRS: [usize; 4] = [1, 3, 10, 28];
/// Mean PSNR of LEARNING.md's base with isotropic ridges: what the prior is compared with.
const ISOTROPIC: [f64; 4] = [25.4, 29.1, 31.5, 32.0];

/// What one filter came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Outcome {
    edit: String,
    pairs: usize,
    rung: String,
    seconds: f64,
    psnr: f64,
    ssim: f64,
    delta_e: f64,
    psnr_nothing: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    fs::create_dir_all(&arguments.work).map_err(|error| {
        format!("The folder {} could not be made: {error}.", arguments.work.display())
    })?;
    let mut outcomes = Vec::new();
    for (edit, _) in EDITS {
        for pairs in PAIRS {
            let place = arguments.work.join(format!("{edit}-{pairs}.json"));
            let done = fs::read_to_string(&place).ok();
            let outcome = match done.and_then(|text| serde_json::from_str::<Outcome>(&text).ok()) {
                Some(outcome) => outcome,
                None => {
                    let outcome = measured(arguments, edit, pairs)?;
                    let text = serde_json::to_string(&outcome).map_err(|e| e.to_string())?;
                    fs::write(&place, text).map_err(|error| {
                        format!("{} could not be written: {error}.", place.display())
                    })?;
                    outcome
                }
            };
            complain(&format!(
                "{edit} from {pairs}: {:.1} dB ({}, {:.1} s)",
                outcome.psnr, outcome.rung, outcome.seconds
            ));
            outcomes.push(outcome);
        }
    }
    fs::write(&arguments.out, report(&outcomes))
        .map_err(|error| format!("{} could not be written: {error}.", arguments.out.display()))
}

fn measured(arguments: &Arguments, edit: &str, count: usize) -> Result<Outcome, String> {
    let folder = |which: &str, split: &str| arguments.pairs.join(which).join(split);
    let paired = |split: &str| {
        pairs_by_name(&folder("before", split), &folder(edit, split)).map_err(|e| e.to_string())
    };
    let order = arguments.pairs.join("order.txt");
    let names = fs::read_to_string(&order)
        .map_err(|error| format!("{} could not be read: {error}.", order.display()))?;
    let names: Vec<&str> = names.lines().collect();
    let mut pairs = ordered(paired("train")?, &names);
    pairs.truncate(count);
    let file = arguments.work.join(format!("{edit}-{count}.safetensors"));
    let cleared =
        |path: &Path| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    for left in [file.clone(), file.with_extension("run")] {
        // What an interrupted report left; where nothing is left there is nothing to remove.
        drop(cleared(&left));
    }
    let task = Task {
        carries_check: true,
        pairs,
        check: Vec::new(),
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
    let held_out = paired("holdout")?;
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

fn report(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "# How well filters are learnt\n\n\
         Generated by `make learning-report`. Each filter is learnt by `understudy learn` from the first\n\
         pairs of `order.txt` and judged on ten photos that nothing has seen. Yardstick: the best of\n\
         everything in LEARNING.md section 8 (HDRNet, dgf-c, the prototype's ladder and prior, doing\n\
         nothing), row by row.\n\n\
         | edit | pairs | PSNR | SSIM | ΔE2000 | nothing | yardstick | above it | rung | seconds |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let line = |text: &mut String, it: &Outcome, best: f64| {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | **{:.1}** | {:.3} | {:.2} | {:.1} | {best:.1} | {:+.1} | {} | {:.1} |",
            it.edit,
            it.pairs,
            it.psnr,
            it.ssim,
            it.delta_e,
            it.psnr_nothing,
            it.psnr - best,
            it.rung,
            it.seconds
        );
    };
    for (edit, best) in EDITS {
        for it in outcomes.iter().filter(|it| it.edit == edit) {
            let at = PAIRS.iter().position(|pairs| *pairs == it.pairs).unwrap_or(0);
            line(&mut text, it, best[at]);
        }
    }
    text += "\n## Means of the eight edits\n\n\
             | pairs | PSNR | SSIM | ΔE2000 | nothing | best yardsticks | prototype's isotropic ridges |\n\
             |---|---|---|---|---|---|---|\n";
    for (at, pairs) in PAIRS.into_iter().enumerate() {
        let these: Vec<&Outcome> = outcomes.iter().filter(|it| it.pairs == pairs).collect();
        let mean = |value: fn(&Outcome) -> f64| {
            these.iter().map(|it| value(it)).sum::<f64>() / these.len().max(1) as f64
        };
        let best = EDITS.iter().map(|(_, best)| best[at]).sum::<f64>() / EDITS.len() as f64;
        let _ = writeln!(
            text,
            "| {pairs} | **{:.2}** | {:.3} | {:.2} | {:.1} | {best:.1} | {:.1} |",
            mean(|it| it.psnr),
            mean(|it| it.ssim),
            mean(|it| it.delta_e),
            mean(|it| it.psnr_nothing),
            ISOTROPIC[at]
        );
    }
    text += NOTES;
    text
}

/// What was tried, and what it brought.
const NOTES: &str = include_str!("report_notes.md");
