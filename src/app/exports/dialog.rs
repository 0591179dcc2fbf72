//! The dialog that asks how to export, and where to.

use std::path::{Path, PathBuf};

use eframe::egui::{
    Align, Align2, ComboBox, Context, DragValue, Grid, Id, Key, Layout, Modal, Slider, TextEdit,
    Ui, vec2,
};

use super::{Action, Settings, naming};
use crate::app::strings::{self, export as words};
use crate::app::{self, theme};
use crate::edit::Edit;
use crate::engine::Exported;
use crate::photo::{Colours, Depth, ExportOptions, Format, Size};

const WIDTH: f32 = 520.0;
/// Width of the column of names.
const NAMES: f32 = 80.0;
/// What is proposed where a size is asked for.
const FIRST_SIDE: u32 = 2048;
const FIRST_PERCENT: f32 = 50.0;

/// A photo that is to be exported.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The photo.
    pub photo: Exported,
    /// Where it is.
    pub path: PathBuf,
    /// What is done to it.
    pub edit: Edit,
    /// The filter's name in the library, if it has one.
    pub filter: Option<String>,
    /// Width and height, where they are known.
    pub size: Option<[usize; 2]>,
}

/// What the dialog holds.
#[derive(Clone, Debug)]
pub struct ExportDialog {
    subjects: Vec<Subject>,
    /// The file, or the folder of several.
    path: String,
    settings: Settings,
    /// The path that the system's own dialog has asked about already.
    confirmed: Option<PathBuf>,
    /// True once the dialog was shown: until then the path is to take the focus.
    was_shown: bool,
    /// The existing file that is in the way.
    in_the_way: Option<PathBuf>,
    /// True once no file dialog could be shown.
    no_file_dialog: bool,
}

impl ExportDialog {
    /// A dialog about some photos, at least one, that begins with what was chosen last.
    pub fn new(subjects: Vec<Subject>, settings: Settings) -> Self {
        let path = match &subjects[..] {
            [Subject { path, filter, .. }] => {
                let folder = naming::folder(path);
                naming::free(&folder, path, filter.as_deref(), settings.format, |_| false)
            }
            _ => naming::folder(&subjects[0].path).join(words::FOLDER_NAME),
        };
        Self {
            subjects,
            path: path.display().to_string(),
            settings,
            confirmed: None,
            was_shown: false,
            in_the_way: None,
            no_file_dialog: false,
        }
    }

    /// What is to be exported.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// Whether a folder is asked for.
    pub fn wants_folder(&self) -> bool {
        self.subjects.len() > 1
    }

    /// The file that would be written, or the folder.
    pub fn target(&self) -> PathBuf {
        PathBuf::from(self.path.trim())
    }

    /// Takes a path that the system's own dialog has asked about.
    pub fn set_confirmed(&mut self, target: PathBuf) {
        self.path = target.display().to_string();
        self.confirmed = Some(target);
        self.in_the_way = None;
    }

    /// Says that there is no file dialog.
    pub fn set_no_file_dialog(&mut self) {
        self.no_file_dialog = true;
    }

    /// The format that would be written.
    fn format(&self) -> Option<Format> {
        if self.wants_folder() {
            return Some(self.settings.format);
        }
        Format::from_path(&self.target()).ok()
    }

    fn set_format(&mut self, format: Format) {
        self.settings.format = format;
        self.in_the_way = None;
        if !self.wants_folder() && self.format() != Some(format) {
            let target = self.target().with_extension(naming::ending(format));
            self.path = target.display().to_string();
        }
    }

    /// What is wrong with the path, before anything is tried.
    fn problem(&self) -> Option<&'static str> {
        let target = self.target();
        if self.wants_folder() {
            // The last part of it is made.
            let is_there = target.is_dir() || (!target.exists() && has_folder(&target));
            return (!is_there).then_some(strings::FOLDER_MISSING);
        }
        if self.format().is_none() {
            return Some(strings::FORMAT_MISSING);
        }
        (!has_folder(&target)).then_some(strings::FOLDER_MISSING)
    }

    /// Writes, or asks first where a file is in the way.
    fn submit(&mut self, replace: bool, actions: &mut Vec<app::Action>) {
        let target = self.target();
        let Some(format) = self.format() else { return };
        let options = ExportOptions { overwrite: false, ..self.settings.options };
        if self.wants_folder() {
            actions.push(app::Action::Export(Action::Several(target, format, options)));
            return;
        }
        let overwrite = replace || self.confirmed.as_ref() == Some(&target);
        if target.exists() && !overwrite {
            self.in_the_way = Some(target);
            return;
        }
        let options = ExportOptions { overwrite, ..options };
        actions.push(app::Action::Export(Action::One(target, options)));
    }
}

