//! The filmstrip: the photos of a folder, or those that were dropped together.

mod act;
mod ahead;
mod listing;
mod share;
mod strip;
mod thumbnails;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::egui::{Context, TextureHandle, TextureOptions};

use crate::engine::Ticket;
use crate::photo::Photo;
use ahead::Ahead;
use share::Sharing;
use thumbnails::Thumbnails;

pub use listing::is_photo;
pub use strip::show;

/// Textures that are kept: beyond it those that are farthest from what is seen go.
const TEXTURES_MAX: usize = 600;

/// The photos that are open together.
#[derive(Default)]
pub struct Film {
    /// The folder whose photos these are; None for photos that were dropped together.
    folder: Option<PathBuf>,
    files: Vec<File>,
    /// Places of what is selected.
    selected: BTreeSet<usize>,
    /// The place of the photo that is shown, or is being opened.
    current: Option<usize>,
    /// Where a selection with Shift begins.
    anchor: usize,
    /// Whether the strip is on screen.
    pub is_shown: bool,
    /// Whether the current photo is to be scrolled to.
    reveal: bool,
    thumbnails: Option<Thumbnails>,
    /// What is seen of the strip; thumbnails of these were asked for.
    seen: Range<usize>,
    listing: Option<Listing>,
    /// Which photos are edited, on its way; asked for once they are known.
    marks: Marks,
    ahead: Ahead,
    /// A photo that was decoded ahead and is to be shown now.
    ready: Option<(Ticket, Arc<Photo>)>,
    sharing: Option<Sharing>,
}

/// A photo in the strip.
struct File {
    path: PathBuf,
    picture: Picture,
    /// Whether an edit of it is kept.
    is_edited: bool,
}

/// What is known of how a photo looks.
enum Picture {
    /// Nothing yet.
    Unknown,
    /// Its thumbnail.
    Small(TextureHandle),
    /// It cannot be opened; a sentence.
    Refused(String),
}

/// A folder that is being read.
struct Listing {
    folder: PathBuf,
    /// Whether its first photo is to be opened.
    opens_first: bool,
    found: Receiver<std::io::Result<Vec<PathBuf>>>,
}

/// Whether the photos are marked that are edited.
#[derive(Default)]
enum Marks {
    /// They are to be.
    Due,
    /// It is being looked up.
    Asked(Receiver<HashSet<PathBuf>>),
    /// They are.
    #[default]
    Made,
}

/// What the user asks for about the filmstrip.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// The next (1) or previous (−1) photo.
    Step(isize),
    /// The photo at a place: it is opened.
    Open(usize),
    /// In addition to what is selected, or no longer.
    Toggle(usize),
    /// All from the last one that was chosen.
    SelectTo(usize),
    /// Every photo.
    SelectAll,
    /// The strip is shown or not.
    ToggleStrip,
    /// What is selected gets the edit that is on screen.
    ApplyToSelected,
    /// What is selected is to be exported.
    ExportSelected,
    /// A folder is to be chosen.
    AskFolder,
}

impl Film {
    /// What is selected besides the current photo.
    pub fn others_selected(&self) -> Vec<PathBuf> {
        let others = self.selected.iter().filter(|place| Some(**place) != self.current);
        others.map(|place| self.files[*place].path.clone()).collect()
    }

    /// How many photos there are, and whether the strip is on screen.
    pub fn extent(&self) -> (usize, bool) {
        (self.files.len(), self.is_shown)
    }

    fn place_of(&self, path: &Path) -> Option<usize> {
        self.files.iter().position(|file| file.path == path)
    }

    /// Takes other photos; what is known of those that stay is kept.
    fn set_files(&mut self, found: Vec<PathBuf>, folder: Option<PathBuf>) {
        let mut known: HashMap<PathBuf, Picture> =
            self.files.drain(..).map(|file| (file.path, file.picture)).collect();
        self.files = found
            .into_iter()
            .map(|path| {
                let picture = known.remove(&path).unwrap_or(Picture::Unknown);
                File { path, picture, is_edited: false }
            })
            .collect();
        self.folder = folder;
        self.selected.clear();
        self.current = None;
        self.seen = 0..0;
        self.marks = Marks::Due;
    }

    /// The current photo is that at a place, and it alone is selected.
    fn set_current(&mut self, place: usize) {
        self.current = Some(place);
        self.anchor = place;
        self.selected = BTreeSet::from([place]);
        self.reveal = true;
    }

    /// Selects all from the last one that was chosen.
    fn select_to(&mut self, place: usize) {
        let (from, to) = (self.anchor.min(place), self.anchor.max(place));
        self.selected = (from..=to).collect();
    }

    fn toggle(&mut self, place: usize) {
        if !self.selected.remove(&place) {
            self.selected.insert(place);
        }
        self.anchor = place;
    }

    /// The next place in a direction whose photo is not known to be refused.
    fn step(&self, by: isize) -> Option<usize> {
        let mut place = self.current?;
        loop {
            place = place.checked_add_signed(by).filter(|place| *place < self.files.len())?;
            if !matches!(self.files[place].picture, Picture::Refused(_)) {
                return Some(place);
            }
        }
    }

