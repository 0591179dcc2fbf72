//! The mask on the photo: handles of shapes, and the brush.

use eframe::egui::{
    Color32, CursorIcon, Event, EventFilter, Key, Painter, PointerButton, Pos2, Rect, Response,
    Role, Sense, Shape as Drawn, Stroke, Ui, Vec2, WidgetInfo, vec2,
};

use super::super::canvas::{Canvas, Seen};
use super::super::strings::masking as strings;
use super::super::{Action as Of, theme};
use super::{Action, Editing};
use crate::edit::Mask;
use crate::edit::mask::Shape;

/// Side of what takes hold of a handle, in points.
const HIT: f32 = 24.0;
const RADIUS: f32 = 7.0;
/// Points that an arrow key moves a handle by.
const KEY_STEP: f32 = 8.0;
const SHADOW: Color32 = Color32::from_black_alpha(130);
const ELLIPSE_POINTS: usize = 96;

/// A handle: what it is called and where it is.
struct Handle {
    name: &'static str,
    at: Pos2,
}

/// A shape on screen: how shares of the photo and lengths become points.
struct Place<'a> {
    canvas: &'a Canvas,
    seen: &'a Seen,
}

impl Place<'_> {
    fn point(&self, share: [f32; 2]) -> Pos2 {
        self.canvas.point_of_photo(self.seen, share)
    }

    fn share(&self, point: Pos2) -> [f32; 2] {
        self.canvas.photo_of_point(self.seen, point)
    }

    /// A short side of the photo in points.
    fn short_side(&self) -> f32 {
        let sides = self.point([1.0, 1.0]) - self.point([0.0, 0.0]);
        sides.x.min(sides.y).max(1e-3)
    }
}

/// What the pointer and the arrow keys do to the selected shape.
pub fn input(
    ui: &mut Ui,
    canvas: &Canvas,
    seen: &Seen,
    editing: &Editing<'_>,
    actions: &mut Vec<Of>,
) {
    let Some(part) = editing.mask.shapes.get(editing.selected) else { return };
    let place = Place { canvas, seen };
    if let Shape::Brush { .. } = part.shape {
        return brush(ui, &place, editing, actions);
    }
    for (index, handle) in handles(&place, &part.shape).into_iter().enumerate() {
        let Some(to) = moved(ui, canvas.rect, index, &handle) else { continue };
        let mut mask = editing.mask.clone();
        pull(&place, &mut mask.shapes[editing.selected].shape, index, to);
        actions.extend(Mask::checked(mask).map(|mask| Of::Mask(Action::Set(Some(mask)))));
    }
}

/// The handles of a shape that is not painted. The last one moves all of it.
fn handles(place: &Place<'_>, shape: &Shape) -> Vec<Handle> {
    let handle = |name, at| Handle { name, at };
    match shape {
        Shape::Linear { from, to } => {
            let (from, to) = (place.point(*from), place.point(*to));
            vec![
                handle(strings::FROM, from),
                handle(strings::TO, to),
                handle(strings::MOVE, from + (to - from) / 2.0),
            ]
        }
        Shape::Radial { center, radii, angle, .. } => {
            let center = place.point(*center);
            let [across, down] = axes(place, *radii, *angle);
            vec![
                handle(strings::WIDTH, center + across),
                handle(strings::HEIGHT, center + down),
                handle(strings::MOVE, center),
            ]
        }
        Shape::Brush { .. } => Vec::new(),
    }
}

/// The half axes of an ellipse on screen.
fn axes(place: &Place<'_>, radii: [f32; 2], angle: f32) -> [Vec2; 2] {
    let unit = Vec2::angled(angle) * place.short_side();
    [unit * radii[0], unit.rot90() * -radii[1]]
}

