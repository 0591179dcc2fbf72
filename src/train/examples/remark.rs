//! What the user should know of a pair that is learnt from.

use super::alignment::Alignment;
use super::example::Example;
use super::names::name;
use super::pairing::{Confidence, Pair, Rule};

impl Pair {
    /// A sentence where names did not pair the two, or other files were possible.
    pub fn remark(&self) -> Option<String> {
        let by = match self.rule {
            Rule::Capture => "the moment they were taken",
            Rule::Looks => "what they show",
            Rule::Name | Rule::SimilarName if self.confidence == Confidence::Unsure => {
                "their names"
            }
            Rule::Name | Rule::SimilarName | Rule::Given => return None,
        };
        let doubt = match self.confidence {
            Confidence::Unsure => " Other files were possible too: check this.",
            Confidence::Likely | Confidence::Sure => "",
        };
        let (before, after) = (name(&self.before), name(&self.after));
        Some(format!("“{after}” was taken for the edit of “{before}” by {by}.{doubt}"))
    }
}

impl Example {
    /// A sentence where only a part of the edit is learnt from, or it had to be laid on its photo.
    pub fn remark(&self) -> Option<String> {
        let mut facts = moved(&self.alignment);
        let painted = self.painted();
        if painted > 0.0 {
            facts.push(format!(
                "has {:.0} % that no light or contrast explains, which is not learnt from",
                100.0 * painted
            ));
        }
        self.sentence(facts)
    }

    /// A sentence where the edit had to be laid on its photo.
    pub fn moved(&self) -> Option<String> {
        self.sentence(moved(&self.alignment))
    }

    /// Share of what the two have in common that no filter can express and that is not learnt from,
    /// 0 to 1; 0 where it is not worth a word.
    pub fn painted(&self) -> f64 {
        const LEAST: f64 = 0.02;
        let share = self.mask.share() / self.alignment.overlap().max(self.mask.share());
        if share > LEAST { share } else { 0.0 }
    }

    fn sentence(&self, mut facts: Vec<String>) -> Option<String> {
        let last = facts.pop()?;
        let facts =
            if facts.is_empty() { last } else { format!("{} and {last}", facts.join(", ")) };
        Some(format!("“{}” {facts}.", name(&self.pair.after)))
    }
}

/// How an edit lies otherwise on its photo than pixel by pixel.
fn moved(alignment: &Alignment) -> Vec<String> {
    let mut facts = Vec::new();
    if alignment.is_identity() {
        return facts;
    }
    if alignment.is_mirrored() {
        facts.push("is mirrored".to_owned());
    }
    let (turned, scale) = (alignment.turned_degrees(), alignment.scale());
    if turned.abs() > 0.05 {
        facts.push(format!("is turned by {turned:.1}°"));
    }
    if (scale - 1.0).abs() > 0.002 {
        facts.push(format!("is scaled to {:.0} %", 100.0 * scale));
    }
    match 100.0 * alignment.overlap() {
        shown if shown < 99.0 => facts.push(format!("shows {shown:.0} % of the photo")),
        _ if facts.is_empty() => facts.push("is shifted".to_owned()),
        _ => {}
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_is_told() {
        let check = |matrix, after, expect: &[&str]| {
            let alignment = Alignment { matrix, before: (100, 80), after };
            assert_eq!(moved(&alignment), expect);
        };
        check([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], (100, 80), &[]);
        check([[1.0, 0.0, 0.0], [0.0, 1.0, 0.4]], (100, 80), &["is shifted"]);
        check([[1.0, 0.0, -50.0], [0.0, 1.0, 0.0]], (50, 80), &["shows 50 % of the photo"]);
        check([[0.5, 0.0, -0.25], [0.0, 0.5, -0.25]], (50, 40), &["is scaled to 50 %"]);
        check([[-1.0, 0.0, 99.0], [0.0, 1.0, 0.0]], (100, 80), &["is mirrored"]);
        check([[0.0, -1.0, 79.0], [1.0, 0.0, 0.0]], (80, 100), &["is turned by 90.0°"]);
    }
}
