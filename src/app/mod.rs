//! The window: egui and nothing else knows of it.
//!
//! What is on screen follows from the values in [`App`]. Panels read those that they show and push
//! [`Action`]s; [`App::apply`] alone changes anything. All work is the engine's: whenever the
//! [`Scene`] differs from the last one sent, it is sent; the last frame is drawn where the view now
//! wants it until the exact one is there.

mod act;
mod background;
mod balance;
mod before_after;
mod canvas;
mod clipping;
mod combined;
mod compare;
mod comparison;
mod difference;
mod display;
mod early;
mod edited;
mod exports;
mod file_dialogs;
mod film;
mod filter_list;
mod frame_times;
mod glimpse;
mod info;
mod inspector;
mod instance;
mod keeping;
mod keys;
mod learn;
mod masking;
mod memory;
mod notice;
mod open;
mod own;
mod pictures;
mod receive;
mod recent;
mod reveal;
mod scopes;
mod sections;
mod session;
mod settings;
mod shell;
mod shortcut_sheet;
mod shortcuts;
mod show;
mod sidecar;
mod split;
mod stack;
mod stack_list;
mod status_bar;
mod steps;
mod strings;
mod theme;
mod top_bar;
mod trial;
mod tune;
mod two_files;
mod view_bar;
mod viewpoint;
mod wall;
mod window;
mod workspace;
mod writer;
mod xray;

pub use window::run;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::egui::{self, CentralPanel, Context, Ui, ViewportCommand};
use eframe::egui_wgpu::RenderState;

use crate::edit::Balance;
use crate::engine::{Backend, Choice, Engine, Processor, Scene, Ticket, WindowDevice};
use crate::operator::Library;

use crate::photo::Photo;
use before_after::BeforeAfter;
use clipping::Clipping;
use combined::Combined;
use compare::Compare;
use comparison::Comparison;
use display::Display;
use early::Early;
use exports::{ExportDialog, Exports};
use file_dialogs::FileDialogs;
use film::Film;
use frame_times::FrameTimes;
use glimpse::Glimpse;
use keeping::Keeping;
use learn::Learn;
use masking::Masking;
pub use memory::Memory;
use open::OpenDialog;
use own::{Adoption, Naming, Place};
use pictures::Pictures;
use recent::Recent;
use scopes::Scopes;
use session::Sessions;
pub use settings::Store;
use settings::{Settings, SettingsDialog};
use shell::Shell;
use stack::Stack;
use steps::Steps;
use trial::Trial;
use tune::Evidence;
use two_files::TwoFiles;
use viewpoint::{Area, Viewpoint};
use wall::Wall;
pub(crate) use workspace::Workspace;
use xray::Xray;

/// The state of the window.
pub struct App {
    engine: Engine,
    library: Library,
    /// What the command line asks to compute with.
    asked_for: Choice,
    /// What the engine computes with, once it runs.
    processor: Option<Processor>,
    display: Display,
    /// The number of the last request.
    tickets: u64,

    workspace: Workspace,
    photo: Option<Arc<Photo>>,
    stack: Stack,
    /// What led to it.
    steps: Steps,
    /// A filter that is only tried.
    trial: Trial,
    keeping: Keeping,
    sessions: Sessions,
    settings: Arc<Settings>,
    /// Where settings are kept; None keeps none.
    store: Option<Store>,
    shell: Shell,
    frame_times: FrameTimes,
    viewpoint: Viewpoint,
    before_after: BeforeAfter,
    difference: Combined,
    /// What of the pictures is shown to be clipped.
    clipping: Clipping,
    scopes: Scopes,
    xray: Xray,
    masking: Masking,
    evidence: Evidence,
    compare: Compare,
    /// The picture area as of the last pass.
    area: Area,

    last_sent: Option<(Ticket, Vec<Scene>)>,
    /// The last frame of every pane.
    panes: Vec<Pictures>,
    render: Option<RenderState>,
    wall: Wall,
    /// What the filter list is narrowed to.
    search: String,
    opening: Option<Opening>,
    /// The photo that the program was started with.
    early: Option<Early>,
    /// The photo that is being opened, small.
    glimpse: Option<Glimpse>,
    exports: Exports,
    film: Film,
    recent: Recent,
    /// Files that later starts of the program hand over.
    handed: Option<Receiver<Vec<PathBuf>>>,
    learn: Learn,

