//! The dialogs about filters of one's own.

use std::path::PathBuf;

use eframe::egui::{
    Align, Align2, Context, Id, Image, Key, Label, Layout, Modal, Response, ScrollArea, TextEdit,
    TextureHandle, Ui, UiBuilder, vec2,
};

use super::Action;
use super::adoption::{Adoption, Pictures, Sample, State};
use crate::app::strings::{self, own as words};
use crate::app::theme::{Icon, icon_button};
use crate::app::{self, inspector, theme};
use crate::operator::Operator;

const WIDTH: f32 = 520.0;
/// Room of a sample picture.
const SAMPLE: [f32; 2] = [252.0, 176.0];
/// Room of one of a check photo's three pictures.
const CHECK: [f32; 2] = [165.0, 112.0];
/// What a low window keeps for the title and the buttons.
const AROUND: f32 = 200.0;

/// Shows a filter before it is added.
pub fn show_adoption(ctx: &Context, adoption: &mut Adoption, actions: &mut Vec<app::Action>) {
    let refuse = || app::Action::Own(Action::Refuse);
    let modal = Modal::new(Id::unique("adoption")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(WIDTH);
        let is_refused = matches!(adoption.state, State::Refused(_));
        ui.heading(if is_refused { words::REFUSED_TITLE } else { words::ADD_TITLE });
        ui.label(theme::weak(words::which(&adoption.path, adoption.rest.len())));
        ui.add_space(theme::S);
        match &adoption.state {
            State::Reading => {
                ui.label(theme::weak(words::READING));
                ui.allocate_space(vec2(WIDTH, SAMPLE[1]));
            }
            State::Refused(sentence) => {
                ui.label(sentence);
            }
            State::Ready(operator, pictures) => {
                let height = (ctx.content_rect().height() - AROUND).max(AROUND);
                ScrollArea::vertical().max_height(height).show(ui, |ui| {
                    about(ui, operator, pictures, &mut adoption.sample);
                });
            }
        }
        ui.add_space(theme::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if is_refused {
                if ui.button(strings::CLOSE).clicked() {
                    actions.push(refuse());
                }
                return;
            }
            let is_ready = matches!(adoption.state, State::Ready(..));
            if ui.add_enabled(is_ready, theme::primary(ui, words::ADD)).clicked() {
                actions.push(app::Action::Own(Action::Adopt));
            }
            if ui.button(strings::CANCEL).clicked() {
                actions.push(refuse());
            }
        });
    });
    if response.should_close() {
        actions.push(refuse());
    }
}

/// What a filter does, and what is known of it.
fn about(ui: &mut Ui, operator: &Operator, pictures: &Pictures<TextureHandle>, sample: &mut usize) {
    if let Some(pictures) = &pictures.on_photo {
        ui.label(theme::weak(words::ON_THIS_PHOTO));
        let captions = [strings::BEFORE, strings::AFTER];
        ui.horizontal(|ui| {
            for (picture, caption) in pictures.iter().zip(captions) {
                captioned(ui, picture, caption, SAMPLE);
            }
        });
        ui.add_space(theme::S);
    }
    samples(ui, &pictures.samples, sample);
    inspector::about_filter(ui, operator);
    ui.add_space(theme::S);
    ui.label(theme::weak(words::NO_CODE));
}

/// A picture in its room, with a word on it.
fn captioned(ui: &mut Ui, picture: &TextureHandle, caption: &str, room: [f32; 2]) {
    let image = Image::from_texture(picture).corner_radius(4).fit_to_exact_size(room.into());
    let picture = ui.add(image.alt_text(caption));
    let foot = picture.rect.left_bottom() + vec2(theme::XS, -theme::XS);
    // Beside the layout: the next picture comes behind this one.
    let mut over = ui.new_child(UiBuilder::new().max_rect(picture.rect));
    theme::pill(&mut over, Align2::LEFT_BOTTOM, foot, room[0], caption);
}

