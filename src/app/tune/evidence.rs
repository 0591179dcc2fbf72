//! What is known of tunings of a filter: what they cost, and how close the filter comes with them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::App;
use super::knobs::{Knob, knobs, settings};
use crate::edit::Layer;
use crate::engine::{Command, Question, Ticket, Weighed};
use crate::operator::{Operator, Settings, Tuning};
use crate::photo::Photo;

/// A loss of closeness that one sees in a chart, in dB: less is noise.
const LOSS: f64 = 0.1;

/// What is known of the tunings of one filter on one photo.
#[derive(Default)]
pub struct Evidence {
    /// Whether somebody sees it.
    pub is_open: bool,
    asked: Option<Asked>,
    known: VecDeque<(Settings, Weighed)>,
    /// Of each knob what was known when it was last complete: while a slider moves, nothing flickers.
    curves: [Vec<Point>; 4],
}

/// What the engine was asked for last.
struct Asked {
    /// The first question about this filter on this photo.
    since: Ticket,
    photo: Arc<Photo>,
    operator: Arc<Operator>,
    tuning: Tuning,
}

/// More is forgotten, the oldest first.
const KNOWN_MAX: usize = 500;

/// A value of a knob, and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub value: f64,
    /// Processor time in milliseconds.
    pub cost: f64,
    /// Closeness in dB.
    pub psnr: Option<f64>,
}

impl Evidence {
    /// Takes an answer.
    pub fn take(&mut self, ticket: Ticket, weighed: Weighed) {
        // What was asked while a slider was elsewhere is as true.
        let Some(asked) = self.asked.as_ref().filter(|asked| asked.since <= ticket) else { return };
        let layer = Layer { tuning: asked.tuning, ..Layer::new(Arc::clone(&asked.operator)) };
        self.known.push_back((settings(&layer.operator, &weighed.tuning), weighed));
        if self.known.len() > KNOWN_MAX {
            self.known.pop_front();
        }
        for (place, knob) in knobs(&layer).iter().enumerate() {
            let points = self.points(&layer, knob);
            if points.len() >= self.curves[place].len().min(knob.stops.len()) {
                self.curves[place] = points;
            }
        }
    }

    /// What is known of the values of the knob at a place, ascending.
    pub fn curve(&self, layer: &Layer, place: usize) -> &[Point] {
        if self.is_of(&layer.operator) { &self.curves[place] } else { &[] }
    }

    /// What is known of a knob's value, and whether it was weighed itself; else it is what the values
    /// around it come to.
    pub fn now(&self, layer: &Layer, knob: &Knob, place: usize) -> Option<(Point, bool)> {
        if let Some(point) = self.point(layer, knob, knob.value) {
            return Some((point, true));
        }
        let curve = self.curve(layer, place);
        let above = curve.iter().position(|point| point.value > knob.value)?;
        let (low, high) = (curve.get(above.checked_sub(1)?)?, curve[above]);
        let (from, to) = (knob.share(low.value), knob.share(high.value));
        let way = f64::from((knob.share(knob.value) - from) / (to - from));
        let between = |low: f64, high: f64| low + way * (high - low);
        let psnr = low.psnr.zip(high.psnr).map(|(low, high)| between(low, high));
        let cost = between(low.cost, high.cost);
        Some((Point { value: knob.value, cost, psnr }, false))
    }

    fn points(&self, layer: &Layer, knob: &Knob) -> Vec<Point> {
        let stops = knob.stops.iter().chain([&knob.value, &knob.learned]);
        let mut points: Vec<Point> = stops.filter_map(|it| self.point(layer, knob, *it)).collect();
        points.sort_by(|a, b| a.value.total_cmp(&b.value));
        points.dedup_by(|a, b| a.value == b.value);
        points
    }

    fn point(&self, layer: &Layer, knob: &Knob, value: f64) -> Option<Point> {
        let wanted = settings(&layer.operator, &knob.tuned(layer.tuning, value));
        if !self.is_of(&layer.operator) {
            return None;
        }
        let (_, weighed) = self.known.iter().find(|(settings, _)| *settings == wanted)?;
        Some(Point { value, cost: 1e3 * weighed.cost.as_secs_f64(), psnr: weighed.psnr })
    }