/// Moves a handle of a shape to a point.
fn pull(place: &Place<'_>, shape: &mut Shape, handle: usize, to: Pos2) {
    let share = place.share(to);
    let length = |way: Vec2| (way.length() / place.short_side()).max(Mask::RADIUS_MIN);
    match (shape, handle) {
        (Shape::Linear { from, .. }, 0) => *from = share,
        (Shape::Linear { to, .. }, 1) => *to = share,
        (Shape::Linear { from, to }, _) => {
            let middle = [0, 1].map(|axis| (from[axis] + to[axis]) / 2.0);
            for end in [from, to] {
                *end = [0, 1].map(|axis| end[axis] + share[axis] - middle[axis]);
            }
        }
        (Shape::Radial { center, radii, angle, .. }, 0) => {
            let way = to - place.point(*center);
            (radii[0], *angle) = (length(way), way.angle());
        }
        (Shape::Radial { center, radii, .. }, 1) => radii[1] = length(to - place.point(*center)),
        (Shape::Radial { center, .. }, _) => *center = share,
        (Shape::Brush { .. }, _) => {}
    }
}

/// Where a handle is dragged to, or moved by the arrow keys while it has the focus.
fn moved(ui: &mut Ui, area: Rect, index: usize, handle: &Handle) -> Option<Pos2> {
    // A handle beside the picture can be taken back from its edge.
    let at = area.shrink(RADIUS).clamp(handle.at);
    let hit = Rect::from_center_size(at, vec2(HIT, HIT));
    let id = ui.scope_id().with(("mask handle", index));
    let response = ui.interact(hit, id, Sense::drag()).on_hover_and_drag_cursor(CursorIcon::Move);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, handle.name));
    if response.dragged() {
        return response.interact_pointer_pos();
    }
    if !response.has_focus() {
        return None;
    }
    let arrows =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let presses = |key| ui.input(|input| input.num_presses(key) as f32);
    let by = vec2(
        presses(Key::ArrowRight) - presses(Key::ArrowLeft),
        presses(Key::ArrowDown) - presses(Key::ArrowUp),
    );
    (by != Vec2::ZERO).then(|| handle.at + by * KEY_STEP)
}

/// Painting with the main button; the others move the photo.
fn brush(ui: &mut Ui, place: &Place<'_>, editing: &Editing<'_>, actions: &mut Vec<Of>) {
    let area = place.canvas.visible(place.seen);
    if !area.is_positive() {
        return;
    }
    let response = ui.interact(area, ui.scope_id().with("mask brush"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, strings::PAINT_HERE));
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    let is_down = response.is_pointer_button_down_on() || response.drag_stopped();
    if is_down || response.clicked() {
        paint_along(ui, place, editing, actions);
    }
    if response.dragged_by(PointerButton::Middle) || response.dragged_by(PointerButton::Secondary) {
        let by = response.drag_delta() * ui.pixels_per_point();
        actions.push(Of::Pan([f64::from(by.x), f64::from(by.y)]));
    }
}

/// A stroke along all that the pointer did since the last pass.
fn paint_along(ui: &Ui, place: &Place<'_>, editing: &Editing<'_>, actions: &mut Vec<Of>) {
    ui.input(|input| {
        let button = |event: &Event| match event {
            Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers } => {
                Some((*pos, *pressed, modifiers.alt))
            }
            _ => None,
        };
        // Before the first press or release of this pass it was the other way round.
        let first = input.events.iter().find_map(button);
        let mut is_down = first.map_or(input.pointer.primary_down(), |(_, pressed, _)| !pressed);
        for event in &input.events {
            let action = match (button(event), event) {
                (Some((at, true, alt)), _) => {
                    is_down = true;
                    // Alt turns the brush round, as elsewhere.
                    Action::Begin(place.share(at), editing.brush.erases != alt)
                }
                (Some(_), _) => {
                    is_down = false;
                    continue;
                }
                (None, Event::PointerMoved(at)) if is_down => Action::Continue(place.share(*at)),
                _ => continue,
            };
            actions.push(Of::Mask(action));
        }
    });
}

