//! The queue's rows, over the photo: a row for each file with its state.

use eframe::egui::{
    Align, Align2, Area, Button, Context, Frame, Id, Label, Layout, ProgressBar, Rect, RichText,
    ScrollArea, Ui, vec2,
};

use super::Action;
use super::queue::{Queue, Row, State};
use crate::app::strings::{self, export as words};
use crate::app::{self, theme};

const WIDTH: f32 = 480.0;
const ROW: f32 = 44.0;
/// Rows that are seen without scrolling.
const ROWS: usize = 6;

/// The row that the list follows: the one that is being written, once whenever that is another one,
/// and as long as the user does not look elsewhere.
#[derive(Debug, Default)]
pub struct Follow {
    /// The row that was scrolled to.
    row: Option<u64>,
    /// Whether it was in sight in the last pass.
    is_seen: bool,
}

impl Follow {
    /// Whether to scroll to `row` now, which is being written.
    fn turns_to(&mut self, row: u64) -> bool {
        let is_with_it = self.row.is_none() || self.is_seen;
        self.row.replace(row) != Some(row) && is_with_it
    }
}

/// Shows it in the lower right corner of the picture area.
pub fn show(
    ctx: &Context,
    canvas: Rect,
    queue: &Queue,
    follow: &mut Follow,
    actions: &mut Vec<app::Action>,
) {
    let corner = canvas.right_bottom() - vec2(theme::M, theme::M);
    let area = Area::new(Id::unique("exports")).fixed_pos(corner).pivot(Align2::RIGHT_BOTTOM);
    area.show(ctx, |ui| {
        let frame = Frame::window(ui.style()).inner_margin(theme::S);
        frame.show(ui, |ui| {
            ui.set_width(WIDTH);
            head(ui, queue, actions);
            let rows = queue.rows();
            let height = ROW * rows.len().min(ROWS) as f32;
            ui.spacing_mut().item_spacing.y = 0.0;
            let running = rows.iter().position(|row| matches!(row.state, State::Running(_)));
            let turned_to = running.filter(|at| follow.turns_to(rows[*at].id));
            let mut scroll = ScrollArea::vertical().max_height(height).auto_shrink([false, true]);
            if let Some(at) = turned_to {
                // In the middle, as far as there are rows around it.
                let last = ROW * rows.len() as f32 - height;
                let middle = (at as f32 + 0.5) * ROW - height / 2.0;
                scroll = scroll.vertical_scroll_offset(middle.clamp(0.0, last.max(0.0)));
            }
            let shown = scroll.show_rows(ui, ROW, rows.len(), |ui, range| {
                for row in &rows[range] {
                    ui.push_id(row.id, |ui| show_row(ui, row, actions));
                }
            });
            if let Some(at) = running {
                let (top, seen) = (at as f32 * ROW, shown.state.clamped_offset().y);
                follow.is_seen = top + ROW > seen && top < seen + height;
            }
        });
    });
}

fn head(ui: &mut Ui, queue: &Queue, actions: &mut Vec<app::Action>) {
    let mut push = |action| actions.push(app::Action::Export(action));
    let line = vec2(WIDTH, theme::CONTROL);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        if ui.button(strings::CLOSE).clicked() {
            push(Action::ToggleList);
        }
        if queue.is_busy() && ui.button(words::CANCEL_ALL).clicked() {
            push(Action::CancelAll);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            theme::section(ui, words::QUEUE);
            ui.label(theme::weak(words::outcome(queue.counts())));
        });
    });
}

fn show_row(ui: &mut Ui, row: &Row, actions: &mut Vec<app::Action>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let mut ui = ui.new_child(
        eframe::egui::UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)),
    );
    buttons(&mut ui, row, actions);
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add_space(theme::XS);
        let name = strings::file_name(row.target());
        ui.add(Label::new(name).truncate()).on_hover_text(row.target().display().to_string());
        match &row.state {
            State::Waiting => {
                ui.label(theme::weak(words::WAITING));
            }
            State::Running(done) => {
                ui.horizontal(|ui| {
                    let bar = ProgressBar::new(*done).desired_width(160.0).desired_height(6.0);
                    ui.add(bar);
                    ui.label(theme::weak(words::writing(*done)));
                });
            }
            State::Saved => {
                ui.label(theme::weak(words::SAVED));
            }
            State::Failed { sentence, .. } => {
                ui.add(Label::new(theme::weak(sentence.as_str())).truncate())
                    .on_hover_text(sentence);
            }
            State::Cancelled => {
                ui.label(theme::weak(words::CANCELLED));
            }
        }
    });
}

/// What can be done with a row, from right to left.
fn buttons(ui: &mut Ui, row: &Row, actions: &mut Vec<app::Action>) {
    let mut button = |words: &str, action: app::Action| {
        let button = Button::new(RichText::new(words).small()).min_size(vec2(0.0, 24.0));
        if ui.add(button).accessible_name(words::about(words, row.target())).clicked() {
            actions.push(action);
        }
    };
    let retry = |overwrite| app::Action::Export(Action::Retry { id: row.id, overwrite });
    match &row.state {
        State::Waiting | State::Running(_) => {
            button(strings::CANCEL, app::Action::Export(Action::Cancel(row.id)));
        }
        State::Saved => {
            let file = row.target().to_owned();
            button(strings::SHOW_IN_FOLDER, app::Action::ShowInFolder(file));
        }
        State::Failed { exists, .. } => {
            button(words::RETRY, retry(false));
            if *exists {
                button(words::REPLACE, retry(true));
            }
        }
        State::Cancelled => button(words::RETRY, retry(false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_turned_to_once_and_not_against_the_user() {
        let mut follow = Follow::default();
        assert!(follow.turns_to(1), "when the list is opened");
        follow.is_seen = true;
        assert!(!follow.turns_to(1) && follow.turns_to(2));
        follow.is_seen = false;
        assert!(!follow.turns_to(3), "the user looks elsewhere");
        follow.is_seen = true;
        assert!(!follow.turns_to(3) && follow.turns_to(4));
    }
}
