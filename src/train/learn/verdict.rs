//! What a photographer should know of a filter that was learnt.

use super::ladder::{Ladder, Standing};
use super::rung::Rung;
use crate::operator::{Check, CheckPair};
use crate::train::prior::Kind;

/// Closeness in words (UX.md section 5.1).
fn words(psnr: f64) -> &'static str {
    match psnr {
        p if p < 24.0 => "rough",
        p if p < 30.0 => "close",
        p if p <= 36.0 => "very close",
        _ => "near-identical",
    }
}

/// How the rungs stand, and what that means.
pub(super) fn ladder(ladder: &Ladder, chosen: &Standing, examples: usize) -> Vec<String> {
    let mut notes = Vec::new();
    match (chosen.psnr_unseen, chosen.rung) {
        (None, Rung::Identity) => notes.push(
            "One pair does not show an edit that would carry over to other photos; the filter changes nothing. Add pairs."
                .to_owned(),
        ),
        (None, _) => {
            let share = |index: usize| ladder.kinds.get(index).copied().unwrap_or(0.0);
            let likeliest =
                (0..Kind::ALL.len()).max_by(|a, b| share(*a).total_cmp(&share(*b))).unwrap_or(0);
            let photos = if examples == 1 { "one pair" } else { "pairs of one photo" };
            notes.push(format!(
                "Learned from {photos}, so this is a guess: it looks like {}. A second and third pair of other photos make it sure.",
                Kind::ALL[likeliest].words()
            ));
        }
        (Some(psnr), Rung::Identity) => notes.push(format!(
            "No filter came closer to these edits on photos it had not seen than doing nothing ({psnr:.1} dB), so this one changes nothing. Are the pairs one and the same edit?"
        )),
        (Some(psnr), rung) => {
            let nothing = ladder
                .standing(Rung::Identity)
                .and_then(|standing| standing.psnr_unseen)
                .unwrap_or(psnr);
            let what = match rung {
                Rung::Colour => "Colours alone explain this edit",
                _ => "This edit depends on the photo or the neighbourhood",
            };
            notes.push(format!(
                "{what}: on photos it had not seen the filter is {} ({psnr:.1} dB; doing nothing {nothing:.1} dB).",
                words(psnr)
            ));
            if examples < 5 {
                notes.push("More pairs make it surer.".to_owned());
            }
        }
    }
    notes
}

/// Two pairs that contradict each other, by their names.
pub fn opposed(a: &str, b: &str) -> String {
    format!(
        "“{a}” and “{b}” ask for opposite things. Leave one of them out, unless the edit is meant to follow the photo."
    )
}

/// What a network brought, in dB with and without it.
pub(super) fn network(with: f64, without: f64) -> String {
    format!(
        "A network on top of it follows the content: {with:.1} dB on photos that were held back, {without:.1} dB without it."
    )
}

/// What of the user's photos is in the file.
pub(super) fn carried(pairs: &[CheckPair]) -> Option<String> {
    let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!("Its file carries small copies of check photos, for tuning: {}.", names.join(", "))
    })
}

/// How the filter did on the check photos.
pub(super) fn check(check: &Check) -> String {
    let photos = match check.photos.len() {
        1 => "the check photo".to_owned(),
        count => format!("{count} check photos"),
    };
    format!(
        "On {photos} it is {}: {:.1} dB, doing nothing {:.1} dB.",
        words(check.psnr),
        check.psnr,
        check.psnr_nothing
    )
}
