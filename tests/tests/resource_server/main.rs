//! The front door, with an authorization server that does what a test tells it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod discovery;
mod fake;
mod introspection;
mod keys;
mod outages;
mod signed_answers;
mod support;
mod tokens;
mod userinfo;
