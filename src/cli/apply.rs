//! `understudy apply`: a filter over photos, file to file.

use std::collections::HashSet;
use std::fmt::Display;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::{complain, say};
use crate::edit::{Balance, Edit, Layer};
use crate::engine::{self, Backend, Choice};
use crate::operator::{Library, Tuning};
use crate::photo::{self, Colours, Depth, ExportOptions, Format, Size};
use crate::render::Source;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A filter's name, or its file
    filter: String,
    /// The photos; they are only read
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// The file to write, or a folder where there are several photos
    #[arg(short, long)]
    out: PathBuf,
    /// How much of the filter, from 0 to 1; the filter's own where left out
    #[arg(long, value_parser = within(&(0.0_f32..=1.0)))]
    strength: Option<f32>,
    /// How much of what it does to the light and colour of whole areas, from 0 to 2, 1 as it was learned;
    /// the filter's own where left out
    #[arg(long, value_parser = within(&Balance::RANGE))]
    tone: Option<f32>,
    /// How much of what it does to contrast within an area, from 0 to 2, 1 as it was learned; the
    /// filter's own where left out
    #[arg(long, value_parser = within(&Balance::RANGE))]
    detail: Option<f32>,
    /// Radius r of the guided layer, in cells of its grid, from 1 to 32
    #[arg(long, value_parser = within(&(1..=Tuning::RADIUS_MAX)))]
    r: Option<usize>,
    /// Edge softness ε of a plain or residual guided layer, from 1e-12 to 10
    #[arg(long, value_parser = within(&Tuning::EPSILON))]
    eps: Option<f64>,
    /// Analysis size: the short side of what the network looks at, from 16 to 512 pixels
    #[arg(long, value_parser = within(&Tuning::SHORT_SIDE))]
    il: Option<usize>,
    /// Scale of the local means of a base, from 0.25 to 4; 1 as it was learned
    #[arg(long, value_parser = within(&Tuning::SCALE))]
    scale: Option<f64>,
    /// What renders
    #[arg(long, value_parser = super::engine(), default_value = "auto")]
    engine: Choice,
    /// Quality of a JPEG, from 1 to 100
    #[arg(long, default_value_t = 92, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// Size: pixels of the longer side (2048), or a part of the photo's own (50%); never enlarged
    #[arg(long, value_parser = size)]
    size: Option<Size>,
    /// Bits a channel of a PNG or TIFF: 8 or 16; as the photo where left out
    #[arg(long, value_parser = depth())]
    depth: Option<Depth>,
    /// Colour space: the photo's own, or another one
    #[arg(long, value_parser = colours(), default_value = "photo")]
    colours: Colours,
    /// Leave out metadata, also what was done to the photo
    #[arg(long)]
    no_metadata: bool,
    /// Replace files that exist; never the photos themselves
    #[arg(long)]
    overwrite: bool,
    /// Report in JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// Reads a number within a range.
fn within<T>(range: &RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone + use<T>
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    let range = range.clone();
    move |text| match text.parse() {
        Ok(value) if range.contains(&value) => Ok(value),
        _ => Err(format!("it must be a number from {} to {}", range.start(), range.end())),
    }
}

/// Reads a size.
fn size(text: &str) -> Result<Size, String> {
    let read = || match text.strip_suffix('%') {
        Some(part) => {
            let part: f32 = part.trim().parse().ok()?;
            (part > 0.0 && part <= 100.0).then_some(Size::Percent(part))
        }
        None => text.parse().ok().filter(|side| *side > 0).map(Size::LongSide),
    };
    read().ok_or_else(|| {
        "it must be the pixels of the longer side, such as 2048, or a part up to 100%, such as 50%"
            .to_owned()
    })
}

/// Reads bits a channel.
fn depth() -> impl TypedValueParser<Value = Depth> {
    PossibleValuesParser::new(["8", "16"])
        .map(|bits| if bits == "8" { Depth::Eight } else { Depth::Sixteen })
}

