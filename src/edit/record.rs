//! What an export tells of the edit it was made with, so that it can be made again.

use serde::{Deserialize, Serialize};

use super::{Edit, Layer};
use crate::operator::Tuning;

/// One filter of an edit, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterRecord {
    /// The filter's title.
    pub filter: String,
    /// The SHA-256 of its file: which version it was.
    pub sha256: String,
    /// How much of it, 0..1.
    pub strength: f32,
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
}

impl FilterRecord {
    fn of(layer: &Layer) -> Self {
        let Tuning { radius, epsilon, short_side, scale } = layer.tuning;
        Self {
            filter: layer.operator.title.clone(),
            sha256: layer.operator.sha256(),
            strength: layer.strength,
            radius,
            epsilon,
            analysis_size: short_side,
            reach: scale,
        }
    }
}

impl Edit {
    /// What is told of it, a property each: `Filters` for people, `Edit` as JSON for programs. Nothing
    /// without filters.
    pub fn record(&self) -> Vec<(&'static str, String)> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let word = |layer: &Layer| {
            format!("{} at {:.0} %", layer.operator.title, f64::from(layer.strength) * 100.0)
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
    use super::*;
    use crate::operator::Library;

    #[test]
    fn an_edit_is_told_with_the_hash_of_its_filters_file() {
        assert!(Edit::default().record().is_empty());
        let library = Library::load_from(None);
        let operator = std::sync::Arc::clone(&library.entries[0].operator);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.safetensors");
        crate::operator::write(&operator, &file, false).unwrap();
        let tuning = Tuning { scale: Some(2.0), ..Tuning::default() };
        let edit = Edit { layers: vec![Layer { strength: 0.8, tuning, operator }] };
        let [(_, words), (_, json)] = &edit.record()[..] else { panic!() };
        assert!(words.ends_with(" at 80 %"), "{words}");
        let told: Vec<FilterRecord> = serde_json::from_str(json).unwrap();
        assert_eq!(told[0].sha256, crate::hash::sha256(&file).unwrap());
        assert_eq!((told[0].strength, told[0].reach, told[0].radius), (0.8, Some(2.0), None));
    }
}
