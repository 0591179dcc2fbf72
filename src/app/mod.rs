//! The window: egui and nothing else knows of it.
//!
//! What is on screen follows from the values in [`App`]. Panels read those that they show and push
//! [`Action`]s; [`App::apply`] alone changes anything. All work is the engine's: whenever the
//! [`Scene`] differs from the last one sent, it is sent; the last frame is drawn where the view now
//! wants it until the exact one is there.

mod canvas;
mod compare;
mod export;
mod file_dialogs;
mod filter_list;
mod inspector;
mod notice;
mod open;
mod pictures;
mod reveal;
mod shortcut_sheet;
mod shortcuts;
mod split;
mod status_bar;
mod strings;
mod theme;
mod top_bar;
mod view_bar;
mod viewpoint;
mod window;

pub use window::run;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, CentralPanel, Context, Ui, ViewportCommand};

use crate::edit::{Edit, Layer};
use crate::engine::{Command, Engine, Event, Export, Processor, Scene, Ticket};
use crate::gpu::Gpu;
use crate::operator::Library;
use crate::photo::{ExportOptions, Photo};
use canvas::{Canvas, Seen, Stage};
use compare::Compare;
use export::{ExportDialog, Job};
use file_dialogs::{Answer, FileDialogs};
use open::OpenDialog;
use pictures::Pictures;
use viewpoint::{Area, Viewpoint};

/// The state of the window.
pub struct App {
    engine: Engine,
    library: Library,
    /// What the engine computes with, once it runs.
    processor: Option<Processor>,
    /// The number of the last request.
    tickets: u64,

    photo: Option<Arc<Photo>>,
    edit: Edit,
    viewpoint: Viewpoint,
    compare: Compare,
    /// The picture area as of the last pass.
    area: Area,

    last_sent: Option<(Ticket, Scene)>,
    pictures: Pictures,
    opening: Option<Opening>,
    job: Option<Job>,

    dialog: Option<Dialog>,
    file_dialogs: FileDialogs,
    notices: VecDeque<String>,
    /// Whether the one line for newcomers is shown.
    first_run: bool,
    /// Whether the chosen filter is to be scrolled to.
    reveal_filter: bool,
}

/// A photo that is being opened.
struct Opening {
    ticket: Ticket,
    /// None for the photo that comes with the program.
    path: Option<PathBuf>,
}

/// What lies over the window.
enum Dialog {
    Open(OpenDialog),
    Export(ExportDialog),
    Shortcuts,
}

/// What the user asks for. Positions are in physical pixels of the picture area.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    AskOpen,
    /// The first of these is opened.
    Open(Vec<PathBuf>),
    /// A filter of the library, or none.
    Choose(Option<usize>),
    StepFilter(isize),
    SetStrength(f32),
    AddStrength(f32),
    ToggleSplit,
    MoveSplit(f32),
    /// The original is held, or no longer.
    Hold(bool),
    ToggleOriginal,
    Fit,
    Actual,
    ToggleZoom(Option<[f64; 2]>),
    Zoom {
        factor: f64,
        at: Option<[f64; 2]>,
    },
    Pan([f64; 2]),
    AskExport,
    BrowseTarget(PathBuf),
    Export(PathBuf, ExportOptions),
    CancelExport,
    DismissJob,
    ShowInFolder(PathBuf),
    ShowShortcuts,
    CloseDialog,
    DismissNotice,
}

