//! The chart of closeness over time: photos that it learns from, and photos that it has not seen.

use std::ops::RangeInclusive;

use eframe::egui::{
    Align, Color32, Id, Layout, Role, Sense, Shape, Stroke, TextStyle, Ui, UiBuilder, Vec2b,
    WidgetInfo, vec2,
};
use egui_plot::{
    GridMark, HLine, HoverPosition, Line, LineStyle, Plot, PlotUi, Points, uniform_grid_spacer,
};

use super::run::{Point, Run};
use super::strings;
use crate::app::theme::{self, Palette};

const HEIGHT: f32 = 140.0;
/// Room for the numbers at the left.
const NUMBERS: f32 = 28.0;
/// The scale spans at least so many dB, or noise would look like progress.
const SPAN_MIN: f64 = 6.0;
/// Lines of the grid stand at multiples of one of these, in dB.
const STEPS: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// Most of these lines.
const LINES_MAX: f64 = 4.0;
/// Half of what a dash and its gap take.
const DASH: f32 = 3.0;

/// Shows it with what its lines mean.
pub fn show(ui: &mut Ui, run: &Run) {
    let last = run.points.last().copied();
    let words = strings::chart(
        last.and_then(|point| point.learn),
        last.and_then(|point| point.unseen),
        run.seconds(),
    );
    let colors = theme::of(ui);
    let [low, high] = range(run);
    let seconds = run.seconds().max(1.0);
    let step = STEPS.into_iter().find(|step| (high - low) / step <= LINES_MAX);
    let step = step.unwrap_or(STEPS[STEPS.len() - 1]);
    let ends = [
        GridMark { value: 0.0, step_size: seconds },
        GridMark { value: seconds, step_size: seconds },
    ];
    let plot = Plot::new("closeness")
        .height(HEIGHT)
        .sense(Sense::hover())
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_crosshair(false)
        .show_grid(Vec2b::new(false, true))
        .grid_color(colors.raised)
        .y_grid_spacer(uniform_grid_spacer(move |_| [step, step, step]))
        .x_grid_spacer(move |_| ends.to_vec())
        .y_axis_min_width(NUMBERS)
        .y_axis_formatter(|mark: GridMark, _: &RangeInclusive<f64>| format!("{:.0}", mark.value))
        .x_axis_formatter(|mark: GridMark, _: &RangeInclusive<f64>| strings::clock(mark.value))
        .label_formatter(|at| match at {
            HoverPosition::NearDataPoint { plot_name, position, .. } if !plot_name.is_empty() => {
                Some(strings::chart_point(plot_name, position.x, position.y))
            }
            _ => None,
        });
    let small = TextStyle::Small.resolve(ui.style());
    // Numbers are written in the style of bodies.
    let builder = UiBuilder::new().scope_id(Id::unique("closeness"));
    let plot = ui.scope_builder(builder, |ui| {
        ui.style_mut().text_styles.insert(TextStyle::Body, small);
        plot.show(ui, |plot| paint(plot, colors, run, seconds, [low, high]))
    });
    plot.inner.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    legend(ui, run);
}

fn paint(plot: &mut PlotUi<'_>, colors: &Palette, run: &Run, seconds: f64, [low, high]: [f64; 2]) {
    // Room for half of the last number.
    plot.set_plot_bounds_x(0.0..=seconds * 1.08);
    plot.set_plot_bounds_y(low..=high);
    if let Some(nothing) = run.nothing {
        let line = HLine::new(strings::LINE_NOTHING, nothing).color(colors.weak);
        plot.hline(line.style(LineStyle::Dashed { length: 2.0 * DASH }).allow_hover(false));
    }
    for (name, value, color) in lines(colors) {
        // What is judged by different photos does not lie on one line.
        let mut parts = run.points.chunk_by(|a, b| a.is_training == b.is_training).peekable();
        while let Some(part) = parts.next() {
            let at = |point: &Point| Some([point.seconds, value(point)?]);
            let mut places: Vec<[f64; 2]> = part.iter().filter_map(at).collect();
            let Some(last) = places.last().copied() else { continue };
            plot.points(Points::new(name, vec![last]).color(color).radius(3.0));
            // A value holds until the next one.
            let until = parts.peek().map_or(seconds, |next| next[0].seconds);
            places.push([until, last[1]]);
            plot.line(Line::new(name, places).color(color).width(1.5));
        }
    }
}

/// A line: its name, what it shows of a point, its colour.
type Curve = (&'static str, fn(&Point) -> Option<f64>, Color32);

/// The lines.
fn lines(colors: &Palette) -> [Curve; 2] {
    [
        (strings::LINE_LEARN, |point| point.learn, colors.filled),
        (strings::LINE_UNSEEN, |point| point.unseen, colors.strong),
    ]
}

/// The lowest and the highest closeness, in dB, with room around them.
fn range(run: &Run) -> [f64; 2] {
    let values = run.points.iter().flat_map(|point| [point.learn, point.unseen]);
    let values = values.chain([run.nothing]).flatten();
    let range = values.fold(None, |range: Option<[f64; 2]>, value| {
        Some(range.map_or([value, value], |[low, high]| [low.min(value), high.max(value)]))
    });
    let [low, high] = range.unwrap_or([24.0, 36.0]);
    let (middle, half) = ((low + high) / 2.0, ((high - low) * 1.15).max(SPAN_MIN) / 2.0);
    [middle - half, middle + half]
}

/// The lines' names with their last values.
fn legend(ui: &mut Ui, run: &Run) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.y = theme::XS;
        let last = |value: fn(&Point) -> Option<f64>| run.points.iter().rev().find_map(value);
        let colors = theme::of(ui);
        let [learn, unseen] = lines(colors);
        for (words, value, color) in [unseen, learn] {
            row(ui, words, last(value), color, false);
        }
        row(ui, strings::LINE_NOTHING, run.nothing, colors.weak, true);
    });
}

fn row(ui: &mut Ui, words: &str, value: Option<f64>, color: Color32, is_dashed: bool) {
    let Some(value) = value else { return };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
        let ends = [rect.left_center(), rect.right_center()];
        if is_dashed {
            let stroke = Stroke::new(1.0, color);
            ui.painter().extend(Shape::dashed_line(&ends, stroke, DASH, DASH));
        } else {
            ui.painter().line_segment(ends, Stroke::new(2.0, color));
        }
        ui.label(theme::weak(words));
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| ui.label(theme::weak(strings::decibels(value))));
    });
}
