//! Words of what is set where a filter acts.

use crate::app::masking::Kind;
use crate::edit::Mask;
use crate::edit::mask::Shape;

pub use super::tip;

pub const WHERE: &str = "Where";
pub const WHERE_TIP: &str = "The part of the photo that the filter acts on";
pub const EVERYWHERE: &str = "On the whole photo. Limit it to:";
/// Behind a strength, where the filter has a mask.
pub const ON_A_PART: &str = ", on a part";
pub const WAY_TIP: &str =
    "Whether the shape is added to the ones before it, or taken away from them";
pub const LINEAR_HINT: &str =
    "Drag its ends on the photo: from nothing at the hollow one to all at the full one.";
pub const RADIAL_HINT: &str = "Drag it by its middle, its size and turn by the two others.";
pub const FEATHER: &str = "Feather";
pub const FEATHER_TIP: &str = "How much of the way from the middle to the rim is soft";
pub const PAINT: &str = "Paint";
pub const ERASE: &str = "Erase";
pub const BRUSH_TIP: &str =
    "Alt does the other of the two while it is held; the right button moves the photo";
pub const SIZE: &str = "Size";
pub const SIZE_TIP: &str = "Width of the brush, as a share of the photo’s short side";
pub const SOFTNESS: &str = "Softness";
pub const EDGES: &str = "Follow edges";
pub const EDGES_TIP: &str =
    "The rim of the shape moves to edges of the photo that are near, by a guided filter";
pub const INVERT: &str = "Invert";
pub const INVERT_TIP: &str = "The filter acts where the shapes are not";
pub const SHOW: &str = "Show in red";
pub const SHOW_TIP: &str = "Where the filter acts is red on the photo";
pub const PAINT_HERE: &str = "Paint where the filter acts";
pub const FROM: &str = "Where the filter begins";
pub const TO: &str = "Where all of the filter is";
pub const MOVE: &str = "Move the shape";
pub const WIDTH: &str = "Width and turn of the shape";
pub const HEIGHT: &str = "Height of the shape";

/// A kind of shape.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Linear => "Linear",
        Kind::Radial => "Radial",
        Kind::Brush => "Brush",
    }
}

/// A shape by its name and place.
pub fn numbered(kind: Kind, place: usize) -> String {
    format!("{} {}", place + 1, name(kind))
}

/// The button that adds a shape.
pub fn add(kind: Kind) -> String {
    format!("Add {}", name(kind).to_lowercase())
}

/// What a shape is good for.
pub fn add_tip(kind: Kind) -> &'static str {
    match kind {
        Kind::Linear => "Rises along a line: a sky, a foreground",
        Kind::Radial => "An ellipse: a face, a lamp",
        Kind::Brush => "What you paint",
    }
}

/// The button that takes a shape away.
pub fn remove(name: &str) -> String {
    format!("Remove: {name}")
}

/// Whether a shape is added or taken away.
pub fn way(subtracts: bool) -> &'static str {
    if subtracts { "Takes away" } else { "Adds" }
}

/// What a step did to the mask of the filter at a place, and what it is about: every stroke is a step of
/// its own.
pub fn step(was: Option<&Mask>, is: Option<&Mask>, place: usize) -> (String, String) {
    let shapes = |mask: Option<&Mask>| mask.map_or(0, |mask| mask.shapes.len());
    let strokes = |mask: Option<&Mask>| {
        let shapes = mask.into_iter().flat_map(|mask| &mask.shapes);
        let count = shapes.map(|part| match &part.shape {
            Shape::Brush { strokes } => strokes.len(),
            Shape::Linear { .. } | Shape::Radial { .. } => 0,
        });
        count.sum::<usize>()
    };
    let added = is.filter(|_| shapes(is) > shapes(was)).and_then(|mask| mask.shapes.last());
    let words = match (added, is) {
        (_, None) => "Where: everywhere".to_owned(),
        (Some(part), _) => format!("Where: {}", name(Kind::of(&part.shape)).to_lowercase()),
        _ if shapes(is) < shapes(was) => "Where: one shape less".to_owned(),
        _ if strokes(is) != strokes(was) => "Where: paint".to_owned(),
        _ => "Where: change".to_owned(),
    };
    (words, format!("where {place} {} {}", shapes(is), strokes(is)))
}
