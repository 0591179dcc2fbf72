//! `understudy inspect`: what a filter is and where it comes from.

use serde_json::json;

use super::say;
use crate::operator::{CheckPair, GuidedLayer, Library, Operator};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A filter's name, or its file
    filter: String,
    /// Report in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let operator = Library::load().find(&arguments.filter).map_err(|error| error.to_string())?;
    if arguments.json {
        let spec = serde_json::to_value(operator.describe()).map_err(|error| error.to_string())?;
        say(&json!({
            "filter": arguments.filter,
            "parameters": operator.parameters(),
            "spec": spec,
        })
        .to_string());
    } else {
        describe(&operator);
    }
    Ok(())
}

fn describe(operator: &Operator) {
    let layer = match &operator.layer {
        GuidedLayer::None => "none".to_owned(),
        GuidedLayer::Residual { radius, epsilon } => {
            format!("residual guided filter, radius {radius}, ε {epsilon:e}")
        }
        GuidedLayer::Plain { radius, epsilon } => {
            format!("guided filter, radius {radius}, ε {epsilon:e}")
        }
        GuidedLayer::Convolutional { dilation, .. } => {
            format!("convolutional guided filter, dilation {dilation}")
        }
    };
    let guide = match (&operator.guide, &operator.base) {
        (Some(guide), _) => format!("a learned map of the photo, {} values", guide.parameters()),
        (None, Some(base)) if base.local => format!(
            "a base of colour, photo and neighbourhood, {} values, scale {}",
            base.weights.len(),
            base.scale
        ),
        (None, Some(base)) => {
            format!("a base of colour and photo, {} values", base.weights.len())
        }
        (None, None) => "the photo itself".to_owned(),
    };
    let analysis = (operator.layer != GuidedLayer::None)
        .then(|| format!("{} pixels, the short side", operator.short_side));
    let provenance = &operator.provenance;
    let check = provenance.check.as_ref().map(|check| {
        format!(
            "{:.2} dB on {} photos it has not seen; {:.2} dB without it",
            check.psnr,
            check.photos.len(),
            check.psnr_nothing
        )
    });
    let carried = (!provenance.check_pairs.is_empty()).then(|| {
        let bytes: usize = provenance.check_pairs.iter().map(CheckPair::bytes).sum();
        format!("{} small ones, {} KiB", provenance.check_pairs.len(), bytes >> 10)
    });
    let examples = match provenance.learned_from.len() {
        0 => None,
        count => Some(format!("{count} before/after pairs")),
    };
    let rows = [
        ("title", Some(operator.title.clone())),
        ("variant", Some(operator.variant.name().to_owned())),
        ("analysis size", analysis),
        ("guidance", Some(guide)),
        ("layer", Some(layer)),
        ("parameters", Some(operator.parameters().to_string())),
        ("edit", provenance.edit.clone()),
        ("made", provenance.made.clone()),
        ("date", provenance.date.clone()),
        ("learned from", examples),
        ("closeness", check),
        ("check pairs", carried),
        ("licence", provenance.license.clone()),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            say(&format!("{name:14}{value}"));
        }
    }
}
