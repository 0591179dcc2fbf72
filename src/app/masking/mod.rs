//! Where the current filter acts: shapes that are set in the inspector and moved, or painted, on the
//! photo.

mod handles;
mod section;

pub use section::show;

use std::sync::Arc;

use eframe::egui::{Color32, ColorImage, Context, TextureHandle, TextureId, TextureOptions, Ui};

use super::canvas::{Canvas, Seen};
use super::{App, Workspace, shell};
use crate::edit::Mask;
use crate::edit::mask::{Part, Shape, Stroke};
use crate::render::Cover;

/// What of the photo's mask is at hand. The mask itself is the filter's.
#[derive(Default)]
pub struct Masking {
    /// Whether the section is open: then the mask is on the photo too.
    pub is_open: bool,
    /// Whether what is covered is marked on the photo.
    pub shows: bool,
    /// The shape whose handles are on the photo.
    selected: usize,
    brush: Brush,
    /// What is covered, over the photo.
    cover: Option<TextureHandle>,
}

/// The brush as it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// Half its width, as a share of the photo's short side.
    radius: f32,
    /// How much of its radius is soft, 0..1.
    feather: f32,
    erases: bool,
}

impl Default for Brush {
    fn default() -> Self {
        Self { radius: 0.08, feather: 0.5, erases: false }
    }
}

impl Brush {
    const RADII: std::ops::RangeInclusive<f32> = 0.005..=0.5;

    /// The same with another radius, within what is offered.
    fn with_radius(self, radius: f32) -> Self {
        Self { radius: radius.clamp(*Self::RADII.start(), *Self::RADII.end()), ..self }
    }
}

/// A kind of shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Linear,
    Radial,
    Brush,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Linear, Self::Radial, Self::Brush];

    /// The kind of a shape.
    pub fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Linear { .. } => Self::Linear,
            Shape::Radial { .. } => Self::Radial,
            Shape::Brush { .. } => Self::Brush,
        }
    }

    /// A shape to begin with, where the split line is not: what photographers reach for first, the sky
    /// and what stands before it. One of several lies beside those before it, or it would not be seen.
    fn shape(self, before: usize) -> Shape {
        let by = 0.05 * (before % 6) as f32;
        match self {
            Self::Linear => Shape::Linear { from: [0.7 + by, 0.6 + by], to: [0.7 + by, 0.3 + by] },
            Self::Radial => {
                let (center, radii) = ([0.65 + by, 0.5 + by], [0.35, 0.35]);
                Shape::Radial { center, radii, angle: 0.0, feather: 0.5 }
            }
            Self::Brush => Shape::Brush { strokes: Vec::new() },
        }
    }
}

/// What the user asks for here. Places are shares of the photo's sides.
#[derive(Clone, Debug)]
pub enum Action {
    /// The section is open, or folded.
    Open(bool),
    /// One more shape.
    Add(Kind),
    /// Another mask in the place of the current filter's; None is everywhere.
    Set(Option<Mask>),
    /// The handles of this shape.
    Select(usize),
    /// Another brush.
    Brush(Brush),
    /// A larger or smaller brush, by a factor.
    Grow(f32),
    /// Show what is covered, or no longer.
    ToggleCover,
    /// A stroke begins; whether it erases.
    Begin([f32; 2], bool),
    /// It goes on.
    Continue([f32; 2]),
}

/// The mask that is worked on: on the photo, and in the inspector.
pub struct Editing<'a> {
    pub mask: &'a Mask,
    /// The place of the shape whose handles are seen.
    pub selected: usize,
    pub brush: Brush,
}

impl Masking {
    /// The mask of a filter as it is worked on.
    fn editing<'a>(&self, mask: &'a Mask) -> Editing<'a> {
        let selected = self.selected.min(mask.shapes.len().saturating_sub(1));
        Editing { mask, selected, brush: self.brush }
    }

    /// Takes what the engine says of the cover.
    pub fn take(&mut self, ctx: &Context, cover: Option<&Cover>) {
        let Some(Cover { size, values }) = cover else { return };
        let pixels = values.iter().map(|value| tint(*value)).collect();
        let image = ColorImage::new(*size, pixels);
        match &mut self.cover {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => self.cover = Some(ctx.load_texture("mask", image, TextureOptions::LINEAR)),
        }
    }

    /// Another photo: what is known is of the one before.
    pub fn clear(&mut self) {
        self.cover = None;
    }
}

/// Red over the photo, as in a rubylith; light enough for the photo to be seen through it.
fn tint(cover: f32) -> Color32 {
    Color32::from_rgba_unmultiplied(225, 30, 40, (cover * 140.0) as u8)
}

impl App {
    pub(super) fn mask_act(&mut self, action: Action) {
        match action {
            Action::Open(is_open) => self.masking.is_open = is_open,
            Action::Select(place) => self.masking.selected = place,
            Action::Brush(brush) => self.masking.brush = brush,
            Action::Grow(factor) => {
                let brush = self.masking.brush;
                self.masking.brush = brush.with_radius(brush.radius * factor);
            }
            Action::ToggleCover => self.masking.shows = !self.masking.shows,
            Action::Set(mask) => {
                if let Some(layer) = self.stack.layer_mut() {
                    layer.mask = mask.filter(|it| !it.shapes.is_empty()).map(Arc::new);
                }
            }
            Action::Add(kind) => self.add_shape(kind),
            Action::Begin(point, erases) => {
                let Brush { radius, feather, .. } = self.masking.brush;
                let stroke = Stroke { points: vec![rounded(point)], radius, feather, erases };
                self.change_strokes(|strokes| strokes.push(stroke));
            }
            Action::Continue(point) => {
                let sides = self.photo_sides();
                self.change_strokes(|strokes| {
                    if let Some(stroke) = strokes.last_mut() {
                        go_on(stroke, point, sides);
                    }
                });
            }
        }
    }

