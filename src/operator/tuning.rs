//! Tuning: what a user may change of a trained filter.

use super::{Base, GuidedLayer, Operator, OperatorError};

/// What the user set; None is the filter's own value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tuning {
    /// Box radius r (plain or residual layer) or dilation of the trained mean (convolutional layer),
    /// in cells.
    pub radius: Option<usize>,
    /// ε of the plain or residual layer.
    pub epsilon: Option<f64>,
    /// Length of Il's short side in pixels.
    pub short_side: Option<usize>,
    /// Factor of the widths of the base's local means.
    pub scale: Option<f64>,
}

/// A tuning resolved against a filter: the values that are used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Box radius or dilation, in cells; 0 without a layer.
    pub radius: usize,
    /// ε of the plain or residual layer; 0 for others, which have none.
    pub epsilon: f64,
    /// Length of Il's short side in pixels.
    pub short_side: usize,
    /// Factor of the widths of the base's local means.
    pub scale: f64,
}

impl Tuning {
    /// Largest radius.
    pub const RADIUS_MAX: usize = 32;
    /// Smallest and largest analysis size.
    pub const SHORT_SIDE: std::ops::RangeInclusive<usize> = 16..=512;
    /// Smallest and largest ε.
    pub const EPSILON: std::ops::RangeInclusive<f64> = 1e-12..=10.0;
    /// Smallest and largest factor of the local means' widths.
    pub const SCALE: std::ops::RangeInclusive<f64> = Base::SCALE;
}

impl Operator {
    /// The values that `tuning` comes to with this filter.
    ///
    /// # Errors
    /// [`OperatorError::Tuning`] for a value out of range or one that the filter does not have.
    pub fn settings(&self, tuning: &Tuning) -> Result<Settings, OperatorError> {
        let settings = self.own(tuning).map_err(OperatorError::Tuning)?;
        match out_of_range(&settings, tuning) {
            Some(sentence) => Err(OperatorError::Tuning(sentence)),
            None => Ok(settings),
        }
    }

    /// The filter's own values where nothing is set; a sentence for what it does not have.
    fn own(&self, tuning: &Tuning) -> Result<Settings, String> {
        let refuse =
            |what: &str, word: &str| Err(format!("“{}” {what}. Leave {word} out.", self.title));
        let has_locals = self.base.as_ref().is_some_and(|base| base.local);
        if tuning.scale.is_some() && !has_locals {
            return refuse(
                "looks at no neighbourhood and has no scale of local means",
                "the scale",
            );
        }
        let (radius, epsilon) = match self.layer {
            GuidedLayer::None => {
                if tuning.radius.is_some() {
                    return refuse("has no guided layer and no radius r", "r");
                }
                if tuning.epsilon.is_some() {
                    return refuse("has no guided layer and no edge softness ε", "ε");
                }
                if tuning.short_side.is_some() {
                    return refuse("has no network and no analysis size", "the analysis size");
                }
                (0, 0.0)
            }
            GuidedLayer::Plain { radius, epsilon } | GuidedLayer::Residual { radius, epsilon } => {
                (tuning.radius.unwrap_or(radius), tuning.epsilon.unwrap_or(epsilon))
            }
            GuidedLayer::Convolutional { dilation, .. } => {
                if tuning.epsilon.is_some() {
                    return refuse("learned its own edge rule and has no edge softness ε", "ε");
                }
                (tuning.radius.unwrap_or(dilation), 0.0)
            }
        };
        let short_side = tuning.short_side.unwrap_or(self.short_side);
        let own = self.base.as_ref().map_or(1.0, |base| base.scale);
        Ok(Settings { radius, epsilon, short_side, scale: tuning.scale.unwrap_or(own) })
    }
}

/// A sentence for the first value that is out of its range.
fn out_of_range(settings: &Settings, tuning: &Tuning) -> Option<String> {
    let Settings { radius, epsilon, short_side, scale } = *settings;
    if tuning.radius.is_some() && !(1..=Tuning::RADIUS_MAX).contains(&radius) {
        return Some(format!(
            "The radius r is {radius}; it must be a whole number from 1 to {}.",
            Tuning::RADIUS_MAX
        ));
    }
    if tuning.epsilon.is_some() && !Tuning::EPSILON.contains(&epsilon) {
        return Some(format!(
            "The edge softness ε is {epsilon}; it must be a number from {:e} to {}.",
            Tuning::EPSILON.start(),
            Tuning::EPSILON.end()
        ));
    }
    if !Tuning::SHORT_SIDE.contains(&short_side) {
        return Some(format!(
            "The analysis size is {short_side}; it must be a whole number from {} to {}.",
            Tuning::SHORT_SIDE.start(),
            Tuning::SHORT_SIDE.end()
        ));
    }
    if !Tuning::SCALE.contains(&scale) {
        return Some(format!(
            "The scale of the local means is {scale}; it must be a number from {} to {}.",
            Tuning::SCALE.start(),
            Tuning::SCALE.end()
        ));
    }
    None
}
