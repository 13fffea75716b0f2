//! WhatsApp's wire format, both ways: deliveries taken apart, what a message means, and
//! messages as the Graph API wants them. Pure: values in, values out, and no call to anybody.

pub mod messages;
pub mod send;
pub mod webhook;
