//! The left column: the examples, and the ways to add some.

use eframe::egui::{
    self, Align, Button, Color32, Frame, Label, Layout, Margin, Panel, Rect, Response, RichText,
    ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextureHandle, Ui, UiBuilder, Vec2,
    WidgetInfo, vec2,
};

use super::pictures::{self, Picture};
use super::reader::THUMBNAIL;
use super::table::{Doubt, Purpose, Row, Status};
use super::{Action, Learn, look, strings};
use crate::app::{self, theme};
use crate::train::examples::Half;

const WIDTH: f32 = 320.0;
/// Size of a thumbnail, in points.
const SMALL: Vec2 = vec2(THUMBNAIL[0] as f32 / 2.0, THUMBNAIL[1] as f32 / 2.0);
/// Height of the chips and buttons of a pair.
const LOW: f32 = 24.0;
/// Height of a pair: the same for all, so that nothing jumps when they are read.
const ROW: f32 = 102.0;

/// Shows it.
pub fn show(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>) {
    let frame = theme::panel_frame(ui, vec2(theme::M, theme::S));
    Panel::left("examples").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        ui.add_enabled_ui(!learn.is_learning(), |ui| {
            ways_in(ui, learn, own);
            if let Some(problem) = &learn.problem {
                ui.label(RichText::new(problem).small().strong());
            }
        });
        ui.separator();
        if !learn.table.rows.is_empty() {
            headline(ui, learn);
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if learn.table.rows.is_empty() {
                empty(ui, learn);
            } else {
                // The scroll bar has room of its own.
                ui.set_max_width(ui.available_width() - theme::S);
                rows(ui, learn, own);
            }
        });
    });
}

/// The title, and the buttons to choose folders and files.
fn ways_in(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        theme::section(ui, strings::EXAMPLES);
        if !learn.table.rows.is_empty() {
            let right = Layout::right_to_left(Align::Center);
            ui.with_layout(right, |ui| {
                if low_button(ui, strings::CLEAR, strings::CLEAR_TIP) {
                    own.push(Action::Clear);
                }
                if low_button(ui, strings::SWAP, strings::SWAP_TIP) {
                    own.push(Action::Swap);
                }
            });
        }
    });
    ui.horizontal(|ui| {
        let mut ask = |words, tip, action: Action| {
            if ui.button(words).on_hover_text(tip).clicked() {
                // Where paths are typed, the next one is typed here.
                if let (Action::AskFolder(half), true) = (&action, learn.typed.is_some()) {
                    ui.memory_mut(|memory| memory.request_focus(field_of(*half)));
                }
                own.push(action);
            }
        };
        ask(strings::BEFORE, strings::BEFORE_TIP, Action::AskFolder(Half::Before));
        ask(strings::AFTER, strings::AFTER_TIP, Action::AskFolder(Half::After));
        ask(strings::FILES, strings::FILES_TIP, Action::AskFiles);
    });
    let name = |path: &std::path::Path| app::strings::file_name(path);
    match &learn.chosen {
        [Some(before), None] => {
            ui.label(theme::weak(strings::chosen_before(&name(before))));
            ui.label(RichText::new(strings::AFTER_MISSING).small());
        }
        [None, Some(after)] => {
            ui.label(theme::weak(strings::chosen_after(&name(after))));
            ui.label(RichText::new(strings::BEFORE_MISSING).small());
        }
        _ => {}
    }
    if let Some(typed) = &learn.typed {
        type_paths(ui, typed, own);
    }
}

/// Where no file dialog is available.
fn type_paths(ui: &mut Ui, typed: &[String; 2], own: &mut Vec<Action>) {
    ui.label(theme::weak(strings::NO_FILE_DIALOG));
    let halves = [(strings::BEFORE_PATH, Half::Before), (strings::AFTER_PATH, Half::After)];
    let mut submitted = false;
    for ((words, half), path) in halves.into_iter().zip(typed) {
        let mut path = path.clone();
        let label = ui.label(theme::weak(words));
        let id = field_of(half);
        let was_there = ui.ctx().read_response(id).is_some();
        let field = TextEdit::singleline(&mut path).id(id).desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        if half == Half::Before && !was_there {
            field.request_focus();
        }
        submitted |= field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if field.changed() {
            own.push(Action::Typed(half, path));
        }
    }
    if ui.add(theme::primary(ui, strings::ADD)).clicked() || submitted {
        own.push(Action::TakeTyped);
    }
}

