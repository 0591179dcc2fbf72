//! The right column: what is to be learned, the run, and what it came to.

use eframe::egui::{
    Align, Button, Frame, Label, Layout, Margin, Panel, ProgressBar, RichText, ScrollArea, Stroke,
    TextEdit, Ui, vec2,
};

use super::run::{End, Run};
use super::runner::Wish;
use super::{Action, Effort, Learn, chart, outcome, strings};
use crate::app::shortcuts::{Shortcut, tip};
use crate::app::{self, theme};
use crate::train::learn::Rung;

const WIDTH: f32 = 280.0;
/// An improvement within this last part of the time counts as still improving.
const RECENT: f64 = 0.25;

/// Shows it.
pub fn show(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>, actions: &mut Vec<app::Action>) {
    let frame = theme::panel_frame(ui, vec2(theme::M, theme::S));
    Panel::right("run").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match &learn.run {
            None => {
                interrupted(ui, learn, own);
                order(ui, learn, own);
            }
            Some(run) => match &run.end {
                None => under_way(ui, run, own),
                Some(End::Learned { .. }) => outcome::show(ui, learn, run, own, actions),
                Some(End::Failed(sentence)) => failed(ui, run, sentence, own),
                // Gone in the next pass.
                Some(End::Cancelled) => {}
            },
        });
    });
}

/// Runs that were interrupted.
fn interrupted(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>) {
    for (index, it) in learn.interrupted.iter().enumerate() {
        card(ui, |ui| {
            ui.label(strings::interrupted(&it.title));
            let pairs = it.learn.len() + it.check.len();
            ui.label(theme::weak(strings::interrupted_detail(pairs)));
            ui.horizontal(|ui| {
                if ui.add(theme::primary(ui, strings::GO_ON)).clicked() {
                    own.push(Action::GoOn(index));
                }
                if ui.button(strings::DISCARD_IT).clicked() {
                    own.push(Action::Discard(index));
                }
            });
        });
        ui.add_space(theme::S);
    }
}

/// A part that stands out.
pub fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new()
        .stroke(Stroke::new(1.0, theme::of(ui).chosen))
        .corner_radius(theme::CORNER)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui);
        });
}

/// What is to be learned.
fn order(ui: &mut Ui, learn: &Learn, own: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        theme::section(ui, strings::LEARN_A_FILTER);
    });
    let label = ui.label(theme::weak(strings::NAME));
    let mut name = learn.name.clone();
    let field = TextEdit::singleline(&mut name).desired_width(f32::INFINITY).char_limit(60);
    if ui.add(field).labelled_by(label.id).changed() {
        own.push(Action::Rename(name));
    }
    let mut carries_check = learn.carries_check;
    let switch = ui.checkbox(&mut carries_check, strings::CARRY_CHECK);
    if switch.on_hover_text(strings::CARRY_CHECK_TIP).changed() {
        own.push(Action::CarryCheck(carries_check));
    }
    ui.add_space(theme::XS);
    ui.columns_const(|columns: &mut [Ui; 2]| {
        for (ui, effort) in columns.iter_mut().zip(Effort::ALL) {
            let button = Button::new(words(effort)[0]).selected(effort == learn.effort);
            let size = vec2(ui.available_width(), theme::CONTROL);
            if ui.add_sized(size, button).clicked() {
                own.push(Action::SetEffort(effort));
            }
        }
    });
    // As high for both: Start stays where it is.
    ui.allocate_ui(vec2(ui.available_width(), 54.0), |ui| {
        ui.set_min_height(54.0);
        ui.label(theme::weak(words(learn.effort)[1]));
    });
    let obstacle = learn.obstacle();
    let size = vec2(ui.available_width(), 32.0);
    let start = ui.add_enabled_ui(obstacle.is_none(), |ui| {
        ui.add_sized(size, theme::primary(ui, strings::START))
    });
    let start = start.inner;
    if tip(start, strings::START_TIP, Shortcut::Learn).clicked() {
        own.push(Action::StartOrPause);
    }
    if let Some(obstacle) = obstacle {
        ui.label(theme::weak(obstacle));
    }
}

fn words(effort: Effort) -> [&'static str; 2] {
    match effort {
        Effort::Quick => [strings::QUICK, strings::QUICK_DETAIL],
        Effort::Thorough => [strings::THOROUGH, strings::THOROUGH_DETAIL],
    }
}

