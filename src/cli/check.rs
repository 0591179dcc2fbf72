//! `understudy check`: how close a filter comes to edits that somebody made.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::{complain, say};
use crate::operator::{Library, Operator};
use crate::photo;
use crate::train::examples::{Pair, pairs_by_name};
use crate::train::judge::{Judged, judge};
use crate::train::oracle::{UpperBound, upper_bound};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A filter's name, or its file
    filter: String,
    /// The folder of photos
    #[arg(long)]
    before: PathBuf,
    /// The folder of their edits, under the same names
    #[arg(long)]
    after: PathBuf,
    /// Also report what a filter could at best express: each photo's own fit to its own edit
    #[arg(long)]
    upper_bound: bool,
    /// Report in JSON
    #[arg(long)]
    json: bool,
}

struct Checked {
    name: String,
    judged: Judged,
    /// Where it was asked for.
    bound: Option<UpperBound>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let operator = Library::load().find(&arguments.filter).map_err(|error| error.to_string())?;
    let pairs =
        pairs_by_name(&arguments.before, &arguments.after).map_err(|error| error.to_string())?;
    let mut checked = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        match check(pair, &operator, arguments.upper_bound) {
            Ok(result) => checked.push(result),
            Err(sentence) => complain(&sentence),
        }
    }
    if checked.is_empty() {
        return Err("None of the pairs could be checked.".to_owned());
    }
    let mean =
        |value: fn(&Checked) -> f64| checked.iter().map(value).sum::<f64>() / checked.len() as f64;
    let [psnr, ssim, delta_e, psnr_nothing] = [
        mean(|it| it.judged.closeness.psnr),
        mean(|it| it.judged.closeness.ssim),
        mean(|it| it.judged.closeness.delta_e),
        mean(|it| it.judged.psnr_nothing),
    ];
    let bound = arguments.upper_bound.then(|| UpperBound {
        cubic: mean(|it| it.bound.map_or(f64::NAN, |bound| bound.cubic)),
        grid: mean(|it| it.bound.map_or(f64::NAN, |bound| bound.grid)),
    });
    if arguments.json {
        let photo = |it: &Checked| {
            let mut photo = json!({
                "name": it.name,
                "psnr": it.judged.closeness.psnr,
                "psnr_nothing": it.judged.psnr_nothing,
            });
            if let Some(bound) = it.bound {
                photo["cubic"] = json!(bound.cubic);
                photo["grid"] = json!(bound.grid);
            }
            photo
        };
        let mut report = json!({
            "filter": arguments.filter,
            "pairs": checked.len(),
            "psnr": psnr,
            "ssim": ssim,
            "delta_e": delta_e,
            "psnr_nothing": psnr_nothing,
            "photos": checked.iter().map(photo).collect::<Vec<_>>(),
        });
        if let Some(bound) = bound {
            report["upper_bound"] = json!({ "cubic": bound.cubic, "grid": bound.grid });
        }
        say(&report.to_string());
        return Ok(());
    }
    let width = checked.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    for it in &checked {
        let bound = it.bound.map_or_else(String::new, |bound| {
            format!("  own cubic {:6.2} dB  with own grid {:6.2} dB", bound.cubic, bound.grid)
        });
        say(&format!(
            "{:width$}  {:6.2} dB  without the filter {:6.2} dB{bound}",
            it.name, it.judged.closeness.psnr, it.judged.psnr_nothing
        ));
    }
    say(&format!(
        "{psnr:.2} dB in the mean of {} photos, {psnr_nothing:.2} dB without the filter; SSIM {ssim:.3}, ΔE {delta_e:.2}",
        checked.len()
    ));
    if let Some(bound) = bound {
        say(&format!(
            "Upper bound, each photo fitted to its own edit: {:.2} dB by a cubic, {:.2} dB with a grid of 64 cells.",
            bound.cubic, bound.grid
        ));
        say(
            "If the filter is far below both, prediction is what is short; if the bound itself is low, no filter of this form can express the edit.",
        );
    }
    Ok(())
}

/// The filter at full strength on one photo, in 8 bits or the photo's own depth.
fn check(pair: &Pair, operator: &Arc<Operator>, bounded: bool) -> Result<Checked, String> {
    let open = |path| photo::open(path).map_err(|error| error.to_string());
    let (before, after) = (Arc::new(open(&pair.before)?), open(&pair.after)?);
    let judged = judge(operator, Arc::clone(&before), &after.image)?.ok_or_else(|| {
        format!(
            "“{}” was left out: the photo and its edit differ in size. Export the edit uncropped and at full size.",
            pair.name
        )
    })?;
    let bound = if bounded { upper_bound(&before.image, &after.image) } else { None };
    Ok(Checked { name: pair.name.clone(), judged, bound })
}