/// Reads a colour space.
fn colours() -> impl TypedValueParser<Value = Colours> {
    PossibleValuesParser::new(Colours::ALL.map(Colours::name)).map(|word| {
        Colours::ALL.into_iter().find(|colours| colours.name() == word).unwrap_or_default()
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let operator = Library::load().find(&arguments.filter).map_err(|error| error.to_string())?;
    let tuning = Tuning {
        radius: arguments.r,
        epsilon: arguments.eps,
        short_side: arguments.il,
        scale: arguments.scale,
    };
    operator.settings(&tuning).map_err(|error| error.to_string())?;
    let mut layer = Layer { tuning, ..Layer::new(operator) };
    layer.balance.tone = arguments.tone.unwrap_or(layer.balance.tone);
    layer.balance.detail = arguments.detail.unwrap_or(layer.balance.detail);
    layer.strength = arguments.strength.unwrap_or(layer.strength);
    let edit = Edit { layers: vec![layer] };
    let targets = targets(&arguments.photos, &arguments.out)?;
    let backend = Backend::headless(arguments.engine)?;
    let options = ExportOptions {
        quality: arguments.quality,
        depth: arguments.depth,
        size: arguments.size.unwrap_or_default(),
        colours: arguments.colours,
        metadata: !arguments.no_metadata,
        overwrite: arguments.overwrite,
    };
    let mut failures = Vec::new();
    let stopped = super::stopped_by_signals();
    for (photo, target) in arguments.photos.iter().zip(&targets) {
        if stopped.load(Ordering::Relaxed) {
            failures.push(format!("{} was not begun.", photo.display()));
            continue;
        }
        let started = Instant::now();
        match apply(photo, target, &edit, &backend, &options, &stopped) {
            Ok(()) if arguments.json => say(&json!({
                "what": "applied",
                "photo": photo,
                "file": target,
                "engine": backend.name(),
                "seconds": started.elapsed().as_secs_f64(),
            })
            .to_string()),
            Ok(()) => complain(&format!("Wrote {}.", target.display())),
            Err(sentence) => {
                if arguments.json {
                    let failure = json!({ "what": "failed", "photo": photo, "reason": sentence });
                    say(&failure.to_string());
                }
                failures.push(sentence);
            }
        }
    }
    let (failed, all) = (failures.len(), targets.len());
    match failures.as_slice() {
        [] => Ok(()),
        [sentence] if all == 1 => Err(sentence.clone()),
        sentences => Err(format!(
            "{}\n{failed} of {all} photos were not written; the others are.",
            sentences.join("\n")
        )),
    }
}

fn apply(
    path: &Path,
    target: &Path,
    edit: &Edit,
    backend: &Backend,
    options: &ExportOptions,
    stopped: &AtomicBool,
) -> Result<(), String> {
    if target.exists() && !options.overwrite {
        return Err(format!(
            "{} exists already. It was left as it is; choose another name or add --overwrite.",
            target.display()
        ));
    }
    let photo = photo::open(path).map_err(|error| error.to_string())?;
    for notice in &photo.notices {
        complain(&format!("{}: {notice}", path.display()));
    }
    let source = Source::new(Arc::new(photo));
    engine::export(backend, &source, edit, target, options, &mut |_| {}, stopped)
        .map_err(|error| error.to_string())
}

/// The file to write for each photo.
fn targets(photos: &[PathBuf], out: &Path) -> Result<Vec<PathBuf>, String> {
    let is_folder =
        out.is_dir() || photos.len() > 1 || out.as_os_str().to_string_lossy().ends_with('/');
    if photos.len() > 1 && !out.is_dir() && (out.exists() || Format::from_path(out).is_ok()) {
        return Err(format!(
            "{} is the name of a file, and there are several photos. Nothing was written; name a folder.",
            out.display()
        ));
    }
    if !is_folder {
        Format::from_path(out).map_err(|error| error.to_string())?;
        return Ok(vec![out.to_owned()]);
    }
    fs::create_dir_all(out).map_err(|error| {
        format!("The folder {} could not be made: {error}. Choose another one.", out.display())
    })?;
    let targets: Vec<PathBuf> = photos.iter().map(|photo| out.join(name_of(photo))).collect();
    let mut seen = HashSet::new();
    match targets.iter().find(|target| !seen.insert(*target)) {
        Some(twice) => Err(format!(
            "Two photos would be written to {}. Nothing was written; apply the filter to them one by one.",
            twice.display()
        )),
        None => Ok(targets),
    }
}

/// The photo's own name; with another ending where its format is only read.
fn name_of(photo: &Path) -> PathBuf {
    let name = PathBuf::from(photo.file_name().unwrap_or_default());
    if Format::from_path(&name).is_ok() { name } else { name.with_extension("png") }
}
