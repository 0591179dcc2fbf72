//! The prior's making: thousands of synthetic edits of some photos, and how the weights of the base
//! that express them are distributed (LEARNING.md section 6).

mod colour;
mod imagined;
mod local;
mod make;
mod recipe;
mod scene;
mod stack;

pub use make::{Making, make};
pub use recipe::Kind;