    dialog: Option<Dialog>,
    file_dialogs: FileDialogs,
    /// What the user should read, the newest last.
    notices: Vec<String>,
    /// Whether the one line for newcomers is shown.
    first_run: bool,
    /// Whether the chosen filter is to be scrolled to.
    reveal_filter: bool,
    /// Whether the window was to be closed in mid-export or while learning, and the user was told.
    is_closing: bool,
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
    Adoption(Adoption),
    Naming(Naming),
    Place(Place),
    TwoFiles(TwoFiles),
    Settings(SettingsDialog),
    Shortcuts,
}

/// Strength of the filter that the photo of the first start shows: most of it, so that the slider has a
/// way to go in both directions.
const FIRST_STRENGTH: f32 = 0.8;

/// What the user asks for. Positions are in physical pixels of the picture area.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Enter(Workspace),
    Search(String),
    /// The pointer rests on a filter of the library, or on none, or on nothing of the list.
    PointAt(Option<Option<usize>>),
    Shell(shell::Action),
    Settings(settings::Action),
    Compare(compare::Action),
    AskOpen,
    /// A photo, several, or a folder of them.
    Open(Vec<PathBuf>),
    /// Two files were dropped: what they are is asked.
    AskAboutTwo([PathBuf; 2]),
    /// A filter of the library, or none.
    Choose(Option<usize>),
    StepFilter(isize),
    SetStrength(f32),
    AddStrength(f32),
    SetBalance(Balance),
    Tune(tune::Action),
    /// A filter of the library on top of the stack.
    AddOnTop(usize),
    SelectInStack(usize),
    Toggle(usize),
    ExchangeWithNext(usize),
    Remove(usize),
    Undo,
    Redo,
    GoToStep(usize),
    ToggleComparison(Comparison),
    SwapSides,
    Amplify(u8),
    MoveSplit(f32),
    /// The original is held, or no longer.
    Hold(bool),
    ToggleOriginal,
    Fit,
    Actual,
    Double,
    ToggleZoom(Option<[f64; 2]>),
    Zoom {
        factor: f64,
        at: Option<[f64; 2]>,
    },
    Pan([f64; 2]),
    AskExport,
    Export(exports::Action),
    Film(film::Action),
    Own(own::Action),
    /// Edits are kept beside their photos too, or no longer.
    KeepBeside(bool),
    ShowInFolder(PathBuf),
    /// What is shown beside the picture.
    Scopes(scopes::Action),
    Xray(xray::Action),
    /// Where the current filter acts.
    Mask(masking::Action),
    ShowShortcuts,
    CloseDialog,
    DismissNotice,
    /// What the Learn workspace is for.
    Learn(learn::Action),
}

impl App {
    /// A window that opens `photos`, a folder of them, or the photo that comes with the program.
    pub fn new(cc: &eframe::CreationContext<'_>, photos: Vec<PathBuf>, choice: Choice) -> Self {
        Self::with_library(cc, photos, choice, Library::load())
    }

    /// The same with a library of one's own.
    pub fn with_library(
        cc: &eframe::CreationContext<'_>,
        photos: Vec<PathBuf>,
        choice: Choice,
        library: Library,
    ) -> Self {
        Self::begin(cc, photos, choice, library, None)
    }

