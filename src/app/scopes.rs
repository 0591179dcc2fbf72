//! The histogram of what the filters make of the whole photo, and what clips.

use std::sync::Arc;

use eframe::egui::{
    Button, Color32, Context, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::clipping::Clipping;
use super::shortcuts::{Shortcut, tip};
use super::strings::scopes as strings;
use super::{App, sections, theme};
use crate::engine::{Command, Studied, Study, Ticket};
use crate::render::{Histogram, LEVELS};

const HEIGHT: f32 = 84.0;
/// Red, green and blue where they lie over the panel; where they overlap they add up.
const CHANNELS: [Color32; 3] = [
    Color32::from_rgb_additive(120, 30, 30),
    Color32::from_rgb_additive(25, 95, 30),
    Color32::from_rgb_additive(35, 50, 130),
];

/// What is known of the edit besides its picture.
#[derive(Default)]
pub struct Scopes {
    is_open: bool,
    asked: Option<(Ticket, Study)>,
    found: Option<Histogram>,
}

/// What the user asks for here.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// The section is open, or folded.
    Open(bool),
    /// Show where one end clips, or no longer.
    Toggle(End),
}

/// An end of the range of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Shadows,
    Highlights,
}

impl Scopes {
    /// Takes a histogram, if one was asked for.
    pub fn take(&mut self, histogram: Option<Histogram>) {
        self.found = histogram.or_else(|| self.found.take());
    }
}

impl App {
    pub(super) fn scopes_act(&mut self, action: Action) {
        match action {
            Action::Open(is_open) => self.scopes.is_open = is_open,
            Action::Toggle(End::Shadows) => self.clipping.shadows = !self.clipping.shadows,
            Action::Toggle(End::Highlights) => self.clipping.highlights = !self.clipping.highlights,
        }
    }

    /// Takes an answer of the engine's, unless it is to an older question.
    pub(super) fn take_study(&mut self, ctx: &Context, ticket: Ticket, studied: Studied) {
        if self.scopes.asked.as_ref().is_some_and(|(asked, _)| *asked == ticket) {
            self.scopes.take(studied.histogram);
            self.xray.take(ctx, &studied.sheets);
            self.masking.take(ctx, studied.cover.as_ref());
        }
    }

    /// Asks the engine about the edit, if somebody sees the answer.
    pub(super) fn send_study(&mut self) {
        let inside = self.stack.place_in_edit().filter(|_| self.xray.is_open);
        let mask = self.stack.place_in_edit().filter(|_| {
            let is_masked = self.stack.layer().is_some_and(|layer| layer.mask.is_some());
            is_masked && self.masking.is_open && self.masking.shows
        });
        let histogram = self.scopes.is_open;
        let is_asked = histogram || inside.is_some() || mask.is_some();
        let Some(photo) = self.photo.clone().filter(|_| is_asked) else { return };
        let study = Study { photo, edit: self.stack.edit(), histogram, inside, mask };
        if self.scopes.asked.as_ref().is_some_and(|(_, asked)| *asked == study) {
            return;
        }
        // Of another photo the last answer says nothing; of another edit, until the next is there.
        let is_other = |(_, it): &(Ticket, Study)| !Arc::ptr_eq(&it.photo, &study.photo);
        if self.scopes.asked.as_ref().is_some_and(is_other) {
            self.scopes.found = None;
            self.xray.clear();
            self.masking.clear();
        }
        let ticket = self.ticket();
        self.engine.send(Command::Study(ticket, study.clone()));
        self.scopes.asked = Some((ticket, study));
    }
}

/// Shows it, folded until it is opened.
pub fn show(ui: &mut Ui, scopes: &Scopes, clipping: Clipping, actions: &mut Vec<super::Action>) {
    let section = sections::show(ui, "histogram", strings::HISTOGRAM, |ui| {
        let found = scopes.found.as_ref();
        histogram(ui, found);
        ui.columns_const(|[left, right]| {
            clipped(left, End::Shadows, clipping, found, actions);
            clipped(right, End::Highlights, clipping, found, actions);
        });
    });
    let is_open = section.openness > 0.0;
    if is_open != scopes.is_open {
        actions.push(super::Action::Scopes(Action::Open(is_open)));
    }
}