    /// How many of those selected can be opened, as far as that is known.
    fn usable(&self) -> usize {
        let is_usable =
            |place: &&usize| !matches!(self.files[**place].picture, Picture::Refused(_));
        self.selected.iter().filter(is_usable).count()
    }

    /// An edit of a photo is kept now.
    pub fn mark_edited(&mut self, path: &Path) {
        if let Some(place) = self.place_of(path) {
            self.files[place].is_edited = true;
        }
    }

    /// Which photos are edited is looked up once more.
    pub fn mark_anew(&mut self) {
        self.marks = Marks::Due;
    }

    /// A photo cannot be opened.
    pub fn refuse(&mut self, path: &Path, sentence: &str) {
        if let Some(place) = self.place_of(path) {
            self.files[place].picture = Picture::Refused(sentence.to_owned());
        }
    }

    /// Takes thumbnails that are made, and asks for those that are to be seen. `is_busy` while a photo
    /// is being opened: that comes first.
    fn work(&mut self, ctx: &Context, is_busy: bool) {
        if !self.is_shown || self.files.is_empty() {
            self.thumbnails = None;
            return;
        }
        let is_new = self.thumbnails.is_none();
        let thumbnails = self.thumbnails.get_or_insert_with(|| Thumbnails::start(ctx));
        thumbnails.pause(is_busy);
        let mut made = Vec::new();
        while let Some(thumbnail) = thumbnails.next() {
            made.push(thumbnail);
        }
        for thumbnail in made {
            let Some(place) = self.place_of(&thumbnail.path) else { continue };
            self.files[place].picture = match thumbnail.picture {
                Ok(image) => {
                    let name = "filmstrip".to_owned();
                    Picture::Small(ctx.load_texture(name, image, TextureOptions::LINEAR))
                }
                Err(sentence) => Picture::Refused(sentence),
            };
        }
        if is_new {
            self.want();
        }
        self.forget_far();
    }

    /// Another part of the strip is seen.
    fn see(&mut self, seen: Range<usize>) {
        if seen != self.seen {
            self.seen = seen;
            self.want();
        }
    }

    /// Asks for the thumbnails of what is seen, then of what is near.
    fn want(&self) {
        let Some(thumbnails) = &self.thumbnails else { return };
        let near = self.seen.len().max(8);
        let after = self.seen.end..(self.seen.end + near).min(self.files.len());
        let before = self.seen.start.saturating_sub(near)..self.seen.start;
        let places = self.seen.clone().chain(after).chain(before.rev());
        let is_wanted = |file: &&File| matches!(file.picture, Picture::Unknown);
        let files = places.filter_map(|place| self.files.get(place)).filter(is_wanted);
        thumbnails.want(files.map(|file| file.path.clone()));
    }

    /// Forgets the textures farthest from what is seen where there are too many.
    fn forget_far(&mut self) {
        let has = |file: &File| matches!(file.picture, Picture::Small(_));
        if self.files.iter().filter(|file| has(file)).count() <= TEXTURES_MAX {
            return;
        }
        let middle = (self.seen.start + self.seen.end) / 2;
        for (place, file) in self.files.iter_mut().enumerate() {
            if place.abs_diff(middle) > TEXTURES_MAX / 2 && has(file) {
                file.picture = Picture::Unknown;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(count: usize) -> Film {
        let mut film = Film::default();
        let found = (0..count).map(|i| PathBuf::from(format!("{i}.jpg"))).collect();
        film.set_files(found, None);
        film
    }

    fn selected(film: &Film) -> Vec<usize> {
        film.selected.iter().copied().collect()
    }

    #[test]
    fn selections_grow_and_shrink() {
        let mut film = film(6);
        film.set_current(2);
        assert_eq!(selected(&film), [2]);
        film.select_to(4);
        assert_eq!(selected(&film), [2, 3, 4]);
        film.select_to(1);
        assert_eq!(selected(&film), [1, 2]);
        film.toggle(5);
        film.toggle(1);
        assert_eq!(selected(&film), [2, 5]);
    }

    #[test]
    fn steps_pass_over_what_cannot_be_opened_and_end_at_the_ends() {
        let mut film = film(4);
        assert_eq!(film.step(1), None);
        film.set_current(0);
        film.refuse(Path::new("1.jpg"), "No.");
        assert_eq!((film.step(1), film.step(-1)), (Some(2), None));
        film.set_current(3);
        assert_eq!((film.step(1), film.step(-1)), (None, Some(2)));
    }

    #[test]
    fn what_is_known_of_files_stays_when_a_folder_is_read_again() {
        let mut film = film(3);
        film.refuse(Path::new("2.jpg"), "No.");
        film.set_files(vec!["2.jpg".into(), "9.jpg".into()], None);
        assert!(matches!(film.files[0].picture, Picture::Refused(_)));
        assert!(matches!(film.files[1].picture, Picture::Unknown));
    }
}
