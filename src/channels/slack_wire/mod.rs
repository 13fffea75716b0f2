//! Slack's wire format, both ways: what it delivers, taken apart, and what it shows, as
//! blocks. Pure: values in, values out, and no call to anybody.

pub mod blocks;
pub mod events;
