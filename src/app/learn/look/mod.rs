//! A pair seen large, in place of the photo: before and after laid on each other, and beside them what
//! a filter makes of it.

mod load;
mod show;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions, Vec2};

use super::strings;
use crate::operator::Operator;
use crate::train::examples::Pair;
use crate::train::learn::Worst;
use load::{Loaded, Pictures};
pub use show::{bar, center, fitted};

/// How the pictures are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The edit over its photo, as transparent as one likes.
    OnionSkin,
    /// The edit over what the filter makes of the photo.
    Result,
    /// Each by itself.
    Beside,
}

/// What the user asks for while a pair is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// This pair of the table.
    Pair(usize),
    /// The photo that comes out worst.
    Worst,
    /// The pair so many places further in the table.
    Step(isize),
    /// The photo again.
    Close,
    SetWay(Way),
    /// How much of the upper picture is seen, 0 to 1.
    Blend(f32),
    ToggleMap,
    /// Magnify by a factor about a place of the picture, 0 to 1.
    Zoom(f32, Vec2),
    /// Move by shares of the picture.
    Pan(Vec2),
    /// The whole picture again.
    Fit,
}

const MIDDLE: Vec2 = Vec2::splat(0.5);
/// Largest magnification of what fits.
const ZOOM_MAX: f32 = 16.0;

/// A pair that is looked at.
pub struct Looking {
    /// The pair.
    pub pair: Pair,
    /// What is known of it, where it is the photo that comes out worst.
    pub worst: Option<Worst>,
    /// The filter that is seen beside its edit, if there is one.
    ours: Option<Arc<Operator>>,
    way: Way,
    blend: f32,
    shows_map: bool,
    /// Magnification of what fits, and which place of the picture is in the middle, 0 to 1.
    zoom: f32,
    middle: Vec2,
    /// The pictures, once they are there.
    pictures: Option<Pictures<TextureHandle>>,
    /// Newer ones that are being read.
    reading: Option<Receiver<Loaded>>,
    /// Why there are none; a sentence.
    failure: Option<String>,
}

impl Looking {
    /// Begins to look at a pair, and at what a filter makes of it.
    pub fn new(pair: Pair, ours: Option<Arc<Operator>>, ctx: &Context) -> Self {
        let reading = Some(load::load(pair.clone(), ours.clone(), ctx));
        Self {
            pair,
            worst: None,
            ours,
            way: Way::OnionSkin,
            blend: 0.5,
            shows_map: true,
            zoom: 1.0,
            middle: MIDDLE,
            pictures: None,
            reading,
            failure: None,
        }
    }

    /// The same where the filter comes out worst.
    pub fn at_worst(worst: Worst, ctx: &Context) -> Self {
        let ours = Some(Arc::clone(&worst.operator));
        let looking = Self::new(worst.pair.clone(), ours, ctx);
        Self { worst: Some(worst), way: Way::Beside, ..looking }
    }

    /// Whether it is of these two files.
    pub fn is_of(&self, pair: &Pair) -> bool {
        (&self.pair.before, &self.pair.after) == (&pair.before, &pair.after)
    }

    /// Shows another filter beside the edit from now on, as soon as it can.
    pub fn follow(&mut self, ours: Option<&Arc<Operator>>, ctx: &Context) {
        let same = match (&self.ours, ours) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        // One after the other: versions may come faster than they are rendered.
        if !same && self.worst.is_none() && self.reading.is_none() {
            self.ours = ours.cloned();
            self.reading = Some(load::load(self.pair.clone(), self.ours.clone(), ctx));
        }
    }

    /// Takes the pictures once they are read.
    pub fn hear(&mut self, ctx: &Context) {
        let Some(reading) = &self.reading else { return };
        let loaded = match reading.try_recv() {
            Ok(loaded) => loaded,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err(strings::NOT_SHOWN.to_owned()),
        };
        self.reading = None;
        match loaded {
            Err(sentence) => self.failure = Some(sentence),
            Ok(pictures) => {
                if !pictures.is_laid || (self.way == Way::Result && pictures.ours.is_none()) {
                    self.way = Way::Beside;
                }
                let load =
                    |image: ColorImage| ctx.load_texture("look", image, TextureOptions::LINEAR);
                self.pictures = Some(pictures.map_each(load));
            }
        }
    }

    /// What is changed of how it is seen.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::SetWay(way) => self.way = way,
            Action::Blend(blend) => self.blend = blend.clamp(0.0, 1.0),
            Action::ToggleMap => self.shows_map = !self.shows_map,
            Action::Zoom(factor, at) => {
                let zoom = (self.zoom * factor).clamp(1.0, ZOOM_MAX);
                // What is under the pointer stays there.
                let middle = at + (self.middle - at) * (self.zoom / zoom);
                (self.zoom, self.middle) = (zoom, middle);
                self.keep_in_sight();
            }
            Action::Pan(by) => {
                self.middle -= by;
                self.keep_in_sight();
            }
            Action::Fit => (self.zoom, self.middle) = (1.0, MIDDLE),
            // Of the workspace: see `Learn::look`.
            Action::Pair(_) | Action::Worst | Action::Step(_) | Action::Close => {}
        }
    }

    /// The picture's edges stay outside of what is seen.
    fn keep_in_sight(&mut self) {
        let half = 0.5 / self.zoom;
        self.middle = self.middle.clamp(Vec2::splat(half), Vec2::splat(1.0 - half));
    }

    /// The edit, and what the filter makes of the photo.
    pub fn edit_and_ours(&self) -> Option<[&TextureHandle; 2]> {
        let pictures = self.pictures.as_ref()?;
        Some([&pictures.after, pictures.ours.as_ref()?])
    }

    /// Whether a picture can be seen in this way.
    fn allows(&self, way: Way) -> bool {
        let is_laid = self.pictures.as_ref().is_some_and(|pictures| pictures.is_laid);
        match way {
            Way::OnionSkin => is_laid,
            Way::Result => is_laid && self.edit_and_ours().is_some(),
            Way::Beside => self.pictures.is_some(),
        }
    }
}
