//! `understudy check`: how close a filter comes to edits that somebody made.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::{complain, say};
use crate::edit::{Edit, Layer};
use crate::operator::Library;
use crate::photo::{self, Image};
use crate::render::{self, Solver, Source};
use crate::train::examples::{Pair, pairs_by_name};
use crate::train::metrics::{Closeness, closeness, psnr};

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
    /// Report in JSON
    #[arg(long)]
    json: bool,
}

struct Checked {
    name: String,
    closeness: Closeness,
    psnr_nothing: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let operator = Library::load().find(&arguments.filter).map_err(|error| error.to_string())?;
    let pairs =
        pairs_by_name(&arguments.before, &arguments.after).map_err(|error| error.to_string())?;
    let edit = Edit { layers: vec![Layer { strength: 1.0, ..Layer::new(operator) }] };
    let mut checked = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        match check(pair, &edit) {
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
        mean(|it| it.closeness.psnr),
        mean(|it| it.closeness.ssim),
        mean(|it| it.closeness.delta_e),
        mean(|it| it.psnr_nothing),
    ];
    if arguments.json {
        let photo = |it: &Checked| json!({ "name": it.name, "psnr": it.closeness.psnr, "psnr_nothing": it.psnr_nothing });
        say(&json!({
            "filter": arguments.filter,
            "pairs": checked.len(),
            "psnr": psnr,
            "ssim": ssim,
            "delta_e": delta_e,
            "psnr_nothing": psnr_nothing,
            "photos": checked.iter().map(photo).collect::<Vec<_>>(),
        })
        .to_string());
        return Ok(());
    }
    let width = checked.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    for it in &checked {
        say(&format!(
            "{:width$}  {:6.2} dB  without the filter {:6.2} dB",
            it.name, it.closeness.psnr, it.psnr_nothing
        ));
    }
    say(&format!(
        "{psnr:.2} dB in the mean of {} photos, {psnr_nothing:.2} dB without the filter; SSIM {ssim:.3}, ΔE {delta_e:.2}",
        checked.len()
    ));
    Ok(())
}

/// The filter at full strength on one photo, in 8 bits or the photo's own depth.
fn check(pair: &Pair, edit: &Edit) -> Result<Checked, String> {
    let open = |path| photo::open(path).map_err(|error| error.to_string());
    let (before, after) = (open(&pair.before)?, open(&pair.after)?);
    let source = Source::new(Arc::new(before));
    let stages = Solver::default().solve(&source, edit).map_err(|error| error.to_string())?;
    let ours: Image = render::strip(&source, &stages, 0..source.image().height);
    let sizes_differ = || {
        format!(
            "“{}” was left out: the photo and its edit differ in size. Export the edit uncropped and at full size.",
            pair.name
        )
    };
    Ok(Checked {
        name: pair.name.clone(),
        closeness: closeness(&ours, &after.image).ok_or_else(sizes_differ)?,
        psnr_nothing: psnr(source.image(), &after.image).ok_or_else(sizes_differ)?,
    })
}
