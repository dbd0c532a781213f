//! A verified access token: holding one is the proof
//! ([RFC 6750 §1.2](https://www.rfc-editor.org/rfc/rfc6750#section-1.2)).

use core::fmt;

#[cfg(feature = "jwe")]
use crate::jose::jwe::Encryption;
use crate::{
    claims::{Names, Registered},
    error::Error,
    json::{Text, Value},
    scope::Scope,
    signed_answer::Protection,
    time::NumericDate,
};

/// In the place of the algorithm, where the authorization server itself says that a token is good.
pub(crate) const INTROSPECTION: &str = "introspection";

/// An access token that a [`Policy`](crate::Policy) has let in.
///
/// There is no other way to get one. It borrows the buffer that was lent for verification, and its claims are what the
/// issuer signed, or what it said when it was asked: a claim that is absent is `None`, and one of a wrong type would have
/// been refused.
///
/// Strings come as [`Text`], which compares with `&str` and prints; [`Text::as_str`] borrows it where the token has no
/// escapes that must stay (a quote, a backslash or a control character).
#[derive(Clone, Copy)]
pub struct AccessToken<'b> {
    claims: Registered<'b>,
    algorithm: &'static str,
    key_id: Option<Text<'b>>,
    answer_protection: Option<Protection>,
    #[cfg(feature = "jwe")]
    encryption: Option<Encryption>,
}

impl<'b> AccessToken<'b> {
    pub(crate) const fn new(claims: Registered<'b>, algorithm: &'static str, key_id: Option<Text<'b>>) -> Self {
        Self {
            claims,
            algorithm,
            key_id,
            answer_protection: None,
            #[cfg(feature = "jwe")]
            encryption: None,
        }
    }

    #[cfg(feature = "jwe")]
    pub(crate) const fn with_encryption(self, encryption: Option<Encryption>) -> Self {
        Self { encryption, ..self }
    }

    pub(crate) const fn introspected(claims: Registered<'b>, answer_protection: Option<Protection>) -> Self {
        Self { answer_protection, ..Self::new(claims, INTROSPECTION, None) }
    }

