//! Fonts of the system, for letters that the window's own fonts lack.

use std::sync::{Arc, OnceLock};
use std::thread;

use eframe::egui::{FallbackRequest, FontData, FontInsert, FontProvider};
use fontdb::{Database, FaceInfo, Source, Style};
use skrifa::{FontRef, MetadataProvider as _};

/// Finds a font of the system for a letter.
pub struct SystemFonts {
    /// Listed on a thread of its own: a system may have thousands.
    fonts: Arc<OnceLock<Database>>,
}

impl SystemFonts {
    /// Begins to list the fonts.
    pub fn new() -> Self {
        let fonts = Arc::new(OnceLock::new());
        let list = Arc::clone(&fonts);
        // Where there is no thread they are listed when one is needed.
        drop(thread::Builder::new().name("fonts".to_owned()).spawn(move || {
            list.get_or_init(installed);
        }));
        Self { fonts }
    }
}

fn installed() -> Database {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    fonts
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        find(self.fonts.get_or_init(installed), letter)
    }
}

/// The plainest font that has a letter.
fn find(fonts: &Database, letter: char) -> Option<FontInsert> {
    let mut faces: Vec<&FaceInfo> = fonts.faces().collect();
    faces.sort_by_cached_key(|face| plainness(face));
    let has = |bytes: &[u8], index| {
        let font = FontRef::from_index(bytes, index).ok()?;
        let glyph = font.charmap().map(letter)?;
        font.outline_glyphs().get(glyph).map(drop)
    };
    let face = faces.into_iter().find(|face| {
        fonts.with_face_data(face.id, |bytes, index| has(bytes, index).is_some()) == Some(true)
    })?;
    let (Source::File(path) | Source::SharedFile(path, _)) = &face.source else { return None };
    let data = FontData { index: face.index, ..FontData::from_owned(std::fs::read(path).ok()?) };
    Some(FontInsert::new(&format!("{} {}", face.post_script_name, face.index), data, Vec::new()))
}

/// Lower for what stands well beside the window's own font; by name where that is the same, so that it
/// is the same every time.
fn plainness(face: &FaceInfo) -> (bool, bool, u16, bool, String) {
    let name = face.post_script_name.clone();
    let is_sans = name.contains("Sans");
    let weight = face.weight.0.abs_diff(400);
    (face.style != Style::Normal, face.monospaced, weight, !is_sans, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_found_for_a_letter_that_it_has_and_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        // The font of the icons stands for one of the system.
        let file = folder.path().join("some.ttf");
        std::fs::write(&file, lucide_icons::LUCIDE_FONT_BYTES).unwrap();
        std::fs::write(folder.path().join("broken.ttf"), "no font").unwrap();
        let mut fonts = Database::new();
        fonts.load_fonts_dir(folder.path());
        let found = find(&fonts, char::from(lucide_icons::Icon::Star)).unwrap();
        assert_eq!(found.data.bytes(), lucide_icons::LUCIDE_FONT_BYTES);
        assert!(find(&fonts, '字').is_none());
        assert!(find(&Database::new(), 'a').is_none());
    }
}
