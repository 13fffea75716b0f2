//! The outside tests: the real binary, over its real sockets; and the store, on both of
//! its databases.
//!
//! All but `store`, `articles`, `lessons`, `threads`, `people`, `webhooks` and `desk` know docs/interfaces.md and
//! nothing else, so they hold for any server that keeps that contract. `support` starts
//! servers and speaks their protocols; each other module is one topic.

mod agents;
mod answers;
mod articles;
mod chat;
mod client;
mod console;
mod contract;
mod crash;
mod desk;
mod durability;
mod faults;
mod floors;
mod help;
mod indexing;
mod inputs;
mod knowledge;
mod languages;
mod lessons;
mod lifecycle;
mod limits;
mod load;
mod mail;
mod people;
mod privacy;
mod resume;
mod signing_in;
mod socket;
mod sources;
mod store;
mod story;
mod support;
mod teaching;
mod threads;
mod webhooks;
mod written_data;
