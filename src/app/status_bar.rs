//! The status bar: what computes, how fast, and how far exports are.

use std::time::Duration;

use eframe::egui::{Align, Button, Layout, Panel, RichText, Ui, vec2};

use super::exports::{self, Exports};
use super::strings::film;
use super::{Action, Workspace, strings, theme};
use crate::engine::Processor;

const HEIGHT: f32 = 36.0;

/// Shows it.
pub fn show(
    ui: &mut Ui,
    processor: Option<&Processor>,
    time: Option<Duration>,
    (photos, is_shown): (usize, bool),
    exports: &Exports,
    learning: Option<&str>,
    actions: &mut Vec<Action>,
) {
    let frame = theme::panel_frame(vec2(theme::M, 0.0));
    Panel::bottom("status_bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            computes(ui, processor);
            if let Some(time) = time {
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
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(words) = learning {
                    // From the right: the way to where it can be stopped.
                    let button = Button::new(RichText::new(words).small());
                    let button = ui.add(button.min_size(vec2(0.0, 24.0)));
                    if button.on_hover_text(strings::LEARN_TIP).clicked() {
                        actions.push(Action::Enter(Workspace::Learn));
                    }
                    ui.add_space(theme::S);
                }
                exports::show_status(ui, exports, actions);
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
