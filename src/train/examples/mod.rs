//! Examples: before/after pairs, read and made ready for learning.
//!
//! ```text
//! folders, files → pairing → Pair ─→ photo::open, twice ─→ align → Alignment or Reason
//!                                                             │
//!                    Example ←─ gather (sample, pixels) ←─ repainted → Mask or Reason
//! ```
//!
//! [`read()`] turns pairs into [`Example`]s or says, pair by pair, why not. A photo's pixels are
//! dropped as soon as its example is made; [`pictures()`] reads them again.

mod align;
mod alignment;
mod at_once;
mod by_content;
mod cells;
mod example;
mod gather;
mod groups;
mod halves;
mod interpolate;
mod known;
mod linear;
mod look;
mod names;
mod pairing;
mod pictures;
mod raster;
mod read;
mod reason;
mod remark;
mod repainted;

pub use align::{Misfit, align};
pub use alignment::{Alignment, Rectangle};
pub use at_once::{Cancelled, Progress, two_at_once};
pub use example::{Example, Mask, PixelPool};
pub use groups::groups;
pub use halves::{Halves, HalvesError};
pub use known::Known;
pub use look::{Look, Packed, look, size_within};
pub use pairing::{
    Confidence, Half, Pair, Pairing, PairsError, Rule, Unpaired, ordered, pair_files, pair_folders,
    pairs_by_name, photos_in,
};
pub use pictures::pictures;
pub use read::{LeftOut, Options, Report, read, read_one};
pub use reason::Reason;