/// The field of a path that is typed.
fn field_of(half: Half) -> egui::Id {
    egui::Id::unique(("path", half == Half::Before))
}

/// What can be dropped, in pictures.
fn empty(ui: &mut Ui, learn: &Learn) {
    if is_working(ui, learn) {
        return;
    }
    ui.label(strings::INVITATION);
    ui.add_space(theme::S);
    for (picture, [title, detail]) in Picture::ALL.into_iter().zip(strings::WAYS) {
        Frame::new()
            .stroke(Stroke::new(1.0, theme::of(ui).raised))
            .corner_radius(theme::CORNER)
            .inner_margin(Margin::same(theme::S as i8))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    let (rect, _) = ui.allocate_exact_size(pictures::SIZE, Sense::hover());
                    picture.paint(ui, rect);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.set_width(ui.available_width());
                        ui.label(title);
                        ui.label(theme::weak(detail));
                    });
                });
            });
    }
    ui.add_space(theme::S);
    ui.label(theme::weak(strings::OR_CHOOSE));
}

/// Says that pairs are being looked for.
fn is_working(ui: &mut Ui, learn: &Learn) -> bool {
    let Some(reader) = learn.readers.first() else { return false };
    let words = match reader.progress {
        Some(progress) => strings::comparing(progress.done, progress.of),
        None if learn.table.rows.is_empty() => strings::WORKING.to_owned(),
        None => return false,
    };
    ui.label(words);
    true
}

/// How many pairs there are of each kind, and what they are used for.
fn headline(ui: &mut Ui, learn: &Learn) {
    let counts = learn.table.counts();
    ui.label(strings::headline(&counts));
    if !is_working(ui, learn) {
        ui.label(theme::weak(strings::purposes(&counts)));
    }
    if counts.found == 1 {
        ui.label(theme::weak(strings::ONE_EXAMPLE));
    }
}

fn rows(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>) {
    for (index, row) in learn.table.rows.iter().enumerate() {
        let size = vec2(ui.available_width(), ROW);
        let (_, rect) = ui.allocate_space(size);
        // Of many, those far from the view cost nothing; the next ones are there for the Tab key.
        if ui.is_rect_visible(rect.expand(2.0 * ROW)) {
            // An id of its own: words that come and go above would change an automatic one.
            let id = egui::Id::unique(("example", index));
            let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
            pair(&mut child, index, row, learn, own);
        }
    }
    if !learn.table.unpaired.is_empty() {
        theme::section(ui, strings::UNPAIRED);
        for sentence in &learn.table.unpaired {
            ui.label(theme::weak(sentence));
        }
    }
}

fn pair(ui: &mut Ui, index: usize, row: &Row, learn: &Learn, own: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing = vec2(theme::XS, theme::XS);
    let is_learning = learn.is_learning();
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = LOW;
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| {
            if row.is_usable() {
                ui.add_enabled_ui(!is_learning, |ui| skip(ui, index, row, own));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let colors = theme::of(ui);
                let color = if row.is_used() { colors.text } else { colors.weak };
                ui.add(Label::new(RichText::new(&row.pair.name).color(color)).truncate())
                    .on_hover_text(strings::files(&row.pair));
            });
        });
    });
    ui.horizontal_top(|ui| {
        let names = [app::strings::BEFORE, app::strings::AFTER];
        let is_seen = learn.looking_at().is_some_and(|looking| looking.is_of(&row.pair));
        for (seen, name) in row.thumbnails.iter().zip(names) {
            let label = strings::of_pair(name, &row.pair.name);
            if thumbnail(ui, seen.as_ref(), &label, row.is_used(), is_seen).clicked() {
                own.push(Action::Look(look::Action::Pair(index)));
            }
        }
        ui.add_space(theme::XS);
        ui.vertical(|ui| {
            ui.spacing_mut().interact_size.y = LOW;
            theme::chip(ui, chip_words(row));
            if row.is_used() {
                ui.add_enabled_ui(!is_learning, |ui| purpose(ui, index, row, own));
            }
        });
    });
    let sentence = sentence(row);
    ui.add(Label::new(theme::weak(&sentence)).truncate()).on_hover_text(&sentence);
}

