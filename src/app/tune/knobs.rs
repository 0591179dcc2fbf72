//! The values that may be tuned, and what a filter has of them.

use super::super::strings::tune as strings;
use crate::edit::Layer;
use crate::operator::{GuidedLayer, Operator, Settings, Tuning};

/// What is offered of the radius: larger ones lose closeness and gain nothing.
const RADIUS: std::ops::RangeInclusive<f64> = 1.0..=8.0;
/// What is offered of ε.
const EPSILON: std::ops::RangeInclusive<f64> = 1e-8..=1e-1;
/// What is offered of the analysis size, in pixels.
const SHORT_SIDE: std::ops::RangeInclusive<f64> = 32.0..=512.0;

/// One value that may be tuned.
pub struct Knob {
    pub name: &'static str,
    pub tip: &'static str,
    /// Why this filter does not have it; None where it does.
    pub missing: Option<&'static str>,
    pub value: f64,
    pub learned: f64,
    pub range: std::ops::RangeInclusive<f64>,
    pub is_logarithmic: bool,
    pub is_whole: bool,
    pub words: fn(f64) -> String,
    /// The tuning with that value, or with the learned one.
    set: fn(Tuning, Option<f64>) -> Tuning,
    /// Values that are weighed, ascending.
    pub stops: &'static [f64],
}

impl Knob {
    /// The tuning with another value of this; as it was learned, none is set.
    pub fn tuned(&self, tuning: Tuning, value: f64) -> Tuning {
        let is_learned = (self.words)(value) == (self.words)(self.learned);
        (self.set)(tuning, (!is_learned).then_some(value))
    }

    /// The tuning with this as it was learned.
    pub fn reset(&self, tuning: Tuning) -> Tuning {
        (self.set)(tuning, None)
    }

    /// Where a value is between the ends, 0..1.
    pub fn share(&self, value: f64) -> f32 {
        let scale = |value: f64| if self.is_logarithmic { value.ln() } else { value };
        let (low, high) = (*self.range.start(), *self.range.end());
        let (from, to) = (scale(low), scale(high));
        ((scale(value.clamp(low, high)) - from) / (to - from)) as f32
    }
}

/// The values of a filter. What it does not have shows its usual value.
pub fn knobs(layer: &Layer) -> [Knob; 4] {
    let operator = &layer.operator;
    let own = settings(operator, &Tuning::default());
    let now = settings(operator, &layer.tuning);
    let no_layer = matches!(operator.layer, GuidedLayer::None).then_some(strings::NO_LAYER);
    let learned_layer = matches!(operator.layer, GuidedLayer::Convolutional { .. });
    let has_locals = operator.base.as_ref().is_some_and(|base| base.local);
    let whole = |value: f64| format!("{value:.0}");
    [
        Knob {
            name: strings::REACH,
            tip: strings::REACH_TIP,
            missing: (!has_locals).then_some(strings::NO_NEIGHBOURHOOD),
            value: now.scale,
            learned: own.scale,
            range: Tuning::SCALE,
            is_logarithmic: true,
            is_whole: false,
            words: |value| format!("{value:.2}×"),
            set: |tuning, scale| Tuning { scale, ..tuning },
            stops: &[0.25, 0.35, 0.5, 0.71, 1.0, 1.41, 2.0, 2.83, 4.0],
        },
        Knob {
            name: strings::SPREAD,
            tip: if learned_layer { strings::SPREAD_LEARNED_TIP } else { strings::SPREAD_TIP },
            missing: no_layer,
            value: now.radius as f64,
            learned: own.radius as f64,
            range: RADIUS,
            is_logarithmic: false,
            is_whole: true,
            words: whole,
            set: |tuning, value| Tuning { radius: value.map(|it| it.round() as usize), ..tuning },
            stops: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        },
        Knob {
            name: strings::SOFTNESS,
            tip: strings::SOFTNESS_TIP,
            missing: no_layer.or(learned_layer.then_some(strings::OWN_EDGE_RULE)),
            value: now.epsilon,
            learned: own.epsilon,
            range: EPSILON,
            is_logarithmic: true,
            is_whole: false,
            words: |value| format!("{value:.0e}"),
            set: |tuning, epsilon| Tuning { epsilon, ..tuning },
            stops: &[1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1],
        },
        Knob {
            name: strings::ANALYSIS,
            tip: strings::ANALYSIS_TIP,
            missing: no_layer,
            value: now.short_side as f64,
            learned: own.short_side as f64,
            range: SHORT_SIDE,
            is_logarithmic: true,
            is_whole: true,
            words: whole,
            set: |tuning, value| Tuning {
                short_side: value.map(|it| it.round() as usize),
                ..tuning
            },
            stops: &[32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0],
        },
    ]
}

/// What a tuning comes to; a filter's own values where it has not what is set.
pub fn settings(operator: &Operator, tuning: &Tuning) -> Settings {
    let none = Settings { radius: 0, epsilon: 0.0, short_side: 0, scale: 1.0 };
    let own = || operator.settings(&Tuning::default()).unwrap_or(none);
    operator.settings(tuning).unwrap_or_else(|_| own())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::operator::Variant;

    #[test]
    fn what_a_filter_does_not_have_has_a_reason() {
        let missing = |variant| {
            let layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
            knobs(&layer).map(|knob| knob.missing)
        };
        assert_eq!(missing(Variant::Base)[0], None);
        assert_eq!(missing(Variant::Base)[1..], [Some(strings::NO_LAYER); 3]);
        assert_eq!(missing(Variant::DgfB), [Some(strings::NO_NEIGHBOURHOOD), None, None, None]);
        assert_eq!(missing(Variant::DgfC)[2], Some(strings::OWN_EDGE_RULE));
        assert_eq!(missing(Variant::DgfX), [None; 4]);
    }

    #[test]
    fn every_value_that_is_weighed_can_be_set() {
        for variant in [Variant::Base, Variant::DgfB, Variant::DgfC, Variant::DgfX] {
            let layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
            for knob in knobs(&layer).iter().filter(|knob| knob.missing.is_none()) {
                for stop in knob.stops {
                    let tuning = knob.tuned(Tuning::default(), *stop);
                    assert!(layer.operator.settings(&tuning).is_ok(), "{} {stop}", knob.name);
                    assert!((0.0..=1.0).contains(&knob.share(*stop)), "{} {stop}", knob.name);
                }
                assert_eq!(knob.tuned(Tuning::default(), knob.learned), Tuning::default());
            }
        }
    }
}
