//! What the user sets: a value that is kept in a file and acts at once.

mod dialog;
mod keys_page;
mod pages;
mod store;

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{Context, ThemePreference, vec2};
use serde::{Deserialize, Serialize};

pub use dialog::{SettingsDialog, Shown, show};
pub use store::Store;

use super::shortcuts::Keymap;
use super::window::SIZE_MIN;
use super::{App, Dialog};
use crate::engine::{Choice, Command, Memory};

const MIB: usize = 1 << 20;
/// Scales of the interface that can be chosen.
const SCALES: [f32; 10] = [0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0];
/// The smallest budget that can be set, in MiB.
const BUDGET_MIN_MIB: usize = 128;

/// What the user sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    format: u32,
    /// The look of the window.
    pub theme: Theme,
    /// Of the interface, beside the system's own.
    pub scale: f32,
    /// What is to compute.
    pub engine: Choice,
    /// What the engine may keep, in MiB; None is its own choice.
    pub budget_mib: Option<usize>,
    /// Names of filters with a star.
    pub favourites: BTreeSet<String>,
    /// Keys that are not the default ones.
    pub shortcuts: Keymap,
}

/// The look of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// A photo needs the dark.
    #[default]
    Dark,
    /// For a bright room.
    Light,
    /// As the system is set; dark where it does not say.
    System,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: store::FORMAT,
            theme: Theme::default(),
            scale: 1.0,
            engine: Choice::default(),
            budget_mib: None,
            favourites: BTreeSet::new(),
            shortcuts: Keymap::default(),
        }
    }
}

impl Settings {
    /// What a file says, within what is possible.
    fn within_limits(mut self) -> Self {
        let scale = if self.scale.is_finite() { self.scale } else { 1.0 };
        self.scale = scale.clamp(SCALES[0], SCALES[SCALES.len() - 1]);
        self.budget_mib = self.budget_mib.map(|mib| mib.clamp(BUDGET_MIN_MIB, budget_max_mib()));
        self
    }

    /// Bytes that the engine may keep.
    fn budget(&self) -> usize {
        self.budget_mib.map_or_else(Memory::default_budget, |mib| mib * MIB)
    }

    /// Makes the window look so.
    pub fn dress(&self, ctx: &Context) {
        ctx.set_theme(match self.theme {
            Theme::Dark => ThemePreference::Dark,
            Theme::Light => ThemePreference::Light,
            Theme::System => ThemePreference::System,
        });
        self.shortcuts.clone().install(ctx);
    }
}

/// The largest budget that can be set, in MiB: the whole of a memory of which the engine's own choice
/// is a quarter.
fn budget_max_mib() -> usize {
    (4 * Memory::default_budget() / MIB).max(BUDGET_MIN_MIB)
}

/// What the user asks for.
#[derive(Clone, Debug)]
pub enum Action {
    /// The dialog.
    Show,
    /// From now on so.
    Change(Box<Settings>),
    /// The graphics card that failed, once more.
    TryAgain,
}

impl App {
    /// Keeps settings in a file, and takes what it says. Without one, nothing is kept.
    #[must_use]
    pub fn with_settings(mut self, ctx: &Context, mut store: Store) -> Self {
        let (settings, problem) = store.read();
        if let Some(sentence) = problem {
            self.notify(sentence);
        }
        self.store = Some(store);
        // What the command line asks for holds until the user sets something else.
        if self.asked_for != Choice::Auto {
            let engine = settings.engine;
            self.settings = Arc::new(Settings { engine, ..Settings::clone(&self.settings) });
        }
        self.take_settings(ctx, settings);
        self
    }

    pub(super) fn settings_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Show => self.dialog = Some(Dialog::Settings(SettingsDialog::default())),
            Action::Change(settings) => self.change_settings(ctx, *settings),
            Action::TryAgain => self.engine.send(Command::Compute(self.settings.engine)),
        }
    }

    /// From now on so, also the next time.
    pub(super) fn change_settings(&mut self, ctx: &Context, settings: Settings) {
        if let Some(Err(sentence)) = self.store.as_mut().map(|it| it.write(&settings)) {
            self.notify(sentence);
        }
        self.take_settings(ctx, settings);
    }

    /// Scales the interface as it is set, as far as the window has room: what is set too large could not
    /// be set back.
    pub(super) fn scale_interface(&self, ctx: &Context) {
        let room = ctx.content_rect().size() * ctx.zoom_factor() / vec2(SIZE_MIN[0], SIZE_MIN[1]);
        let scale = self.settings.scale.min(room.min_elem()).max(SCALES[0]);
        if (scale - ctx.zoom_factor()).abs() > 1e-3 {
            ctx.set_zoom_factor(scale);
        }
    }

    /// Acts on what has changed.
    fn take_settings(&mut self, ctx: &Context, settings: Settings) {
        if settings.budget() != self.settings.budget() {
            self.engine.send(Command::Budget(settings.budget()));
        }
        if settings.engine != self.settings.engine {
            self.engine.send(Command::Compute(settings.engine));
        }
        settings.dress(ctx);
        self.settings = Arc::new(settings);
    }
}
