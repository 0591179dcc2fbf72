//! The filters, one of which is chosen.

use std::sync::Arc;

use eframe::egui::{
    CornerRadius, Frame, Image, Margin, Panel, Rect, Response, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextEdit, TextStyle, TextWrapMode, TextureHandle, Ui, Vec2, WidgetInfo,
    WidgetText, pos2, vec2,
};

use super::wall::{self, Wall};
use super::{Action, Workspace, own, strings, theme};
use crate::operator::{Library, Operator};

const WIDTH: f32 = 272.0;
const ROW: f32 = 56.0;
/// Width and height of the room for a thumbnail.
const THUMBNAIL: Vec2 = vec2(wall::SIDE, 48.0);

/// Which filter of the library is chosen.
pub fn chosen(library: &Library, operator: Option<&Arc<Operator>>) -> Option<usize> {
    let operator = operator?;
    library.entries.iter().position(|entry| Arc::ptr_eq(&entry.operator, operator))
}

/// The library's entries as they stand in the list: shipped ones, then one's own.
pub fn order(library: &Library) -> Vec<usize> {
    let (mut order, own): (Vec<_>, Vec<_>) =
        (0..library.entries.len()).partition(|&index| library.entries[index].builtin);
    order.extend(own);
    order
}

/// What is shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub library: &'a Library,
    pub wall: &'a Wall,
    /// What the list is narrowed to.
    pub search: &'a str,
    /// The chosen filter's place in the library.
    pub chosen: Option<usize>,
    /// Whether it is to be scrolled to.
    pub reveal: bool,
}

/// Shows the list.
pub fn show(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let frame = theme::panel_frame(vec2(theme::S, theme::S));
    Panel::left("filters").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        find(ui, shown.search, actions);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::XS;
            let is_chosen = shown.chosen.is_none();
            let picture = shown.wall.texture(None);
            let none = row(ui, picture, strings::NONE, strings::NONE_DETAIL, is_chosen);
            note(&none, None, is_chosen, shown.reveal, actions);
            rows(ui, shown, true, actions);
            ui.add_space(theme::M);
            title(ui, strings::MY_FILTERS);
            if shown.library.entries.iter().all(|entry| entry.builtin) {
                Frame::new().inner_margin(Margin::symmetric(theme::S as i8, 0)).show(ui, |ui| {
                    ui.label(theme::weak(strings::MY_FILTERS_EMPTY));
                });
            }
            rows(ui, shown, false, actions);
            ui.add_space(theme::XS);
            ui.horizontal(|ui| {
                ui.add_space(theme::S);
                if ui.button(strings::LEARN_NEW).on_hover_text(strings::LEARN_TIP).clicked() {
                    actions.push(Action::Enter(Workspace::Learn));
                }
            });
        });
    });
}

/// A field that leaves only those filters in the list whose title or edit has its words.
fn find(ui: &mut Ui, search: &str, actions: &mut Vec<Action>) {
    let mut text = search.to_owned();
    let field = TextEdit::singleline(&mut text)
        .hint_text(strings::SEARCH)
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(theme::S as i8, 6));
    if ui.add(field).accessible_name(strings::SEARCH).changed() {
        actions.push(Action::Search(text));
    }
}

/// Whether a filter has all words of a search in its title or its edit.
fn is_found(operator: &Operator, search: &str) -> bool {
    let edit = operator.provenance.edit.as_deref().unwrap_or_default();
    let text = format!("{} {edit}", operator.title).to_lowercase();
    search.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

fn title(ui: &mut Ui, title: &str) {
    ui.horizontal(|ui| {
        ui.add_space(theme::S);
        theme::section(ui, title);
    });
}

fn rows(ui: &mut Ui, shown: &Shown<'_>, builtin: bool, actions: &mut Vec<Action>) {
    for (index, entry) in shown.library.entries.iter().enumerate() {
        if entry.builtin != builtin || !is_found(&entry.operator, shown.search) {
            continue;
        }
        // Filters that nobody checked often share their title, too: their name tells them apart.
        let detail = strings::closeness_short(&entry.operator).unwrap_or_else(|| {
            strings::name_and_variant(&entry.name, entry.operator.variant.name())
        });
        let is_chosen = shown.chosen == Some(index);
        let mut response =
            row(ui, shown.wall.texture(Some(index)), &entry.operator.title, &detail, is_chosen);
        if let Some(edit) = &entry.operator.provenance.edit {
            response = response.on_hover_text(edit);
        }
        if let Some(tip) = strings::closeness_short_tip(&entry.operator) {
            response = response.on_hover_text(tip);
        }
        note(&response, Some(index), is_chosen, shown.reveal, actions);
        response.context_menu(|ui| own::show_menu(ui, index, entry, actions));
    }
}

fn note(
    row: &Response,
    index: Option<usize>,
    is_chosen: bool,
    reveal: bool,
    actions: &mut Vec<Action>,
) {
    if row.clicked() {
        actions.push(Action::Choose(index));
    }
    if is_chosen && reveal {
        row.scroll_to_me(None);
    }
}

/// A thumbnail, and beside it one line with a smaller one under it.
fn row(
    ui: &mut Ui,
    thumbnail: Option<&TextureHandle>,
    title: &str,
    detail: &str,
    is_chosen: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, title));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => theme::CHOSEN,
        (false, true) => theme::RAISED,
        (false, false) => theme::PANEL,
    };
    let corner = CornerRadius::same(theme::CORNER);
    ui.painter().rect_filled(rect, corner, fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme::FOCUS);
        ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
    }
    let (title_color, detail_color) =
        if is_chosen { (theme::STRONG, theme::TEXT) } else { (theme::TEXT, theme::WEAK) };
    let room = Rect::from_min_size(rect.min + vec2(theme::XS, theme::XS), THUMBNAIL);
    picture(ui, room, thumbnail);
    let mut inner = rect.shrink2(vec2(theme::S, 9.0));
    inner.min.x = room.max.x + theme::S;
    let galley = |text: RichText| {
        let text = WidgetText::from(text);
        text.into_galley(ui, Some(TextWrapMode::Truncate), inner.width(), TextStyle::Body)
    };
    let title = galley(RichText::new(title).color(title_color));
    let detail = galley(RichText::new(detail).small().color(detail_color));
    let foot = inner.left_bottom() - vec2(0.0, detail.size().y);
    ui.painter().galley(inner.left_top(), title, title_color);
    ui.painter().galley(foot, detail, detail_color);
    response
}

/// The middle of a thumbnail, as large as the room; a plain ground until it is there.
fn picture(ui: &Ui, room: Rect, thumbnail: Option<&TextureHandle>) {
    let corner = CornerRadius::same(theme::CORNER - 1);
    let Some(thumbnail) = thumbnail else {
        ui.painter().rect_filled(room, corner, theme::LINE);
        return;
    };
    let [width, height] = thumbnail.size().map(|side| side as f32);
    let factor = (room.width() / width).max(room.height() / height);
    let seen = room.size() / (factor * vec2(width, height));
    let uv = Rect::from_center_size(pos2(0.5, 0.5), seen);
    Image::from_texture(thumbnail).uv(uv).corner_radius(corner).paint_at(ui, room);
}