/// The button of an end, and how much of the photo clips there.
fn clipped(
    ui: &mut Ui,
    end: End,
    clipping: Clipping,
    found: Option<&Histogram>,
    actions: &mut Vec<super::Action>,
) {
    let (name, words, shortcut, is_on) = match end {
        End::Shadows => {
            (strings::SHADOWS, strings::SHADOWS_TIP, Shortcut::Shadows, clipping.shadows)
        }
        End::Highlights => {
            let is_on = clipping.highlights;
            (strings::HIGHLIGHTS, strings::HIGHLIGHTS_TIP, Shortcut::Highlights, is_on)
        }
    };
    ui.spacing_mut().item_spacing.y = theme::XS;
    let width = ui.available_width();
    let button = ui.add(Button::new(name).selected(is_on).min_size(vec2(width, 0.0)));
    if tip(button, words, shortcut).clicked() {
        actions.push(super::Action::Scopes(Action::Toggle(end)));
    }
    let Some(found) = found else { return };
    let clipped = match end {
        End::Shadows => found.shadows,
        End::Highlights => found.highlights,
    };
    let [by_edit, before] = strings::clipped(clipped, found.pixels);
    ui.label(theme::weak(by_edit)).on_hover_text(strings::BY_FILTER_TIP);
    ui.label(theme::weak(before)).on_hover_text(strings::BEFORE_TIP);
}

fn histogram(ui: &mut Ui, found: Option<&Histogram>) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, strings::HISTOGRAM));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::CORNER, theme::of(ui).field);
    let Some(found) = found else {
        theme::words_at(ui, rect, strings::COUNTING);
        return;
    };
    response.on_hover_text(strings::HISTOGRAM_TIP);
    let inner = rect.shrink(2.0);
    let scale = scale(found);
    let height = |count: u32| (count as f32 * scale).min(1.0) * inner.height();
    let x = |level: usize| inner.left() + (level as f32 + 0.5) / LEVELS as f32 * inner.width();
    for (counts, colour) in found.counts.iter().zip(CHANNELS) {
        painter.add(area(inner, counts.map(height), x, colour));
    }
    let line =
        (0..LEVELS).map(|level| pos2(x(level), inner.bottom() - height(found.counts[3][level])));
    painter.add(Shape::line(line.collect(), Stroke::new(1.0, theme::of(ui).text)));
    // A quarter of the range each.
    for quarter in 1..4 {
        let at = inner.left() + inner.width() * quarter as f32 / 4.0;
        painter.vline(at, inner.y_range(), Stroke::new(1.0, Color32::from_white_alpha(10)));
    }
}

/// One over the count that reaches the top: peaks at the ends, which clip, and lone spikes do not
/// press the rest down.
fn scale(found: &Histogram) -> f32 {
    let inner = found.counts.iter().flat_map(|counts| &counts[1..LEVELS - 1]);
    let mut counts: Vec<u32> = inner.copied().collect();
    counts.sort_unstable();
    let high = counts[counts.len() * 995 / 1000];
    1.0 / (1.1 * (high.max(found.pixels / 4000).max(1)) as f32)
}

/// The area under a curve.
fn area(rect: Rect, heights: [f32; LEVELS], x: impl Fn(usize) -> f32, colour: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for (level, height) in heights.into_iter().enumerate() {
        let corners: [Pos2; 2] =
            [pos2(x(level), rect.bottom()), pos2(x(level), rect.bottom() - height)];
        for corner in corners {
            mesh.colored_vertex(corner, colour);
        }
        if level > 0 {
            let at = 2 * level as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    Shape::mesh(mesh)
}
