//! A verified ID token: who the user is that let the device in
//! ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).

use core::fmt;

mod at_hash;
mod checks;
mod policy;
#[cfg(test)]
mod tests;

#[cfg(feature = "jwe")]
use crate::jose::jwe::Encryption;
use crate::{
    claims::{Names, Registered},
    json::{Text, Value},
    time::NumericDate,
};

pub use policy::IdTokenPolicy;

/// An ID token that an [`IdTokenPolicy`] has found good. There is no other way to get one.
///
/// It tells the client about its user, and opens nothing: an [`AccessToken`](crate::AccessToken) is another type, neither
/// is made from the other, and this one does not give its compact form away. So a function that wants an access token
/// takes no ID token:
///
/// ```compile_fail,E0308
/// use bearward_core::{AccessToken, IdToken};
///
/// fn open_valve(token: &AccessToken<'_>) -> bool {
///     token.require_scope("valve:open").is_ok()
/// }
///
/// fn mix_up(token: &IdToken<'_>) -> bool {
///     open_valve(token)
/// }
/// ```
///
/// nor can it be sent as one:
///
/// ```compile_fail,E0308
/// use bearward_core::{BearerToken, IdToken, UserInfoEndpoint};
///
/// fn mix_up(token: IdToken<'_>, buffer: &mut [u8]) {
///     let bearer: BearerToken<'_> = token;
///     let _ = UserInfoEndpoint::json().write(bearer, buffer);
/// }
/// ```
///
/// It borrows the buffer that was lent for verification. A claim that is absent is `None`, and one of a wrong type would
/// have been refused.
#[derive(Clone, Copy)]
pub struct IdToken<'b> {
    claims: Registered<'b>,
    subject: Text<'b>,
    authorized_party: Option<Text<'b>>,
    nonce: Option<Text<'b>>,
    algorithm: &'static str,
    key_id: Option<Text<'b>>,
    #[cfg(feature = "jwe")]
    encryption: Option<Encryption>,
}

impl<'b> IdToken<'b> {
    /// `iss`: the issuer, as the policy names it.
    #[must_use]
    pub fn issuer(&self) -> Option<Text<'b>> {
        self.claims.issuer()
    }

    /// `sub`: the user, as the issuer knows it; never empty, 255 characters at most.
    #[must_use]
    pub const fn subject(&self) -> Text<'b> {
        self.subject
    }

    /// `aud`: the client, and perhaps others that it trusts.
    #[must_use]
    pub fn audience(&self) -> Option<Names<'b>> {
        self.claims.audience()
    }

    /// `azp`: the client, if it is there.
    #[must_use]
    pub const fn authorized_party(&self) -> Option<Text<'b>> {
        self.authorized_party
    }

    /// `exp`: the point from which it must not be accepted any more. It does not end the user's session.
    #[must_use]
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.claims.expires_at()
    }

    /// `iat`: when it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.claims.issued_at()
    }

    /// `auth_time`: when the user authenticated.
    #[must_use]
    pub fn authentication_time(&self) -> Option<NumericDate> {
        self.claims.authentication_time()
    }

    /// `nonce`: that of the request, if it had one.
    #[must_use]
    pub const fn nonce(&self) -> Option<Text<'b>> {
        self.nonce
    }

    /// `acr`: the class of the authentication.
    #[must_use]
    pub fn acr(&self) -> Option<Text<'b>> {
        self.claims.acr()
    }

    /// `amr`: its methods.
    #[must_use]
    pub fn amr(&self) -> Option<Names<'b>> {
        self.claims.amr()
    }

    /// Any claim by its path: `&["address", "country"]` is the member `country` of the object `address`.
    #[must_use]
    pub fn claim(&self, path: &[&str]) -> Option<Value<'b>> {
        self.claims.object().at(path)
    }

    /// The claims as JSON, with the escapes that need not be resolved.
    #[must_use]
    pub const fn json(&self) -> &'b str {
        self.claims.object().as_json()
    }

    /// The algorithm that verified it.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The `kid` of its header, if it has one.
    #[must_use]
    pub const fn key_id(&self) -> Option<Text<'b>> {
        self.key_id
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
}

impl fmt::Debug for IdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