    fn is_of(&self, operator: &Arc<Operator>) -> bool {
        self.asked.as_ref().is_some_and(|asked| Arc::ptr_eq(&asked.operator, operator))
    }

    /// The tunings of a layer that nothing is known of, what is on screen first.
    fn unknown(&self, layer: &Layer) -> Vec<Tuning> {
        let mut tunings = vec![layer.tuning];
        for knob in knobs(layer).iter().filter(|knob| knob.missing.is_none()) {
            tunings.extend(knob.stops.iter().map(|stop| knob.tuned(layer.tuning, *stop)));
            tunings.push(knob.reset(layer.tuning));
        }
        let mut seen: Vec<Settings> = self.known.iter().map(|(settings, _)| *settings).collect();
        tunings.retain(|tuning| {
            let settings = settings(&layer.operator, tuning);
            let is_new = !seen.contains(&settings);
            seen.push(settings);
            is_new
        });
        tunings
    }
}

/// Where closeness begins to fall: the values next to the best one, to both sides, from which on it is
/// clearly lower. None where it does not fall, or nothing is known.
pub fn falls(points: &[Point]) -> [Option<f64>; 2] {
    let known: Vec<(f64, f64)> =
        points.iter().filter_map(|point| Some((point.value, point.psnr?))).collect();
    let Some(best) = known.iter().map(|(_, psnr)| *psnr).reduce(f64::max) else {
        return [None; 2];
    };
    let is_good = |(_, psnr): &&(f64, f64)| *psnr >= best - LOSS;
    let (first, last) = (known.iter().find(is_good), known.iter().rev().find(is_good));
    let below = first.filter(|first| *first != &known[0]);
    let above = last.filter(|last| *last != &known[known.len() - 1]);
    [below, above].map(|it| it.map(|(value, _)| *value))
}

impl App {
    /// Asks the engine for evidence about the layer that is tuned, if somebody sees it and the filter,
    /// its tuning or the photo is another one.
    pub(in super::super) fn send_question(
        &mut self,
        photo: Option<Arc<Photo>>,
        layer: Option<Layer>,
    ) {
        let (true, Some(photo), Some(layer)) = (self.evidence.is_open, photo, layer) else {
            return;
        };
        let Layer { operator, tuning, .. } = &layer;
        let asked = self.evidence.asked.as_ref();
        let same = asked
            .filter(|it| Arc::ptr_eq(&it.photo, &photo) && Arc::ptr_eq(&it.operator, operator));
        if same.is_some_and(|asked| asked.tuning == *tuning) {
            return;
        }
        let since = same.map(|asked| asked.since);
        if since.is_none() {
            self.evidence.known.clear();
            self.evidence.curves = Default::default();
        }
        let ticket = self.ticket();
        let (operator, tuning) = (Arc::clone(operator), *tuning);
        let tunings = self.evidence.unknown(&layer);
        let question =
            Question { photo: Arc::clone(&photo), operator: Arc::clone(&operator), tunings };
        self.engine.send(Command::Weigh(ticket, question));
        let since = since.unwrap_or(ticket);
        self.evidence.asked = Some(Asked { since, photo, operator, tuning });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(psnrs: &[f64]) -> Vec<Point> {
        let values = (0..).map(f64::from);
        let point = |(value, psnr): (f64, &f64)| Point { value, cost: 1.0, psnr: Some(*psnr) };
        values.zip(psnrs).map(point).collect()
    }

    #[test]
    fn where_closeness_falls_is_found_on_both_sides() {
        assert_eq!(falls(&points(&[28.0, 30.0, 30.05, 29.98, 27.0])), [Some(1.0), Some(3.0)]);
        assert_eq!(falls(&points(&[30.0, 30.0, 29.0])), [None, Some(1.0)]);
        assert_eq!(falls(&points(&[30.0, 30.05])), [None, None]);
        let unknown = [Point { value: 1.0, cost: 1.0, psnr: None }];
        assert_eq!(falls(&unknown), [None, None]);
    }
}
