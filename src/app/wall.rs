//! The wall: what every filter makes of this photo, small.

use std::sync::Arc;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions, vec2};

use crate::edit::{Edit, Layer};
use crate::engine::{self, Thumbnail, Ticket};
use crate::operator::Library;
use crate::photo::Photo;

/// Longer side of a thumbnail in points.
pub const SIDE: f32 = 64.0;

/// Thumbnails of one photo: the photo itself, then every entry of the library.
#[derive(Default)]
pub struct Wall {
    wanted: Option<Wanted>,
    /// By place in the library, after that of the photo itself.
    textures: Vec<Option<TextureHandle>>,
}

/// What the engine was asked for last.
struct Wanted {
    ticket: Ticket,
    photo: Arc<Photo>,
    filters: usize,
    side: u32,
}

impl Wall {
    /// What to ask the engine for, if that is another wall than the last one.
    pub fn request(
        &mut self,
        photo: &Arc<Photo>,
        library: &Library,
        order: &[usize],
        scale: f32,
        ticket: impl FnOnce() -> Ticket,
    ) -> Option<(Ticket, engine::Wall)> {
        let side = (SIDE * scale).round() as u32;
        let filters = library.entries.len();
        let is_same = |last: &Wanted| {
            Arc::ptr_eq(&last.photo, photo) && last.filters == filters && last.side == side
        };
        if self.wanted.as_ref().is_some_and(is_same) {
            return None;
        }
        let is_other = self.wanted.as_ref().is_none_or(|last| !Arc::ptr_eq(&last.photo, photo));
        if is_other {
            self.textures.clear();
        }
        self.textures.resize(1 + filters, None);
        let ticket = ticket();
        self.wanted = Some(Wanted { ticket, photo: Arc::clone(photo), filters, side });
        let of = |index: &usize| {
            let operator = Arc::clone(&library.entries[*index].operator);
            Edit { layers: vec![Layer::new(operator)] }
        };
        let edits = std::iter::once(Edit::default()).chain(order.iter().map(of)).collect();
        Some((ticket, engine::Wall { photo: Arc::clone(photo), edits, side }))
    }

    /// Takes a thumbnail. `order` is that of the request.
    pub fn take(&mut self, ctx: &Context, ticket: Ticket, thumbnail: &Thumbnail, order: &[usize]) {
        if self.wanted.as_ref().is_none_or(|wanted| wanted.ticket != ticket) {
            return;
        }
        let place = match thumbnail.index.checked_sub(1) {
            None => Some(0),
            Some(index) => order.get(index).map(|entry| 1 + entry),
        };
        let Some(slot) = place.and_then(|place| self.textures.get_mut(place)) else { return };
        let size = thumbnail.size.map(|side| side as usize);
        let image = ColorImage::from_rgba_premultiplied(size, thumbnail.pixels.as_flattened());
        let image = image.with_source_size(vec2(size[0] as f32, size[1] as f32));
        *slot = Some(ctx.load_texture("thumbnail", image, TextureOptions::LINEAR));
    }

    /// The thumbnail of an entry of the library, None for the photo itself; None until it is there.
    pub fn texture(&self, entry: Option<usize>) -> Option<&TextureHandle> {
        let place = entry.map_or(0, |entry| 1 + entry);
        self.textures.get(place)?.as_ref()
    }
}