impl App {
    /// A window that opens the first of `photos`, or the photo that comes with the program.
    pub fn new(cc: &eframe::CreationContext<'_>, photos: Vec<PathBuf>) -> Self {
        theme::apply(&cc.egui_ctx);
        let render = cc.wgpu_render_state.clone();
        let gpu = match &render {
            Some(it) => Gpu::new(&it.adapter, it.device.clone(), it.queue.clone()),
            None => Err(strings::NO_DEVICE.to_owned()),
        };
        let ctx = cc.egui_ctx.clone();
        let library = Library::load();
        let first = filter_list::order(&library).first().map(|&index| &library.entries[index]);
        let layers = first.map(|entry| Layer::new(Arc::clone(&entry.operator)));
        let mut app = Self {
            engine: Engine::start(gpu, Box::new(move || ctx.request_repaint())),
            processor: None,
            tickets: 0,
            photo: None,
            edit: Edit { layers: layers.into_iter().collect() },
            viewpoint: Viewpoint::Fit,
            compare: Compare::default(),
            area: Area { size: [1, 1], margin: 0, photo: [1, 1] },
            last_sent: None,
            pictures: Pictures::new(render),
            opening: None,
            job: None,
            dialog: None,
            file_dialogs: FileDialogs::new(),
            notices: library.problems.iter().cloned().collect(),
            first_run: photos.is_empty(),
            reveal_filter: false,
            library,
        };
        app.open_first_of(photos);
        app
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        while let Some(event) = self.engine.try_recv() {
            self.receive(ctx, event);
        }
        while let Some(answer) = self.file_dialogs.answer() {
            self.receive_answer(answer);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let mut actions = Vec::new();
        actions.extend(dropped(ui.ctx()));
        let held = self.panels(ui, &mut actions);
        let surround = egui::Frame::new().fill(theme::SURROUND);
        CentralPanel::default().frame(surround).show(ui, |ui| self.center(ui, held, actions));
        self.dialogs(ui.ctx());
    }
}

/// What is shown.
impl App {
    /// The bars and columns around the photo. Returns whether the button for the original is held.
    fn panels(&self, ui: &mut Ui, actions: &mut Vec<Action>) -> bool {
        let photo = self.photo.as_deref();
        let layer = self.edit.layers.first();
        let exporting = matches!(self.job, Some(Job::Running { .. }));
        let time = self.pictures.shown().map(|shown| shown.frame.time);
        top_bar::show(ui, photo, exporting, actions);
        status_bar::show(ui, self.processor.as_ref(), time, self.job.as_ref(), actions);
        filter_list::show(ui, &self.library, self.chosen(), self.reveal_filter, actions);
        inspector::show(ui, layer, photo, actions);
        let state = view_bar::State {
            compare: &self.compare,
            viewpoint: self.viewpoint,
            zoom: photo.map(|_| self.viewpoint.view(&self.area).zoom),
        };
        view_bar::show(ui, &state, actions)
    }

    /// The photo. What the pointer and the keys ask for is done before it is drawn, so that it
    /// follows them without a frame's delay.
    fn center(&mut self, ui: &mut Ui, held: bool, mut actions: Vec<Action>) {
        let canvas = Canvas::new(ui);
        let photo = self.photo.as_ref().map_or([1, 1], |it| [it.image.width, it.image.height]);
        self.area = canvas.area(photo);
        canvas.input(ui, &self.stage(), &mut actions);
        if self.dialog.is_none() {
            shortcuts::pressed(ui.ctx(), canvas.pointer(ui), &mut actions);
            actions.push(Action::Hold(held || shortcuts::holds_original(ui.ctx())));
        }
        self.reveal_filter = false;
        self.apply_all(ui.ctx(), actions);
        self.send_scene();

        canvas.paint(ui, &self.stage());
        if ui.input(|input| !input.raw.hovered_files.is_empty()) {
            canvas.paint_drop_target(ui);
        }
        let mut actions = Vec::new();
        if let Some(sentence) = self.notices.front() {
            notice::show(ui, canvas.rect, sentence, &mut actions);
        }
        self.apply_all(ui.ctx(), actions);
    }

    fn stage(&self) -> Stage<'_> {
        let foot = match (&self.opening, &self.photo) {
            (Some(Opening { path: Some(path), .. }), _) => {
                Some(strings::opening(&strings::file_name(path)))
            }
            (Some(_), None) => Some(strings::PREPARING.to_owned()),
            (None, Some(_)) if self.pictures.shown().is_none() => {
                Some(strings::PREPARING.to_owned())
            }
            _ if self.first_run && self.photo.is_some() => Some(strings::FIRST_RUN.to_owned()),
            _ => None,
        };
        let shown = self.pictures.shown();
        let view = match (self.scene(), shown) {
            // Until the new photo is rendered, the old one stays as it was.
            (Some(scene), Some(shown)) if !Arc::ptr_eq(&scene.photo, &shown.frame.scene.photo) => {
                Some(Seen::of(&shown.frame.scene))
            }
            (scene, _) => scene.as_ref().map(Seen::of),
        };
        Stage { view, shown, compare: &self.compare, foot }
    }

    /// What is to be seen; None without a photo.
    fn scene(&self) -> Option<Scene> {
        let photo = self.photo.clone()?;
        Some(Scene { photo, edit: self.edit.clone(), view: self.viewpoint.view(&self.area) })
    }

    fn dialogs(&mut self, ctx: &Context) {
        let mut actions = Vec::new();
        match &mut self.dialog {
            None => {}
            Some(Dialog::Open(dialog)) => open::show(ctx, dialog, &mut actions),
            Some(Dialog::Export(dialog)) => export::show(ctx, dialog, &mut actions),
            Some(Dialog::Shortcuts) => shortcut_sheet::show(ctx, &mut actions),
        }
        self.apply_all(ctx, actions);
    }

