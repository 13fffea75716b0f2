//! The roof: wiring, lifecycle, telemetry and the command line.
pub mod commands;
