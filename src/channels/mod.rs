//! Where customers are: each channel translates its wire format to and from the engine.
//!
//! A channel holds no state of a conversation; whatever must survive lies in the log and
//! beside it. `channel` says what a channel is; `reception` keeps what vendors deliver and
//! works on it; `delivery` sends what the log tells; `render` makes messages of entries;
//! `switchboard` connects the inboxes. `webhooks` tells other systems what the log tells.

mod api;
pub mod calls;
pub mod channel;
mod delivery;
mod email;
pub mod help;
pub mod limits;
mod meta;
pub mod optout;
mod reception;
pub mod render;
mod slack;
mod slack_app;
mod slack_wire;
mod staff;
pub mod switchboard;
pub mod webhooks;
mod whatsapp;
mod whatsapp_wire;
pub mod widget;
pub mod words;

use jiff::SignedDuration;

use channel::Kind;

pub use crate::engine::files;

use crate::base::ids::random_u32;

/// Every kind of channel that there is; a new one is a folder and a line here.
pub static KINDS: &[Kind] = &[slack::KIND, whatsapp::KIND, email::KIND, api::KIND];

const FIRST_PAUSE_S: i64 = 2;
const LONGEST_PAUSE_S: i64 = 600;

/// How long to wait after the `attempts`th try: twice as long each time, a fifth more or
/// less by chance, so that many do not come back at once.
fn pause(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let millis = (FIRST_PAUSE_S << doublings).min(LONGEST_PAUSE_S) * 1000;
    let spread = millis / 5;
    SignedDuration::from_millis(millis - spread + i64::from(random_u32()) % (2 * spread + 1))
}
