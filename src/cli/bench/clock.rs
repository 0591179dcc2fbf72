//! Times and memory of repeated work.

use std::fs;
use std::time::Instant;

/// Times of several runs.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// The middle one, in milliseconds.
    pub median_ms: f64,
    /// The shortest, in milliseconds.
    pub min_ms: f64,
}

impl Time {
    /// Of measured seconds; at least one.
    pub fn of(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self { median_ms: 1e3 * seconds[seconds.len() / 2], min_ms: 1e3 * seconds[0] }
    }
}

/// Runs `work` once to warm up, then `repeat` times with the clock on.
pub fn time<E>(repeat: usize, mut work: impl FnMut() -> Result<(), E>) -> Result<Time, E> {
    work()?;
    let mut seconds = Vec::with_capacity(repeat);
    for _ in 0..repeat {
        let started = Instant::now();
        work()?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(Time::of(seconds))
}

/// Most memory that the process takes during `work` over what it has before, in MiB; None where
/// the system does not tell.
pub fn extra_mib<E>(work: impl FnOnce() -> Result<(), E>) -> Result<Option<f64>, E> {
    // Linux keeps the peak and forgets it on request.
    let forgets = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status_kib("VmRSS:");
    work()?;
    let peak = status_kib("VmHWM:");
    Ok(match (forgets, before, peak) {
        (true, Some(before), Some(peak)) => Some((peak.saturating_sub(before)) as f64 / 1024.0),
        _ => None,
    })
}

fn status_kib(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