/// The check photos that the filter's file carries, one at a time.
fn samples(ui: &mut Ui, samples: &[Sample<TextureHandle>], at: &mut usize) {
    let Some(sample) = samples.get(*at) else { return };
    let line = vec2(ui.available_width(), theme::CONTROL);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        let step = |ui: &mut Ui, icon: Icon, name: &str, is_possible: bool| {
            let button = |ui: &mut Ui| icon_button(ui, icon, name, false, false);
            let button = ui.add_enabled_ui(is_possible, button).inner;
            button.on_hover_text(name).clicked()
        };
        let (now, last) = (*at, samples.len() - 1);
        if last > 0 {
            *at += usize::from(step(ui, Icon::ChevronRight, words::NEXT_SAMPLE, now < last));
            *at -= usize::from(step(ui, Icon::ChevronLeft, words::PREVIOUS_SAMPLE, now > 0));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let words = words::on_check_photo(&sample.name, now, samples.len());
            ui.add(Label::new(theme::weak(words)).truncate());
        });
    });
    ui.horizontal(|ui| {
        let filtered = sample.filtered.as_ref().map(|it| (it, words::FILTERED));
        let pictures = std::iter::once((&sample.before, strings::BEFORE))
            .chain(filtered)
            .chain([(&sample.after, words::WANTED)]);
        for (picture, caption) in pictures {
            captioned(ui, picture, caption, CHECK);
        }
    });
    ui.add_space(theme::S);
}

/// Where a filter is to be written.
pub struct Place {
    filter: usize,
    path: String,
    was_shown: bool,
    in_the_way: Option<PathBuf>,
}

impl Place {
    /// Asks for the place of the filter at `filter`, beginning with a proposal.
    pub fn new(filter: usize, proposal: &std::path::Path) -> Self {
        let path = proposal.display().to_string();
        Self { filter, path, was_shown: false, in_the_way: None }
    }
}

/// Shows the dialog that asks where a filter is to be written. An existing file is never replaced.
pub fn show_place(ctx: &Context, place: &mut Place, actions: &mut Vec<app::Action>) {
    dialog(ctx, words::WRITE_TITLE, actions, |ui, actions| {
        let label = ui.label(strings::SAVE_AS);
        let field = field(ui, &mut place.path, &mut place.was_shown, &label);
        let target = PathBuf::from(place.path.trim());
        let is_filter = target.extension().is_some_and(|ending| ending == "safetensors");
        let has_folder = target.parent().is_some_and(std::path::Path::is_dir);
        let hint = match (is_filter, has_folder, &place.in_the_way) {
            (false, ..) => words::ENDING_MISSING.to_owned(),
            (_, false, _) => strings::FOLDER_MISSING.to_owned(),
            (_, _, Some(file)) if *file == target => strings::export::exists(file),
            _ => words::WRITE_HINT.to_owned(),
        };
        ui.label(theme::weak(hint));
        if buttons(ui, words::SAVE, is_filter && has_folder, field, actions) {
            if target.exists() {
                place.in_the_way = Some(target);
            } else {
                actions.push(app::Action::Own(Action::Write(place.filter, target)));
            }
        }
    });
}

/// What a filter is to be called.
pub struct Naming {
    filter: usize,
    title: String,
    was_shown: bool,
}

impl Naming {
    /// Asks for another title of the filter at `filter`.
    pub fn new(filter: usize, title: &str) -> Self {
        Self { filter, title: title.to_owned(), was_shown: false }
    }
}

/// Shows the dialog that asks for a filter's title.
pub fn show_naming(ctx: &Context, naming: &mut Naming, actions: &mut Vec<app::Action>) {
    dialog(ctx, words::RENAME_TITLE, actions, |ui, actions| {
        let label = ui.label(words::TITLE);
        let field = field(ui, &mut naming.title, &mut naming.was_shown, &label);
        let title = naming.title.trim().to_owned();
        if buttons(ui, words::RENAME.trim_end_matches('…'), !title.is_empty(), field, actions) {
            actions.push(app::Action::Own(Action::Rename(naming.filter, title)));
        }
    });
}

fn dialog(
    ctx: &Context,
    title: &str,
    actions: &mut Vec<app::Action>,
    content: impl FnOnce(&mut Ui, &mut Vec<app::Action>),
) {
    let modal = Modal::new(Id::unique(title)).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(WIDTH);
        ui.heading(title);
        ui.add_space(theme::S);
        content(ui, actions);
    });
    if response.should_close() {
        actions.push(app::Action::CloseDialog);
    }
}

/// A field that has the focus at first. Returns whether Enter was pressed in it.
fn field(ui: &mut Ui, text: &mut String, was_shown: &mut bool, label: &Response) -> bool {
    let field = TextEdit::singleline(text).desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    if !std::mem::replace(was_shown, true) {
        field.request_focus();
    }
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// Returns whether it is to be done.
fn buttons(
    ui: &mut Ui,
    words: &str,
    is_ready: bool,
    entered: bool,
    actions: &mut Vec<app::Action>,
) -> bool {
    ui.add_space(theme::S);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let is_pressed = ui.add_enabled(is_ready, theme::primary(ui, words)).clicked();
        if ui.button(strings::CANCEL).clicked() {
            actions.push(app::Action::CloseDialog);
        }
        is_ready && (is_pressed || entered)
    })
    .inner
}
