//! TLS: honest servers, servers with a fault in their certificates, and servers that do not keep to the protocol.
//!
//! A fault must be named precisely, must not panic, and no byte of the request may have left by then.

mod certificates;
mod client;
mod connection;
mod garbage;
mod handshakes;
mod protocol;
mod records;
mod server;