    /// The chosen filter's place in the library.
    fn chosen(&self) -> Option<usize> {
        let operator = self.edit.layers.first().map(|layer| &layer.operator);
        filter_list::chosen(&self.library, operator)
    }
}

/// The photos that were dropped on the window.
fn dropped(ctx: &Context) -> Option<Action> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    let photos: Vec<_> = files.iter().map(|file| file.path().to_owned()).collect();
    (!photos.is_empty()).then_some(Action::Open(photos))
}

/// What is done.
impl App {
    fn apply_all(&mut self, ctx: &Context, actions: Vec<Action>) {
        for action in actions {
            let is_news = !matches!(action, Action::Hold(_));
            self.apply(ctx, action);
            // The panels were drawn before: they show the change in the next pass.
            if is_news {
                ctx.request_repaint();
            }
        }
    }

    fn apply(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::AskOpen => self.file_dialogs.ask_photo(ctx),
            Action::Open(photos) => self.open_first_of(photos),
            Action::Choose(filter) => self.choose(filter),
            Action::StepFilter(step) => self.step_filter(step),
            Action::SetStrength(strength) => self.set_strength(|_| strength),
            Action::AddStrength(step) => self.set_strength(|strength| strength + step),
            Action::ToggleSplit => {
                self.compare.release();
                self.compare.split = !self.compare.split;
            }
            Action::MoveSplit(line) => {
                self.compare.line = line;
                self.first_run = false;
            }
            Action::Hold(down) => self.compare.hold(down, ctx.input(|input| input.time)),
            Action::ToggleOriginal => self.compare.toggle(),
            Action::Fit => self.viewpoint = Viewpoint::Fit,
            Action::Actual => self.viewpoint = self.viewpoint.zoomed_to(&self.area, 1.0, None),
            Action::ToggleZoom(at) => self.viewpoint = self.viewpoint.toggled(&self.area, at),
            Action::Zoom { factor, at } => {
                self.viewpoint = self.viewpoint.zoomed_by(&self.area, factor, at);
            }
            Action::Pan(by) => self.viewpoint = self.viewpoint.panned(&self.area, by),
            Action::AskExport => self.ask_export(),
            Action::BrowseTarget(proposal) => self.file_dialogs.ask_target(ctx, &proposal),
            Action::Export(target, options) => self.export(target, options),
            Action::CancelExport => self.cancel_export(),
            Action::DismissJob => self.job = None,
            Action::ShowInFolder(file) => self.show_in_folder(&file),
            Action::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts),
            Action::CloseDialog => self.dialog = None,
            Action::DismissNotice => {
                self.notices.pop_front();
            }
        }
    }

    fn open_first_of(&mut self, photos: Vec<PathBuf>) {
        let several = photos.len() > 1;
        match photos.into_iter().next() {
            Some(path) => {
                if several {
                    self.notices.push_back(strings::one_photo(&strings::file_name(&path)));
                }
                self.open(path);
            }
            None => self.open_bundled(),
        }
    }

    fn open(&mut self, path: PathBuf) {
        let ticket = self.ticket();
        self.dialog = None;
        self.engine.send(Command::Open(ticket, path.clone()));
        self.opening = Some(Opening { ticket, path: Some(path) });
    }

    fn open_bundled(&mut self) {
        let ticket = self.ticket();
        self.engine.send(Command::OpenBundled(ticket));
        self.opening = Some(Opening { ticket, path: None });
    }

    fn choose(&mut self, filter: Option<usize>) {
        let entry = filter.and_then(|index| self.library.entries.get(index));
        let layer = entry.map(|entry| Layer::new(Arc::clone(&entry.operator)));
        self.edit.layers = layer.into_iter().collect();
        self.compare.release();
    }

    fn step_filter(&mut self, step: isize) {
        // None stands above the first filter.
        let order = filter_list::order(&self.library);
        let chosen = self.chosen();
        let place = order.iter().position(|&index| Some(index) == chosen).map_or(0, |at| at + 1);
        let place = place.saturating_add_signed(step).min(order.len());
        self.choose(place.checked_sub(1).map(|at| order[at]));
        self.reveal_filter = true;
    }

    fn set_strength(&mut self, new: impl FnOnce(f32) -> f32) {
        if let Some(layer) = self.edit.layers.first_mut() {
            // In whole per cent, as it is shown.
            layer.strength = (new(layer.strength) * 100.0).round().clamp(0.0, 100.0) / 100.0;
        }
    }

    fn ask_export(&mut self) {
        let running = matches!(self.job, Some(Job::Running { .. }));
        if let (Some(photo), false) = (&self.photo, running) {
            let filter = self.chosen().map(|index| self.library.entries[index].name.as_str());
            self.dialog = Some(Dialog::Export(ExportDialog::new(&photo.path, filter)));
        }
    }

    fn export(&mut self, target: PathBuf, options: ExportOptions) {
        let Some(photo) = self.photo.clone() else { return };
        let ticket = self.ticket();
        let edit = self.edit.clone();
        let order = Export { photo, edit, target: target.clone(), options };
        self.engine.send(Command::Export(ticket, order));
        self.job = Some(Job::Running { ticket, target, progress: 0.0 });
        self.dialog = None;
    }

    fn cancel_export(&mut self) {
        if let Some(Job::Running { ticket, .. }) = self.job {
            self.engine.send(Command::Cancel(ticket));
        }
    }

    fn show_in_folder(&mut self, file: &Path) {
        if reveal::reveal(file).is_err() {
            let folder = file.parent().unwrap_or(file);
            self.notices.push_back(strings::no_file_manager(folder));
        }
    }

    /// Asks the engine for what is to be seen, if that is not what was asked for last.
    fn send_scene(&mut self) {
        let Some(scene) = self.scene() else { return };
        if self.last_sent.as_ref().is_none_or(|(_, last)| *last != scene) {
            let ticket = self.ticket();
            self.engine.send(Command::Show(ticket, scene.clone()));
            self.last_sent = Some((ticket, scene));
        }
    }
}

