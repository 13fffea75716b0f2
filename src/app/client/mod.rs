//! A client of the customer socket that outlives the connection and the server.
//!
//! [`Client`] keeps one visitor's conversation: it connects, says hello, resumes after a
//! lost connection where it stood, sends again what was not acknowledged, and reports
//! what it saw, including what a correct server never does (a gap, a repeated seq).
//! It is what `rapport chat` and the crash tests use; `rapport load` uses [`Connection`]
//! alone, since a load generator must not hide a lost connection.
//!
//! It knows the wire (docs/interfaces.md) and nothing of the server's inside: no
//! database, no engine. So it says of a foreign server what it says of ours.

mod address;
mod backoff;
mod connection;
mod frames;
mod ledger;
mod session;

pub use address::{Address, AddressError};
pub use backoff::Backoff;
pub use connection::{ConnectError, Connection, Received};
pub use frames::{Ack, ErrorFrame, Event, Hello, Incoming, Outgoing, Typing, Welcome};
pub use ledger::{Anomaly, Ledger};
pub use session::{Client, Gone, Options, Update};
