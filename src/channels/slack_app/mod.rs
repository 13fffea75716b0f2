//! What any app at Slack needs, whatever it is for: the Web API with its errors and files,
//! the signature of deliveries, Socket Mode, and who somebody is. It must not know what is
//! said, nor to whom.

pub mod api;
pub mod people;
pub mod signature;
pub mod socket_mode;
