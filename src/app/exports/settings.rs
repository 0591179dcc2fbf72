//! What was chosen in the export dialog last.

use serde::{Deserialize, Serialize};

use crate::photo::{ExportOptions, Format, Size};

/// What was chosen in the export dialog last: the next one begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The format of names that nobody typed.
    pub format: Format,
    /// Everything else.
    pub options: ExportOptions,
}

impl Default for Settings {
    fn default() -> Self {
        Self { format: Format::Jpeg, options: ExportOptions::DEFAULT }
    }
}

impl Settings {
    /// The same, with what makes no sense left out: the file may be anyone's.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.options.quality = self.options.quality.clamp(1, 100);
        self.options.size = match self.options.size {
            Size::LongSide(side) => Size::LongSide(side.max(1)),
            Size::Percent(part) if part.is_finite() => Size::Percent(part.clamp(1.0, 100.0)),
            _ => Size::Original,
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_version_or_hand_gives_something_sensible() {
        let read = |text: &str| serde_json::from_str::<Settings>(text).unwrap().checked();
        assert_eq!(read("{}"), Settings::default());
        let odd = r#"{"options": {"quality": 200, "size": {"percent": 900}, "new": 1}, "also": 2}"#;
        let odd = read(odd).options;
        assert_eq!((odd.quality, odd.size), (100, Size::Percent(100.0)));
        let kept = Settings {
            format: Format::Tiff,
            options: ExportOptions { size: Size::LongSide(2048), ..ExportOptions::DEFAULT },
        };
        assert_eq!(read(&serde_json::to_string(&kept).unwrap()), kept);
    }
}
