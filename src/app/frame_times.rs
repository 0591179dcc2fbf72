//! How long the window's own frames take, and how long a picture: kept for some seconds, shown over the
//! photo, and written to a file where the environment names one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eframe::egui::{Align2, Label, RichText, Ui, Vec2, vec2};

use super::{canvas::Canvas, strings, theme};
use crate::engine::{Memory, Ticket};

/// Names the file that times are written to, a line each: what, seconds since 1970, milliseconds.
const FILE: &str = "UNDERSTUDY_FRAMES";
/// Of what is shown, in points.
const SIZE: Vec2 = vec2(400.0, 72.0);
/// How far back is looked.
const SPAN: Duration = Duration::from_secs(5);

/// Times of the last seconds.
pub struct FrameTimes {
    /// The beginning of the last frame.
    last: Instant,
    /// Processor time of whole frames, painting included, in milliseconds.
    frames: VecDeque<(Instant, f64)>,
    /// From asking for a picture to having it.
    pictures: VecDeque<(Instant, f64)>,
    /// What was asked for, and when.
    asked: Option<(Ticket, Instant)>,
    file: Option<BufWriter<File>>,
}

impl FrameTimes {
    /// Nothing measured yet.
    pub fn new() -> Self {
        let file = std::env::var_os(FILE).and_then(|path| File::create(path).ok());
        Self {
            last: Instant::now(),
            frames: VecDeque::new(),
            pictures: VecDeque::new(),
            asked: None,
            file: file.map(BufWriter::new),
        }
    }

    /// The frame before this one took so many seconds.
    pub fn frame(&mut self, seconds: f32) {
        let millis = f64::from(seconds) * 1e3;
        note(&mut self.frames, millis);
        self.write("frame", millis);
        let now = Instant::now();
        let since = now - std::mem::replace(&mut self.last, now);
        self.write("interval", since.as_secs_f64() * 1e3);
    }

    /// A picture is asked for.
    pub fn ask(&mut self, ticket: Ticket) {
        self.asked = Some((ticket, Instant::now()));
    }

    /// A picture has come.
    pub fn come(&mut self, ticket: Ticket) {
        if let Some((_, asked)) = self.asked.take_if(|(asked, _)| *asked == ticket) {
            let millis = asked.elapsed().as_secs_f64() * 1e3;
            note(&mut self.pictures, millis);
            self.write("picture", millis);
        }
    }

    /// All is in the file.
    pub fn flush(&mut self) {
        if let Some(file) = &mut self.file {
            drop(file.flush());
        }
    }

    fn write(&mut self, what: &str, millis: f64) {
        let Some(file) = &mut self.file else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // What cannot be written is missing there and harms nothing.
        drop(writeln!(file, "{what},{:.4},{millis:.3}", now.as_secs_f64()));
    }

    /// Shows them in the corner of the picture area.
    pub fn show(&self, ui: &mut Ui, canvas: &Canvas, memory: Memory) {
        let lines = [
            strings::shell::frame_times(figures(&self.frames)),
            strings::shell::picture_times(figures(&self.pictures)),
            strings::shell::memory_kept(memory, resident_bytes()),
        ];
        let corner = canvas.rect.right_top() + vec2(-theme::S, theme::S);
        let rect = Align2::RIGHT_TOP.anchor_size(corner, SIZE);
        ui.painter().rect_filled(rect, theme::CORNER, theme::VEIL);
        let words = RichText::new(lines.join("\n")).monospace().color(theme::ON_PHOTO);
        ui.put(rect.shrink(theme::S), Label::new(words).extend());
    }
}

fn note(times: &mut VecDeque<(Instant, f64)>, millis: f64) {
    let now = Instant::now();
    while times.front().is_some_and(|(at, _)| now - *at > SPAN) {
        times.pop_front();
    }
    times.push_back((now, millis));
}

/// How many there are, their median, and what 99 of 100 stay below.
fn figures(times: &VecDeque<(Instant, f64)>) -> Option<(usize, f64, f64)> {
    let mut sorted: Vec<f64> = times.iter().map(|(_, millis)| *millis).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |part: f64| sorted.get(((sorted.len() as f64 - 1.0) * part).ceil() as usize).copied();
    Some((sorted.len(), at(0.5)?, at(0.99)?))
}

/// What the process has in memory; None where the system does not say.
fn resident_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: usize = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_the_values() {
        let times = (1..=200).map(|millis| (Instant::now(), f64::from(millis))).collect();
        assert_eq!(figures(&times), Some((200, 101.0, 199.0)));
        assert_eq!(figures(&VecDeque::new()), None);
    }
}
