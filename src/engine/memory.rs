//! How much memory the engine may keep from one request to the next.

/// What is kept of photos (their pixels, smaller copies, solutions, views without an edit), and how
/// much may be: as much in graphics memory as besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Bytes that are kept in the machine's own memory.
    pub used: usize,
    /// Bytes that are kept in graphics memory.
    pub graphics: usize,
    /// Bytes that may be kept in either; what was used longest ago goes first. What the last request
    /// needed stays, but a photo that alone needs more graphics memory is not taken there.
    pub budget: usize,
}

impl Memory {
    /// 1 GiB, or a quarter of the machine's memory where that is less.
    pub fn default_budget() -> usize {
        const MOST: usize = 1 << 30;
        total_bytes().map_or(MOST, |total| MOST.min(total / 4))
    }
}

/// The machine's memory; None where the system does not say.
fn total_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: usize = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}
