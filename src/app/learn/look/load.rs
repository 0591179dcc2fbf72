//! Reads what is looked at, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use eframe::egui::{Color32, ColorImage, Context};

use crate::app::background;
use crate::edit::{Edit, Layer, View};
use crate::operator::Operator;
use crate::render::{self, Lattice, Solver, Source};
use crate::train::examples::{Mask, Packed, Pair, look};

/// Largest size of a picture: more is not seen beside the panels of a usual screen.
const SIZE_MAX: [usize; 2] = [1600, 1200];

/// Pictures of a pair.
pub struct Pictures<T> {
    /// The photo.
    pub before: T,
    /// The edit, laid on it; where it has nothing, transparent.
    pub after: T,
    /// What a filter makes of the photo.
    pub ours: Option<T>,
    /// What no filter can express, a pixel a cell; None where that is nothing.
    pub map: Option<T>,
    /// Whether the edit lies on the photo.
    pub is_laid: bool,
}

impl<T> Pictures<T> {
    /// The same with each picture changed.
    pub fn map_each<U>(self, change: impl Fn(T) -> U) -> Pictures<U> {
        Pictures {
            before: change(self.before),
            after: change(self.after),
            ours: self.ours.map(&change),
            map: self.map.map(&change),
            is_laid: self.is_laid,
        }
    }
}

/// What comes of reading: pictures, or a sentence.
pub type Loaded = Result<Pictures<ColorImage>, String>;

/// Begins to read a pair, and what a filter makes of it.
pub fn load(pair: Pair, ours: Option<Arc<Operator>>, ctx: &Context) -> Receiver<Loaded> {
    let (sender, receiver) = mpsc::channel();
    let ctx = ctx.clone();
    background::spawn("look", move || {
        // Nobody listens once something else is looked at.
        sender.send(read(&pair, ours)).ok();
        ctx.request_repaint();
    });
    receiver
}

fn read(pair: &Pair, ours: Option<Arc<Operator>>) -> Loaded {
    let seen = look(pair, SIZE_MAX).map_err(|error| error.to_string())?;
    let (size, photo) = (seen.before.size, Arc::new(seen.photo));
    let ours = ours.map(|operator| {
        let layer = Layer::whole(operator);
        let source = Source::new(photo);
        let stages = Solver::default()
            .solve(&source, &Edit { layers: vec![layer] })
            .map_err(|error| error.to_string())?;
        let (width, height) = (source.image().width, source.image().height);
        let view = View::fit(size.map(|side| side as u32), width, height);
        let lattice = Lattice::view(&view, width, height, source.levels());
        Ok::<_, String>(Packed { size, pixels: render::view(&source, &stages, &lattice) })
    });
    Ok(Pictures {
        before: image(&seen.before),
        after: image(&seen.after),
        ours: ours.transpose()?.as_ref().map(image),
        map: (seen.mask.share() > 0.0).then(|| map(&seen.mask)),
        is_laid: seen.is_laid,
    })
}

fn image(packed: &Packed) -> ColorImage {
    ColorImage::from_rgba_unmultiplied(packed.size, packed.pixels.as_flattened())
}

/// Light and dark in turn, so that it is seen on any photo.
fn map(mask: &Mask) -> ColorImage {
    let pixel = |i: usize| match (mask.cells[i], (i % mask.width + i / mask.width) % 2) {
        (false, _) => Color32::TRANSPARENT,
        (true, 0) => Color32::from_white_alpha(150),
        (true, _) => Color32::from_black_alpha(150),
    };
    let pixels = (0..mask.cells.len()).map(pixel).collect();
    ColorImage::new([mask.width, mask.height], pixels)
}
