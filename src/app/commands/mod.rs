//! The command line's commands, one a file.
pub mod analyze;
pub mod eval;
pub mod progress;
pub mod train;
