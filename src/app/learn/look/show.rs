//! The pictures of a pair, and the bar under them.

use eframe::egui::{
    Align, Align2, Button, Color32, Label, Layout, Panel, Rect, Slider, TextureHandle, Ui,
    UiBuilder, Vec2, pos2, vec2,
};

use super::super::table::{Row, Status};
use super::super::{Action as Own, Learn, examples_panel, strings};
use super::load::Pictures;
use super::{Action, Looking, Way};
use crate::app::canvas::{Canvas, GAP};
use crate::app::{self, shortcuts, theme};

const BAR: f32 = 44.0;
const HEADER: f32 = 68.0;
const WHOLE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

/// A picture with its name.
struct Part<'a> {
    name: &'static str,
    texture: &'a TextureHandle,
    /// Whether what cannot be expressed is marked on it.
    has_map: bool,
}

/// The bar under the pictures, in place of the one for the photo.
pub fn bar(ui: &mut Ui, looking: &Looking, out: &mut Vec<Own>) {
    let frame = theme::panel_frame(ui, vec2(theme::M, 0.0));
    Panel::bottom("look_bar").exact_size(BAR).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            for (way, words, tip) in [
                (Way::OnionSkin, strings::ONION_SKIN, strings::ONION_SKIN_TIP),
                (Way::Result, strings::RESULT, strings::RESULT_TIP),
                (Way::Beside, strings::BESIDE, strings::BESIDE_TIP),
            ] {
                let button = Button::new(words).selected(looking.way == way);
                let button = ui.add_enabled(looking.allows(way), button);
                let button = button.on_disabled_hover_text(strings::not_this_way(way));
                if button.on_hover_text(tip).clicked() {
                    out.push(Own::Look(Action::SetWay(way)));
                }
            }
            if looking.pictures.as_ref().is_some_and(|pictures| pictures.map.is_some()) {
                let map = ui.add(Button::new(strings::MAP).selected(looking.shows_map));
                if map.on_hover_text(strings::MAP_TIP).clicked() {
                    out.push(Own::Look(Action::ToggleMap));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if looking.way != Way::Beside && looking.allows(looking.way) {
                    blend(ui, looking, out);
                }
            });
        });
    });
}

/// From right to left: the two names with the slider between them.
fn blend(ui: &mut Ui, looking: &Looking, out: &mut Vec<Own>) {
    let [lower, upper] = ends(looking);
    let mut blend = looking.blend;
    let mut end = |ui: &mut Ui, words: &str, to: f32| {
        let button = ui.add(Button::new(words).frame_when_inactive(false));
        if button.on_hover_text(strings::END_TIP).clicked() {
            out.push(Own::Look(Action::Blend(to)));
        }
    };
    end(ui, upper, 1.0);
    ui.spacing_mut().slider_width = (ui.available_width() - 120.0).clamp(80.0, 240.0);
    let slider = ui.add(Slider::new(&mut blend, 0.0..=1.0).show_value(false));
    let slider = slider.on_hover_text(strings::BLEND_TIP);
    end(ui, lower, 0.0);
    if slider.accessible_name(strings::blend(lower, upper)).changed() {
        out.push(Own::Look(Action::Blend(blend)));
    }
}

/// What lies below and what above.
fn ends(looking: &Looking) -> [&'static str; 2] {
    match looking.way {
        Way::Result => [strings::OURS, strings::YOUR_EDIT],
        Way::OnionSkin | Way::Beside => [app::strings::BEFORE, app::strings::AFTER],
    }
}

/// The pictures, under a header that says what is to be known of the pair.
pub fn center(ui: &mut Ui, learn: &Learn, looking: &Looking, out: &mut Vec<Own>) {
    let canvas = Canvas::new(ui);
    let edge = canvas.snapped(canvas.rect.top() + HEADER);
    let head = Rect { max: pos2(canvas.rect.right(), edge), ..canvas.rect };
    header(ui, head, learn, looking, out);
    let below = canvas.piece(Rect { min: pos2(canvas.rect.left(), edge), ..canvas.rect });
    match (&looking.pictures, &looking.failure) {
        (Some(pictures), _) => paint(ui, &below, looking, pictures, out),
        (None, Some(sentence)) => {
            theme::words_at(ui, below.rect, sentence);
        }
        (None, None) => {
            theme::words_at(ui, below.rect, strings::LOOKING);
        }
    }
    keys(ui, looking, out);
}

