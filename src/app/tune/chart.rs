//! A tiny chart of a knob's values: how close the filter comes, as a line, and what it costs, as bars.

use eframe::egui::{Rect, Response, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::super::theme;
use super::evidence::{Point, falls};
use super::knobs::Knob;

const HEIGHT: f32 = 24.0;
/// Half the width of a bar.
const BAR: f32 = 3.0;
/// What the line's height stands for at least, in dB: less would show noise as hills.
const SPAN_MIN: f64 = 1.0;

/// Shows it under the knob's slider, whose handle goes from `radius` to the end less that.
pub fn show(ui: &mut Ui, knob: &Knob, points: &[Point], radius: f32) -> Response {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let x = |value: f64| rect.left() + radius + knob.share(value) * (rect.width() - 2.0 * radius);
    let painter = ui.painter_at(rect);
    let cost_max = points.iter().map(|point| point.cost).fold(0.0, f64::max);
    for point in points {
        let height = (point.cost / cost_max) as f32 * rect.height();
        let bar = Rect::from_min_max(
            pos2(x(point.value) - BAR, rect.bottom() - height.max(1.0)),
            pos2(x(point.value) + BAR, rect.bottom()),
        );
        painter.rect_filled(bar, 1.0, theme::of(ui).raised);
    }
    let known: Vec<(f64, f64)> =
        points.iter().filter_map(|point| Some((point.value, point.psnr?))).collect();
    let best = known.iter().map(|(_, psnr)| *psnr).fold(f64::NEG_INFINITY, f64::max);
    let worst = known.iter().map(|(_, psnr)| *psnr).fold(f64::INFINITY, f64::min);
    let span = (best - worst).max(SPAN_MIN);
    let y = |psnr: f64| rect.top() + 3.0 + ((best - psnr) / span) as f32 * (rect.height() - 6.0);
    let line: Vec<_> = known.iter().map(|(value, psnr)| pos2(x(*value), y(*psnr))).collect();
    painter.add(Shape::line(line, Stroke::new(1.5, theme::of(ui).text)));
    // Where it begins to fall, the line is marked.
    for value in falls(points).into_iter().flatten() {
        let Some((_, psnr)) = known.iter().find(|(at, _)| *at == value) else { continue };
        let (x, y) = (x(value), y(*psnr));
        painter.line_segment(
            [pos2(x, y - 4.0), pos2(x, y + 4.0)],
            Stroke::new(1.5, theme::of(ui).strong),
        );
    }
    response
}
