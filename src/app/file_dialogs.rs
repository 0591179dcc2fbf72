//! The system's file dialogs, shown beside the window: they never block it.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::{learn, strings};
use crate::train::examples::Half;

/// Nobody dismisses a dialog sooner than this: an answer that comes faster means that none was shown.
const FASTEST_HAND: Duration = Duration::from_millis(400);
/// Endings of files that can be opened.
const PHOTOS: [&str; 8] = ["jpg", "jpeg", "png", "tif", "tiff", "webp", "bmp", "gif"];

/// What a dialog answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These photos are to be opened.
    Photos(Vec<PathBuf>),
    /// This file is to be written; the dialog has asked about replacing it.
    Target(PathBuf),
    /// The user left the dialog.
    Nothing,
    /// There is no dialog to open photos with.
    NoPhotoDialog,
    /// There is no dialog to choose targets with.
    NoTargetDialog,
    /// Examples were chosen, or there is no dialog for it.
    Learn(learn::Action),
}

/// At most one dialog at a time.
pub struct FileDialogs {
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
    is_open: bool,
}

impl FileDialogs {
    /// None is open.
    pub fn new() -> Self {
        let (sender, answers) = mpsc::channel();
        Self { sender, answers, is_open: false }
    }

    /// Asks for a photo.
    pub fn ask_photo(&mut self, ctx: &Context) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(strings::OPEN_TITLE)
            .add_filter(strings::PHOTOS, &PHOTOS);
        let chosen = |path| Answer::Photos(vec![path]);
        self.ask(ctx, || dialog.pick_file(), chosen, Answer::NoPhotoDialog);
    }

    /// Asks for several photos.
    pub fn ask_photos(&mut self, ctx: &Context) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(strings::OPEN_TITLE)
            .add_filter(strings::PHOTOS, &PHOTOS);
        self.ask(ctx, || dialog.pick_files(), Answer::Photos, Answer::NoPhotoDialog);
    }

    /// Asks for a folder of photos.
    pub fn ask_photo_folder(&mut self, ctx: &Context) {
        let dialog = rfd::AsyncFileDialog::new().set_title(strings::film::OPEN_FOLDER);
        self.ask(
            ctx,
            || dialog.pick_folder(),
            |path| Answer::Photos(vec![path]),
            Answer::NoPhotoDialog,
        );
    }

    /// Asks where to write.
    pub fn ask_target(&mut self, ctx: &Context, proposal: &std::path::Path) {
        let mut dialog = rfd::AsyncFileDialog::new()
            .set_title(strings::EXPORT_TITLE)
            .set_file_name(strings::file_name(proposal));
        if let Some(folder) = proposal.parent() {
            dialog = dialog.set_directory(folder);
        }
        self.ask(ctx, || dialog.save_file(), Answer::Target, Answer::NoTargetDialog);
    }

    /// Asks for the folder that several files are to be written into.
    pub fn ask_target_folder(&mut self, ctx: &Context, proposal: &std::path::Path) {
        let mut dialog = rfd::AsyncFileDialog::new().set_title(strings::export::INTO);
        if let Some(folder) = proposal.parent() {
            dialog = dialog.set_directory(folder);
        }
        self.ask(ctx, || dialog.pick_folder(), Answer::Target, Answer::NoTargetDialog);
    }

    /// Asks for the folder of photos or of edits.
    pub fn ask_folder(&mut self, ctx: &Context, half: Half) {
        let title = match half {
            Half::Before => strings::learn::BEFORE_TIP,
            Half::After => strings::learn::AFTER_TIP,
        };
        let dialog = rfd::AsyncFileDialog::new().set_title(title);
        let chosen = move |path| Answer::Learn(learn::Action::Choose(half, path));
        self.ask(ctx, || dialog.pick_folder(), chosen, Answer::Learn(learn::Action::Type));
    }

    /// Asks for photos and their edits.
    pub fn ask_files(&mut self, ctx: &Context) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(strings::learn::FILES_TIP)
            .add_filter(strings::PHOTOS, &PHOTOS);
        let chosen = |paths| Answer::Learn(learn::Action::Add(paths));
        self.ask(ctx, || dialog.pick_files(), chosen, Answer::Learn(learn::Action::Type));
    }

    /// The answer of a dialog that was closed meanwhile.
    pub fn answer(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok()?;
        self.is_open = false;
        Some(answer)
    }

    /// Starts a dialog here, as macOS wants it, and waits for its answer elsewhere.
    fn ask<F, H: Paths>(
        &mut self,
        ctx: &Context,
        start: impl FnOnce() -> F,
        chosen: impl FnOnce(H::Paths) -> Answer + Send + 'static,
        none: Answer,
    ) where
        F: Future<Output = Option<H>> + Send + 'static,
    {
        if self.is_open {
            return;
        }
        self.is_open = true;
        let (sender, ctx, began, dialog) =
            (self.sender.clone(), ctx.clone(), Instant::now(), start());
        std::thread::spawn(move || {
            let answer = match pollster::block_on(dialog) {
                Some(files) => chosen(files.paths()),
                None if began.elapsed() < FASTEST_HAND => none,
                None => Answer::Nothing,
            };
            // Nobody listens once the window is closed.
            sender.send(answer).ok();
            ctx.request_repaint();
        });
    }
}

/// What a dialog gives: one file or folder, or several.
trait Paths {
    type Paths;

    fn paths(self) -> Self::Paths;
}

impl Paths for rfd::FileHandle {
    type Paths = PathBuf;

    fn paths(self) -> PathBuf {
        self.path().to_owned()
    }
}

impl Paths for Vec<rfd::FileHandle> {
    type Paths = Vec<PathBuf>;

    fn paths(self) -> Vec<PathBuf> {
        self.into_iter().map(Paths::paths).collect()
    }
}
