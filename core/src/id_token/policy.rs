//! What an ID token must be to be believed
//! ([OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).

use core::fmt;

use super::{IdToken, checks::Expected};
#[cfg(feature = "jwe")]
use crate::jose::jwe::Decryption;
use crate::{
    alg::Algorithm,
    claims::Registered,
    error::Error,
    jose::jws::{Compact, choose, verify_signature},
    key::Keys,
    limits,
    time::UnixTime,
};

/// What a client demands of an ID token.
///
/// Like a [`Policy`](crate::Policy) it is a few borrowed slices, made in a `static`, without key, clock or state.
///
/// ```
/// use bearward_core::{Algorithm, Error, Es256, IdTokenPolicy, JwkSet, TokenResponse, UnixTime};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// static POLICY: IdTokenPolicy<'_> =
///     IdTokenPolicy::new("https://authority.example", "valve", ALGORITHMS).with_leeway(30);
///
/// /// Who let the device in, if the server says.
/// fn is_owner(token: &TokenResponse<'_>, keys: &JwkSet<4>, now: UnixTime) -> Result<bool, Error> {
///     let Some(id_token) = token.id_token() else { return Ok(false) };
///     let mut buffer = [0; 1024];
///     let id_token = POLICY.verify(id_token, Some(token.access_token()), keys, now, &mut buffer)?;
///     Ok(id_token.subject() == "248289761001")
/// }
/// ```
#[derive(Clone, Copy)]
pub struct IdTokenPolicy<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) audiences: &'a [&'a str],
    algorithms: &'a [&'a dyn Algorithm],
    nonce: Option<&'a str>,
    pub(super) leeway: u32,
    pub(super) max_age: Option<u32>,
    pub(super) time_ignored: bool,
    #[cfg(feature = "jwe")]
    decryption: Option<Decryption<'a>>,
}

