//! Exporting: the dialog that asks where to, and the job that it becomes.

use std::path::{Path, PathBuf};

use eframe::egui::{Align, Align2, Context, Id, Key, Layout, Modal, Slider, TextEdit, Ui};

use super::{Action, strings, theme};
use crate::engine::Ticket;
use crate::photo::{ExportOptions, Format};

const WIDTH: f32 = 480.0;
const FIRST_QUALITY: u8 = 92;

/// An export under way, or the last one that was done.
#[derive(Clone, Debug)]
pub enum Job {
    /// Being written.
    Running { ticket: Ticket, target: PathBuf, progress: f32 },
    /// On disk.
    Saved(PathBuf),
    /// It failed; a notice says why.
    Failed(PathBuf),
}

/// What the dialog holds.
#[derive(Clone, Debug)]
pub struct ExportDialog {
    path: String,
    quality: u8,
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
    /// A dialog that proposes a free name beside the photo.
    pub fn new(photo: &Path, filter: Option<&str>) -> Self {
        Self {
            path: proposal(photo, filter).display().to_string(),
            quality: FIRST_QUALITY,
            confirmed: None,
            was_shown: false,
            in_the_way: None,
            no_file_dialog: false,
        }
    }

    /// The file that would be written.
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

    /// What is wrong with the path, before anything is tried.
    fn problem(&self) -> Option<&'static str> {
        let target = self.target();
        if Format::from_path(&target).is_err() {
            return Some(strings::FORMAT_MISSING);
        }
        match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
                Some(strings::FOLDER_MISSING)
            }
            _ => None,
        }
    }

    /// Writes, or asks first where a file is in the way.
    fn submit(&mut self, replace: bool, actions: &mut Vec<Action>) {
        let target = self.target();
        let overwrite = replace || self.confirmed.as_ref() == Some(&target);
        if target.exists() && !overwrite {
            self.in_the_way = Some(target);
            return;
        }
        let options = ExportOptions { quality: self.quality, overwrite };
        actions.push(Action::Export(target, options));
    }
}

/// Shows the dialog.
pub fn show(ctx: &Context, dialog: &mut ExportDialog, actions: &mut Vec<Action>) {
    let modal = Modal::new(Id::unique("export")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(WIDTH);
        ui.heading(strings::EXPORT_TITLE);
        ui.add_space(theme::S);
        let submitted = path_row(ui, dialog, actions);
        let problem = dialog.problem();
        ui.label(theme::weak(problem.unwrap_or(strings::FORMAT_HINT)));
        if dialog.no_file_dialog {
            ui.label(theme::weak(strings::NO_FILE_DIALOG));
        }
        if matches!(Format::from_path(&dialog.target()), Ok(Format::Jpeg)) {
            quality_row(ui, &mut dialog.quality);
        }
        ui.label(theme::weak(strings::KEPT));
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
        actions.push(Action::CloseDialog);
    }
}

/// The path and the way to the file dialog. Returns whether Enter was pressed.
fn path_row(ui: &mut Ui, dialog: &mut ExportDialog, actions: &mut Vec<Action>) -> bool {
    let label = ui.label(strings::SAVE_AS);
    // From right to left, so that the field takes what the button leaves.
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if ui.button(strings::BROWSE).on_hover_text(strings::BROWSE_TIP).clicked() {
            actions.push(Action::BrowseTarget(dialog.target()));
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
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    })
    .inner
}

fn quality_row(ui: &mut Ui, quality: &mut u8) {
    ui.horizontal(|ui| {
        let label = ui.label(strings::QUALITY);
        ui.spacing_mut().slider_width = 240.0;
        ui.add(Slider::new(quality, 1..=100))
            .labelled_by(label.id)
            .on_hover_text(strings::QUALITY_TIP);
    });
}

fn buttons(ui: &mut Ui, dialog: &mut ExportDialog, ready: bool, actions: &mut Vec<Action>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add_enabled(ready, theme::primary(ui, strings::EXPORT_NOW)).clicked() {
            dialog.submit(false, actions);
        }
        if ui.button(strings::CANCEL).clicked() {
            actions.push(Action::CloseDialog);
        }
    });
}

fn replace_row(ui: &mut Ui, dialog: &mut ExportDialog, target: &Path, actions: &mut Vec<Action>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(theme::primary(ui, strings::REPLACE)).clicked() {
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

/// `NAME-FILTER.jpg` beside the photo; with a number where that is taken.
fn proposal(photo: &Path, filter: Option<&str>) -> PathBuf {
    let folder = match photo.parent() {
        Some(folder) if folder.is_dir() => folder.to_owned(),
        _ => pictures_folder(),
    };
    let stem = photo.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{}", filter.unwrap_or("copy"));
    let numbered = |number: usize| match number {
        1 => folder.join(format!("{name}.jpg")),
        number => folder.join(format!("{name}-{number}.jpg")),
    };
    (1..100).map(numbered).find(|path| !path.exists()).unwrap_or_else(|| numbered(1))
}

/// Where pictures go that come from nowhere, such as the first one.
fn pictures_folder() -> PathBuf {
    let user = directories::UserDirs::new();
    let pictures = user.as_ref().and_then(directories::UserDirs::picture_dir);
    let home = user.as_ref().map(directories::UserDirs::home_dir);
    pictures
        .filter(|folder| folder.is_dir())
        .or(home)
        .map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_a_free_name_beside_the_photo() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("IMG_1.png");
        let first = proposal(&photo, Some("detail"));
        assert_eq!(first, folder.path().join("IMG_1-detail.jpg"));
        std::fs::write(&first, "").unwrap();
        assert_eq!(proposal(&photo, Some("detail")), folder.path().join("IMG_1-detail-2.jpg"));
        assert_eq!(proposal(&photo, None), folder.path().join("IMG_1-copy.jpg"));
    }

    #[test]
    fn asks_before_a_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("there.jpg");
        std::fs::write(&target, "").unwrap();
        let mut dialog = ExportDialog::new(&folder.path().join("photo.jpg"), None);
        dialog.path = target.display().to_string();
        let mut actions = Vec::new();
        dialog.submit(false, &mut actions);
        assert!(actions.is_empty() && dialog.in_the_way.is_some());
        dialog.submit(true, &mut actions);
        assert!(matches!(&actions[..], [Action::Export(_, options)] if options.overwrite));
    }
}
