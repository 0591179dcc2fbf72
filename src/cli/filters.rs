//! `understudy filters`: what there is to apply.

use serde_json::json;

use super::{complain, say};
use crate::operator::Library;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Report in JSON, one object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let library = Library::load();
    for problem in &library.problems {
        complain(problem);
    }
    let width = library.entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in &library.entries {
        let operator = &entry.operator;
        let check = operator.provenance.check.as_ref();
        if arguments.json {
            say(&json!({
                "name": entry.name,
                "title": operator.title,
                "variant": operator.variant,
                "rung": operator.rung(),
                "file": entry.file,
                "builtin": entry.builtin,
                "psnr_check": check.map(|check| check.psnr),
            })
            .to_string());
            continue;
        }
        let closeness = check.map_or(String::new(), |check| {
            format!(
                ", {:.1} dB on photos it has not seen ({:.1} without it)",
                check.psnr, check.psnr_nothing
            )
        });
        let variant = operator.variant.name();
        say(&format!("{:width$}  {} ({variant}{closeness})", entry.name, operator.title));
    }
    Ok(())
}
