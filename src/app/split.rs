//! The split line: one picture on its left, another on its right.

use eframe::egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, Painter, Rect, Role, Sense, Stroke, Ui,
    WidgetInfo, lerp, pos2, remap_clamp, vec2,
};

use super::{Action, strings, theme};

/// Width of what takes hold of the line, in points.
const HIT: f32 = 24.0;
const GRIP_RADIUS: f32 = 12.0;
const KEY_STEP: f32 = 0.02;
const SHADOW: Color32 = Color32::from_black_alpha(110);
/// The arrows on the grip.
const INK: Color32 = Color32::from_gray(32);

/// Where the line is on screen.
pub fn x(visible: Rect, line: f32) -> f32 {
    lerp(visible.x_range(), line)
}

/// Dragging the line, or moving it with the arrow keys once it has the focus.
pub fn input(ui: &mut Ui, visible: Rect, line: f32, actions: &mut Vec<Action>) {
    if visible.width() <= 0.0 || visible.height() <= 0.0 {
        return;
    }
    let center = pos2(x(visible, line), visible.center().y);
    let hit = Rect::from_center_size(center, vec2(HIT, visible.height()));
    let response = ui
        .interact(hit, ui.scope_id().with("split"), Sense::drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, strings::SPLIT_LINE);
        info.value = Some(f64::from(line));
        info
    });
    // In a quick flick the pointer has left the line by the time that the press is seen: what counts
    // is where it was pressed.
    let pressed = ui.input(|input| {
        input
            .pointer
            .press_origin()
            .filter(|origin| input.pointer.primary_pressed() && hit.contains(*origin))
    });
    if pressed.is_some_and(|origin| ui.ctx().layer_id_at(origin) == Some(ui.layer_id())) {
        ui.ctx().set_dragged_id(response.id);
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let line = remap_clamp(pointer.x, visible.x_range(), 0.0..=1.0);
        actions.push(Action::MoveSplit(line));
    }
    if response.has_focus() {
        let arrows = EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let steps = ui.input(|input| {
            input.num_presses(Key::ArrowRight) as f32 - input.num_presses(Key::ArrowLeft) as f32
        });
        if steps != 0.0 {
            actions.push(Action::MoveSplit((line + steps * KEY_STEP).clamp(0.0, 1.0)));
        }
    }
}

/// A fine line with a round grip, and a caption on either side where there is room for it.
pub fn paint(ui: &mut Ui, painter: &Painter, visible: Rect, x: f32, captions: [&str; 2]) {
    // Bright with a dark rim: seen on any photo. Filled, not stroked, to stay on whole pixels.
    for (half, color) in [(2.0, SHADOW), (1.0, theme::ON_PHOTO)] {
        let line = Rect::from_x_y_ranges(x - half..=x + half, visible.y_range());
        painter.rect_filled(line, 0.0, color);
    }
    grip(painter, pos2(x, visible.center().y));
    let top = visible.top() + theme::S;
    let sides = [
        (Align2::RIGHT_TOP, x - theme::S, x - visible.left(), captions[0]),
        (Align2::LEFT_TOP, x + theme::S, visible.right() - x, captions[1]),
    ];
    for (anchor, at, room, words) in sides {
        // Where there is no room, there is hardly a picture to be named.
        if theme::pill_size(ui, words).x + 2.0 * theme::S <= room {
            theme::pill(ui, anchor, pos2(at, top), room, words);
        }
    }
}

fn grip(painter: &Painter, center: eframe::egui::Pos2) {
    painter.circle_filled(center, GRIP_RADIUS + 1.0, SHADOW);
    painter.circle_filled(center, GRIP_RADIUS, theme::ON_PHOTO);
    let stroke = Stroke::new(1.5, INK);
    for side in [-1.0, 1.0] {
        let tip = center + vec2(side * 7.0, 0.0);
        for rise in [-3.5, 3.5] {
            painter.line_segment([tip, tip + vec2(-side * 3.5, rise)], stroke);
        }
    }
}
