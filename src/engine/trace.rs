//! A record of how long pictures take after what asks for them, such as the values of a slider that
//! is dragged.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Ticket;

/// Times from inputs to pictures. An input that was passed over, since a newer one had come, is
/// answered by the picture of that newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// Of each input that was answered.
    pub times: Vec<Duration>,
    /// How many pictures answered them.
    pub pictures: usize,
}

impl Latencies {
    /// The time that `share` of the inputs, 0..1, did not exceed; nothing without inputs.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let rank = (share * times.len() as f64).ceil() as usize;
        times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Writes a line for every picture, and one for every drag, to a file.
#[derive(Debug)]
pub(super) struct Trace {
    file: File,
    began: Instant,
    /// Inputs that no picture has answered.
    waiting: Vec<(Ticket, Instant)>,
    /// The drag at hand.
    drag: Latencies,
    last_input: Option<Instant>,
}

/// Inputs further apart are not one drag.
const PAUSE: Duration = Duration::from_millis(500);
/// Fewer inputs are no drag.
const DRAG_MIN: usize = 10;

impl Trace {
    /// Writes to `file` from now on, in the place of what is there.
    ///
    /// # Errors
    /// What the system says where that is not possible.
    pub fn create(file: &Path) -> std::io::Result<Self> {
        Ok(Self {
            file: File::create(file)?,
            began: Instant::now(),
            waiting: Vec::new(),
            drag: Latencies::default(),
            last_input: None,
        })
    }

    /// Pictures were asked for.
    pub fn asked(&mut self, ticket: Ticket, sent: Instant) {
        if self.last_input.is_some_and(|last| sent.saturating_duration_since(last) > PAUSE) {
            self.end_drag();
        }
        self.last_input = Some(sent);
        self.waiting.push((ticket, sent));
    }

    /// All panes of a ticket have their first pictures, made in `time` by `engine`.
    pub fn shown(&mut self, ticket: Ticket, time: Duration, engine: &str) {
        let now = Instant::now();
        let (answered, waiting): (Vec<_>, _) =
            self.waiting.drain(..).partition(|(asked, _)| *asked <= ticket);
        self.waiting = waiting;
        let latency = |sent: Instant| now.saturating_duration_since(sent);
        let times: Vec<Duration> = answered.iter().map(|(_, sent)| latency(*sent)).collect();
        let (Some(oldest), Some(newest)) = (times.first(), times.last()) else { return };
        let line = json!({
            "what": "picture",
            "at_ms": milliseconds(now - self.began),
            "ticket": ticket.0,
            "engine": engine,
            "inputs": times.len(),
            "oldest_ms": milliseconds(*oldest),
            "newest_ms": milliseconds(*newest),
            "render_ms": milliseconds(time),
        });
        self.write(&line);
        self.drag.times.extend(times);
        self.drag.pictures += 1;
    }

    fn end_drag(&mut self) {
        let drag = std::mem::take(&mut self.drag);
        if drag.times.len() >= DRAG_MIN {
            let line = json!({
                "what": "drag",
                "inputs": drag.times.len(),
                "pictures": drag.pictures,
                "median_ms": milliseconds(drag.quantile(0.5)),
                "p99_ms": milliseconds(drag.quantile(0.99)),
            });
            self.write(&line);
        }
    }

    /// A record that cannot be written is no reason to stop what is recorded.
    fn write(&mut self, line: &Value) {
        drop(writeln!(self.file, "{line}"));
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.end_drag();
    }
}

fn milliseconds(time: Duration) -> f64 {
    (1e6 * time.as_secs_f64()).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let all = Latencies { times, pictures: 3 };
        assert_eq!(all.quantile(0.5), Duration::from_millis(100));
        assert_eq!(all.quantile(0.99), Duration::from_millis(198));
        assert_eq!(all.quantile(1.0), Duration::from_millis(200));
        assert_eq!(Latencies::default().quantile(0.5), Duration::ZERO);
    }
}
