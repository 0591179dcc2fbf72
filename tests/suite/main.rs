//! All tests of the program from outside, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod gpu;
mod operators;
mod parity;
mod shared;
