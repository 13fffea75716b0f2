//! The shop as its owner sets it up: inboxes, hours, assignment, mail, webhooks.

pub(super) mod channels;
pub(super) mod inboxes;
pub(super) mod mails;
pub(super) mod settings;
pub(super) mod webhooks;