/// What comes back.
impl App {
    fn receive(&mut self, ctx: &Context, event: Event) {
        match event {
            Event::Ready(processor) => self.processor = Some(processor),
            Event::Opened(ticket, photo) => {
                if self.opening.as_ref().is_some_and(|opening| opening.ticket == ticket) {
                    self.show_photo(ctx, photo);
                }
            }
            Event::Shown(_, frame) => {
                // An older view of the same photo is better than none: it is drawn where the new
                // one wants it.
                if self.photo.as_ref().is_some_and(|it| Arc::ptr_eq(it, &frame.scene.photo)) {
                    self.pictures.set(ctx, frame);
                }
            }
            Event::Progress(ticket, done) => {
                if let Some(Job::Running { ticket: running, progress, .. }) = &mut self.job
                    && *running == ticket
                {
                    *progress = done;
                }
            }
            Event::Exported(ticket, target) => self.end_job(ticket, Some(Job::Saved(target))),
            Event::Cancelled(ticket) => self.end_job(ticket, None),
            Event::Failed(ticket, sentence) => self.fail(ticket, sentence),
        }
    }

    fn show_photo(&mut self, ctx: &Context, photo: Arc<Photo>) {
        let opening = self.opening.take();
        self.first_run &= opening.is_some_and(|opening| opening.path.is_none());
        let title = strings::window_title(&photo.path);
        ctx.send_viewport_cmd(ViewportCommand::Title(title));
        self.viewpoint = Viewpoint::Fit;
        self.compare.release();
        self.photo = Some(photo);
    }

    fn end_job(&mut self, ended: Ticket, with: Option<Job>) {
        if matches!(self.job, Some(Job::Running { ticket, .. }) if ticket == ended) {
            self.job = with;
        }
    }

    fn fail(&mut self, ticket: Ticket, sentence: String) {
        let is_latest_scene = self.last_sent.as_ref().is_some_and(|(sent, _)| *sent == ticket);
        let is_job = matches!(self.job, Some(Job::Running { ticket: job, .. }) if job == ticket);
        let is_opening = self.opening.as_ref().is_some_and(|opening| opening.ticket == ticket);
        if is_latest_scene || is_job || is_opening {
            self.notices.push_back(sentence);
        }
        self.end_job(ticket, None);
        if is_opening {
            let was_bundled = self.opening.take().is_none_or(|opening| opening.path.is_none());
            // A window without a photo teaches nothing: the one that comes along is better.
            if self.photo.is_none() && !was_bundled {
                self.open_bundled();
            }
        }
    }

    fn receive_answer(&mut self, answer: Answer) {
        match (answer, &mut self.dialog) {
            (Answer::Photo(path), _) => self.open(path),
            (Answer::Target(path), Some(Dialog::Export(dialog))) => dialog.set_confirmed(path),
            (Answer::NoPhotoDialog, _) => self.dialog = Some(Dialog::Open(OpenDialog::default())),
            (Answer::NoTargetDialog, Some(Dialog::Export(dialog))) => dialog.set_no_file_dialog(),
            _ => {}
        }
    }
}
