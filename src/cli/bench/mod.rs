//! `understudy bench`: how fast filters are here, beside a plain copy of the same pixels.
//!
//! Every figure stands beside a yardstick of the same run: times of shared machines are worth
//! little, ratios hold.

mod cases;
mod clock;
mod drag;
mod step;

use std::cell::Cell;

use serde_json::{Value, json};

use super::say;
use crate::engine::{Backend, Choice};
use crate::kernel::wide::{self, Level};
use crate::operator::Variant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Variants, such as dgf-b,dgf-c,base,dgf-x; all where left out
    #[arg(long, value_delimiter = ',', value_parser = variant)]
    variants: Vec<Variant>,
    /// Photo sizes, such as 2048x2048,6000x4000
    #[arg(long, value_delimiter = ',', value_parser = size, default_values = ["2048x2048", "6000x4000"])]
    sizes: Vec<[usize; 2]>,
    /// What renders
    #[arg(long, value_parser = super::engine(), default_value = "auto")]
    engine: Choice,
    /// Threads of the CPU engine; all cores where left out
    #[arg(long)]
    threads: Option<usize>,
    /// Widest vectors of the CPU engine: portable, avx2, avx512; those of this processor where left out
    #[arg(long, value_parser = vectors)]
    vectors: Option<Level>,
    /// Timed runs of each figure
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    repeat: u16,
    /// Report in JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// Figures that only some rows have.
const MORE: [&str; 12] = [
    "decode_ms",
    "encode_ms",
    "strength_ms",
    "mask_ms",
    "layer_ms",
    "il128_ms",
    "il256_ms",
    "p99_ms",
    "pictures",
    "busy_ms",
    "busy_p99_ms",
    "busy_pictures",
];

/// Seconds that PyTorch took for a photo of this size on one thread of two cores, by DESIGN.md
/// section 5: a mark to look at, not of this run.
fn pytorch_seconds(variant: Variant, size: [usize; 2]) -> Option<f64> {
    let place = [[512, 512], [2048, 2048], [6000, 4000]].iter().position(|of| *of == size)?;
    match variant {
        Variant::DgfB => Some([0.023, 0.44, 2.4][place]),
        Variant::DgfC => Some([0.063, 1.6, 13.7][place]),
        _ => None,
    }
}

fn every_variant() -> impl Iterator<Item = Variant> {
    Variant::ALL.into_iter().chain(Variant::OWN)
}

fn variant(text: &str) -> Result<Variant, String> {
    Variant::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = every_variant().map(Variant::name).collect();
        format!("known are {}", names.join(", "))
    })
}

fn vectors(text: &str) -> Result<Level, String> {
    let names = Level::ALL.map(Level::name).join(", ");
    let level = Level::ALL.into_iter().find(|level| level.name() == text);
    level.ok_or_else(|| format!("known are {names}"))
}

fn size(text: &str) -> Result<[usize; 2], String> {
    let side = |text: &str| text.parse().ok().filter(|side| (1..=30_000).contains(side));
    let parsed = text.split_once('x').and_then(|(w, h)| Some([side(w)?, side(h)?]));
    parsed
        .filter(|[w, h]| w * h <= 400_000_000)
        .ok_or_else(|| "a size is WIDTHxHEIGHT, at most 400 megapixels".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    if let Some(level) = arguments.vectors {
        wide::limit(level)?;
    }
    // Of the whole program: the engine's own thread computes with them too. 0 are all cores.
    rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.unwrap_or(0))
        .build_global()
        .map_err(|error| format!("The threads could not be started: {error}."))?;
    let threads = rayon::current_num_threads();
    let backend = Backend::headless(arguments.engine)?;
    let variants = match arguments.variants.as_slice() {
        [] => every_variant().collect(),
        chosen => chosen.to_vec(),
    };
    if !arguments.json {
        say(&format!(
            "{:8}{:9}{:>12}{:>12}{:>10}{:>10}{:>9}{:>11}",
            "", "variant", "size", "median ms", "min ms", "copy ms", "copies", "extra MiB"
        ));
    }
    let report = |row: Value| say(&if arguments.json { row.to_string() } else { table_row(&row) });
    let solve_ms = Cell::new(0.0);
    cases::run(&backend, &variants, &arguments.sizes, usize::from(arguments.repeat), &|row| {
        let variant = row.variant.map_or("all", Variant::name);
        let mut whole = json!({ "what": row.what, "variant": variant });
        whole["width"] = json!(row.size[0]);
        whole["height"] = json!(row.size[1]);
        whole["engine"] = json!(row.engine.unwrap_or(backend.name()));
        whole["threads"] = json!(threads);
        whole["median_ms"] = json!(row.time.median_ms);
        whole["min_ms"] = json!(row.time.min_ms);
        for (name, value) in &row.more {
            whole[*name] = json!(value);
        }
        match row.what {
            "solve" => solve_ms.set(row.time.median_ms),
            "render" if threads == 1 && backend.name() == "cpu" => {
                let whole_ms = solve_ms.get() + row.time.median_ms;
                let times = row.variant.and_then(|it| pytorch_seconds(it, row.size));
                let times = times.map(|it| 1e3 * it / whole_ms);
                whole["pytorch_times"] = json!(times);
            }
            _ => {}
        }
        report(whole);
    })
}

fn table_row(row: &Value) -> String {
    let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let number =
        |name: &str| row[name].as_f64().map_or("–".to_owned(), |value| format!("{value:.2}"));
    let mut line = format!(
        "{:8}{:9}{:>12}{:>12}{:>10}{:>10}{:>9}{:>11}",
        word("what"),
        word("variant"),
        format!("{}x{}", row["width"], row["height"]),
        number("median_ms"),
        number("min_ms"),
        number("copy_ms"),
        number("copies"),
        number("extra_mib"),
    );
    for name in MORE {
        if !row[name].is_null() {
            line += &format!("  {} {}", name.trim_end_matches("_ms"), number(name));
        }
    }
    if let Some(times) = row["pytorch_times"].as_f64() {
        line += &format!("  PyTorch by DESIGN.md took {times:.0} times as long");
    }
    line
}
