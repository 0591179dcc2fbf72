//! The pages of the look and of what computes.

use eframe::egui::{Button, ProgressBar, Slider, Ui};

use super::dialog::Shown;
use super::{BUDGET_MIN_MIB, MIB, SCALES, Settings, Theme, budget_max_mib};
use crate::app::theme::{self, Icon};
use crate::app::{Action, strings as words, strings::settings as strings};
use crate::engine::{Choice, Processor};

/// Theme and scale.
pub fn look(ui: &mut Ui, settings: &mut Settings) {
    theme::section(ui, strings::THEME);
    for theme in [Theme::Dark, Theme::Light, Theme::System] {
        let [name, tip] = strings::theme(theme);
        ui.radio_value(&mut settings.theme, theme, name).on_hover_text(tip);
    }
    gap(ui);
    theme::section(ui, strings::SCALE);
    ui.horizontal(|ui| {
        let smaller = SCALES.into_iter().rev().find(|scale| *scale < settings.scale);
        let larger = SCALES.into_iter().find(|scale| *scale > settings.scale);
        step(ui, settings, smaller, Icon::Minus, strings::SMALLER);
        ui.label(words::percent(settings.scale.into()));
        step(ui, settings, larger, Icon::Plus, strings::LARGER);
        if settings.scale != 1.0 && ui.button(words::RESET).clicked() {
            settings.scale = 1.0;
        }
    });
    ui.label(theme::weak(strings::SCALE_DETAIL));
    if ui.ctx().zoom_factor() < settings.scale - 1e-3 {
        ui.label(strings::SCALE_ROOM);
    }
}

/// A button to another scale.
fn step(ui: &mut Ui, settings: &mut Settings, to: Option<f32>, icon: Icon, name: &str) {
    let button = ui.add_enabled(to.is_some(), Button::new(theme::icon(icon)));
    if let Some(scale) = to
        && button.accessible_name(name).on_hover_text(name).clicked()
    {
        settings.scale = scale;
    }
}

/// What renders, and what it may keep.
pub fn computing(
    ui: &mut Ui,
    settings: &mut Settings,
    shown: &Shown<'_>,
    actions: &mut Vec<Action>,
) {
    theme::section(ui, strings::ENGINE);
    let now = match shown.processor {
        None => words::STARTING.to_owned(),
        Some(Processor::Gpu { name, backend }) => strings::on_gpu(name, backend),
        Some(Processor::Cpu { threads, reason }) => strings::on_processor(reason, *threads),
    };
    ui.label(now);
    for choice in Choice::ALL {
        let [name, tip] = strings::engine(choice);
        ui.radio_value(&mut settings.engine, choice, name).on_hover_text(tip);
    }
    let is_on_cpu = matches!(shown.processor, Some(Processor::Cpu { .. }));
    if is_on_cpu && settings.engine != Choice::Cpu {
        let again = ui.button(strings::TRY_AGAIN).on_hover_text(strings::TRY_AGAIN_TIP);
        if again.clicked() {
            actions.push(Action::Settings(super::Action::TryAgain));
        }
    }
    gap(ui);
    theme::section(ui, strings::MEMORY);
    let mut is_own = settings.budget_mib.is_none();
    ui.checkbox(&mut is_own, strings::OWN_BUDGET).on_hover_text(strings::OWN_BUDGET_TIP);
    let mut mib = settings.budget() / MIB;
    ui.add_enabled_ui(!is_own, |ui| {
        ui.spacing_mut().slider_width = 280.0;
        ui.visuals_mut().selection.bg_fill = theme::of(ui).filled;
        let slider = Slider::new(&mut mib, BUDGET_MIN_MIB..=budget_max_mib());
        ui.add(slider.logarithmic(true).suffix("\u{a0}MiB")).accessible_name(strings::MEMORY);
    });
    settings.budget_mib = (!is_own).then_some(mib);
    let (used, budget) = (shown.memory.used, shown.memory.budget);
    let share = used as f32 / budget.max(1) as f32;
    ui.add(ProgressBar::new(share).desired_width(280.0).desired_height(6.0));
    ui.label(theme::weak(strings::memory_used(used, shown.memory.graphics, budget)));
}

/// Where edits are kept.
pub fn files(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    theme::section(ui, strings::EDITS);
    let mut beside = shown.beside;
    let switch = ui.checkbox(&mut beside, words::BESIDE);
    if switch.on_hover_text(words::BESIDE_TIP).changed() {
        actions.push(Action::KeepBeside(beside));
    }
    if let Some(folder) = shown.kept_in {
        ui.label(theme::weak(strings::kept_in(folder)));
    }
}

/// Between two sections.
fn gap(ui: &mut Ui) {
    ui.add_space(theme::M);
}
