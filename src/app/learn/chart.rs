//! The chart of closeness over time: photos that it learns from, and photos that it has not seen.

use eframe::egui::{
    Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle, Ui, WidgetInfo,
    pos2, remap, vec2,
};

use super::run::{Point, Run};
use super::strings;
use crate::app::theme;

const HEIGHT: f32 = 132.0;
/// Room for the numbers at the left and below, and for half a number above.
const MARGIN: [f32; 3] = [32.0, 20.0, 8.0];
/// The scale spans at least so many dB, or noise would look like progress.
const SPAN_MIN: f64 = 6.0;
/// Numbers at the left stand at multiples of one of these, in dB.
const STEPS: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// Most of these numbers.
const NUMBERS_MAX: f64 = 4.0;
/// Half of what a dash and its gap take.
const DASH: f32 = 3.0;

/// Shows it with what its lines mean.
pub fn show(ui: &mut Ui, run: &Run) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let last = run.points.last().copied();
    let words = strings::chart(
        last.and_then(|point| point.learn),
        last.and_then(|point| point.unseen),
        run.seconds(),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    if ui.is_rect_visible(rect) {
        let frame = Frame::new(rect, run);
        frame.paint(ui, run);
    }
    legend(ui, run);
}

/// Where the values lie.
struct Frame {
    rect: Rect,
    /// The longest time, in seconds.
    seconds: f64,
    /// The lowest and the highest closeness, in dB.
    range: [f64; 2],
}

impl Frame {
    fn new(rect: Rect, run: &Run) -> Self {
        let [left, bottom, top] = MARGIN;
        let rect = Rect::from_min_max(rect.min + vec2(left, top), rect.max - vec2(4.0, bottom));
        let values = run.points.iter().flat_map(|point| [point.learn, point.unseen]);
        let values = values.chain([run.nothing]).flatten();
        let range = values.fold(None, |range: Option<[f64; 2]>, value| {
            Some(range.map_or([value, value], |[low, high]| [low.min(value), high.max(value)]))
        });
        let [low, high] = range.unwrap_or([24.0, 36.0]);
        let (middle, half) = ((low + high) / 2.0, ((high - low) * 1.15).max(SPAN_MIN) / 2.0);
        Self { rect, seconds: run.seconds().max(1.0), range: [middle - half, middle + half] }
    }

    fn at(&self, seconds: f64, psnr: f64) -> Pos2 {
        let [low, high] = self.range;
        pos2(
            remap(
                seconds,
                0.0..=self.seconds,
                f64::from(self.rect.left())..=self.rect.right().into(),
            ) as f32,
            remap(psnr, low..=high, f64::from(self.rect.bottom())..=self.rect.top().into()) as f32,
        )
    }

    fn paint(&self, ui: &Ui, run: &Run) {
        let (painter, colors) = (ui.painter(), theme::of(ui));
        let font = TextStyle::Small.resolve(ui.style());
        let [low, high] = self.range;
        let step = STEPS.into_iter().find(|step| (high - low) / step <= NUMBERS_MAX);
        let step = step.unwrap_or(STEPS[STEPS.len() - 1]);
        let mut value = (low / step).ceil() * step;
        while value <= high {
            let y = self.at(0.0, value).y;
            painter.hline(self.rect.x_range(), y, Stroke::new(1.0, colors.raised));
            let at = pos2(self.rect.left() - 6.0, y);
            painter.text(
                at,
                Align2::RIGHT_CENTER,
                format!("{value:.0}"),
                font.clone(),
                colors.weak,
            );
            value += step;
        }
        let foot = self.rect.bottom() + 4.0;
        let corners = [
            (self.rect.left_bottom(), Align2::LEFT_TOP, strings::clock(0.0)),
            (self.rect.right_bottom(), Align2::RIGHT_TOP, strings::clock(self.seconds)),
        ];
        for (corner, align, words) in corners {
            painter.text(pos2(corner.x, foot), align, words, font.clone(), colors.weak);
        }
        if let Some(nothing) = run.nothing {
            let ends = [self.at(0.0, nothing), self.at(self.seconds, nothing)];
            painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, colors.weak), DASH, DASH));
        }
        self.line(painter, &run.points, |point| point.learn, colors.filled);
        self.line(painter, &run.points, |point| point.unseen, colors.strong);
    }

    fn line(
        &self,
        painter: &Painter,
        points: &[Point],
        value: impl Fn(&Point) -> Option<f64>,
        color: Color32,
    ) {
        let at = |point: &Point| Some(self.at(point.seconds, value(point)?));
        let mut parts = points.chunk_by(|a, b| a.is_training == b.is_training).peekable();
        while let Some(part) = parts.next() {
            let mut line: Vec<Pos2> = part.iter().filter_map(at).collect();
            let Some(last) = line.last().copied() else { continue };
            painter.circle_filled(last, 3.0, color);
            // A value holds until the next one.
            let until = parts.peek().and_then(|next| at(next.first()?));
            line.push(pos2(until.map_or(self.rect.right(), |next| next.x), last.y));
            painter.line(line, Stroke::new(1.5, color));
        }
    }
}

/// The lines' meaning, with their last values: numbers beside colours.
fn legend(ui: &mut Ui, run: &Run) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.y = theme::XS;
        rows(ui, run);
    });
}

fn rows(ui: &mut Ui, run: &Run) {
    let last = |value: fn(&Point) -> Option<f64>| run.points.iter().rev().find_map(value);
    let colors = theme::of(ui);
    let rows = [
        (strings::LINE_UNSEEN, last(|point| point.unseen), colors.strong, false),
        (strings::LINE_LEARN, last(|point| point.learn), colors.filled, false),
        (strings::LINE_NOTHING, run.nothing, colors.weak, true),
    ];
    for (words, value, color, is_dashed) in rows {
        let Some(value) = value else { continue };
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
            let right = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
            ui.with_layout(right, |ui| ui.label(theme::weak(strings::decibels(value))));
        });
    }
}