/// Draws the selected shape's handles, or the brush.
pub fn paint(ui: &Ui, canvas: &Canvas, seen: &Seen, editing: &Editing<'_>) {
    let Some(part) = editing.mask.shapes.get(editing.selected) else { return };
    let place = Place { canvas, seen };
    let painter = ui.painter_at(canvas.visible(seen));
    match &part.shape {
        Shape::Linear { from, to } => {
            let (from, to) = (place.point(*from), place.point(*to));
            let way = to - from;
            let along = way.rot90().normalized() * canvas.rect.size().length();
            for (at, is_dashed) in [(from, true), (to, false)] {
                line(&painter, [at - along, at + along], is_dashed);
            }
            line(&painter, [from, to], false);
        }
        Shape::Radial { center, radii, angle, feather } => {
            let center = place.point(*center);
            let axes = axes(&place, *radii, *angle);
            ellipse(&painter, center, axes, false);
            if *feather > 0.02 && *feather < 0.98 {
                ellipse(&painter, center, axes.map(|axis| axis * (1.0 - feather)), true);
            }
        }
        Shape::Brush { .. } => {
            let pointer = ui.ctx().pointer_hover_pos();
            let area = canvas.visible(seen);
            if let Some(at) = pointer.filter(|at| area.contains(*at)) {
                let radius = editing.brush.radius * place.short_side();
                ring(&painter, at, radius, SHADOW, theme::ON_PHOTO);
                let inner = radius * (1.0 - editing.brush.feather);
                if inner > 2.0 && inner < radius - 2.0 {
                    ring(&painter, at, inner, SHADOW, Color32::from_white_alpha(150));
                }
                let erases = editing.brush.erases != ui.input(|input| input.modifiers.alt);
                sign(&painter, at, erases);
            }
        }
    }
    let painter = ui.painter_at(canvas.rect);
    let drawn = handles(&place, &part.shape);
    let last = drawn.len().saturating_sub(1);
    for (index, handle) in drawn.iter().enumerate() {
        let at = canvas.rect.shrink(RADIUS).clamp(handle.at);
        painter.circle_filled(at, RADIUS + 1.0, SHADOW);
        painter.circle_filled(at, RADIUS, theme::ON_PHOTO);
        // What is nothing is hollow, what moves the whole shape is small.
        let is_nothing = index == 0 && matches!(part.shape, Shape::Linear { .. });
        if is_nothing || index == last {
            painter.circle_filled(at, RADIUS - 2.5, Color32::from_gray(60));
        }
        if index == last {
            painter.circle_filled(at, RADIUS - 4.5, theme::ON_PHOTO);
        }
        focus(ui, index, at, &painter);
    }
}

/// A ring around the handle that has the focus.
fn focus(ui: &Ui, index: usize, at: Pos2, painter: &Painter) {
    let id = ui.scope_id().with(("mask handle", index));
    let has_focus = |response: Response| response.has_focus();
    if ui.ctx().read_response(id).is_some_and(has_focus) {
        painter.circle_stroke(at, RADIUS + 4.0, Stroke::new(2.0, theme::of(ui).focus));
    }
}

/// Bright with a dark rim: seen on any photo.
fn line(painter: &Painter, ends: [Pos2; 2], is_dashed: bool) {
    for stroke in [Stroke::new(3.0, SHADOW), Stroke::new(1.0, theme::ON_PHOTO)] {
        if is_dashed {
            painter.extend(Drawn::dashed_line(&ends, stroke, 6.0, 5.0));
        } else {
            painter.line_segment(ends, stroke);
        }
    }
}

fn ellipse(painter: &Painter, center: Pos2, [across, down]: [Vec2; 2], is_dashed: bool) {
    let point = |step: usize| {
        let (sine, cosine) =
            (step as f32 / ELLIPSE_POINTS as f32 * std::f32::consts::TAU).sin_cos();
        center + across * cosine + down * sine
    };
    let points: Vec<Pos2> = (0..=ELLIPSE_POINTS).map(point).collect();
    for stroke in [Stroke::new(3.0, SHADOW), Stroke::new(1.0, theme::ON_PHOTO)] {
        if is_dashed {
            painter.extend(Drawn::dashed_line(&points, stroke, 6.0, 5.0));
        } else {
            painter.add(Drawn::line(points.clone(), stroke));
        }
    }
}

fn ring(painter: &Painter, at: Pos2, radius: f32, rim: Color32, line: Color32) {
    painter.circle_stroke(at, radius, Stroke::new(3.0, rim));
    painter.circle_stroke(at, radius, Stroke::new(1.0, line));
}

/// A plus or a minus in the middle of the brush.
fn sign(painter: &Painter, at: Pos2, erases: bool) {
    let arm = 4.0;
    let mut lines = vec![[at - vec2(arm, 0.0), at + vec2(arm, 0.0)]];
    if !erases {
        lines.push([at - vec2(0.0, arm), at + vec2(0.0, arm)]);
    }
    for ends in lines {
        line(painter, ends, false);
    }
}
