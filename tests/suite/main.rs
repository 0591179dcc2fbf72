//! All tests of the program from outside, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod balance;
mod cli;
mod compare_window;
mod desktop;
mod engine;
mod examples;
mod exports;
mod failures;
mod files_window;
mod gpu;
mod gradients;
mod knobs_window;
mod layers;
mod learn_window;
mod learning;
mod mask_window;
mod masks;
mod operator_files;
mod operators;
mod own;
mod parity;
mod photos;
mod queue_window;
mod residual;
mod shared;
mod shell_window;
mod snapshots;
mod studies;
mod tensors;
mod training;
mod window;
