//! Where customers are: each channel translates its wire format to and from the engine.
//!
//! A channel holds no state of a conversation; whatever must survive lies in the log.

pub mod help;
pub mod limits;
pub mod widget;
