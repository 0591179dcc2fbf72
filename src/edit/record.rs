//! What an export tells of the edit it was made with, so that it can be made again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Balance, Edit, Layer, Mask};
use crate::operator::{Operator, OperatorError, Tuning};

/// On the whole photo it would be another edit.
const NO_MASK: &str = "The part of the photo that the filter acts on could not be read.";

/// One filter of an edit, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterRecord {
    /// The filter's title.
    pub filter: String,
    /// The SHA-256 of its file: which version it was.
    pub sha256: String,
    /// How much of it, 0..1.
    pub strength: f32,
    /// How much of what it does to whole areas, where that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<f32>,
    /// How much of what it does within them, where that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<f32>,
    /// Radius of the guided layer, where it was tuned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<usize>,
    /// ε of the guided layer, where it was tuned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// Il's short side, where it was tuned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis_size: Option<usize>,
    /// Scale of the base's local means, where it was tuned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<f64>,
    /// Where it acts, if not everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
}

impl FilterRecord {
    /// What is told of a layer.
    pub fn of(layer: &Layer) -> Self {
        let other = |share: f32| (share != 1.0).then_some(share);
        let Tuning { radius, epsilon, short_side, scale } = layer.tuning;
        Self {
            filter: layer.operator.title.clone(),
            sha256: layer.operator.sha256(),
            strength: layer.strength,
            tone: other(layer.balance.tone),
            detail: other(layer.balance.detail),
            radius,
            epsilon,
            analysis_size: short_side,
            reach: scale,
            mask: layer.mask.as_deref().cloned(),
        }
    }

    /// The filter as it was set; `operator` is what the hash names.
    ///
    /// # Errors
    /// For a setting that the filter does not have, and where it is not known on which part it acts.
    pub fn layer(&self, operator: Arc<Operator>) -> Result<Layer, OperatorError> {
        let tuning = Tuning {
            radius: self.radius,
            epsilon: self.epsilon,
            short_side: self.analysis_size,
            scale: self.reach,
        };
        operator.settings(&tuning)?;
        let share = |value: Option<f32>| {
            value.unwrap_or(1.0).clamp(*Balance::RANGE.start(), *Balance::RANGE.end())
        };
        let balance = Balance { tone: share(self.tone), detail: share(self.detail) };
        let unknown = || OperatorError::Tuning(NO_MASK.to_owned());
        let mask = self.mask.clone().map(|mask| mask.checked().ok_or_else(unknown)).transpose()?;
        let mask = mask.map(Arc::new);
        Ok(Layer { operator, strength: self.strength.clamp(0.0, 1.0), balance, tuning, mask })
    }
}

impl Edit {
    /// What is told of it, a property each: `Filters` for people, `Edit` as JSON for programs. Nothing
    /// without filters.
    pub fn record(&self) -> Vec<(&'static str, String)> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let percent = |share: f32| format!("{:.0} %", f64::from(share) * 100.0);
        let word = |layer: &Layer| {
            let mut word = format!("{} at {}", layer.operator.title, percent(layer.strength));
            for (name, share) in [("tone", layer.balance.tone), ("detail", layer.balance.detail)] {
                if share != 1.0 {
                    word += &format!(", {name} {}", percent(share));
                }
            }
            if layer.mask.is_some() {
                word += ", on a part of the photo";
            }
            word
        };
        let words: Vec<String> = self.layers.iter().map(word).collect();
        let filters: Vec<FilterRecord> = self.layers.iter().map(FilterRecord::of).collect();
        // Plain values: there is nothing in them that JSON has not.
        let json = serde_json::to_string(&filters).unwrap_or_default();
        vec![("Filters", words.join(", ")), ("Edit", json)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask::Shape;
    use super::*;
    use crate::operator::Library;

    #[test]
    fn an_edit_is_told_with_the_hash_of_its_filters_file() {
        assert!(Edit::default().record().is_empty());
        let library = Library::load_from(None);
        let operator = Arc::clone(&library.entries[0].operator);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.safetensors");
        crate::operator::write(&operator, &file, false).unwrap();
        let tuning = Tuning { scale: Some(2.0), ..Tuning::default() };
        let balance = Balance { tone: 0.5, detail: 1.0 };
        let shape = Shape::Linear { from: [0.5, 0.25], to: [0.5, 0.75] };
        let mask = Some(Arc::new(Mask::of(shape)));
        let layer = Layer { strength: 0.8, balance, tuning, operator, mask };
        let edit = Edit { layers: vec![layer] };
        let [(_, words), (_, json)] = &edit.record()[..] else { panic!() };
        assert!(words.ends_with(" at 80 %, tone 50 %, on a part of the photo"), "{words}");
        let told: Vec<FilterRecord> = serde_json::from_str(json).unwrap();
        assert_eq!(told[0].sha256, crate::hash::sha256(&file).unwrap());
        assert_eq!((told[0].tone, told[0].detail), (Some(0.5), None));
        assert_eq!((told[0].strength, told[0].reach, told[0].radius), (0.8, Some(2.0), None));
        let again = told[0].layer(Arc::clone(&edit.layers[0].operator)).unwrap();
        assert_eq!(again, edit.layers[0]);
        let mut damaged = told[0].clone();
        let shapes = &mut damaged.mask.as_mut().unwrap().shapes;
        *shapes = vec![shapes[0].clone(); 2000];
        assert!(damaged.layer(Arc::clone(&edit.layers[0].operator)).is_err());
    }
}
