//! The picture area: the last frame drawn where the view now wants it, so that zooming and panning
//! follow the pointer at once; the exact frame takes its place when it is rendered.

use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, PointerButton, Pos2, Rect, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::before_after::BeforeAfter;
use super::pictures::Shown;
use super::viewpoint::Area;
use super::{Action, split, strings, theme};
use crate::edit::View;
use crate::engine::Scene;

/// Points of scrolling that magnify by e.
const SCROLL_PER_E: f64 = 200.0;
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
    /// How before and after are seen.
    pub before_after: &'a BeforeAfter,
    /// Words at the foot of the photo.
    pub foot: Option<String>,
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

    /// What the pointer asks for.
    pub fn input(&self, ui: &mut Ui, stage: &Stage<'_>, actions: &mut Vec<Action>) {
        let response =
            ui.interact(self.rect, ui.scope_id().with("canvas"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, strings::PHOTO_AREA));
        let Some(seen) = &stage.view else { return };
        if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle)
        {
            let by = response.drag_delta() * self.scale;
            actions.push(Action::Pan([f64::from(by.x), f64::from(by.y)]));
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        if response.double_clicked() {
            actions.push(Action::ToggleZoom(self.pointer(ui)));
        }
        if let Some(at) = self.pointer(ui) {
            let factor = ui.input(|input| {
                (f64::from(input.smooth_scroll_delta().y) / SCROLL_PER_E).exp()
                    * f64::from(input.zoom_delta())
            });
            if factor != 1.0 {
                actions.push(Action::Zoom { factor, at: Some(at) });
            }
        }
        if split_is_on(seen, stage.before_after) {
            split::input(ui, self.visible(seen), stage.before_after.line, actions);
        }
    }

    /// Draws it all.
    pub fn paint(&self, ui: &mut Ui, stage: &Stage<'_>) {
        let painter = ui.painter_at(self.rect);
        let (Some(seen), Some(shown)) = (&stage.view, stage.shown) else {
            let words = stage.foot.as_deref().unwrap_or(strings::NO_PHOTO);
            theme::words_at(ui, self.rect, words);
            return;
        };
        let visible = self.visible(seen);
        let rect = self.frame_rect(shown, &seen.view);
        if split_is_on(seen, stage.before_after) {
            let x = self.snapped(split::x(visible, stage.before_after.line));
            draw(&painter, Rect { max: pos2(x, self.rect.max.y), ..self.rect }, rect, shown.before);
            draw(&painter, Rect { min: pos2(x, self.rect.min.y), ..self.rect }, rect, shown.after);
            split::paint(ui, &painter, visible, x);
        } else if stage.before_after.original() {
            draw(&painter, self.rect, rect, shown.before);
            let corner = visible.min + vec2(theme::S, theme::S);
            theme::pill(ui, Align2::LEFT_TOP, corner, visible.width(), strings::ORIGINAL_SHOWN);
        } else {
            draw(&painter, self.rect, rect, shown.after);
        }
        if let Some(words) = &stage.foot {
            let foot = visible.center_bottom() - vec2(0.0, theme::M);
            let width_max = self.rect.width() - 2.0 * theme::M;
            theme::pill(ui, Align2::CENTER_BOTTOM, foot, width_max, words);
        }
    }

    /// Says that what is held over the window can be dropped.
    pub fn paint_drop_target(&self, ui: &mut Ui, words: &str) {
        let painter = ui.painter_at(self.rect);
        painter.rect_filled(self.rect, 0.0, Color32::from_black_alpha(120));
        let frame = self.rect.shrink(theme::M);
        painter.rect_stroke(frame, 8.0, Stroke::new(2.0, theme::STRONG), StrokeKind::Inside);
        let middle = frame.center();
        theme::pill(ui, Align2::CENTER_CENTER, middle, frame.width(), words);
    }

    fn snapped(&self, x: f32) -> f32 {
        (x * self.scale).round() / self.scale
    }
}

/// The line is there to compare: without an edit, or with the original alone, it is not.
fn split_is_on(seen: &Seen, before_after: &BeforeAfter) -> bool {
    before_after.split && seen.edited && !before_after.original()
}

/// Draws the part of a picture that lies in `clip`.
fn draw(painter: &Painter, clip: Rect, rect: Rect, texture: eframe::egui::TextureId) {
    let clip = clip.intersect(painter.clip_rect());
    painter.with_clip_rect(clip).add(Shape::image(texture, rect, WHOLE, Color32::WHITE));
}