fn has_folder(target: &Path) -> bool {
    match target.parent() {
        Some(folder) => folder.as_os_str().is_empty() || folder.is_dir(),
        None => false,
    }
}

/// Shows the dialog.
pub fn show(ctx: &Context, dialog: &mut ExportDialog, actions: &mut Vec<app::Action>) {
    let modal = Modal::new(Id::unique("export")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(WIDTH);
        ui.heading(words::title(dialog.subjects.len()));
        ui.add_space(theme::S);
        let submitted = path_row(ui, dialog, actions);
        let problem = dialog.problem();
        let hint = if dialog.wants_folder() { words::FOLDER_HINT } else { strings::FORMAT_HINT };
        ui.label(theme::weak(problem.unwrap_or(hint)));
        if dialog.no_file_dialog {
            ui.label(theme::weak(strings::NO_FILE_DIALOG));
        }
        ui.add_space(theme::S);
        let grid = Grid::new("export").num_columns(2).min_col_width(NAMES);
        grid.spacing(vec2(theme::M, theme::S)).show(ui, |ui| rows(ui, dialog));
        ui.add_space(theme::S);
        ui.checkbox(&mut dialog.settings.options.metadata, words::METADATA)
            .on_hover_text(words::METADATA_TIP);
        if let Some(sentence) = words::unedited(dialog.subjects()) {
            ui.label(theme::weak(sentence));
        }
        ui.label(theme::weak(words::UNTOUCHED));
        ui.add_space(theme::S);
        if submitted && problem.is_none() {
            dialog.submit(false, actions);
        }
        match dialog.in_the_way.clone() {
            Some(target) => replace_row(ui, dialog, &target, actions),
            None => buttons(ui, dialog, problem.is_none(), actions),
        }
    });
    if response.should_close() {
        actions.push(app::Action::CloseDialog);
    }
}

/// The path and the way to the file dialog. Returns whether Enter was pressed.
fn path_row(ui: &mut Ui, dialog: &mut ExportDialog, actions: &mut Vec<app::Action>) -> bool {
    let label = if dialog.wants_folder() { words::INTO } else { strings::SAVE_AS };
    let label = ui.label(label);
    // From right to left, so that the field takes what the button leaves.
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if ui.button(strings::BROWSE).on_hover_text(strings::BROWSE_TIP).clicked() {
            actions.push(app::Action::Export(Action::Browse(dialog.target())));
        }
        let field = TextEdit::singleline(&mut dialog.path)
            .desired_width(f32::INFINITY)
            .align(Align2::LEFT_CENTER)
            .cursor_at_end(true);
        let field = ui.add(field).labelled_by(label.id);
        if !std::mem::replace(&mut dialog.was_shown, true) {
            field.request_focus();
        }
        if field.changed() {
            dialog.in_the_way = None;
            if let (false, Some(format)) = (dialog.wants_folder(), dialog.format()) {
                dialog.settings.format = format;
            }
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    })
    .inner
}

