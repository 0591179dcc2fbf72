//! The base in closed form (LEARNING.md section 2): features of every pixel, sums over the pixels of
//! each example ([`Sums`]), and weights that hold on photos that were not among them ([`fit()`]).

mod candidates;
mod colour;
mod fit;
mod prior;
mod sums;

pub use candidates::Prepared;
pub use colour::colour_places;
pub use fit::{Fit, KeepGoing, fit, fit_colour};
pub use prior::{Gaussian, Prior, Projected};
pub use sums::{ERROR_MIN, Sums, View};