/// What is to be known of a pair: what speaks against it first.
pub fn sentence(row: &Row) -> String {
    let doubt = row.doubt.as_ref().map(|doubt| match doubt {
        Doubt::Exchanged => strings::EXCHANGED.to_owned(),
        Doubt::Opposes(other) => strings::opposed(&row.pair.name, other),
    });
    let ignored = (row.ignored > 0.0).then(|| strings::not_expressible(row.ignored));
    let status = row.status.sentence().map(str::to_owned);
    let sentences: Vec<String> = [doubt, status, ignored].into_iter().flatten().collect();
    if sentences.is_empty() {
        return strings::confidence(&row.pair).to_owned();
    }
    sentences.join(" ")
}

fn skip(ui: &mut Ui, index: usize, row: &Row, own: &mut Vec<Action>) {
    let [words, tip] = if row.is_skipped {
        [strings::USE, strings::USE_TIP]
    } else {
        [strings::SKIP, strings::SKIP_TIP]
    };
    if named_button(ui, words, tip, &row.pair.name) {
        own.push(Action::ToggleSkip(index));
    }
}

fn purpose(ui: &mut Ui, index: usize, row: &Row, own: &mut Vec<Action>) {
    let [words, tip] = match row.purpose {
        Purpose::Learn => [strings::LEARN_FROM, strings::LEARN_FROM_TIP],
        Purpose::Check => [strings::CHECK, strings::CHECK_TIP],
    };
    if named_button(ui, words, tip, &row.pair.name) {
        own.push(Action::TogglePurpose(index));
    }
}

/// How a pair is, in a word or two.
pub fn chip_words(row: &Row) -> &'static str {
    match (&row.status, &row.doubt) {
        (Status::Different(_), _) => strings::DIFFERENT,
        (Status::Unusable(_), _) => strings::SKIPPED,
        _ if row.is_skipped => strings::SKIPPED,
        (Status::Waiting, _) => strings::CHECKING,
        (_, Some(Doubt::Exchanged)) => strings::SWAPPED,
        (_, Some(Doubt::Opposes(_))) => strings::OPPOSITE,
        (Status::Shifted(_), _) => strings::SHIFTED,
        (Status::Cropped(_), _) => strings::CROPPED,
        (Status::Good(_), _) => strings::GOOD,
    }
}

fn low_button(ui: &mut Ui, words: &str, tip: &str) -> bool {
    let button = Button::new(RichText::new(words).small()).min_size(vec2(0.0, LOW));
    ui.add(button).on_hover_text(tip).clicked()
}

/// A button of one of many pairs: for screen readers its name says which.
fn named_button(ui: &mut Ui, words: &str, tip: &str, pair: &str) -> bool {
    let button = Button::new(RichText::new(words).small()).min_size(vec2(0.0, LOW));
    let response = ui.add(button).on_hover_text(tip);
    let is_enabled = response.enabled();
    response.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Button, is_enabled, strings::of_pair(words, pair))
    });
    response.clicked()
}

fn thumbnail(
    ui: &mut Ui,
    seen: Option<&TextureHandle>,
    label: &str,
    is_used: bool,
    is_chosen: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(SMALL, Sense::click());
    let is_enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, is_enabled, label));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, theme::CORNER, theme::of(ui).field);
        if let Some(texture) = seen {
            let size = texture.size_vec2();
            let scale = (SMALL.x / size.x).min(SMALL.y / size.y);
            let inner = Rect::from_center_size(rect.center(), size * scale);
            let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            let tint = if is_used { Color32::WHITE } else { Color32::from_gray(110) };
            ui.painter().image(texture.id(), inner, whole, tint);
        }
        if response.has_focus() || response.hovered() || is_chosen {
            let colors = theme::of(ui);
            let color = if response.has_focus() { colors.focus } else { colors.text };
            let stroke = Stroke::new(1.5, color);
            ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
        }
    }
    let tip = if seen.is_some() { strings::LOOK_TIP } else { strings::NO_THUMBNAIL };
    response.on_hover_text(tip)
}