    fn add_shape(&mut self, kind: Kind) {
        let Some(layer) = self.stack.layer_mut() else { return };
        let before = layer.mask.as_ref().map_or(0, |mask| mask.shapes.len());
        let part = Part { shape: kind.shape(before), subtracts: false };
        let mut mask = match &layer.mask {
            Some(mask) => Mask::clone(mask),
            None => {
                // Nothing is painted yet, and so the filter is nowhere: it is to be seen why.
                self.masking.shows |= kind == Kind::Brush;
                Mask { shapes: Vec::new(), ..Mask::of(kind.shape(0)) }
            }
        };
        mask.shapes.push(part);
        self.masking.selected = mask.shapes.len() - 1;
        layer.mask = Some(Arc::new(mask));
    }

    /// Changes the strokes of the selected shape, if it is painted.
    fn change_strokes(&mut self, change: impl FnOnce(&mut Vec<Stroke>)) {
        let selected = self.masking.selected;
        let mask = self.stack.layer_mut().and_then(|layer| layer.mask.as_mut());
        let Some(mask) = mask.map(Arc::make_mut) else { return };
        let selected = selected.min(mask.shapes.len().saturating_sub(1));
        if let Some(Part { shape: Shape::Brush { strokes }, .. }) = mask.shapes.get_mut(selected) {
            change(strokes);
        }
    }

    /// Width and height of the photo, in lengths of its short side.
    fn photo_sides(&self) -> [f32; 2] {
        let size = self.photo.as_ref().map_or([1, 1], |it| [it.image.width, it.image.height]);
        size.map(|side| side as f32 / size[0].min(size[1]) as f32)
    }

    /// The mask that is worked on, where it can be: a filter that takes part, seen as it is.
    fn editing_mask(&self, ctx: &Context) -> Option<Editing<'_>> {
        let is_seen = self.masking.is_open
            && self.workspace == Workspace::Apply
            && self.dialog.is_none()
            && !self.shell.panels_hidden
            && !shell::is_full_screen(ctx)
            && self.sheet().is_none()
            && !self.trial.is_on();
        let layer = self.stack.place_in_edit().and_then(|_| self.stack.layer());
        let mask = layer.and_then(|layer| layer.mask.as_deref()).filter(|_| is_seen)?;
        Some(self.masking.editing(mask))
    }

    /// What is covered, where it is to be seen.
    pub(super) fn mask_cover(&self, ctx: &Context) -> Option<TextureId> {
        let is_seen = self.masking.shows && self.editing_mask(ctx).is_some();
        self.masking.cover.as_ref().filter(|_| is_seen).map(TextureHandle::id)
    }

    /// The picture area on which the mask is worked on: the photo with its filter.
    fn mask_canvas(&self, canvas: &Canvas) -> Canvas {
        let parts = canvas.parts(self.before_after.comparison);
        let place = if self.before_after.swapped { 0 } else { parts.len() - 1 };
        parts[place]
    }

    /// What the pointer and the keys do to the mask.
    pub(super) fn mask_input(
        &self,
        ui: &mut Ui,
        canvas: &Canvas,
        actions: &mut Vec<super::Action>,
    ) {
        let seen: Option<Seen> = self.scene().as_ref().map(Seen::of);
        if let (Some(editing), Some(seen)) = (self.editing_mask(ui.ctx()), seen) {
            handles::input(ui, &self.mask_canvas(canvas), &seen, &editing, actions);
        }
    }

    /// Draws what is at hand of the mask.
    pub(super) fn mask_paint(&self, ui: &mut Ui, canvas: &Canvas) {
        let seen: Option<Seen> = self.scene().as_ref().map(Seen::of);
        if let (Some(editing), Some(seen)) = (self.editing_mask(ui.ctx()), seen) {
            handles::paint(ui, &self.mask_canvas(canvas), &seen, &editing);
        }
    }
}

/// A stroke goes on to a point. What is much nearer to the last one than the brush is wide adds nothing.
fn go_on(stroke: &mut Stroke, point: [f32; 2], sides: [f32; 2]) {
    let far = |a: [f32; 2], b: [f32; 2]| ((a[0] - b[0]) * sides[0]).hypot((a[1] - b[1]) * sides[1]);
    if stroke.points.last().is_none_or(|last| far(*last, point) >= stroke.radius / 4.0) {
        stroke.points.push(rounded(point));
    }
}

/// To a ten thousandth of the photo's side, so that a kept mask is short.
fn rounded(point: [f32; 2]) -> [f32; 2] {
    point.map(|share| (share * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_shape_of_a_kind_lies_beside_the_first() {
        for kind in [Kind::Linear, Kind::Radial] {
            assert_ne!(kind.shape(0), kind.shape(1));
        }
    }

    #[test]
    fn a_stroke_keeps_no_more_points_than_its_width_needs() {
        let mut stroke =
            Stroke { points: vec![[0.1, 0.5]], radius: 0.1, feather: 0.5, erases: false };
        for step in 0..=1000 {
            go_on(&mut stroke, [0.1 + step as f32 * 0.0005, 0.5], [2.0, 1.0]);
        }
        // A way of 1.0 short sides, a fortieth of it at a time.
        assert!((35..45).contains(&stroke.points.len()), "{}", stroke.points.len());
        let json = serde_json::to_string(&stroke).unwrap();
        assert!(json.len() < 20 * stroke.points.len(), "{json}");
    }
}
