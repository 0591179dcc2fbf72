//! `understudy import`: a filter from a PyTorch checkpoint of the paper's authors.

use std::fs;
use std::path::{Path, PathBuf};

use super::complain;
use crate::operator::{self, Library, Provenance, title_from_name};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The checkpoint, a .pth file
    checkpoint: PathBuf,
    /// The filter to write: a file, or a name to have it in the library
    #[arg(short, long)]
    out: PathBuf,
    /// What the filter is called in the window
    #[arg(long)]
    title: Option<String>,
    /// A JSON file with the filter's provenance
    #[arg(long)]
    provenance: Option<PathBuf>,
    /// Replace a filter that exists
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<(), String> {
    let file = file_of(&arguments.out)?;
    let mut operator =
        operator::import(&arguments.checkpoint).map_err(|error| error.to_string())?;
    // The name that the user gives: that of the checkpoint is mostly the same for many.
    operator.title = arguments.title.unwrap_or_else(|| {
        title_from_name(&file.file_stem().unwrap_or_default().to_string_lossy())
    });
    if let Some(path) = &arguments.provenance {
        operator.provenance = read_provenance(path)?;
    }
    operator::write(&operator, &file, arguments.overwrite).map_err(|error| error.to_string())?;
    complain(&format!(
        "Wrote “{}” ({}) to {}.",
        operator.title,
        operator.variant.name(),
        file.display()
    ));
    Ok(())
}

fn read_provenance(path: &Path) -> Result<Provenance, String> {
    let failed = |reason: String| {
        format!(
            "{} holds no provenance: {reason}. Nothing was written; leave --provenance out or mend the file.",
            path.display()
        )
    };
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// A bare name is a filter of the user's own library.
pub(super) fn file_of(out: &Path) -> Result<PathBuf, String> {
    if out.extension().is_some() || out.components().count() > 1 {
        if out.extension().is_none_or(|ending| ending != "safetensors") {
            return Err(format!(
                "{} does not end in .safetensors, as filters do. Nothing was written; choose another name.",
                out.display()
            ));
        }
        return Ok(out.to_owned());
    }
    if Library::is_built_in(&out.to_string_lossy()) {
        return Err(format!(
            "A filter named “{}” comes with the program. Nothing was written; choose another name.",
            out.display()
        ));
    }
    let folder = Library::folder()
        .ok_or("This system has no folder for your filters. Name a file instead, such as ./name.safetensors.")?;
    fs::create_dir_all(&folder)
        .map_err(|error| format!(
            "The folder {} for your filters could not be made: {error}. Name a file instead, such as ./name.safetensors.",
            folder.display()
        ))?;
    Ok(folder.join(out).with_extension("safetensors"))
}
