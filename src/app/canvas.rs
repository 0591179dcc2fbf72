//! The picture area: the last frame drawn where the view now wants it, so that zooming and panning
//! follow the pointer at once; the exact frame takes its place when it is rendered.

use eframe::egui::{
    Align2, Color32, CursorIcon, Id, Painter, PointerButton, Pos2, Rect, Role, Sense, Shape,
    Stroke, StrokeKind, TextureHandle, TextureId, Ui, WidgetInfo, pos2, vec2,
};

use super::before_after::BeforeAfter;
use super::comparison::Comparison;
use super::pictures::Shown;
use super::viewpoint::Area;
use super::{Action, split, strings, theme};
use crate::edit::View;
use crate::engine::Scene;

/// Points of scrolling that magnify by e.
const SCROLL_PER_E: f64 = 200.0;
/// Between two pictures that are seen together, in points.
pub const GAP: f32 = 4.0;
const WHOLE: Rect = Rect { min: Pos2::ZERO, max: pos2(1.0, 1.0) };

/// Where the picture area is in the window.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// In points, its edges on physical pixels.
    pub rect: Rect,
    /// Physical pixels a point.
    scale: f32,
}

/// What is drawn.
pub struct Stage<'a> {
    /// What the user looks at; None without a photo.
    pub view: Option<Seen>,
    /// The last frame.
    pub shown: Option<&'a Shown>,
    /// The photo that is being opened, small, and where it will be: in the place of the last frame.
    pub glimpse: Option<(&'a TextureHandle, Seen)>,
    /// The difference of before and after, where it is to be seen.
    pub difference: Option<TextureId>,
    /// Where a filter acts, over the picture of the edit; drawn below the split line.
    pub cover: Option<TextureId>,
    /// What is inside a filter, large in the photo's place, and its name.
    pub sheet: Option<(&'a TextureHandle, &'static str)>,
    /// How before and after are seen.
    pub before_after: &'a BeforeAfter,
    /// Words at the foot of the photo.
    pub foot: Option<String>,
}

/// What the pointer does on a picture. Positions are in physical pixels of its area.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gestures {
    /// By how much the picture is dragged.
    pub drag: Option<[f64; 2]>,
    /// Whether Shift is down.
    pub shift: bool,
    /// Where the pointer is, if it is over the picture.
    pub at: Option<[f64; 2]>,
    /// The factor that the wheel or a pinch magnifies by.
    pub zoom: Option<f64>,
    /// Whether it was pressed just now.
    pub pressed: bool,
    /// Whether it was clicked twice in a row.
    pub double_clicked: bool,
}

/// A view of a photo.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The view.
    pub view: View,
    /// Width and height of the photo in pixels.
    pub photo: [usize; 2],
    /// Whether there is an edit to be compared.
    pub edited: bool,
}

impl Seen {
    /// What a scene shows.
    pub fn of(scene: &Scene) -> Self {
        Self {
            view: scene.view,
            photo: [scene.photo.image.width, scene.photo.image.height],
            edited: !scene.edit.layers.is_empty(),
        }
    }
}

impl Canvas {
    /// The rest of `ui`.
    pub fn new(ui: &Ui) -> Self {
        let scale = ui.pixels_per_point();
        let snap = |p: Pos2| pos2((p.x * scale).round() / scale, (p.y * scale).round() / scale);
        let rect = ui.max_rect();
        Self { rect: Rect::from_min_max(snap(rect.min), snap(rect.max)), scale }
    }

    /// A piece of another one, its edges on physical pixels.
    pub fn piece(&self, rect: Rect) -> Self {
        let snap = |p: Pos2| pos2(self.snapped(p.x), self.snapped(p.y));
        Self { rect: Rect::from_min_max(snap(rect.min), snap(rect.max)), ..*self }
    }

    /// The places of two pictures that are seen together, of the same size to the pixel; one place
    /// where they lie over each other or one is seen alone.
    pub fn parts(&self, comparison: Option<Comparison>) -> Vec<Self> {
        let (columns, rows) = match comparison {
            Some(Comparison::SideBySide) => (2, 1),
            Some(Comparison::TopAndBottom) => (1, 2),
            _ => return vec![*self],
        };
        self.tiles(columns, rows, GAP)
    }

