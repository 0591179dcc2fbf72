//! The base in closed form (LEARNING.md section 2): features of every pixel, sums over the pixels of
//! each example ([`Sums`]), and weights that hold on photos that were not among them ([`fit()`]).

mod candidates;
mod colour;
mod evidence;
mod fit;
mod full;
mod posterior;
mod prepared;
mod prior;
mod ridges;
mod sums;

pub use colour::colour_places;
pub use fit::{Fit, KeepGoing, fit, fit_colour, fit_isotropic};
pub use prepared::Prepared;
pub use prior::{Gaussian, Prior, Projected};
pub use sums::{ERROR_MIN, Sums, View};
