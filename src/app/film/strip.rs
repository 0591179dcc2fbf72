//! The strip itself: thumbnails of the photos in a row, and what can be done with those selected.

use std::ops::Range;

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Event, Image, Label, Layout, Modifiers, Panel, Rect,
    Response, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, UiBuilder,
    WidgetInfo, WidgetText, pos2, vec2,
};

use super::{Action, File, Film, Picture};
use crate::app::strings::film as words;
use crate::app::{self, strings, theme};

const HEAD: f32 = 30.0;
const CELL: [f32; 2] = [96.0, 68.0];
const GAP: f32 = 6.0;
/// Under the thumbnails, for the scroll bar.
const FOOT: f32 = 12.0;

/// Shows the strip at the foot of the window, if there are photos in it.
pub fn show(ui: &mut Ui, film: &mut Film, actions: &mut Vec<app::Action>) {
    if !film.is_shown || film.files.is_empty() {
        return;
    }
    let frame = theme::panel_frame(vec2(theme::M, theme::XS));
    let height = HEAD + CELL[1] + FOOT + theme::S;
    Panel::bottom("filmstrip").exact_size(height).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::XS;
        ui.style_mut().always_scroll_the_only_direction = true;
        head(ui, film, actions);
        let reveal = std::mem::take(&mut film.reveal).then_some(film.current).flatten();
        let mut scroll = ScrollArea::horizontal().id_salt("filmstrip").auto_shrink(false);
        if let Some(place) = reveal {
            // The current photo in the middle.
            let middle = (place as f32 + 0.5) * (CELL[0] + GAP) - ui.available_width() / 2.0;
            scroll = scroll.horizontal_scroll_offset(middle.max(0.0));
        }
        let seen = scroll.show_viewport(ui, |ui, viewport| cells(ui, viewport, film, actions));
        film.see(seen.inner);
    });
}

/// Which photos these are, and what can be done with those selected.
fn head(ui: &mut Ui, film: &Film, actions: &mut Vec<app::Action>) {
    let mut push = |action| actions.push(app::Action::Film(action));
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), HEAD - theme::XS),
        Layout::right_to_left(Align::Center),
        |ui| {
            let (count, usable) = (film.selected.len(), film.usable());
            if let Some(sharing) = &film.sharing {
                ui.label(theme::weak(words::sharing(sharing.shared, sharing.all)));
            } else if count > 1 {
                let button = |ui: &mut Ui, words: String, tip: &str| {
                    ui.add(Button::new(words).min_size(vec2(0.0, 24.0)))
                        .on_hover_text(tip)
                        .clicked()
                };
                if button(ui, words::export(usable), words::EXPORT_TIP) {
                    push(Action::ExportSelected);
                }
                if button(ui, words::apply_to(usable), words::APPLY_TIP) {
                    push(Action::ApplyToSelected);
                }
                ui.label(theme::weak(words::selected(count)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = film.folder.as_deref().map(strings::file_name);
                let name = Label::new(name.unwrap_or_else(|| words::DROPPED.to_owned()));
                let name = ui.add(name.truncate());
                if let Some(folder) = &film.folder {
                    name.on_hover_text(folder.display().to_string());
                }
                ui.label(theme::weak(words::place(film.current, film.files.len())));
            });
        },
    );
}

/// The photos that are seen, and their places.
fn cells(ui: &mut Ui, viewport: Rect, film: &Film, actions: &mut Vec<app::Action>) -> Range<usize> {
    let step = CELL[0] + GAP;
    let count = film.files.len();
    ui.set_min_size(vec2(count as f32 * step - GAP, CELL[1]));
    let first = (viewport.left() / step).floor().max(0.0) as usize;
    let last = ((viewport.right() / step).ceil() as usize).min(count);
    let seen = first.min(last)..last;
    let origin = ui.min_rect().min;
    for place in seen.clone() {
        let corner = origin + vec2(place as f32 * step, 0.0);
        let rect = Rect::from_min_size(corner, CELL.into());
        let response = cell(ui, rect, film, place);
        if response.clicked() {
            let modifiers = clicked_with(ui);
            let action = match (modifiers.command, modifiers.shift) {
                (true, _) => Action::Toggle(place),
                (_, true) => Action::SelectTo(place),
                _ => Action::Open(place),
            };
            actions.push(app::Action::Film(action));
        }
    }
    seen
}

/// The modifiers of the last click: on a slow machine the key may be up again by now.
fn clicked_with(ui: &Ui) -> Modifiers {
    let of = |event: &Event| match event {
        Event::PointerButton { modifiers, .. } => Some(*modifiers),
        _ => None,
    };
    ui.input(|input| input.events.iter().rev().find_map(of).unwrap_or(input.modifiers))
}

fn cell(ui: &mut Ui, rect: Rect, film: &Film, place: usize) -> Response {
    let file = &film.files[place];
    let (is_current, is_selected) = (film.current == Some(place), film.selected.contains(&place));
    let refused = match &file.picture {
        Picture::Refused(sentence) => Some(sentence.as_str()),
        _ => None,
    };
    let response = ui.interact(rect, ui.scope_id().with(&file.path), Sense::click());
    response.widget_info(|| {
        let words = words::photo(&file.path, file.is_edited, refused);
        WidgetInfo::selected(Role::Button, true, is_selected, words)
    });
    let corner = CornerRadius::same(theme::CORNER);
    if is_selected || response.hovered() {
        let fill = if is_selected { theme::CHOSEN } else { theme::RAISED };
        ui.painter().rect_filled(rect, corner, fill);
    }
    picture(ui, rect.shrink(theme::XS), file);
    if is_current {
        let stroke = Stroke::new(2.0, theme::TEXT);
        ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme::FOCUS);
        ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
    }
    response.on_hover_text(words::photo_tip(&file.path, file.is_edited, refused))
}

/// The whole thumbnail in its room; words where there is none.
fn picture(ui: &mut Ui, room: Rect, file: &File) {
    match &file.picture {
        Picture::Small(texture) => {
            let [width, height] = texture.size().map(|side| side as f32);
            let factor = (room.width() / width).min(room.height() / height);
            let rect = Rect::from_center_size(room.center(), factor * vec2(width, height));
            Image::from_texture(texture).corner_radius(2).paint_at(ui, rect);
        }
        Picture::Unknown => {
            ui.painter().rect_filled(room, CornerRadius::same(2), theme::LINE);
        }
        Picture::Refused(_) => {
            ui.painter().rect_filled(room, CornerRadius::same(2), theme::LINE);
            let line = |words: String, color| {
                let text = WidgetText::from(eframe::egui::RichText::new(words).small());
                let width = room.width() - 2.0 * theme::XS;
                (text, width, color)
            };
            let name = line(strings::file_name(&file.path), theme::TEXT);
            let reason = line(words::REFUSED.to_owned(), theme::WEAK);
            for ((text, width, color), y) in [(name, -9.0), (reason, 9.0)] {
                let wrap = Some(TextWrapMode::Truncate);
                let galley = text.into_galley(ui, wrap, width, TextStyle::Small);
                let at = room.center() + vec2(0.0, y) - galley.size() / 2.0;
                ui.painter().galley(pos2(at.x, at.y), galley, color);
            }
        }
    }
    if file.is_edited {
        let mut over = ui.new_child(UiBuilder::new().max_rect(room));
        let foot = room.left_bottom();
        theme::pill(&mut over, Align2::LEFT_BOTTOM, foot, room.width(), words::EDITED);
    }
}