    /// Columns × rows pieces of the same size to the pixel, row by row, with a gap between them.
    pub fn tiles(&self, columns: usize, rows: usize, gap: f32) -> Vec<Self> {
        let side = |length: f32, count: usize| {
            let inner = length - gap * (count - 1) as f32;
            (inner * self.scale / count as f32).floor().max(1.0) / self.scale
        };
        let size = vec2(side(self.rect.width(), columns), side(self.rect.height(), rows));
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let tile = |(column, row): (usize, usize)| {
            let from = self.rect.min + (size + vec2(gap, gap)) * vec2(column as f32, row as f32);
            let min = pos2(self.snapped(from.x), self.snapped(from.y));
            Self { rect: Rect::from_min_size(min, size), ..*self }
        };
        places.map(tile).collect()
    }

    /// The area for a photo of a size.
    pub fn area(&self, photo: [usize; 2]) -> Area {
        let side = |points: f32| ((points * self.scale).round() as u32).max(1);
        Area {
            size: [side(self.rect.width()), side(self.rect.height())],
            margin: side(theme::M),
            photo,
        }
    }

    /// Where the pointer is, in physical pixels of the area; None beside it.
    pub fn pointer(&self, ui: &Ui) -> Option<[f64; 2]> {
        let position = ui.ctx().pointer_hover_pos()?;
        ui.rect_contains_pointer(self.rect).then(|| self.pixel_from_point(position))
    }

    /// The part of the photo's rectangle that is visible, in points.
    pub fn visible(&self, seen: &Seen) -> Rect {
        let [width, height] = seen.photo.map(|side| side as f64);
        let rect = self.rect_from_photo(&seen.view, [0.0, 0.0], [width, height]);
        rect.intersect(self.rect)
    }

    /// Where a share of the photo's width and height is in the window.
    pub fn point_of_photo(&self, seen: &Seen, share: [f32; 2]) -> Pos2 {
        let point = [0, 1].map(|axis| f64::from(share[axis]) * seen.photo[axis] as f64);
        self.point_from_pixel(seen.view.screen_from_photo(point))
    }

    /// Which share of the photo's width and height is at a point of the window.
    pub fn photo_of_point(&self, seen: &Seen, point: Pos2) -> [f32; 2] {
        let point = seen.view.photo_from_screen(self.pixel_from_point(point));
        [0, 1].map(|axis| (point[axis] / seen.photo[axis] as f64) as f32)
    }

    fn pixel_from_point(&self, point: Pos2) -> [f64; 2] {
        let offset = (point - self.rect.min) * self.scale;
        [f64::from(offset.x), f64::from(offset.y)]
    }

    fn point_from_pixel(&self, [x, y]: [f64; 2]) -> Pos2 {
        self.rect.min + vec2(x as f32, y as f32) / self.scale
    }

    fn rect_from_photo(&self, view: &View, min: [f64; 2], max: [f64; 2]) -> Rect {
        Rect::from_min_max(
            self.point_from_pixel(view.screen_from_photo(min)),
            self.point_from_pixel(view.screen_from_photo(max)),
        )
    }

    /// Where the frame's pictures lie under the present view.
    fn frame_rect(&self, shown: &Shown, now: &View) -> Rect {
        let then = &shown.frame.scene.view;
        let size = then.size.map(f64::from);
        if then == now {
            return Rect::from_min_max(self.rect.min, self.point_from_pixel(size));
        }
        let (min, max) = (then.photo_from_screen([0.0, 0.0]), then.photo_from_screen(size));
        self.rect_from_photo(now, min, max)
    }

