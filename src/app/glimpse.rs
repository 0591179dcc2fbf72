//! A photo that is being opened, seen small before it is there: where it will be, so that nothing jumps
//! when it comes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Context, TextureHandle, TextureOptions};

use super::canvas::Seen;
use super::pictures::color_image;
use super::viewpoint::{Area, Viewpoint};
use super::{App, Opening};
use crate::engine::{Command, Ticket};
use crate::photo;

/// Pixels on the longer side: half as many as the picture area of a large window has, to be quick.
pub const SIDE: usize = 1200;

/// A photo that is seen small.
pub struct Glimpse {
    texture: TextureHandle,
    /// Width and height of the photo itself.
    size: [usize; 2],
    /// Where the user will look.
    viewpoint: Viewpoint,
}

impl Glimpse {
    /// The picture and where it is to be drawn in an area.
    pub fn seen(&self, area: &Area) -> (&TextureHandle, Seen) {
        let area = Area { photo: self.size, ..*area };
        let view = self.viewpoint.view(&area);
        (&self.texture, Seen { view, photo: self.size, edited: false })
    }
}

impl App {
    /// Asks for a glimpse of a photo that is being opened.
    pub(super) fn ask_glimpse(&mut self, ticket: Ticket, path: PathBuf) {
        self.glimpse = None;
        self.engine.send(Command::Glimpse(ticket, path, SIDE));
    }

    /// Takes a glimpse, if its photo is still to come.
    pub(super) fn take_glimpse(&mut self, ctx: &Context, ticket: Ticket, glimpse: &photo::Glimpse) {
        let opening = self.opening.as_ref().filter(|opening| opening.ticket == ticket);
        let Some(Opening { path: Some(path), .. }) = opening else { return };
        let viewpoint = self.viewpoint_to_come(path);
        let image = color_image(&glimpse.image);
        let texture = ctx.load_texture("glimpse", image, TextureOptions::LINEAR);
        self.glimpse = Some(Glimpse { texture, size: glimpse.size, viewpoint });
    }

    /// Forgets the glimpse once its photo is on screen, or will not be.
    pub(super) fn end_glimpse(&mut self) {
        let is_shown = |photo| {
            let shown = self.panes[0].shown();
            shown.is_some_and(|shown| Arc::ptr_eq(&shown.frame.scene.photo, photo))
        };
        if self.opening.is_none() && self.photo.as_ref().is_none_or(is_shown) {
            self.glimpse = None;
        }
    }

    /// Where the user will look at a photo once it is open.
    fn viewpoint_to_come(&self, path: &Path) -> Viewpoint {
        self.sessions.viewpoint_of(path).unwrap_or(Viewpoint::Fit)
    }
}
