//! Tuning: what a user may change of a trained filter.

use super::{GuidedLayer, Operator, OperatorError};

/// What the user set; None is the filter's own value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tuning {
    /// Box radius r (plain layer) or dilation of the trained mean (convolutional layer), in cells.
    pub radius: Option<usize>,
    /// ε of the plain layer.
    pub epsilon: Option<f64>,
    /// Length of Il's short side in pixels.
    pub short_side: Option<usize>,
}

/// A tuning resolved against a filter: the values that are used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Box radius or dilation, in cells.
    pub radius: usize,
    /// ε of the plain layer; 0 for a convolutional one, which has none.
    pub epsilon: f64,
    /// Length of Il's short side in pixels.
    pub short_side: usize,
}

impl Tuning {
    /// Largest radius.
    pub const RADIUS_MAX: usize = 32;
    /// Smallest and largest analysis size.
    pub const SHORT_SIDE: std::ops::RangeInclusive<usize> = 16..=512;
    /// Smallest and largest ε.
    pub const EPSILON: std::ops::RangeInclusive<f64> = 1e-12..=10.0;
}

impl Operator {
    /// The values that `tuning` comes to with this filter.
    ///
    /// # Errors
    /// [`OperatorError::Tuning`] for a value out of range or one that the filter does not have.
    pub fn settings(&self, tuning: &Tuning) -> Result<Settings, OperatorError> {
        let refuse = |sentence: String| Err(OperatorError::Tuning(sentence));
        let (radius, epsilon) = match self.layer {
            GuidedLayer::Plain { radius, epsilon } => {
                (tuning.radius.unwrap_or(radius), tuning.epsilon.unwrap_or(epsilon))
            }
            GuidedLayer::Convolutional { dilation, .. } => {
                if tuning.epsilon.is_some() {
                    return refuse(format!(
                        "“{}” learned its own edge rule and has no edge softness ε. Leave ε out.",
                        self.title
                    ));
                }
                (tuning.radius.unwrap_or(dilation), 0.0)
            }
        };
        let short_side = tuning.short_side.unwrap_or(self.short_side);
        if !(1..=Tuning::RADIUS_MAX).contains(&radius) {
            return refuse(format!(
                "The radius r is {radius}; it must be a whole number from 1 to {}.",
                Tuning::RADIUS_MAX
            ));
        }
        if tuning.epsilon.is_some_and(|epsilon| !Tuning::EPSILON.contains(&epsilon)) {
            return refuse(format!(
                "The edge softness ε is {epsilon}; it must be a number from {:e} to {}.",
                Tuning::EPSILON.start(),
                Tuning::EPSILON.end()
            ));
        }
        if !Tuning::SHORT_SIDE.contains(&short_side) {
            return refuse(format!(
                "The analysis size is {short_side}; it must be a whole number from {} to {}.",
                Tuning::SHORT_SIDE.start(),
                Tuning::SHORT_SIDE.end()
            ));
        }
        Ok(Settings { radius, epsilon, short_side })
    }
}
