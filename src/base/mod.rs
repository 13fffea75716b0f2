//! The ground floor: time, identifiers, secrets and configuration.
//!
//! It knows nothing of chats, customers or shops.

pub mod boundary;
pub mod clock;
pub mod config;
pub mod cookie;
pub mod email;
pub mod home;
pub mod ids;
pub mod letter;
pub mod markdown;
pub mod outbound;
pub mod phone;
pub mod priority;
pub mod privacy;
pub mod proxy;
pub mod secret;
pub mod signed_post;
pub mod standard_webhooks;
pub mod thresholds;
pub mod vault;
pub mod website;
