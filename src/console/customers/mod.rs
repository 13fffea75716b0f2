//! Customers: what is known of them, who they may be beside, and making one of two.

pub mod facts;
pub mod merging;
pub mod profiles;