impl<'a> IdTokenPolicy<'a> {
    /// ID tokens by this issuer for this client, under one of these algorithms.
    ///
    /// The algorithm is the one that the client is registered with (`id_token_signed_response_alg`; RS256 if none was
    /// named), and what is listed is also what is linked. HS256, HS384 and HS512 verify with the client's secret, which
    /// whoever shares it could sign with too: they are chosen by listing them and by giving a
    /// [`SecretSet`](crate::SecretSet), and never by a key that was fetched. There is no `none`.
    #[must_use]
    pub const fn new(issuer: &'a str, client_id: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self {
            issuer,
            client_id,
            audiences: &[],
            algorithms,
            nonce: None,
            leeway: 0,
            max_age: None,
            time_ignored: false,
            #[cfg(feature = "jwe")]
            decryption: None,
        }
    }

    /// Trusts these audiences too, beside the client, which must be among them always. A token for any other is refused.
    #[must_use]
    pub const fn with_audiences(self, audiences: &'a [&'a str]) -> Self {
        Self { audiences, ..self }
    }

    /// Demands the `nonce` that the request had. Without it, a token with one is refused: it answers another request.
    #[must_use]
    pub const fn with_nonce(self, nonce: &'a str) -> Self {
        Self { nonce: Some(nonce), ..self }
    }

    /// Allows the clocks to differ by this many seconds. A minute is plenty; 0 is the default.
    #[must_use]
    pub const fn with_leeway(self, seconds: u32) -> Self {
        Self { leeway: seconds, ..self }
    }

    /// Refuses tokens that were issued more than this many seconds ago, by their `iat`.
    #[must_use]
    pub const fn with_max_age(self, seconds: u32) -> Self {
        Self { max_age: Some(seconds), ..self }
    }

    /// Demands that tokens are encrypted to this client (`id_token_encrypted_response_alg`), and signed within. One that
    /// is only signed, or only encrypted, is refused.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub const fn with_decryption(self, decryption: Decryption<'a>) -> Self {
        Self { decryption: Some(decryption), ..self }
    }

    /// Checks no time at all: for a device without a clock, and then only for a token that has just come from the token
    /// endpoint. `exp` and `iat` must still be there.
    #[must_use]
    pub const fn danger_without_time(self) -> Self {
        Self { time_ignored: true, ..self }
    }

    /// Verifies an ID token.
    ///
    /// `access_token` is the one that came with it: where the ID token has an `at_hash`, that must be its. `keys` are the
    /// issuer's, or the client's secret. `now` may be `None` while the clock is not set. `buffer` holds the decoded header
    /// and, behind it, the payload: three quarters of the token's length are always enough, and one and a half times its
    /// length if it is encrypted. The ID token borrows it.
    ///
    /// What is demanded (§3.1.3.7): `iss` is the issuer. `aud` has the client, and nobody who is not trusted; `azp`, which
    /// must be there where there are several, is the client. `exp` lies ahead, `iat` does not. `sub` is there. `nonce` is
    /// that of the policy. Whatever says that it is another kind of token is refused: by `typ` in the header or among the
    /// claims, by `token_use`, or by `scope`, `scp`, `events` or `cnf`, which ID tokens do not have.
    ///
    /// # Errors
    ///
    /// What [`Policy::verify`](crate::Policy::verify) says of a token's shape, header, key and signature;
    /// [`Error::TokenType`] for another kind of token; [`Error::Claim`]; [`Error::TimeUnavailable`] if `now` is `None`.
    pub fn verify<'b>(
        &self,
        id_token: &str,
        access_token: Option<&str>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<IdToken<'b>, Error> {
        let expected = Expected { access_token, original: None, nonce: self.nonce, now: now.into() };
        self.verify_any(id_token.as_bytes(), &expected, keys, buffer)
    }

    /// Verifies an ID token that came with a refreshed access token (§12.2).
    ///
    /// As [`verify`](Self::verify), but what it says must go on from the `original`, the ID token of the time when the user
    /// authenticated: the same `iss`, `sub`, `aud` and `azp`, no earlier `iat`, the same `auth_time` if both have one,
    /// and the `nonce` of that one or none, whatever the policy's is.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    pub fn verify_refreshed<'b>(
        &self,
        id_token: &str,
        access_token: Option<&str>,
        original: &IdToken<'_>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<IdToken<'b>, Error> {
        let expected = Expected { access_token, original: Some(original), nonce: None, now: now.into() };
        self.verify_any(id_token.as_bytes(), &expected, keys, buffer)
    }

    fn verify_any<'b>(
        &self,
        token: &[u8],
        expected: &Expected<'_, '_>,
        keys: &dyn Keys,
        buffer: &'b mut [u8],
    ) -> Result<IdToken<'b>, Error> {
        if token.len() > limits::TOKEN_BYTES {
            return Err(Error::TokenTooLong);
        }
        #[cfg(feature = "jwe")]
        if let Some(decryption) = &self.decryption {
            let (jwe, free) = decryption.open_nested(token, &["JWT"], buffer)?;
            let token = self.verify_signed(jwe.payload(), expected, keys, free)?;
            return Ok(IdToken { encryption: Some(jwe.encryption()), ..token });
        }
        self.verify_signed(token, expected, keys, buffer)
    }

    fn verify_signed<'b>(
        &self,
        token: &[u8],
        expected: &Expected<'_, '_>,
        keys: &dyn Keys,
        buffer: &'b mut [u8],
    ) -> Result<IdToken<'b>, Error> {
        let compact = Compact::split(token)?;
        let (header, rest) = compact.header(buffer)?;
        let algorithm = choose(self.algorithms, header.alg)?;
        // Another kind of token says so (RFC 8725 §3.11).
        if header.typ.is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))) {
            return Err(Error::TokenType);
        }
        verify_signature(&compact, &header, algorithm, keys, rest)?;
        let mut claims = Registered::none();
        claims.read(compact.payload(rest)?)?;
        self.check(claims, algorithm.name(), header.kid, expected)
    }
}

impl fmt::Debug for IdTokenPolicy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenPolicy")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
