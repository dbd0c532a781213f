//! The calls of an OAuth 2.0 resource server to its authorization server, from a microcontroller.
//!
//! **Nothing here can be called yet.** The crate holds its place beside [`bearward_core`], which verifies tokens that say
//! all by themselves and needs no network. What will stand here is for the rest:
//!
//! - the authorization server's metadata ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)) and its keys
//!   ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)), fetched and refreshed;
//! - introspection of tokens that are opaque ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662));
//! - revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)) and the UserInfo endpoint
//!   ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo));
//! - all of it over TLS in which the server has proved who it is, with no byte sent before.
//!
//! Until then, firmware passes the keys to [`bearward_core`] itself.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clock;
mod error;
mod tls;

pub use clock::{Clock, Timer};
pub use error::TlsError;
pub use tls::Tls;
#[cfg(feature = "embedded-tls")]
pub use tls::{ClientCertificate, EmbeddedTls, EmbeddedTlsConnection, TLS_RECORD_BYTES, Trust};
