//! The page of the keys: what each does, and others in their place.

use eframe::egui::{Align, Button, Context, FocusDirection, Key, Layout, RichText, Ui, vec2};

use super::Settings;
use crate::app::keys::Keys;
use crate::app::shortcuts::{Keymap, Shortcut};
use crate::app::strings::{self as words, settings as strings};
use crate::app::theme::{self, Icon};

/// Width of the button with the keys.
const KEYS_WIDTH: f32 = 144.0;

/// The state of the page.
#[derive(Default)]
pub struct State {
    /// The shortcut whose keys are to be pressed.
    listening: Option<Shortcut>,
    /// What was pressed for it.
    pressed: Option<Keys>,
    /// Keys that another shortcut has.
    taken: Option<(Shortcut, Keys)>,
}

impl State {
    /// Takes what is pressed while a shortcut waits for its keys, before anything else does. Returns
    /// whether one waited.
    pub fn listen(&mut self, ctx: &Context) -> bool {
        if self.listening.is_none() {
            return false;
        }
        let pressed = ctx.input_mut(|input| {
            let pressed = input.events.iter().find_map(Keys::pressed);
            input.events.retain(|event| Keys::pressed(event).is_none());
            pressed
        });
        if let Some(keys) = pressed {
            // Tab would move on and Escape leave.
            ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
            match keys.key {
                Key::Escape => self.listening = None,
                _ => self.pressed = Some(keys),
            }
        }
        true
    }
}

/// Shows it.
pub fn show(ui: &mut Ui, settings: &mut Settings, state: &mut State) {
    if let (Some(shortcut), Some(keys)) = (state.listening, state.pressed.take()) {
        state.listening = None;
        match settings.shortcuts.owner(keys) {
            Some(owner) if owner == shortcut => {}
            Some(_) => state.taken = Some((shortcut, keys)),
            None => settings.shortcuts.set(shortcut, keys),
        }
    }
    ui.horizontal(|ui| {
        ui.label(theme::weak(strings::KEYS_DETAIL));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_set = settings.shortcuts != Keymap::default();
            let reset = ui.add_enabled(is_set, Button::new(strings::RESET_ALL));
            if reset.clicked() {
                settings.shortcuts = Keymap::default();
                *state = State::default();
            }
        });
    });
    ui.add_space(theme::XS);
    ui.spacing_mut().item_spacing.y = theme::XS;
    for &shortcut in Shortcut::ALL {
        ui.push_id(shortcut.words(), |ui| row(ui, shortcut, settings, state));
    }
}

fn row(ui: &mut Ui, shortcut: Shortcut, settings: &mut Settings, state: &mut State) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        ui.label(shortcut.words());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            reset(ui, shortcut, settings, state);
            let is_listening = state.listening == Some(shortcut);
            let keys = shortcut.keys(ui.ctx());
            let text = match (is_listening, keys.is_empty()) {
                (true, _) => strings::PRESS,
                (false, true) => strings::NO_KEYS,
                (false, false) => &keys,
            };
            let button = Button::new(RichText::new(text).small()).selected(is_listening);
            let button = button.min_size(vec2(KEYS_WIDTH, 24.0)).truncate();
            let button = ui.add_enabled(shortcut.is_free(), button);
            let name = strings::keys_of(shortcut.words(), text);
            let button = button.on_disabled_hover_text(strings::FIXED_KEYS);
            if button.on_hover_text(strings::CHANGE_KEYS).accessible_name(name).clicked() {
                state.listening = (!is_listening).then_some(shortcut);
                state.taken = None;
            }
        });
    });
    if let Some((claimant, keys)) = state.taken
        && claimant == shortcut
    {
        let Some(owner) = settings.shortcuts.owner(keys) else { return };
        ui.horizontal_wrapped(|ui| {
            let is_mac = ui.ctx().os().is_mac();
            ui.label(theme::weak(strings::taken(&keys.words(is_mac), owner.words())));
            if !owner.is_free() {
                return;
            }
            if ui.button(strings::TAKE_KEYS).clicked() {
                settings.shortcuts.set(shortcut, keys);
                state.taken = None;
            }
            if ui.button(words::CANCEL).clicked() {
                state.taken = None;
            }
        });
    }
}

/// The way back to the default keys, in the place that it always has.
fn reset(ui: &mut Ui, shortcut: Shortcut, settings: &mut Settings, state: &mut State) {
    let is_set = settings.shortcuts.is_set(shortcut);
    let button = Button::new(theme::icon(Icon::RotateCcw)).frame_when_inactive(false);
    let button = ui.add_visible(is_set, button).on_hover_text(words::RESET);
    if button.accessible_name(words::about(words::RESET, shortcut.words())).clicked() {
        settings.shortcuts.reset(shortcut);
        state.taken = None;
    }
}