    /// What the pointer does here. `label` is what a screen reader says of the picture.
    pub fn gestures(&self, ui: &mut Ui, id: Id, label: &str) -> Gestures {
        let response = ui.interact(self.rect, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, label));
        let dragged = response.dragged_by(PointerButton::Primary)
            || response.dragged_by(PointerButton::Middle);
        if dragged {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        let at = self.pointer(ui);
        let factor = ui.input(|input| {
            (f64::from(input.smooth_scroll_delta().y) / SCROLL_PER_E).exp()
                * f64::from(input.zoom_delta())
        });
        let by = response.drag_delta() * self.scale;
        Gestures {
            drag: dragged.then_some([f64::from(by.x), f64::from(by.y)]),
            shift: ui.input(|input| input.modifiers.shift),
            at,
            zoom: (at.is_some() && factor != 1.0).then_some(factor),
            pressed: response.is_pointer_button_down_on()
                && ui.input(|input| input.pointer.any_pressed()),
            double_clicked: response.double_clicked(),
        }
    }

    /// What the pointer asks for.
    pub fn input(&self, ui: &mut Ui, stage: &Stage<'_>, actions: &mut Vec<Action>) {
        let parts = self.parts(stage.before_after.comparison);
        for (index, part) in parts.iter().enumerate() {
            let label = if parts.len() == 1 {
                strings::PHOTO_AREA.to_owned()
            } else {
                strings::photo_side(captions(stage.before_after)[index])
            };
            let id = ui.scope_id().with(("canvas", index));
            let gestures = part.gestures(ui, id, &label);
            if stage.view.is_none() {
                continue;
            }
            actions.extend(gestures.drag.map(Action::Pan));
            if gestures.double_clicked {
                actions.push(Action::ToggleZoom(gestures.at));
            }
            if let Some(factor) = gestures.zoom {
                actions.push(Action::Zoom { factor, at: gestures.at });
            }
        }
        if let Some(seen) = &stage.view
            && is_on(seen, stage.before_after) == Some(Comparison::Split)
        {
            split::input(ui, self.visible(seen), stage.before_after.line, actions);
        }
    }

    /// Draws it all.
    pub fn paint(&self, ui: &mut Ui, stage: &Stage<'_>) {
        let painter = ui.painter_at(self.rect);
        if let Some((texture, seen)) = &stage.glimpse {
            let parts = self.parts(stage.before_after.comparison);
            parts.iter().for_each(|part| part.draw_sheet(&painter, seen, texture.id()));
            return self.foot(ui, &parts, seen, stage.foot.as_deref());
        }
        let (Some(seen), Some(shown)) = (&stage.view, stage.shown) else {
            let words = stage.foot.as_deref().unwrap_or(strings::NO_PHOTO);
            theme::words_at(ui, self.rect, words);
            return;
        };
        let visible = self.visible(seen);
        let before_after = stage.before_after;
        let mut sides = [shown.before, shown.after];
        if before_after.swapped {
            sides.reverse();
        }
        let parts = self.parts(before_after.comparison);
        let over = |part: &Self| {
            stage.cover.into_iter().for_each(|cover| part.draw_sheet(&painter, seen, cover));
        };
        if let Some((texture, name)) = stage.sheet {
            for part in &parts {
                part.draw_sheet(&painter, seen, texture.id());
                part.caption(ui, seen, name);
            }
        } else if let [_, _] = parts[..] {
            for ((part, side), caption) in parts.iter().zip(sides).zip(captions(before_after)) {
                let (texture, caption) = match before_after.original() {
                    true => (shown.before, strings::ORIGINAL_SHOWN),
                    false => (side, caption),
                };
                part.draw(&painter, &seen.view, shown, texture);
                if texture == shown.after {
                    over(part);
                }
                part.caption(ui, seen, caption);
            }
        } else {
            match is_on(seen, before_after) {
                Some(Comparison::Split) => {
                    let x = self.snapped(split::x(visible, before_after.line));
                    for (piece, texture) in self.split_at(x).iter().zip(sides) {
                        self.draw_in(&painter, piece.rect, &seen.view, shown, texture);
                    }
                    over(self);
                    split::paint(ui, &painter, visible, x, captions(before_after));
                }
                Some(Comparison::Difference) if stage.difference.is_some() => {
                    let texture = stage.difference.unwrap_or(shown.after);
                    self.draw(&painter, &seen.view, shown, texture);
                    self.caption(ui, seen, &strings::difference(before_after.amplification));
                }
                _ if before_after.original() => {
                    self.draw(&painter, &seen.view, shown, shown.before);
                    self.caption(ui, seen, strings::ORIGINAL_SHOWN);
                }
                _ => {
                    self.draw(&painter, &seen.view, shown, shown.after);
                    over(self);
                }
            }
        }
        self.foot(ui, &parts, seen, stage.foot.as_deref());
    }

