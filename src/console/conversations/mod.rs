//! Conversations: looking at them, and acting on them.

pub(super) mod acting;
pub(super) mod files;
pub(super) mod looking;
