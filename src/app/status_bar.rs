//! The status bar: what computes, how fast, whether the edit is kept, how far exports are, and what
//! the colours on screen are.

use std::time::Duration;

use eframe::egui::{Align, Button, Layout, Panel, RichText, Ui, vec2};

use super::display::Display;
use super::exports::{self, Exports};
use super::strings::film;
use super::{Action, Workspace, strings, theme};
use crate::engine::Processor;

const HEIGHT: f32 = 36.0;
/// Below this width the display is not named: jobs need the room.
const WIDTH_OF_DISPLAY: f32 = 1100.0;

/// What is shown.
pub struct Shown<'a> {
    pub processor: Option<&'a Processor>,
    pub display: &'a Display,
    /// What the last picture took.
    pub time: Option<Duration>,
    /// How many photos the filmstrip has, and whether it is seen.
    pub film: (usize, bool),
    /// Whether the photo's edit is kept; None where there is nothing to keep.
    pub is_kept: Option<bool>,
    pub exports: &'a Exports,
    /// What is to be said of a run.
    pub learning: Option<&'a str>,
}

/// Shows it.
pub fn show(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let (photos, is_shown) = shown.film;
    let frame = theme::panel_frame(ui, vec2(theme::M, 0.0));
    Panel::bottom("status_bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        let names_display = ui.available_width() >= WIDTH_OF_DISPLAY;
        ui.horizontal_centered(|ui| {
            computes(ui, shown.processor);
            if let Some(time) = shown.time {
                ui.add_space(theme::S);
                ui.label(theme::weak(strings::frame_time(time)))
                    .on_hover_text(strings::FRAME_TIME_TIP);
            }
            if photos > 1 {
                ui.add_space(theme::S);
                let words = RichText::new(film::FILMSTRIP).small();
                let button =
                    ui.add(Button::new(words).selected(is_shown).min_size(vec2(0.0, 24.0)));
                if button.on_hover_text(film::FILMSTRIP_TIP).clicked() {
                    actions.push(Action::Film(super::film::Action::ToggleStrip));
                }
            }
            if let Some(is_kept) = shown.is_kept {
                ui.add_space(theme::S);
                let words = if is_kept { strings::KEPT } else { strings::KEEPING };
                ui.label(theme::weak(words)).on_hover_text(strings::KEPT_TIP);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if names_display {
                    let profile = shown.display.profile.as_deref();
                    ui.label(theme::weak(strings::display(profile)))
                        .on_hover_text(strings::display_tip(profile));
                    ui.add_space(theme::S);
                }
                if let Some(words) = shown.learning {
                    // From the right: the way to where it can be stopped.
                    let button = Button::new(RichText::new(words).small());
                    let button = ui.add(button.min_size(vec2(0.0, 24.0)));
                    if button.on_hover_text(strings::LEARN_TIP).clicked() {
                        actions.push(Action::Enter(Workspace::Learn));
                    }
                    ui.add_space(theme::S);
                }
                exports::show_status(ui, shown.exports, actions);
            });
        });
    });
}

fn computes(ui: &mut Ui, processor: Option<&Processor>) {
    match processor {
        None => {
            ui.label(theme::weak(strings::STARTING));
        }
        Some(Processor::Gpu { name, backend }) => {
            ui.label(theme::weak(strings::on_gpu(name, backend)));
        }
        Some(Processor::Cpu { threads, reason }) => {
            theme::chip(ui, strings::ON_PROCESSOR)
                .on_hover_text(strings::on_processor_tip(reason, *threads));
        }
    }
}