    /// The same; the first photo may be on its way already.
    fn begin(
        cc: &eframe::CreationContext<'_>,
        photos: Vec<PathBuf>,
        choice: Choice,
        library: Library,
        early: Option<Early>,
    ) -> Self {
        if let Some(early) = &early {
            early.wake(&cc.egui_ctx);
        }
        theme::apply(&cc.egui_ctx);
        Settings::default().dress(&cc.egui_ctx);
        let render = cc.wgpu_render_state.clone();
        let ctx = cc.egui_ctx.clone();
        let wake = Box::new(move || ctx.request_repaint());
        let engine = match render.clone() {
            Some(RenderState { adapter, device, queue, .. }) => {
                Engine::start_in(WindowDevice { adapter, device, queue }, choice, wake)
            }
            None => Engine::start(Backend::Cpu { reason: strings::NO_DEVICE.to_owned() }, wake),
        };
        let first = filter_list::order(&library).first().map(|&index| &library.entries[index]);
        let mut stack = Stack::of(first.map(|entry| Arc::clone(&entry.operator)));
        if let Some(layer) = stack.layer_mut().filter(|_| photos.is_empty()) {
            layer.strength = FIRST_STRENGTH;
        }
        let mut app = Self {
            engine,
            asked_for: choice,
            processor: None,
            display: Display::default(),
            tickets: 0,
            workspace: Workspace::Apply,
            photo: None,
            steps: Steps::new(&stack),
            stack,
            trial: Trial::default(),
            keeping: Keeping::default(),
            sessions: Sessions::default(),
            settings: Arc::default(),
            store: None,
            shell: Shell::default(),
            frame_times: FrameTimes::new(),
            viewpoint: Viewpoint::Fit,
            before_after: BeforeAfter::default(),
            difference: Combined::new(&difference::DIFFERENCE, render.clone()),
            clipping: Clipping::default(),
            scopes: Scopes::default(),
            xray: Xray::default(),
            masking: Masking::default(),
            evidence: Evidence::default(),
            compare: Compare::default(),
            area: Area { size: [1, 1], margin: 0, photo: [1, 1] },
            last_sent: None,
            panes: vec![Pictures::new(render.clone())],
            render,
            wall: Wall::default(),
            search: String::new(),
            opening: None,
            early,
            glimpse: None,
            exports: Exports::default(),
            film: Film::default(),
            recent: Recent::default(),
            handed: None,
            learn: Learn::new(library.root.as_deref()),
            dialog: None,
            file_dialogs: FileDialogs::new(),
            notices: library.problems.clone(),
            first_run: photos.is_empty(),
            reveal_filter: false,
            is_closing: false,
            library,
        };
        app.open_paths(&cc.egui_ctx, photos);
        app
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        while let Some(event) = self.engine.try_recv() {
            self.receive(ctx, event);
        }
        while let Some(event) = self.early.as_ref().and_then(Early::next) {
            self.receive(ctx, event);
        }
        while let Some(answer) = self.file_dialogs.answer() {
            self.receive_answer(ctx, answer);
        }
        for filter in self.learn.hear(ctx) {
            if let Err(error) = self.library.take(&filter) {
                self.notify(error.to_string());
            }
        }
        self.film_work(ctx);
        self.take_handed(ctx);
        if let Some(Dialog::Adoption(adoption)) = &mut self.dialog {
            adoption.hear(ctx);
        }
        self.keep(ctx);
        self.keep_exports();
        self.keep_session(ctx);
        self.scale_interface(ctx);
        self.close(ctx);
    }

    fn on_exit(&mut self) {
        self.keep_trial();
        self.record(f64::INFINITY);
        self.keep_now();
        self.keep_exports_now();
        self.keep_session_now();
        self.frame_times.flush();
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame.info().cpu_usage {
            self.frame_times.frame(seconds);
        }
        shortcuts::note_typing(ui.ctx());
        if self.dialog.is_none() {
            shortcuts::focus(ui.ctx());
        }
        let mut actions = Vec::new();
        actions.extend(dropped(ui.ctx(), self.workspace));
        let held = self.panels(ui, &mut actions);
        let surround = egui::Frame::new().fill(theme::of(ui).surround);
        CentralPanel::default().frame(surround).show(ui, |ui| self.center(ui, held, actions));
        self.dialogs(ui.ctx());
    }
}

impl App {
    /// Asks once more before an export is lost with the window, or learning is interrupted.
    fn close(&mut self, ctx: &Context) {
        let is_busy = self.exports.queue.is_busy() || self.learn.is_learning();
        self.is_closing &= is_busy;
        if is_busy && !self.is_closing && ctx.input(|input| input.viewport().close_requested()) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.is_closing = true;
            let sentence = match (self.exports.queue.is_busy(), self.are_exports_kept()) {
                (true, true) => strings::export::CLOSE_AND_GO_ON,
                (true, false) => strings::export::CLOSE_AND_STOP,
                (false, _) => strings::learn::CLOSE_WHILE_LEARNING,
            };
            self.notify(sentence.to_owned());
        }
    }
}

/// What was dropped on the window: filters, photos, or examples.
fn dropped(ctx: &Context, workspace: Workspace) -> Option<Action> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    let photos: Vec<_> = files.iter().map(|file| file.path().to_owned()).collect();
    let (filters, photos): (Vec<_>, Vec<_>) =
        photos.into_iter().partition(|path| own::is_filter(path));
    if !filters.is_empty() {
        return Some(Action::Own(own::Action::Look(filters)));
    }
    match (workspace, &photos[..]) {
        (_, []) => None,
        (Workspace::Learn, _) => Some(Action::Learn(learn::Action::Add(photos))),
        (Workspace::Apply, [one, other])
            if [one, other].iter().all(|path| film::is_photo(path) && !path.is_dir()) =>
        {
            Some(Action::AskAboutTwo([one.clone(), other.clone()]))
        }
        _ => Some(Action::Open(photos)),
    }
}
