//! The client of HTTP against servers that follow a script (RFC 9110, RFC 9112).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod content;
mod deadlines;
mod framing;
mod polling;
mod reqwless;
mod session;
mod sizes;
mod sockets;
mod support;
