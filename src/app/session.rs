//! What the window looked like, for the next time: written a moment after it changed, so that a
//! process that is killed loses no more than that.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{Context, Vec2, ViewportBuilder};
use serde::{Deserialize, Serialize};

use super::before_after::{AMPLIFICATIONS, BeforeAfter};
use super::comparison::Comparison;
use super::memory::FORMAT;
use super::viewpoint::Viewpoint;
use super::writer::Writer;
use super::{App, Opening, Workspace, sections};

/// Waited after a change; what goes on changing is written this often.
const DELAY: Duration = Duration::from_millis(400);
/// No window is larger or further away, in points.
const SIDE_MAX: f32 = 16384.0;

/// What the window looked like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    pub(super) format: u32,
    /// The photo that was open.
    pub photo: Option<PathBuf>,
    place: Option<Place>,
    workspace: Workspace,
    viewpoint: Viewpoint,
    comparison: Option<Comparison>,
    line: f32,
    swapped: bool,
    amplification: u8,
    search: String,
    /// Sections that are open.
    open: BTreeSet<String>,
    panels_hidden: bool,
}

/// Where the window was, in points of the system.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    at: Option<[f32; 2]>,
    size: [f32; 2],
    maximized: bool,
}

impl Default for Session {
    fn default() -> Self {
        let BeforeAfter { comparison, line, swapped, amplification, .. } = BeforeAfter::default();
        Self {
            format: FORMAT,
            photo: None,
            place: None,
            workspace: Workspace::default(),
            viewpoint: Viewpoint::Fit,
            comparison,
            line,
            swapped,
            amplification,
            search: String::new(),
            open: BTreeSet::new(),
            panels_hidden: false,
        }
    }
}

impl Session {
    /// What a file says, within what is possible.
    fn within_limits(mut self) -> Self {
        self.line = if self.line.is_finite() { self.line.clamp(0.0, 1.0) } else { 0.5 };
        if !AMPLIFICATIONS.contains(&self.amplification) {
            self.amplification = BeforeAfter::default().amplification;
        }
        if let Viewpoint::At { center, zoom } = self.viewpoint
            && !(zoom > 0.0 && [zoom, center[0], center[1]].iter().all(|it| it.is_finite()))
        {
            self.viewpoint = Viewpoint::Fit;
        }
        self
    }

    /// A window where it was the last time.
    pub fn place(&self, mut window: ViewportBuilder, size_min: [f32; 2]) -> ViewportBuilder {
        let Some(place) = &self.place else { return window };
        let size = [0, 1].map(|axis| place.size[axis].clamp(size_min[axis], SIDE_MAX));
        window = window.with_inner_size(size).with_maximized(place.maximized);
        match place.at {
            Some(at) if at.iter().all(|it| (-SIDE_MAX..=SIDE_MAX).contains(it)) => {
                window.with_position(at)
            }
            _ => window,
        }
    }
}

/// What of the session is still to come, and what is written of it.
#[derive(Default)]
pub struct Sessions {
    /// Where one looked at the photo that is being opened again.
    waiting: Option<(PathBuf, Workspace, Viewpoint)>,
    /// As it was in the last pass.
    latest: Option<Session>,
    /// Since when that is not written.
    changed: Option<Instant>,
    writer: Option<Writer<Session>>,
}

impl Sessions {
    /// Where one looked at a photo the last time, if it is the one that is being opened again.
    pub fn viewpoint_of(&self, photo: &Path) -> Option<Viewpoint> {
        let waiting = self.waiting.as_ref().filter(|(path, ..)| path == photo);
        waiting.map(|(.., viewpoint)| *viewpoint)
    }
}

impl App {
    /// The window as it was the last time, as far as it does not show another photo.
    #[must_use]
    pub fn with_session(mut self, ctx: &Context, session: Session) -> Self {
        let session = session.within_limits();
        sections::restore(ctx, session.open);
        self.search = session.search;
        self.before_after.comparison = session.comparison;
        self.before_after.line = session.line;
        self.before_after.swapped = session.swapped;
        self.before_after.amplification = session.amplification;
        self.shell.panels_hidden = session.panels_hidden;
        let opening = self.opening.as_ref().and_then(|opening| opening.path.clone());
        match session.photo {
            // Another photo was asked for.
            photo if opening != photo => {}
            Some(photo) => {
                self.sessions.waiting = Some((photo, session.workspace, session.viewpoint));
            }
            None => self.workspace = session.workspace,
        }
        self
    }