fn keys(ui: &Ui, looking: &Looking, out: &mut Vec<Own>) {
    use eframe::egui::{Key, Modifiers};
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    if pressed(Key::Escape) {
        out.push(Own::Look(Action::Close));
    }
    if looking.worst.is_none() {
        for (key, step) in [(Key::ArrowUp, -1), (Key::ArrowDown, 1)] {
            if pressed(key) {
                out.push(Own::Look(Action::Step(step)));
            }
        }
    }
}

fn header(ui: &mut Ui, rect: Rect, learn: &Learn, looking: &Looking, out: &mut Vec<Own>) {
    ui.painter().rect_filled(rect, 0.0, theme::of(ui).panel);
    let builder = UiBuilder::new()
        .scope_id(eframe::egui::Id::unique("look header"))
        .max_rect(rect.shrink2(vec2(theme::M, theme::S)));
    let row = learn.table.place_of(&looking.pair).map(|place| (place, &learn.table.rows[place]));
    let sentence = match &looking.worst {
        Some(worst) => strings::worst(worst),
        None => row.map(|(_, row)| examples_panel::sentence(row)).unwrap_or_default(),
    };
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = theme::XS;
        ui.horizontal(|ui| {
            if let Some((_, row)) = row {
                theme::chip(ui, examples_panel::chip_words(row));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                close_and_open(ui, out);
                if let Some((place, row)) = row.filter(|_| looking.worst.is_none()) {
                    ui.add_enabled_ui(!learn.is_learning(), |ui| buttons(ui, place, row, out));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(&looking.pair.name).truncate())
                        .on_hover_text(strings::files(&looking.pair));
                });
            });
        });
        ui.add(Label::new(theme::weak(&sentence)).truncate()).on_hover_text(&sentence);
    });
}

/// From right to left.
fn close_and_open(ui: &mut Ui, out: &mut Vec<Own>) {
    let close = Button::new("×").frame_when_inactive(false);
    let close = ui.add(close).on_hover_text(strings::CLOSE_LOOK_TIP);
    if close.accessible_name(strings::CLOSE_LOOK).clicked() {
        out.push(Own::Look(Action::Close));
    }
    if ui.button(strings::OPEN_PHOTO).on_hover_text(strings::OPEN_PHOTO_TIP).clicked() {
        out.push(Own::OpenPhoto);
    }
}

/// From right to left: what can be done with the pair.
fn buttons(ui: &mut Ui, place: usize, row: &Row, out: &mut Vec<Own>) {
    let mut button = |ui: &mut Ui, words: &str, tip: &str, own: Own| {
        if ui.button(words).on_hover_text(tip).clicked() {
            out.push(own);
        }
    };
    if row.is_usable() {
        let [words, tip] = if row.is_skipped {
            [strings::USE, strings::USE_TIP]
        } else {
            [strings::SKIP, strings::SKIP_TIP]
        };
        button(ui, words, tip, Own::ToggleSkip(place));
    }
    button(ui, strings::SWAP_PAIR, strings::SWAP_PAIR_TIP, Own::SwapPair(place));
    if row.asks_to_be_accepted() {
        let words = match row.status {
            Status::Cropped(_) => strings::USE_OVERLAP,
            _ => strings::USE_AS_IT_IS,
        };
        button(ui, words, strings::ACCEPT_TIP, Own::Accept(place));
    }
}

