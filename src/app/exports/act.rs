//! What is done about exports.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::kept::{self, Keeper};
use super::queue::Row;
use super::{Action, ExportDialog, Follow, Order, Settings, State, Subject, naming};
use crate::app::strings::export as words;
use crate::app::{App, Dialog, Workspace, filter_list};
use crate::edit::Edit;
use crate::engine::{Command, Exported, Ticket};
use crate::photo::{ExportOptions, Format, Photo};

impl App {
    /// Does what was asked for.
    pub(in crate::app) fn export_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Browse(proposal) => match &self.dialog {
                Some(Dialog::Export(dialog)) if dialog.wants_folder() => {
                    self.file_dialogs.ask_target_folder(ctx, &proposal);
                }
                _ => self.file_dialogs.ask_target(ctx, &proposal),
            },
            Action::One(target, options) => self.export_one(target, options),
            Action::Several(folder, format, options) => {
                self.export_several(&folder, format, options);
            }
            Action::AddToQueue => {
                if let Some(subject) = self.on_screen() {
                    let Settings { format, options } = self.exports.settings;
                    self.enqueue(subject, None, format, options);
                }
            }
            Action::Cancel(id) => {
                let ticket = self.exports.queue.cancel(id);
                self.cancel(ticket);
            }
            Action::CancelAll => {
                let ticket = self.exports.queue.cancel_all();
                self.cancel(ticket);
            }
            Action::Retry { id, overwrite } => self.exports.queue.retry(id, overwrite),
            Action::ToggleList => {
                self.exports.is_listed = !self.exports.is_listed;
                self.exports.follow = Follow::default();
            }
            Action::Dismiss => self.exports.queue.dismiss(),
        }
        if self.exports.queue.rows().len() < 2 {
            self.exports.is_listed = false;
        }
        self.export_next();
    }

    /// Takes up the exports that the last process did not end, and keeps those of this one. To follow
    /// [`App::with_memory`]; for one window at a time.
    #[must_use]
    pub fn with_exports(mut self, ctx: &Context) -> Self {
        let Some(memory) = self.keeping.memory.clone() else { return self };
        let (exports, problems) = kept::restore(&memory);
        self.exports.is_listed = exports.len() > 1;
        self.exports.queue.restore(exports);
        self.exports.keeper = Some(Keeper::start(memory, ctx));
        problems.into_iter().for_each(|sentence| self.notify(sentence));
        self
    }

    /// Begins what was taken up, and keeps what has changed; once a frame.
    pub(in crate::app) fn keep_exports(&mut self) {
        // The photo comes first.
        if self.opening.is_none() {
            self.export_next();
        }
        let Some(keeper) = &mut self.exports.keeper else { return };
        if let Some(reason) = keeper.keep(&self.exports.queue) {
            self.notify(words::not_kept(&reason));
        }
    }

    /// Keeps the queue as it is, and waits until it is on the disk: the window closes.
    pub(in crate::app) fn keep_exports_now(&mut self) {
        self.keep_exports();
        self.exports.keeper = None;
    }

    /// Whether what is not written yet is taken up at the next start.
    pub(in crate::app) fn are_exports_kept(&self) -> bool {
        self.exports.keeper.is_some()
    }

    /// Asks how to export what is on screen.
    pub(in crate::app) fn ask_export(&mut self) {
        if let Some(subject) = self.on_screen() {
            self.ask_export_of(vec![subject]);
        }
    }

    /// Asks how to export some photos.
    pub(in crate::app) fn ask_export_of(&mut self, subjects: Vec<Subject>) {
        if !subjects.is_empty() {
            let dialog = ExportDialog::new(subjects, self.exports.settings);
            self.dialog = Some(Dialog::Export(dialog));
        }
    }

    /// An export is over: the next one begins.
    pub(in crate::app) fn end_export(&mut self, ticket: Ticket, state: State) {
        self.exports.queue.end(ticket, state);
        self.export_next();
    }

    /// An export failed: of a single one it is said at once, of several it stands in the list.
    pub(in crate::app) fn export_failed(&mut self, ticket: Ticket, sentence: String) {
        if let [_] = self.exports.queue.rows() {
            self.notify(sentence.clone());
        }
        let target = self.exports.queue.running().map(Row::target);
        let exists = target.is_some_and(Path::exists);
        self.end_export(ticket, State::Failed { sentence, exists });
    }

    /// What an export writes: what is on screen, in Compare the current pane.
    fn on_screen(&self) -> Option<Subject> {
        if self.workspace == Workspace::Compare
            && let Some(pane) = self.compare.current_pane()
        {
            let photo = pane.photo(self.photo.as_ref())?;
            return Some(self.subject(photo, pane.edit.clone()));
        }
        Some(self.subject(self.photo.as_ref()?, self.shown_edit()))
    }

    fn subject(&self, photo: &Arc<Photo>, edit: Edit) -> Subject {
        Subject {
            path: photo.path.clone(),
            filter: self.filter_name(&edit),
            edit,
            size: Some([photo.image.width, photo.image.height]),
            photo: Exported::Open(Arc::clone(photo)),
        }
    }

    /// The name of an edit's last filter; in Learn it has none yet.
    pub(in crate::app) fn filter_name(&self, edit: &Edit) -> Option<String> {
        let operator = edit.layers.last().map(|layer| &layer.operator);
        let chosen = filter_list::chosen(&self.library, operator)?;
        Some(self.library.entries[chosen].name.clone())
    }

    fn export_one(&mut self, target: PathBuf, options: ExportOptions) {
        let Some(Dialog::Export(dialog)) = self.dialog.take() else { return };
        let Some(subject) = dialog.subjects().first().cloned() else { return };
        let format = Format::from_path(&target).unwrap_or(Format::Jpeg);
        self.remember(Settings { format, options });
        self.notices.clear();
        self.enqueue(subject, Some(target), format, options);
    }

    fn export_several(&mut self, folder: &Path, format: Format, options: ExportOptions) {
        // A folder that cannot be made, or is gone again, is the reason of each row.
        drop(std::fs::create_dir(folder));
        let Some(Dialog::Export(dialog)) = self.dialog.take() else { return };
        self.remember(Settings { format, options });
        for subject in dialog.subjects() {
            let taken = |path: &Path| self.exports.queue.will_write(path);
            let filter = subject.filter.as_deref();
            let target = naming::free(folder, &subject.path, filter, format, taken);
            self.enqueue(subject.clone(), Some(target), format, options);
        }
        self.exports.is_listed = true;
    }

    /// Puts an export into the queue; without a target beside the photo, under a free name.
    fn enqueue(
        &mut self,
        subject: Subject,
        target: Option<PathBuf>,
        format: Format,
        options: ExportOptions,
    ) {
        let Subject { photo, path, edit, filter, .. } = subject;
        let taken = |path: &Path| self.exports.queue.will_write(path);
        let beside = || {
            let folder = naming::folder(&path);
            naming::free(&folder, &path, filter.as_deref(), format, taken)
        };
        let target = target.unwrap_or_else(beside);
        // What waits is opened again when its turn comes: one photo is in memory at a time.
        let photo = match photo {
            Exported::Open(_) if self.exports.queue.is_busy() && path.is_file() => {
                Exported::File(path)
            }
            photo => photo,
        };
        self.exports.queue.add(Order { photo, edit, target, options });
    }

    /// Starts the next export, if none is being written.
    fn export_next(&mut self) {
        let tickets = &mut self.tickets;
        let ticket = || {
            *tickets += 1;
            Ticket(*tickets)
        };
        if let Some((ticket, export)) = self.exports.queue.start(ticket) {
            self.engine.send(Command::Export(ticket, export));
        }
    }

    fn cancel(&mut self, ticket: Option<Ticket>) {
        if let Some(ticket) = ticket {
            self.engine.send(Command::Cancel(ticket));
        }
    }

    /// The next dialog begins with what was chosen in this one.
    fn remember(&mut self, settings: Settings) {
        let options = ExportOptions { overwrite: false, ..settings.options };
        self.exports.settings = Settings { options, ..settings };
        if let Some(memory) = &self.keeping.memory
            && let Err(reason) = memory.keep_export(&self.exports.settings)
        {
            self.notify(words::not_remembered(&reason));
        }
    }
}