/// The title of a run and its time.
pub fn title(ui: &mut Ui, run: &Run) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(theme::weak(strings::clock(run.seconds())));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(&run.title).strong()).truncate());
            });
        });
    });
}

fn under_way(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    title(ui, run);
    ui.label(doing(run));
    let bar = run.reading.map(|[done, of]| done as f32 / of.max(1) as f32);
    // The bar keeps its room: nothing below it jumps.
    let size = vec2(ui.available_width(), 6.0);
    match bar {
        Some(share) => {
            let bar = ProgressBar::new(share).desired_width(size.x).desired_height(size.y);
            ui.add(bar.fill(theme::of(ui).text));
        }
        None => {
            ui.allocate_space(size);
        }
    }
    controls(ui, run, own);
    ui.add_space(theme::S);
    chart::show(ui, run);
    if let Some(words) = live_verdict(run) {
        ui.add_space(theme::XS);
        ui.label(words);
    }
    outcome::versions(ui, run, own);
    notes(ui, run);
}

/// What it does at this moment.
fn doing(run: &Run) -> String {
    match (run.wished(), run.reading) {
        (Some(Wish::Cancel | Wish::Leave), _) => strings::CANCELLING.to_owned(),
        (Some(Wish::Finish), _) => strings::FINISHING.to_owned(),
        (Some(Wish::Pause), _) if !run.is_paused() => strings::PAUSING.to_owned(),
        (Some(Wish::Pause), _) => strings::PAUSED.to_owned(),
        (_, Some([done, of])) if done < of => strings::reading(done, of),
        (_, Some(_)) => strings::FITTING.to_owned(),
        _ if run.points.last().is_some_and(|last| last.is_training) => strings::TRAINING.to_owned(),
        _ if !run.versions.is_empty() => strings::JUDGING.to_owned(),
        _ if run.told.is_empty() => strings::STARTING.to_owned(),
        _ => strings::FITTING.to_owned(),
    }
}

fn controls(ui: &mut Ui, run: &Run, own: &mut Vec<Action>) {
    let ends = !matches!(run.wished(), Some(Wish::GoOn | Wish::Pause));
    ui.add_enabled_ui(!ends, |ui| {
        ui.horizontal(|ui| {
            let waits = run.wished() == Some(Wish::Pause);
            let [words, hint] = if waits {
                [strings::GO_ON, strings::GO_ON_TIP]
            } else {
                [strings::PAUSE, strings::PAUSE_TIP]
            };
            // One width for both words.
            let button = ui.add(Button::new(words).min_size(vec2(84.0, 0.0)));
            if tip(button, hint, Shortcut::Learn).clicked() {
                own.push(Action::StartOrPause);
            }
            let finish = ui
                .add_enabled(!run.versions.is_empty(), Button::new(strings::FINISH))
                .on_hover_text(strings::FINISH_TIP)
                .on_disabled_hover_text(strings::FINISH_NOT_YET);
            if finish.clicked() {
                own.push(Action::Finish);
            }
            if ui.button(strings::CANCEL).on_hover_text(strings::CANCEL_TIP).clicked() {
                own.push(Action::Cancel);
            }
        });
    });
}

/// Whether a network still comes closer to photos that it has not seen.
fn live_verdict(run: &Run) -> Option<String> {
    let is_training = run.told.last().is_some_and(|last| last.rung == Rung::DgfX);
    if !is_training {
        return None;
    }
    let unseen = run.points.iter().filter_map(|point| Some((point.seconds, point.unseen?)));
    let best = unseen.reduce(|best, it| if it.1 > best.1 { it } else { best })?;
    if run.seconds() * (1.0 - RECENT) <= best.0 {
        Some(strings::STILL_IMPROVING.to_owned())
    } else {
        Some(strings::memorising(best.0, run.best_place()))
    }
}

/// Pairs that were left out, and what should be known of others.
pub fn notes(ui: &mut Ui, run: &Run) {
    if run.notes.is_empty() {
        return;
    }
    ui.add_space(theme::S);
    theme::section(ui, strings::NOTES);
    for sentence in &run.notes {
        ui.label(theme::weak(sentence));
    }
}

fn failed(ui: &mut Ui, run: &Run, sentence: &str, own: &mut Vec<Action>) {
    title(ui, run);
    card(ui, |ui| {
        ui.label(RichText::new(strings::NOTHING_LEARNED).strong());
        ui.label(sentence);
        if ui.button(strings::TRY_AGAIN).clicked() {
            own.push(Action::AddAnother);
        }
    });
    notes(ui, run);
}
