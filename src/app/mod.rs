//! The roof: wiring, lifecycle, telemetry and the command line.

pub mod asyncapi;
pub mod client;
pub mod commands;
mod database;
mod demo;
mod export;
mod first_owner;
mod http;
mod import;
mod lifecycle;
mod output;
mod reset;
mod sample;
pub mod serve;
mod taught;
pub mod telemetry;
mod watch;
mod web;
