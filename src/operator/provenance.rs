//! Where a filter comes from: kept in its file, shown to the user.

use serde::{Deserialize, Serialize};

use super::CheckPair;

/// Where a filter comes from and how close it came. All of it is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// How it was made, a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Day on which it was made, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The edit that it learned, a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
    /// Names of the photos that it learned from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learned_from: Vec<String>,
    /// SHA-256 of each example's photo and edit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<[String; 2]>,
    /// Licence of the photos and of the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Training steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Seconds that training took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Seed of the training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Mean PSNR in dB of the examples, each by a fit that had not seen it. With a network: that of the
    /// base, and what the network gained on the examples that were held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub psnr_unseen: Option<f64>,
    /// Closeness on photos that it has not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// Small copies of some of the pairs that it was checked by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub check_pairs: Vec<CheckPair>,
}

/// Closeness on photos that a filter has not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Names of the photos.
    pub photos: Vec<String>,
    /// Mean over the photos of the PSNR in dB, on sRGB values of 0..1.
    pub psnr: f64,
    /// The same for doing nothing.
    pub psnr_nothing: f64,
}

impl Provenance {
    /// What of it no filter's file may hold, the end of a sentence.
    pub(super) fn excess(&self) -> Option<String> {
        let pairs = &self.check_pairs;
        if pairs.len() > CheckPair::COUNT_MAX {
            return Some(format!("it carries {} check pairs", pairs.len()));
        }
        let large = pairs.iter().find(|pair| !pair.is_small());
        large.map(|pair| format!("its check pair “{}” is too large", pair.name.escape_debug()))
    }

    /// The same with every text put through `change`.
    pub(super) fn map_text(self, change: impl Fn(&str) -> String) -> Self {
        let all = |texts: Vec<String>| texts.iter().take(10_000).map(|text| change(text)).collect();
        let one = |text: Option<String>| text.map(|text| change(&text));
        Self {
            made: one(self.made),
            date: one(self.date),
            edit: one(self.edit),
            learned_from: all(self.learned_from),
            examples: self
                .examples
                .into_iter()
                .take(10_000)
                .map(|it| it.map(|hash| change(&hash)))
                .collect(),
            license: one(self.license),
            check: self.check.map(|check| Check { photos: all(check.photos), ..check }),
            check_pairs: self
                .check_pairs
                .into_iter()
                .map(|pair| {
                    let name = change(&pair.name);
                    pair.renamed(name)
                })
                .collect(),
            ..self
        }
    }
}

/// Today's date, `YYYY-MM-DD`, in UTC.
pub fn today() -> String {
    let days = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| (since.as_secs() / 86_400) as i64);
    // From days since 1970 to the calendar (Hinnant's civil_from_days): years begin in March.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + 400 * era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{of_month:02}")
}