    /// Words at the foot of the photo.
    fn foot(&self, ui: &mut Ui, parts: &[Self], seen: &Seen, words: Option<&str>) {
        let Some(words) = words else { return };
        let bottom = parts.last().unwrap_or(self).visible(seen).bottom();
        let foot = pos2(self.rect.center().x, bottom - theme::M);
        let width_max = self.rect.width() - 2.0 * theme::M;
        theme::pill(ui, Align2::CENTER_BOTTOM, foot, width_max, words);
    }

    /// A word in the corner of the photo.
    pub fn caption(&self, ui: &mut Ui, seen: &Seen, words: &str) {
        let visible = self.visible(seen);
        let corner = visible.min + vec2(theme::S, theme::S);
        theme::pill(ui, Align2::LEFT_TOP, corner, visible.width() - 2.0 * theme::S, words);
    }

    /// What is left and what is right of a line.
    pub fn split_at(&self, x: f32) -> [Self; 2] {
        [
            Self { rect: Rect { max: pos2(x, self.rect.max.y), ..self.rect }, ..*self },
            Self { rect: Rect { min: pos2(x, self.rect.min.y), ..self.rect }, ..*self },
        ]
    }

    /// Draws a picture of a frame where the present view wants it.
    pub fn draw(&self, painter: &Painter, now: &View, shown: &Shown, texture: TextureId) {
        self.draw_in(painter, self.rect, now, shown, texture);
    }

    /// The same, the part of it that lies in `clip`.
    pub fn draw_in(
        &self,
        painter: &Painter,
        clip: Rect,
        now: &View,
        shown: &Shown,
        texture: TextureId,
    ) {
        let clip = clip.intersect(painter.clip_rect());
        let rect = self.frame_rect(shown, now);
        let over = shown.clipped.filter(|_| texture == shown.after);
        for texture in std::iter::once(texture).chain(over) {
            painter.with_clip_rect(clip).add(Shape::image(texture, rect, WHOLE, Color32::WHITE));
        }
    }

    /// Draws a picture of the whole photo, however small, where the present view wants it.
    fn draw_sheet(&self, painter: &Painter, seen: &Seen, texture: TextureId) {
        let [width, height] = seen.photo.map(|side| side as f64);
        let rect = self.rect_from_photo(&seen.view, [0.0, 0.0], [width, height]);
        let painter = painter.with_clip_rect(self.rect.intersect(painter.clip_rect()));
        painter.add(Shape::image(texture, rect, WHOLE, Color32::WHITE));
    }

    /// Says that what is held over the window can be dropped.
    pub fn paint_drop_target(&self, ui: &mut Ui, words: &str) {
        let painter = ui.painter_at(self.rect);
        painter.rect_filled(self.rect, 0.0, Color32::from_black_alpha(120));
        let frame = self.rect.shrink(theme::M);
        painter.rect_stroke(frame, 8.0, Stroke::new(2.0, theme::ON_PHOTO), StrokeKind::Inside);
        let middle = frame.center();
        theme::pill(ui, Align2::CENTER_CENTER, middle, frame.width(), words);
    }

    /// The nearest edge of a physical pixel.
    pub fn snapped(&self, x: f32) -> f32 {
        (x * self.scale).round() / self.scale
    }
}

/// What is on the left, or above, and what on the right, or below.
fn captions(before_after: &BeforeAfter) -> [&'static str; 2] {
    match before_after.swapped {
        false => [strings::BEFORE, strings::AFTER],
        true => [strings::AFTER, strings::BEFORE],
    }
}

/// What lies over the photo is there to compare: without an edit, or with the original alone, it is
/// not.
fn is_on(seen: &Seen, before_after: &BeforeAfter) -> Option<Comparison> {
    before_after.comparison.filter(|_| seen.edited && !before_after.original())
}
