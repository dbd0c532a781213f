//! The calls of an OAuth 2.0 resource server to its authorization server, from a microcontroller.
//!
//! [`bearward_core`] verifies tokens that say all by themselves and needs no network. This crate is for the rest: what is
//! asked, and how the answer is judged, stands there too; here is what sends it.
//!
//! | what | where | by |
//! |---|---|---|
//! | the front door: is this token good? | [`ResourceServer`], [`AuthorizationServer`], [`Refusal`] | RFC 6750, RFC 7662 |
//! | the issuer's keys, kept fresh | [`RemoteJwkSet`], [`Freshness`] | RFC 7517, RFC 9111 |
//! | one call at a time | [`HttpClient::discover`], [`introspect`](HttpClient::introspect), [`userinfo`](HttpClient::userinfo), [`revoke`](HttpClient::revoke), [`register`](HttpClient::register) | RFC 8414, RFC 7662, OpenID Connect Core §5.3, RFC 7009, RFC 7591 |
//! | tokens of the device's own | [`HttpClient::token`], [`authorize_device`](HttpClient::authorize_device), [`poll_for_token`](HttpClient::poll_for_token), [`DevicePolling`] | RFC 6749, RFC 8628, RFC 8707 |
//! | calls of other resource servers, with tokens of the device's own | [`ResourceToken`], [`OutgoingRequest`] | RFC 6750 §2, RFC 8707 |
//! | the client that makes them | [`HttpClient`], [`Session`], [`Response`], [`Url`] | RFC 9110, RFC 9112, RFC 3986 |
//! | the server's proof of who it is | [`Tls`]; with `embedded-tls`, `EmbeddedTls` and `Trust` | RFC 8446, RFC 9525, RFC 5280 |
//! | time | [`Clock`], [`Timer`] | |
//! | the board | `embassy` or `tokio`, by the feature of that name | |
//!
//! No byte of a call is sent before the server has proved who it is. No redirect is followed, every wait has an end, and
//! all memory is lent by the caller. There is no heap, no panic and no recursion here.
//!
//! A device has one task that calls the authorization server, and any number that answer requests:
//!
//! ```
//! use bearward_core::{Algorithm, BearerToken, Client, Es256, Policy};
//! use bearward_net::{AuthorizationServer, Clock, HttpClient, Refusal, ResourceServer, Timer, Tls};
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_nal_async::{Dns, TcpConnect};
//!
//! static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
//! static SERVER: ResourceServer<'_, CriticalSectionRawMutex, 4, 8, 1024> = ResourceServer::new(
//!     Policy::new("https://authority.example", "https://valve.example", ALGORITHMS),
//!     AuthorizationServer::new("https://authority.example")
//!         .with_introspection(Client::secret_basic("valve", "gX1fBat3bV")),
//! );
//!
//! /// The task that calls the authorization server: `network` and `tls` are the board's.
//! async fn call_authority<N: TcpConnect + Dns>(
//!     network: &N,
//!     tls: impl Tls,
//!     clock: impl Clock + Clone,
//!     timer: impl Timer + Clone,
//!     rng: &mut impl rand_core::CryptoRng,
//! ) {
//!     let (mut head, mut buffer) = ([0; 1024], [0; 1536]);
//!     let mut http = HttpClient::new(network, tls, clock, timer, &mut head);
//!     SERVER.run(&mut http, rng, &mut buffer).await;
//! }
//!
//! /// What every task does that answers requests.
//! async fn open_valve(token: BearerToken<'_>, clock: &impl Clock, timer: &impl Timer) -> Result<(), Refusal> {
//!     let mut buffer = [0; 1024];
//!     let token = SERVER.authorize(token, clock, timer, &mut buffer).await?;
//!     Ok(token.require_scope("valve:open")?)
//! }
//! ```
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

mod bell;
mod client;
mod clock;
mod device_polling;
mod discovery;
#[cfg(feature = "embassy")]
pub mod embassy;
mod error;
mod exchange;
mod failure;
#[cfg(feature = "sequential-storage")]
mod flash;
mod freshness;
mod http;
mod introspection;
mod jwks;
mod outgoing;
mod registration;
mod resource_server;
mod revocation;
mod tls;
mod token;
mod token_keeper;
mod token_storage;
#[cfg(feature = "tokio")]
pub mod tokio;
mod turn;
mod url;
mod userinfo;

pub use client::{Connection, Fetched, HttpClient, Session, Timeouts};
pub use clock::{Clock, Timer};
pub use device_polling::DevicePolling;
pub use error::{HttpError, NetError, Step, TlsError, UrlError};
pub use failure::{Failure, FailureKind};
#[cfg(feature = "sequential-storage")]
pub use flash::{FLASH_OVERHEAD, FlashError, FlashStorage};
pub use freshness::Freshness;
pub use http::Response;
pub use jwks::RemoteJwkSet;
#[cfg(feature = "reqwless")]
pub use outgoing::ReqwlessFields;
pub use outgoing::{OutgoingError, OutgoingRequest, ResourceToken};
pub use resource_server::{AuthorizationServer, Refusal, ResourceServer};
pub use tls::Tls;
#[cfg(feature = "embedded-tls")]
pub use tls::{
    ClientCertificate, EmbeddedTls, EmbeddedTlsConnection, TLS_RECORD_BYTES, TlsApplication, TlsSettings, Trust,
};
pub use token_keeper::{Restored, TokenKeeper};
pub use token_storage::{NoStorage, Records, TokenStorage};
pub use url::Url;