fn paint(
    ui: &mut Ui,
    canvas: &Canvas,
    looking: &Looking,
    pictures: &Pictures<TextureHandle>,
    out: &mut Vec<Own>,
) {
    let canvas = canvas.piece(canvas.rect.shrink(theme::S));
    let map = pictures.map.as_ref().filter(|_| looking.shows_map);
    let part = |name, texture, has_map| Part { name, texture, has_map };
    let before = part(app::strings::BEFORE, &pictures.before, false);
    let ours = pictures.ours.as_ref().map(|texture| part(strings::OURS, texture, false));
    let edit = if ours.is_some() { strings::YOUR_EDIT } else { app::strings::AFTER };
    let after = part(edit, &pictures.after, true);
    if looking.way != Way::Beside {
        let lower = ours.filter(|_| looking.way == Way::Result).unwrap_or(before);
        let held = shortcuts::holds_original(ui.ctx());
        let blend = if held { 0.0 } else { looking.blend };
        let place = Place::new(&canvas, looking, &lower);
        place.image(ui, lower.texture, 1.0);
        place.image(ui, after.texture, blend);
        if let Some(map) = map {
            place.image(ui, map, 1.0);
        }
        let [lower, upper] = ends(looking);
        place.input(ui, 0, &strings::blended(lower, upper, blend), out);
        return;
    }
    let parts: Vec<Part<'_>> = [Some(before), Some(after), ours].into_iter().flatten().collect();
    let size = parts[0].texture.size_vec2();
    let columns = columns(parts.len(), canvas.rect.size(), size.x / size.y);
    let tiles = canvas.tiles(columns, parts.len().div_ceil(columns), GAP);
    for (index, (part, tile)) in parts.iter().zip(&tiles).enumerate() {
        let place = Place::new(tile, looking, part);
        place.image(ui, part.texture, 1.0);
        if let Some(map) = map.filter(|_| part.has_map) {
            place.image(ui, map, 1.0);
        }
        place.input(ui, index, part.name, out);
    }
}

/// Where a picture lies.
struct Place {
    canvas: Canvas,
    /// The whole picture, of which a part may be beside the canvas.
    rect: Rect,
}

impl Place {
    fn new(canvas: &Canvas, looking: &Looking, part: &Part<'_>) -> Self {
        let size = fitted(canvas.rect, part.texture.size_vec2()).size() * looking.zoom;
        let rect = Rect::from_min_size(canvas.rect.center() - size * looking.middle, size);
        Self { canvas: *canvas, rect }
    }

    fn image(&self, ui: &Ui, texture: &TextureHandle, opacity: f32) {
        let tint = Color32::WHITE.gamma_multiply(opacity);
        ui.painter_at(self.canvas.rect).image(texture.id(), self.rect, WHOLE, tint);
    }

    /// What the pointer asks for, and a word in the corner, which is also what a screen reader says.
    fn input(&self, ui: &mut Ui, index: usize, words: &str, out: &mut Vec<Own>) {
        let id = ui.scope_id().with(("look", index));
        let gestures = self.canvas.gestures(ui, id, words);
        if let Some(factor) = gestures.zoom
            && let Some(at) = ui.ctx().pointer_hover_pos()
        {
            let at = (at - self.rect.min) / self.rect.size();
            out.push(Own::Look(Action::Zoom(factor as f32, at)));
        }
        if let Some([x, y]) = gestures.drag {
            let by = vec2(x as f32, y as f32) / ui.pixels_per_point() / self.rect.size();
            out.push(Own::Look(Action::Pan(by)));
        }
        if gestures.double_clicked {
            out.push(Own::Look(Action::Fit));
        }
        let visible = self.rect.intersect(self.canvas.rect);
        let corner = visible.min + vec2(theme::S, theme::S);
        let width = visible.width() - 2.0 * theme::S;
        theme::pill(ui, Align2::LEFT_TOP, corner, width, words);
    }
}

/// A picture in a rectangle, as large as it fits, in its middle.
pub fn fitted(rect: Rect, size: Vec2) -> Rect {
    let scale = (rect.width() / size.x).min(rect.height() / size.y);
    Rect::from_center_size(rect.center(), size * scale)
}

/// How many beside each other show pictures of a shape largest.
fn columns(count: usize, size: Vec2, aspect: f32) -> usize {
    let width = |columns: usize| {
        let rows = count.div_ceil(columns);
        (size.x / columns as f32).min(size.y / rows as f32 * aspect)
    };
    (1..=count).max_by(|a, b| width(*a).total_cmp(&width(*b))).unwrap_or(1)
}
