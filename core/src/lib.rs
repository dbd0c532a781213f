//! OAuth 2.0 bearer tokens on a microcontroller: from a request's token to a verified [`AccessToken`], without heap,
//! without panics and without recursion.
//!
//! | what | where | by |
//! |---|---|---|
//! | the token of a request | [`BearerRequest`] | RFC 6750 §2, RFC 9700 |
//! | what is demanded of it | [`Policy`] | RFC 9068, RFC 8725 |
//! | the issuer's keys | [`JwkSet`], [`Jwk`], [`SecretSet`] | RFC 7517, RFC 7518 §6, RFC 8037 |
//! | the algorithms | [`Algorithm`] and its unit structs | RFC 7518 §3, RFC 8037 |
//! | what it allows | [`AccessToken`], [`Scope`] | RFC 6749 §3.3, RFC 7519 |
//! | what is encrypted to the device (feature `jwe`) | `decrypt_jwe`, `DecryptionKeySet`, `Policy::verify_encrypted` | RFC 7516 |
//! | what only the issuer knows | [`IntrospectionRequest`], [`UserInfoEndpoint`], [`RevocationRequest`] | RFC 7662, RFC 9701, RFC 7009 |
//! | the device's own keys (features `jwe`, `p256`) | `DeviceKeys` | RFC 7517, RFC 7638 |
//! | how the device proves itself there | [`Application`], [`Client`], [`Signer`] | RFC 6749 §2.3, RFC 7523, RFC 8705 |
//! | how it becomes a client there | [`RegistrationRequest`], [`ClientConfiguration`], [`Registration`] | RFC 7591, RFC 7592 |
//! | tokens of the device's own | [`TokenRequest`], [`TokenResponse`], [`DeviceAuthorizationRequest`] | RFC 6749 §5, RFC 8628, RFC 8707 |
//! | where those are kept, renewed and revoked | [`TokenStore`] | RFC 6749 §6, RFC 7009 |
//! | who allowed one | [`IdTokenPolicy`], [`IdToken`] | OpenID Connect Core §3.1.3.7, §12.2 |
//! | where that is asked | [`MetadataReader`], [`WellKnown`] | RFC 8414 |
//! | the answer to a refused one | [`Challenge`], [`Error`] | RFC 6750 §3, RFC 9728 §5.1 |
//!
//! Time, keys and buffers are arguments: there is no clock, no socket and no allocator here. Tokens that are bound to a key (`cnf`) and `none` are refused.
//!
//! ```
//! use bearward_core::{
//!     Algorithm, BearerRequest, Challenge, Error, Es256, JwkSet, Policy, Transport, UnixTime,
//! };
//!
//! static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
//! static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
//! static CHALLENGE: Challenge<'_> = Challenge::new().with_realm("valve");
//!
//! /// `Ok` if the request may open the valve; else the status and the field `WWW-Authenticate`.
//! fn open_valve(authorization: Option<&str>, keys: &JwkSet<4>, now: UnixTime) -> Result<(), (u16, String)> {
//!     let refuse = |error: Error| (error.status(), CHALLENGE.with_error(error).to_string());
//!     let mut buffer = [0; 2048];
//!     let request = BearerRequest::new(Transport::Tls).with_authorization(authorization);
//!     let found = request.token(&mut []).map_err(refuse)?;
//!     let token = found.ok_or((401, CHALLENGE.to_string()))?.token;
//!     let token = POLICY.verify(token, keys, now, &mut buffer).map_err(refuse)?;
//!     token.require_scope("valve:open").map_err(refuse)
//! }
//!
//! let (status, challenge) = open_valve(Some("Bearer a.b.c"), &JwkSet::new(), UnixTime::from_seconds(0)).unwrap_err();
//! assert_eq!(status, 401);
//! assert!(challenge.starts_with(r#"Bearer realm="valve", error="invalid_token""#));
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

#[cfg(test)]
extern crate std;

mod alg;
mod answer_error;
mod application;
pub mod base64url;
mod bearer;
mod bytes;
mod cache;
mod call;
mod call_error;
mod challenge;
mod claims;
mod client;
#[cfg(feature = "jwe")]
mod content_encryption;
#[cfg(feature = "jwe")]
mod decryption_key;
pub mod der;
mod device_authorization;
mod error;
#[cfg(test)]
mod fake;
mod form;
mod id_token;
mod introspection;
mod introspection_cache;
mod jose;
pub mod json;
mod key;
#[cfg(feature = "jwe")]
mod key_management;
pub mod limits;
mod metadata;
mod policy;
#[cfg(any(feature = "ed25519-dalek", feature = "hmac", feature = "p256", feature = "p384", feature = "p521"))]
mod prepared;
mod registration;
mod resource_metadata;
mod revocation;
#[cfg(any(feature = "rsa", feature = "rsa-oaep"))]
mod rsa;
mod scope;
mod signed_answer;
mod time;
mod token;
mod token_error;
mod token_request;
mod token_response;
mod token_store;
mod unverified;
mod userinfo;

