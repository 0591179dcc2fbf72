//! What the status bar says of the queue: nothing while it is empty.

use eframe::egui::{Button, Label, ProgressBar, RichText, Ui, vec2};

use super::queue::{Queue, Row, State};
use super::{Action, Exports};
use crate::app::strings::{self, export as words};
use crate::app::{self, theme};

/// Shows it, from right to left.
pub fn show(ui: &mut Ui, exports: &Exports, actions: &mut Vec<app::Action>) {
    let queue = &exports.queue;
    if queue.rows().is_empty() {
        return;
    }
    if queue.rows().len() > 1 {
        let list = Button::new(RichText::new(words::LIST).small()).selected(exports.is_listed);
        if ui.add(list.min_size(vec2(0.0, 24.0))).on_hover_text(words::LIST_TIP).clicked() {
            actions.push(app::Action::Export(Action::ToggleList));
        }
    }
    if queue.is_busy() {
        busy(ui, queue, actions);
        return;
    }
    if small_button(ui, strings::DISMISS) {
        actions.push(app::Action::Export(Action::Dismiss));
    }
    match queue.rows() {
        [row] => one(ui, row, actions),
        _ => {
            let counts = queue.counts();
            let outcome = words::outcome(counts);
            if counts.failed > 0 {
                theme::chip(ui, &outcome).on_hover_text(words::LIST_TIP);
            } else {
                ui.add(Label::new(RichText::new(outcome).small()).truncate());
            }
        }
    }
}

fn busy(ui: &mut Ui, queue: &Queue, actions: &mut Vec<app::Action>) {
    let counts = queue.counts();
    let is_one = counts.all == 1;
    if small_button(ui, if is_one { strings::CANCEL } else { words::CANCEL_ALL }) {
        actions.push(app::Action::Export(Action::CancelAll));
    }
    let (target, done) = match queue.running() {
        Some(row @ Row { state: State::Running(done), .. }) => (row.target(), *done),
        // What was cancelled is about to end.
        _ => return,
    };
    let all = (counts.over() as f32 + done) / counts.all as f32;
    let bar = ProgressBar::new(all).desired_width(160.0).desired_height(6.0);
    ui.add(bar).accessible_name(strings::EXPORT_NOW);
    let sentence =
        if is_one { strings::exporting(target, done) } else { words::exporting(counts, target) };
    ui.add(Label::new(RichText::new(sentence).small()).truncate());
}

/// What became of the only one.
fn one(ui: &mut Ui, row: &Row, actions: &mut Vec<app::Action>) {
    let target = row.target();
    match &row.state {
        State::Saved => {
            if small_button(ui, strings::SHOW_IN_FOLDER) {
                actions.push(app::Action::ShowInFolder(target.to_owned()));
            }
            ui.add(Label::new(RichText::new(strings::saved(target)).small()).truncate())
                .on_hover_text(target.display().to_string());
        }
        State::Failed { sentence, exists } => {
            if small_button(ui, words::RETRY) {
                let retry = Action::Retry { id: row.id, overwrite: false };
                actions.push(app::Action::Export(retry));
            }
            if *exists && small_button(ui, words::REPLACE) {
                actions.push(app::Action::Export(Action::Retry { id: row.id, overwrite: true }));
            }
            theme::chip(ui, &strings::not_saved(target)).on_hover_text(sentence);
        }
        _ => {
            ui.label(RichText::new(words::about(words::CANCELLED, target)).small());
        }
    }
}

fn small_button(ui: &mut Ui, words: &str) -> bool {
    ui.add(Button::new(RichText::new(words).small()).min_size(vec2(0.0, 24.0))).clicked()
}