    /// A photo is open: where it is the one of the last time, it is seen as it was then.
    pub(super) fn resume(&mut self, photo: &Path) {
        if let Some((path, workspace, viewpoint)) = self.sessions.waiting.take()
            && path == photo
        {
            self.viewpoint = viewpoint;
            self.enter(workspace);
        }
    }

    /// Keeps what the window looks like, a moment after it changed.
    pub(super) fn keep_session(&mut self, ctx: &Context) {
        if self.keeping.memory.is_none() {
            return;
        }
        let session = self.session(ctx);
        let sessions = &mut self.sessions;
        if sessions.latest.as_ref() != Some(&session) {
            sessions.latest = Some(session);
            sessions.changed.get_or_insert_with(Instant::now);
        }
        let Some(changed) = sessions.changed else { return };
        match DELAY.checked_sub(changed.elapsed()) {
            Some(rest) => ctx.request_repaint_after(rest),
            None => self.send_session(),
        }
    }

    fn send_session(&mut self) {
        let sessions = &mut self.sessions;
        let (Some(memory), Some(session)) = (&self.keeping.memory, &sessions.latest) else {
            return;
        };
        let start = || {
            let memory = memory.clone();
            // Without a session there is nothing to restore the next time.
            Writer::start("session", move |session| drop(memory.keep_session(&session)))
        };
        sessions.writer.get_or_insert_with(start).write(session.clone());
        sessions.changed = None;
    }

    /// Keeps it at once, and waits until it is: the window closes.
    pub(super) fn keep_session_now(&mut self) {
        if self.sessions.changed.is_some() {
            self.send_session();
        }
        self.sessions.writer = None;
    }

    /// The path of the photo that is open, if the user opened it.
    fn own_photo(&self) -> Option<PathBuf> {
        let path = &self.photo.as_ref()?.path;
        path.is_file().then(|| std::path::absolute(path).unwrap_or_else(|_| path.clone()))
    }

    fn session(&self, ctx: &Context) -> Session {
        let before_after = &self.before_after;
        let (photo, workspace, viewpoint) = match (&self.sessions.waiting, &self.opening) {
            (Some((photo, workspace, viewpoint)), _) => {
                (Some(photo.clone()), *workspace, *viewpoint)
            }
            (None, Some(Opening { path: Some(path), .. })) => {
                (Some(path.clone()), self.workspace, Viewpoint::Fit)
            }
            _ => (self.own_photo(), self.workspace, self.viewpoint),
        };
        Session {
            format: FORMAT,
            photo,
            place: place(ctx, self.sessions.latest.as_ref().and_then(|last| last.place)),
            workspace,
            viewpoint,
            comparison: before_after.comparison,
            line: before_after.line,
            swapped: before_after.swapped,
            amplification: before_after.amplification,
            search: self.search.clone(),
            open: sections::open(ctx),
            panels_hidden: self.shell.panels_hidden,
        }
    }
}

/// Where the window is; as it was `before` where the system does not say. The size of a window that is
/// as large as the screen is the one that it goes back to.
fn place(ctx: &Context, before: Option<Place>) -> Option<Place> {
    let scale = ctx.zoom_factor();
    ctx.input(|input| {
        let window = input.viewport();
        let [maximized, full_screen, minimized] =
            [window.maximized, window.fullscreen, window.minimized].map(|it| it == Some(true));
        let Some(inner) = window.inner_rect.filter(|_| !full_screen && !minimized) else {
            return before;
        };
        if maximized && before.is_some() {
            return before.map(|before| Place { maximized, ..before });
        }
        let native = |Vec2 { x, y }: Vec2| [x, y].map(|side| (side * scale).round());
        let at = window.outer_rect.map(|outer| native(outer.min.to_vec2()));
        Some(Place { at, size: native(inner.size()), maximized })
    })
}
