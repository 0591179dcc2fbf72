//! The file that settings are kept in.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::Settings;
use crate::app::strings;
use crate::atomic::Draft;

/// Of the file; a newer one is left alone.
pub const FORMAT: u32 = 1;

/// The file that settings are kept in.
#[derive(Clone, Debug)]
pub struct Store {
    file: PathBuf,
    /// Whether it was written by a newer program, which will want it back.
    is_newer: bool,
    /// Whether the user was told that it cannot be written.
    has_failed: bool,
}

impl Store {
    /// The system's place for this program's settings; None where there is none.
    pub fn of_system() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "understudy")?;
        Some(Self::at(folders.config_dir().join("settings.json")))
    }

    /// A file; it need not exist.
    pub fn at(file: PathBuf) -> Self {
        Self { file, is_newer: false, has_failed: false }
    }

    /// What the file says; the defaults and a sentence where it cannot be read. It is put aside then,
    /// so that it is not lost.
    pub fn read(&mut self) -> (Settings, Option<String>) {
        let bytes = match fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Settings::default(), None);
            }
            Err(error) => {
                let sentence = strings::settings::unreadable(&self.file, &error.to_string());
                return (Settings::default(), Some(sentence));
            }
        };
        let Ok(settings) = serde_json::from_slice::<Settings>(&bytes) else {
            let aside = self.file.with_extension("bak");
            let sentence = match fs::rename(&self.file, &aside) {
                Ok(()) => strings::settings::put_aside(&aside),
                Err(error) => strings::settings::unreadable(&self.file, &error.to_string()),
            };
            return (Settings::default(), Some(sentence));
        };
        self.is_newer = settings.format > FORMAT;
        let sentence = self.is_newer.then(|| strings::settings::newer(&self.file));
        (settings.within_limits(), sentence)
    }

    /// Keeps settings.
    ///
    /// # Errors
    /// A sentence, the first time.
    pub fn write(&mut self, settings: &Settings) -> Result<(), String> {
        if self.is_newer {
            return Ok(());
        }
        let put = || -> std::io::Result<()> {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            let draft = Draft::beside(&self.file)?;
            draft.file().write_all(&serde_json::to_vec_pretty(settings)?)?;
            draft.finish(&self.file, true)
        };
        match put() {
            Ok(()) => self.has_failed = false,
            Err(_) if self.has_failed => {}
            Err(error) => {
                self.has_failed = true;
                return Err(strings::settings::not_kept(&self.file, &error.to_string()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings::Theme;

    #[test]
    fn settings_come_back_within_limits() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/settings.json");
        let mut store = Store::at(file.clone());
        assert_eq!(store.read(), (Settings::default(), None));
        let settings = Settings { theme: Theme::Light, scale: 1.5, ..Settings::default() };
        store.write(&settings).unwrap();
        assert_eq!(Store::at(file.clone()).read(), (settings, None));
        fs::write(&file, r#"{"scale": 900, "budget_mib": 1, "unheard-of": []}"#).unwrap();
        let (settings, problem) = Store::at(file).read();
        assert_eq!((settings.scale, settings.budget_mib, problem), (3.0, Some(128), None));
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_a_newer_one_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, "{ no").unwrap();
        let (settings, problem) = Store::at(file.clone()).read();
        assert!(settings == Settings::default() && problem.is_some());
        assert_eq!(fs::read(folder.path().join("settings.bak")).unwrap(), b"{ no");
        assert_eq!(Store::at(file.clone()).read(), (Settings::default(), None));

        let newer = r#"{"format": 99, "theme": "light"}"#;
        fs::write(&file, newer).unwrap();
        let mut store = Store::at(file.clone());
        let (settings, problem) = store.read();
        assert!(settings.theme == Theme::Light && problem.is_some());
        store.write(&settings).unwrap();
        assert_eq!(fs::read_to_string(file).unwrap(), newer);
    }
}
