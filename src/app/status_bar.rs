//! The status bar: what computes, how fast, and how far an export is.

use std::time::Duration;

use eframe::egui::{Align, Button, Label, Layout, Panel, ProgressBar, RichText, Ui, vec2};

use super::export::Job;
use super::{Action, Workspace, strings, theme};
use crate::engine::Processor;

const HEIGHT: f32 = 36.0;

/// Shows it.
pub fn show(
    ui: &mut Ui,
    processor: Option<&Processor>,
    time: Option<Duration>,
    job: Option<&Job>,
    learning: Option<&str>,
    actions: &mut Vec<Action>,
) {
    let frame = theme::panel_frame(ui, vec2(theme::M, 0.0));
    Panel::bottom("status_bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            computes(ui, processor);
            if let Some(time) = time {
                ui.add_space(theme::S);
                ui.label(theme::weak(strings::frame_time(time)))
                    .on_hover_text(strings::FRAME_TIME_TIP);
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
                match job {
                    None => {}
                    Some(Job::Running { target, progress, .. }) => {
                        running(ui, &strings::exporting(target, *progress), *progress, actions);
                    }
                    Some(Job::Failed(target)) => {
                        if small_button(ui, strings::DISMISS) {
                            actions.push(Action::DismissJob);
                        }
                        theme::chip(ui, &strings::not_saved(target))
                            .on_hover_text(target.display().to_string());
                    }
                    Some(Job::Saved(target)) => {
                        if small_button(ui, strings::DISMISS) {
                            actions.push(Action::DismissJob);
                        }
                        if small_button(ui, strings::SHOW_IN_FOLDER) {
                            actions.push(Action::ShowInFolder(target.clone()));
                        }
                        ui.add(
                            Label::new(RichText::new(strings::saved(target)).small()).truncate(),
                        )
                        .on_hover_text(target.display().to_string());
                    }
                }
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

/// From right to left.
fn running(ui: &mut Ui, words: &str, progress: f32, actions: &mut Vec<Action>) {
    if small_button(ui, strings::CANCEL) {
        actions.push(Action::CancelExport);
    }
    let bar = ProgressBar::new(progress).desired_width(160.0).desired_height(6.0);
    ui.add(bar.fill(theme::of(ui).text)).accessible_name(strings::EXPORT_NOW);
    ui.add(Label::new(RichText::new(words).small()).truncate());
}

fn small_button(ui: &mut Ui, words: &str) -> bool {
    ui.add(Button::new(RichText::new(words).small()).min_size(vec2(0.0, 24.0))).clicked()
}
