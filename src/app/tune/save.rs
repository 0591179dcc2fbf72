//! A tuning as a filter of its own: the next version of the one that was tuned.

use super::super::strings::tune as strings;
use super::knobs::settings;
use crate::edit::Layer;
use crate::operator::{GuidedLayer, Library, Operator, today};

/// A name without the number of its version, and that number.
fn split(name: &str) -> (&str, u32) {
    let parts =
        name.rsplit_once("-v").and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
    parts.filter(|(stem, _)| !stem.is_empty()).unwrap_or((name, 1))
}

/// The name of the next version of a filter of the library, and its number: higher than all that are
/// there.
pub fn next(library: &Library, name: &str) -> (String, u32) {
    let (stem, _) = split(name);
    let versions = library.entries.iter().map(|entry| split(&entry.name));
    let last = versions.filter(|(other, _)| *other == stem).map(|(_, number)| number).max();
    let number = last.unwrap_or(1) + 1;
    (format!("{stem}-v{number}"), number)
}

/// The filter whose defaults are what a layer is set to, as version `number`. The layer's own filter
/// stays as it is.
pub fn version(layer: &Layer, number: u32) -> Operator {
    let mut operator = (*layer.operator).clone();
    let settings = settings(&operator, &layer.tuning);
    operator.title = strings::version_title(&operator.title, number);
    operator.strength = layer.strength;
    (operator.tone, operator.detail) = (layer.balance.tone, layer.balance.detail);
    operator.short_side = settings.short_side;
    if let Some(base) = &mut operator.base {
        base.scale = settings.scale;
    }
    match &mut operator.layer {
        GuidedLayer::None => {}
        GuidedLayer::Residual { radius, epsilon } | GuidedLayer::Plain { radius, epsilon } => {
            (*radius, *epsilon) = (settings.radius, settings.epsilon);
        }
        GuidedLayer::Convolutional { dilation, .. } => *dilation = settings.radius,
    }
    operator.provenance.made = Some(strings::made_by_tuning(&layer.operator.title));
    operator.provenance.date = Some(today());
    let own = layer.operator.settings(&crate::operator::Tuning::default()).unwrap_or(settings);
    let balance = [operator.tone, operator.detail];
    if settings != own || balance != [layer.operator.tone, layer.operator.detail] {
        // How close it came was measured without these; the check pairs tell anew.
        operator.provenance.check = None;
        operator.provenance.psnr_unseen = None;
    }
    operator
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::knobs::knobs;
    use super::*;
    use crate::edit::Balance;
    use crate::operator::{Tuning, Variant};

    #[test]
    fn a_saved_tuning_is_the_new_filters_default() {
        for variant in [Variant::Base, Variant::DgfB, Variant::DgfC, Variant::DgfX] {
            let mut layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
            for knob in knobs(&layer).into_iter().filter(|knob| knob.missing.is_none()) {
                // Between the ends, whatever the scale.
                let value = f64::sqrt(*knob.range.start() * *knob.range.end());
                layer.tuning = knob.tuned(layer.tuning, value);
            }
            layer.strength = 0.5;
            layer.balance = Balance { tone: 0.3, detail: 1.6 };
            let operator = version(&layer, 2);
            let want = layer.operator.settings(&layer.tuning).unwrap();
            assert_eq!(operator.settings(&Tuning::default()).unwrap(), want, "{variant:?}");
            let again = Layer::new(Arc::new(operator.clone()));
            assert!(again.is_as_it_comes() && !layer.is_as_it_comes());
            assert_eq!((again.strength, again.balance), (0.5, layer.balance));
            assert!(operator.title.ends_with(" v2"), "{}", operator.title);
            // A version of a version has one number.
            let again = version(&Layer::new(Arc::new(operator)), 3);
            assert!(again.title.ends_with(" v3") && !again.title.contains("v2"), "{}", again.title);
        }
    }

    #[test]
    fn versions_count_on_from_the_highest() {
        let mut library = Library::load_from(None);
        assert_eq!(next(&library, "dehaze"), ("dehaze-v2".to_owned(), 2));
        let mut other = library.entries[0].clone();
        other.name = "dehaze-v7".to_owned();
        library.entries.push(other);
        assert_eq!(next(&library, "dehaze"), ("dehaze-v8".to_owned(), 8));
        assert_eq!(next(&library, "dehaze-v2"), ("dehaze-v8".to_owned(), 8));
        assert_eq!(next(&library, "-v2"), ("-v2-v2".to_owned(), 2));
    }
}