pub use alg::Algorithm;
#[cfg(feature = "ed25519-dalek")]
pub use alg::{Ed25519, EdDsa, PreparedEd25519, PreparedEd25519Key};
#[cfg(feature = "p256")]
pub use alg::{Es256, PreparedP256, PreparedP256Key};
#[cfg(feature = "p384")]
pub use alg::{Es384, PreparedP384, PreparedP384Key};
#[cfg(feature = "p521")]
pub use alg::{Es512, PreparedP521, PreparedP521Key};
#[cfg(feature = "hmac")]
pub use alg::{HmacAlgorithm, Hs256, Hs384, Hs512, PreparedHmac, PreparedSecret};
#[cfg(feature = "rsa")]
pub use alg::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
pub use answer_error::AnswerError;
pub use application::{Application, ApplicationKind};
pub use bearer::{BearerCredentials, BearerMethod, BearerRequest, BearerToken, Transport};
pub use cache::TokenCache;
pub use call::{Answer, Method, Request};
pub use call_error::{CallError, SignerError};
pub use challenge::Challenge;
pub use claims::{Names, NamesIter};
#[cfg(feature = "p256")]
pub use client::Es256Signer;
pub use client::{Client, Fresh, Signer};
#[cfg(feature = "cbc")]
pub use content_encryption::{A128CbcHs256, A192CbcHs384, A256CbcHs512};
#[cfg(feature = "aes-gcm")]
pub use content_encryption::{A128Gcm, A192Gcm, A256Gcm};
#[cfg(feature = "jwe")]
pub use content_encryption::{ALL_CONTENT_ENCRYPTIONS, ContentEncryption};
#[cfg(feature = "jwe")]
pub use decryption_key::{DecryptionKey, DecryptionKeyEntry, DecryptionKeys};
#[cfg(feature = "rsa-oaep")]
pub use decryption_key::{RsaPrivate, RsaPrivateKey};
pub use device_authorization::{DeviceAuthorization, DeviceAuthorizationRequest};
pub use error::{Claim, Error, ErrorCode, Parameter, Part, Reason};
pub use id_token::{IdToken, IdTokenPolicy};
pub use introspection::{ActiveToken, IntrospectionError, IntrospectionRequest, IntrospectionResponse};
pub use introspection_cache::IntrospectionCache;
#[cfg(feature = "jwe")]
pub use jose::{Decryption, DecryptionKeySet, Jwe, decrypt_jwe};
#[cfg(all(feature = "jwe", feature = "p256"))]
pub use jose::{DeviceKeyError, DeviceKeys, KeyPurpose, KeyStage, PublicJwks};
pub use jose::{Jwk, JwkSet, JwkSetReader, Jws, KeyError, SecretSet, verify_jws};
pub use key::{Curve, Key, KeyEntry, Keys, PublicKey, Secret};
#[cfg(all(feature = "jwe", feature = "p256"))]
pub use key_management::EcdhEsP256;
#[cfg(feature = "curve25519-dalek")]
pub use key_management::EcdhEsX25519;
#[cfg(feature = "aes-gcm")]
pub use key_management::{A128GcmKw, A192GcmKw, A256GcmKw};
#[cfg(feature = "aes-kw")]
pub use key_management::{A128Kw, A192Kw, A256Kw};
#[cfg(feature = "jwe")]
pub use key_management::{ALL_KEY_MANAGEMENTS, Dir, KeyManagement, KeyParameters};
#[cfg(all(feature = "aes-kw", feature = "p256"))]
pub use key_management::{EcdhEsP256A128Kw, EcdhEsP256A192Kw, EcdhEsP256A256Kw};
#[cfg(all(feature = "aes-kw", feature = "curve25519-dalek"))]
pub use key_management::{EcdhEsX25519A128Kw, EcdhEsX25519A192Kw, EcdhEsX25519A256Kw};
#[cfg(feature = "rsa-oaep")]
pub use key_management::{RsaOaep, RsaOaep256};
pub use metadata::{Metadata, MetadataError, MetadataReader, WellKnown};
pub use policy::{Policy, RFC_9068_CLAIMS, TokenType};
#[cfg(any(feature = "ed25519-dalek", feature = "hmac", feature = "p256", feature = "p384", feature = "p521"))]
pub use prepared::PreparedKeys;
pub use registration::{
    ClientAuthentication, ClientConfiguration, ClientInformation, ClientKeys, ClientMetadata, CredentialsError,
    GrantType, Registration, RegistrationError, RegistrationRecordError, RegistrationRequest,
};
pub use resource_metadata::ResourceMetadata;
pub use revocation::{RevocationRequest, TokenTypeHint};
pub use scope::{Scope, audience_contains, scope_contains};
pub use signed_answer::Protection;
pub use time::{NumericDate, UnixTime};
pub use token::AccessToken;
pub use token_error::TokenError;
pub use token_request::TokenRequest;
pub use token_response::TokenResponse;
pub use token_store::{
    Authorized, Missing, NotAuthorized, RECORD_OVERHEAD, RecordError, Renewal, Revocation, StoreError, Ticket,
    TokenStore, Unsaved, Wanted, Work,
};
#[cfg(feature = "aes-gcm")]
pub use token_store::{RecordKey, SEAL_OVERHEAD};
pub use unverified::UnverifiedToken;
pub use userinfo::{UserInfo, UserInfoEndpoint, UserInfoError};