/// Format, quality or depth, size, colours: each with its name before it.
fn rows(ui: &mut Ui, dialog: &mut ExportDialog) {
    ui.label(words::FORMAT);
    let now = dialog.format();
    ui.horizontal(|ui| {
        for format in Format::ALL {
            if ui.selectable_label(now == Some(format), words::format(format)).clicked() {
                dialog.set_format(format);
            }
        }
    });
    ui.end_row();
    let options = &mut dialog.settings.options;
    if now == Some(Format::Jpeg) {
        let label = ui.label(strings::QUALITY);
        ui.spacing_mut().slider_width = 240.0;
        ui.add(Slider::new(&mut options.quality, 1..=100))
            .labelled_by(label.id)
            .on_hover_text(strings::QUALITY_TIP);
    } else {
        ui.label(strings::DEPTH);
        ui.horizontal(|ui| {
            for depth in [None, Some(Depth::Eight), Some(Depth::Sixteen)] {
                ui.selectable_value(&mut options.depth, depth, words::depth(depth))
                    .on_hover_text(words::depth_tip(depth));
            }
        });
    }
    ui.end_row();
    ui.label(strings::SIZE);
    let photo = match &dialog.subjects[..] {
        [subject] => subject.size,
        _ => None,
    };
    size_row(ui, &mut options.size, photo);
    ui.end_row();
    let label = ui.label(strings::COLOURS);
    ComboBox::from_id_salt("colours")
        .selected_text(words::colours(options.colours))
        .width(200.0)
        .show_ui(ui, |ui| {
            for colours in Colours::ALL {
                ui.selectable_value(&mut options.colours, colours, words::colours(colours))
                    .on_hover_text(words::colours_tip(colours));
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(words::colours_tip(options.colours));
    ui.end_row();
}

/// What size, and what that comes to.
fn size_row(ui: &mut Ui, size: &mut Size, photo: Option<[usize; 2]>) {
    ui.horizontal(|ui| {
        let [is_original, is_side, is_percent] = [
            matches!(size, Size::Original),
            matches!(size, Size::LongSide(_)),
            matches!(size, Size::Percent(_)),
        ];
        if ui.selectable_label(is_original, words::ORIGINAL_SIZE).clicked() {
            *size = Size::Original;
        }
        if ui.selectable_label(is_side, words::LONG_SIDE).clicked() && !is_side {
            *size = Size::LongSide(FIRST_SIDE);
        }
        if ui.selectable_label(is_percent, words::PERCENT).clicked() && !is_percent {
            *size = Size::Percent(FIRST_PERCENT);
        }
        match size {
            Size::Original => {}
            Size::LongSide(side) => {
                let value = DragValue::new(side).range(16..=65_500).suffix(words::PIXELS);
                ui.add(value).on_hover_text(words::LONG_SIDE_TIP);
            }
            Size::Percent(part) => {
                let value = DragValue::new(part).range(1.0..=100.0).suffix("\u{a0}%");
                ui.add(value.max_decimals(1).speed(0.5));
            }
        }
        if let Some([width, height]) = photo {
            ui.label(theme::weak(words::comes_to(size.of(width, height), [width, height], *size)));
        }
    });
}

fn buttons(ui: &mut Ui, dialog: &mut ExportDialog, ready: bool, actions: &mut Vec<app::Action>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add_enabled(ready, theme::primary(strings::EXPORT_NOW)).clicked() {
            dialog.submit(false, actions);
        }
        if ui.button(strings::CANCEL).clicked() {
            actions.push(app::Action::CloseDialog);
        }
    });
}

fn replace_row(
    ui: &mut Ui,
    dialog: &mut ExportDialog,
    target: &Path,
    actions: &mut Vec<app::Action>,
) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(theme::primary(strings::REPLACE)).clicked() {
            dialog.submit(true, actions);
        }
        if ui.button(strings::BACK).clicked() {
            dialog.in_the_way = None;
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(strings::replace_question(target));
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(path: PathBuf) -> Subject {
        let photo = Exported::File(path.clone());
        Subject { photo, path, edit: Edit::default(), filter: None, size: Some([600, 400]) }
    }

    #[test]
    fn asks_before_a_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("there.jpg");
        std::fs::write(&target, "").unwrap();
        let subjects = vec![subject(folder.path().join("photo.jpg"))];
        let mut dialog = ExportDialog::new(subjects, Settings::default());
        dialog.path = target.display().to_string();
        let mut actions = Vec::new();
        dialog.submit(false, &mut actions);
        assert!(actions.is_empty() && dialog.in_the_way.is_some());
        dialog.submit(true, &mut actions);
        let is_replaced = |action: &app::Action| matches!(action, app::Action::Export(Action::One(_, options)) if options.overwrite);
        assert!(actions.iter().any(is_replaced));
    }

    #[test]
    fn the_format_and_the_names_ending_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let subjects = vec![subject(folder.path().join("photo.jpg"))];
        let mut dialog = ExportDialog::new(subjects, Settings::default());
        assert_eq!(dialog.target(), folder.path().join("photo-copy.jpg"));
        dialog.set_format(Format::Tiff);
        assert_eq!(dialog.target(), folder.path().join("photo-copy.tif"));
        dialog.path = folder.path().join("b.tiff").display().to_string();
        dialog.set_format(Format::Tiff);
        assert_eq!(dialog.target(), folder.path().join("b.tiff"));
        dialog.path = folder.path().join("b.xyz").display().to_string();
        assert_eq!(dialog.problem(), Some(strings::FORMAT_MISSING));
    }

    #[test]
    fn several_go_into_a_folder_that_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let subjects = ["a.jpg", "b.jpg"].map(|name| subject(folder.path().join(name)));
        let mut dialog = ExportDialog::new(subjects.to_vec(), Settings::default());
        assert_eq!(dialog.target(), folder.path().join(words::FOLDER_NAME));
        assert_eq!(dialog.problem(), None);
        dialog.path = folder.path().join("none/deeper").display().to_string();
        assert_eq!(dialog.problem(), Some(strings::FOLDER_MISSING));
        std::fs::write(folder.path().join("file"), "").unwrap();
        dialog.path = folder.path().join("file").display().to_string();
        assert!(dialog.problem().is_some());
    }
}
