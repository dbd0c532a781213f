//! The calls of an OAuth 2.0 resource server to its authorization server, from a microcontroller.
//!
//! [`bearward_core`] verifies tokens that say all by themselves and needs no network. This crate is for the rest: what is
//! asked, and how the answer is judged, stands there too; here is what sends it.
//!
//! | what | where | by |
//! |---|---|---|
//! | where a call goes | [`Url`] | RFC 3986, RFC 9110 §4.2 |
//! | the calls, one by one or several on a connection | [`HttpClient`], [`Session`], [`Response`] | RFC 9110, RFC 9112 |
//! | the server's proof of who it is | [`Tls`] | RFC 8446, RFC 9525 |
//! | time | [`Clock`], [`Timer`] | |
//!
//! No byte of a call is sent before the server has proved who it is. No redirect is followed, every wait has an end, and
//! all memory is lent by the caller.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::panic_in_result_fn,
        clippy::string_slice,
        reason = "tests may fail loudly"
    )
)]

#[cfg(any(test, feature = "tokio"))]
extern crate std;

mod client;
mod clock;
mod discovery;
#[cfg(feature = "embassy")]
pub mod embassy;
mod error;
mod exchange;
mod failure;
mod freshness;
mod http;
mod introspection;
mod jwks;
mod resource_server;
mod revocation;
mod tls;
#[cfg(feature = "tokio")]
pub mod tokio;
mod url;
mod userinfo;

pub use client::{Connection, Fetched, HttpClient, Session, Timeouts};
pub use clock::{Clock, Timer};
pub use error::{HttpError, NetError, Step, TlsError, UrlError};
pub use failure::{Failure, FailureKind};
pub use freshness::Freshness;
pub use http::Response;
pub use jwks::RemoteJwkSet;
pub use resource_server::{AuthorizationServer, Refusal, ResourceServer};
pub use tls::Tls;
#[cfg(feature = "embedded-tls")]
pub use tls::{ClientCertificate, ClientKey, EmbeddedTls, EmbeddedTlsConnection, TLS_RECORD_BYTES, Trust};
pub use url::Url;