    /// The key management by which it was opened; `None` if it was only signed.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn key_management(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.management)
    }

    /// The content encryption by which it was opened; `None` if it was only signed.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn content_encryption(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.content)
    }

    /// `iss`: who issued it (RFC 7519 §4.1.1).
    #[must_use]
    pub fn issuer(&self) -> Option<Text<'b>> {
        self.claims.issuer()
    }

    /// `sub`: for whom it was issued; a client's own token has the client here (RFC 9068 §2.2).
    #[must_use]
    pub fn subject(&self) -> Option<Text<'b>> {
        self.claims.subject()
    }

    /// `aud`: the resource servers it is meant for (RFC 7519 §4.1.3).
    #[must_use]
    pub fn audience(&self) -> Option<Names<'b>> {
        self.claims.audience()
    }

    /// `exp`: the point from which it is no longer good (RFC 7519 §4.1.4).
    #[must_use]
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.claims.expires_at()
    }

    /// `nbf`: the point from which it is good (RFC 7519 §4.1.5).
    #[must_use]
    pub fn not_before(&self) -> Option<NumericDate> {
        self.claims.not_before()
    }

    /// `iat`: when it was issued (RFC 7519 §4.1.6).
    #[must_use]
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.claims.issued_at()
    }

    /// `jti`: its own name (RFC 7519 §4.1.7).
    #[must_use]
    pub fn jwt_id(&self) -> Option<Text<'b>> {
        self.claims.jwt_id()
    }

    /// `client_id`: which client it was given to (RFC 8693 §4.3).
    #[must_use]
    pub fn client_id(&self) -> Option<Text<'b>> {
        self.claims.client_id()
    }

    /// What it allows: `scope` (RFC 8693 §4.2), or where there is none, `scp` as Okta and Entra send it. Both may be a list
    /// separated by spaces or an array. Without either it is empty.
    #[must_use]
    pub fn scope(&self) -> Scope<'b> {
        self.claims.scope().or(self.claims.scp()).map_or_else(Scope::default, Scope::from_names)
    }

    /// `auth_time`: when the user authenticated (OIDC Core §2).
    #[must_use]
    pub fn authentication_time(&self) -> Option<NumericDate> {
        self.claims.authentication_time()
    }

    /// `acr`: the class of that authentication (OIDC Core §2).
    #[must_use]
    pub fn acr(&self) -> Option<Text<'b>> {
        self.claims.acr()
    }

    /// `amr`: its methods (RFC 8176).
    #[must_use]
    pub fn amr(&self) -> Option<Names<'b>> {
        self.claims.amr()
    }

    /// `roles` (RFC 9068 §2.2.3.1).
    #[must_use]
    pub fn roles(&self) -> Option<Names<'b>> {
        self.claims.roles()
    }

    /// `groups` (RFC 9068 §2.2.3.1).
    #[must_use]
    pub fn groups(&self) -> Option<Names<'b>> {
        self.claims.groups()
    }

    /// `entitlements` (RFC 9068 §2.2.3.1).
    #[must_use]
    pub fn entitlements(&self) -> Option<Names<'b>> {
        self.claims.entitlements()
    }

    /// Any claim by its path: `&["realm_access", "roles"]` is the member `roles` of the object `realm_access`.
    #[must_use]
    pub fn claim(&self, path: &[&str]) -> Option<Value<'b>> {
        self.claims.object().at(path)
    }

    /// The claims as JSON, with the escapes that need not be resolved.
    #[must_use]
    pub fn json(&self) -> &'b str {
        self.claims.object().as_json()
    }

    /// The caller's own claims, by serde.
    ///
    /// The type says what it wants; other claims are passed over. A string that has escapes which must stay (a quote, a
    /// backslash or a control character) cannot be borrowed, but a type that owns its string (`heapless::String`) takes
    /// it. Such strings may have 256 bytes, also those of the claims that are passed over; for longer ones use
    /// [`claims_with`](Self::claims_with).
    ///
    /// # Errors
    ///
    /// [`Error::ClaimsType`] if a claim is absent that the type requires, has another type, or is a string that cannot be
    /// borrowed. [`Error::TokenTooLong`] for a longer string with escapes.
    ///
    /// ```
    /// # use bearward_core::{AccessToken, Error};
    /// #[derive(serde::Deserialize)]
    /// struct Tenant<'a> {
    ///     tenant: &'a str,
    ///     floor: Option<u8>,
    /// }
    ///
    /// fn floor(token: &AccessToken<'_>) -> Result<u8, Error> {
    ///     let claims: Tenant<'_> = token.claims()?;
    ///     Ok(claims.floor.unwrap_or_default())
    /// }
    /// ```
    #[cfg(feature = "serde")]
    pub fn claims<T: serde::Deserialize<'b>>(&self) -> Result<T, Error> {
        self.claims_with(&mut [0; 256])
    }

    /// The caller's own claims, by serde, as [`claims`](Self::claims) reads them. Strings with escapes are resolved in
    /// `buffer`, which needs as many bytes as the longest of them in the whole token.
    ///
    /// # Errors
    ///
    /// [`Error::ClaimsType`] as in [`claims`](Self::claims); [`Error::TokenTooLong`] if the buffer is too small.
    #[cfg(feature = "serde")]
    pub fn claims_with<T: serde::Deserialize<'b>>(&self, buffer: &mut [u8]) -> Result<T, Error> {
        use serde_json_core::de::Error as Refused;
        let read = serde_json_core::from_str_escaped(self.json(), buffer);
        read.map(|(claims, _)| claims).map_err(|refused| match refused {
            Refused::EscapedStringIsTooLong => Error::TokenTooLong,
            _ => Error::ClaimsType,
        })
    }

    /// The algorithm that verified it; `introspection` if the authorization server was asked instead (RFC 7662).
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// Whether the authorization server was asked about it, and said that it is active (RFC 7662).
    #[must_use]
    pub fn is_introspected(&self) -> bool {
        self.algorithm == INTROSPECTION
    }

    /// How the answer of the authorization server about it was signed (RFC 9701), and how encrypted; `None` if that was
    /// plain JSON, or the server was not asked.
    #[must_use]
    pub const fn answer_protection(&self) -> Option<Protection> {
        self.answer_protection
    }

    /// The `kid` of its header, which chose the key, if it has one.
    #[must_use]
    pub const fn key_id(&self) -> Option<Text<'b>> {
        self.key_id
    }

    /// Demands every scope of a list separated by spaces (RFC 6749 §3.3).
    ///
    /// # Errors
    ///
    /// [`Error::InsufficientScope`] if one of them is missing.
    pub fn require_scope(&self, wanted: &str) -> Result<(), Error> {
        if self.scope().contains_all(wanted) { Ok(()) } else { Err(Error::InsufficientScope) }
    }

    /// Demands one or more of a list of scopes separated by spaces.
    ///
    /// # Errors
    ///
    /// [`Error::InsufficientScope`] if all of them are missing.
    pub fn require_any_scope(&self, wanted: &str) -> Result<(), Error> {
        if self.scope().contains_any(wanted) { Ok(()) } else { Err(Error::InsufficientScope) }
    }
}

impl fmt::Debug for AccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
