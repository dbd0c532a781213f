//! What a token must be to be let in ([RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4),
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725)).

mod checks;
#[cfg(feature = "jwe")]
mod encrypted;
mod introspection;
mod lookup;
#[cfg(test)]
mod tests;

use core::fmt;

use crate::{
    alg::Algorithm,
    cache::{Fingerprint, Remember, TokenCache},
    claims::Registered,
    error::Error,
    jose::jws::{Compact, candidates, choose, verify_signature},
    json::Text,
    key::Keys,
    limits,
    time::UnixTime,
    token::AccessToken,
    unverified::UnverifiedToken,
};

/// Which kind of token is accepted, by the `typ` of its header (RFC 8725 §3.11).
///
/// Media types are compared without regard to case, with or without `application/` (RFC 7515 §4.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType<'a> {
    /// `at+jwt` alone (RFC 9068 §2.1): no other kind of token can be mistaken for it.
    AtJwt,
    /// `at+jwt`, `JWT`, or none, as servers from before RFC 9068 send it. What gives away another kind of token is
    /// refused: the claims `nonce`, `at_hash` and `c_hash` of ID tokens, the `events` of logout tokens, and the marks by
    /// which Keycloak (`typ` among the claims) and Cognito (`token_use`) tell theirs apart.
    Relaxed,
    /// This media type alone.
    Named(&'a str),
    /// Any, also none. For tools that look into tokens; a resource server has no use for it.
    Any,
}

/// What a resource server demands of an access token.
///
/// A policy is a few borrowed slices, made in a `static`. It holds no key, no clock and no state: those are arguments of
/// [`verify`](Self::verify).
///
/// ```
/// use bearward_core::{Algorithm, BearerToken, Error, Es256, JwkSet, Policy, UnixTime};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// static POLICY: Policy<'_> =
///     Policy::new("https://authority.example", "https://valve.example", ALGORITHMS).with_leeway(30);
///
/// fn open_valve(token: BearerToken<'_>, keys: &JwkSet<4>, now: UnixTime) -> Result<(), Error> {
///     let mut buffer = [0; 1024];
///     let token = POLICY.verify(token, keys, now, &mut buffer)?;
///     token.require_scope("valve:open")
/// }
/// # let token = BearerToken::new("a.b.c")?;
/// # assert!(open_valve(token, &JwkSet::new(), UnixTime::from_seconds(0)).is_err());
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Policy<'a> {
    issuer: Option<&'a str>,
    more_issuers: &'a [&'a str],
    audience: Option<&'a str>,
    more_audiences: &'a [&'a str],
    algorithms: &'a [&'a dyn Algorithm],
    token_type: TokenType<'a>,
    required: &'a [&'a str],
    leeway: u32,
    max_age: Option<u32>,
    max_bytes: usize,
    expiration_optional: bool,
    time_ignored: bool,
    audience_optional: bool,
}

/// The claims that RFC 9068 §2.2 requires of every access token.
pub const RFC_9068_CLAIMS: &[&str] = &["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];

impl<'a> Policy<'a> {
    /// The profile of RFC 9068: `typ` must be `at+jwt`, and all of [`RFC_9068_CLAIMS`] must be there.
    ///
    /// `issuer` is compared byte for byte with `iss`, and `audience` must be the `aud` or among it. `algorithms` is what
    /// is allowed, and what is linked into the image.
    #[must_use]
    pub const fn new(issuer: &'a str, audience: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self {
            issuer: Some(issuer),
            more_issuers: &[],
            audience: Some(audience),
            more_audiences: &[],
            algorithms,
            token_type: TokenType::AtJwt,
            required: RFC_9068_CLAIMS,
            leeway: 0,
            max_age: None,
            max_bytes: limits::TOKEN_BYTES,
            expiration_optional: false,
            time_ignored: false,
            audience_optional: false,
        }
    }

    /// For servers from before RFC 9068: [`TokenType::Relaxed`], and of the claims only `iss`, `aud` and `exp` must be
    /// there.
    #[must_use]
    pub const fn relaxed(issuer: &'a str, audience: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self { token_type: TokenType::Relaxed, required: &[], ..Self::new(issuer, audience, algorithms) }
    }

    /// Accepts these issuers too. All share the keys, so they should be one server under several names.
    #[must_use]
    pub const fn with_issuers(self, issuers: &'a [&'a str]) -> Self {
        Self { more_issuers: issuers, ..self }
    }

    /// Accepts these audiences too: other names of this resource server.
    #[must_use]
    pub const fn with_audiences(self, audiences: &'a [&'a str]) -> Self {
        Self { more_audiences: audiences, ..self }
    }

    /// Accepts another kind of token.
    #[must_use]
    pub const fn with_token_type(self, token_type: TokenType<'a>) -> Self {
        Self { token_type, ..self }
    }

    /// Requires these claims, whatever they hold, in place of what the constructor requires.
    #[must_use]
    pub const fn with_required_claims(self, names: &'a [&'a str]) -> Self {
        Self { required: names, ..self }
    }

    /// Allows the clocks to differ by this many seconds. A minute is plenty; 0 is the default.
    #[must_use]
    pub const fn with_leeway(self, seconds: u32) -> Self {
        Self { leeway: seconds, ..self }
    }

    /// Refuses tokens that were issued more than this many seconds ago, by their `iat`, or that have none.
    #[must_use]
    pub const fn with_max_age(self, seconds: u32) -> Self {
        Self { max_age: Some(seconds), ..self }
    }

    /// Refuses longer tokens, in bytes; by default [`limits::TOKEN_BYTES`], and no [`BearerToken`](crate::BearerToken) is
    /// longer than that.
    #[must_use]
    pub const fn with_max_bytes(self, bytes: usize) -> Self {
        Self { max_bytes: bytes, ..self }
    }

    /// Accepts tokens of any issuer that the keys belong to, or of none, whatever issuers are added.
    ///
    /// This, as the other relaxations, takes nothing from the list of required claims: while `iss` is among them, as in
    /// [`RFC_9068_CLAIMS`], it must be there.
    #[must_use]
    pub const fn danger_any_issuer(self) -> Self {
        Self { issuer: None, ..self }
    }

    /// Accepts tokens that were issued for another resource server: whoever receives one there can use it here. `aud` must
    /// still be there while it is a required claim.
    #[must_use]
    pub const fn danger_any_audience(self) -> Self {
        Self { audience: None, ..self }
    }

    /// Accepts tokens without `exp`, which are good for ever, unless it is a required claim. One that is there is still
    /// checked.
    #[must_use]
    pub const fn danger_optional_expiration(self) -> Self {
        Self { expiration_optional: true, ..self }
    }

    /// Checks no time at all, no leeway and no maximum age: expired tokens are accepted, and `exp` may be absent unless it
    /// is a required claim. For tools without a clock.
    #[must_use]
    pub const fn danger_without_time(self) -> Self {
        Self { time_ignored: true, ..self }
    }

    /// Verifies a token, from its shape to its last claim, the cheap checks first.
    ///
    /// `keys` are the issuer's. `now` may be `None` while the clock is not set. `buffer` holds the decoded header and,
    /// behind it, the payload: three quarters of the token's length are always enough. The access token borrows it.
    ///
    /// # Errors
    ///
    /// In the order of the checks: [`Error::TokenTooLong`], [`Error::NotCompact`], [`Error::Encrypted`];
    /// [`Error::Base64`], [`Error::Json`], [`Error::Header`], [`Error::Critical`] and [`Error::UnsupportedHeader`] for the
    /// header; [`Error::AlgorithmNotAllowed`]; [`Error::TokenType`]; [`Error::UnknownKey`], [`Error::AmbiguousKey`];
    /// [`Error::BadSignature`]; [`Error::Base64`] and [`Error::Json`] for the payload; [`Error::Claim`];
    /// [`Error::TimeUnavailable`] if a time has to be checked and `now` is `None`.
    pub fn verify<'b, 't>(
        &self,
        token: impl Into<UnverifiedToken<'t>>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, Error> {
        self.verify_with(token.into(), keys, now.into(), buffer, None)
    }

    /// Verifies a token as [`verify`](Self::verify) does, but spares the signature of one that `cache` has seen.
    ///
    /// One that came encrypted is decrypted each time (`Policy::decrypt`): what lay in it is not kept.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify): a hit is checked for everything except its signature.
    pub fn verify_cached<'b, 't, const N: usize>(
        &self,
        token: impl Into<UnverifiedToken<'t>>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
        cache: &mut TokenCache<N>,
    ) -> Result<AccessToken<'b>, Error> {
        self.verify_with(token.into(), keys, now.into(), buffer, Some(cache))
    }

    fn verify_with<'b>(
        &self,
        unverified: UnverifiedToken<'_>,
        keys: &dyn Keys,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
        cache: Option<&mut dyn Remember>,
    ) -> Result<AccessToken<'b>, Error> {
        let token = unverified.as_bytes();
        if token.len() > self.max_bytes {
            return Err(Error::TokenTooLong);
        }
        let token = self.verify_compact(token, &Compact::split(token)?, keys, now, buffer, cache);
        #[cfg(feature = "jwe")]
        let token = token.map(|token| token.with_encryption(unverified.encryption()));
        token
    }

    // Not inlined, so that a token of another shape is refused without the stack that this takes.
    #[inline(never)]
    fn verify_compact<'b>(
        &self,
        token: &[u8],
        compact: &Compact<'_>,
        keys: &dyn Keys,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
        cache: Option<&mut dyn Remember>,
    ) -> Result<AccessToken<'b>, Error> {
        let (header, rest) = compact.header(buffer)?;
        let algorithm = choose(self.algorithms, header.alg)?;
        self.check_type(header.typ)?;
        let mut verified = None;
        match (cache, now) {
            (Some(cache), Some(now)) => {
                let seen = self.fingerprint(token, algorithm.name());
                let length = compact.signature_len()?;
                let mut tried = candidates(keys, algorithm, header.kid)
                    .filter(|entry| algorithm.fits_signature(&entry.key, length))
                    .take(limits::KEYS_TRIED);
                if !tried.any(|entry| cache.holds(&seen.digest_with(&entry), now)) {
                    let entry = verify_signature(compact, &header, algorithm, keys, rest)?;
                    verified = Some((cache, seen.digest_with(&entry), now));
                }
            }
            _ => _ = verify_signature(compact, &header, algorithm, keys, rest)?,
        }
        let token = self.accept(compact.payload(rest)?, algorithm.name(), header.kid, now);
        if let (Some((cache, digest, now)), Ok(token)) = (verified, &token)
            && let Some(expires_at) = token.expires_at()
        {
            cache.keep(digest, expires_at, now);
        }
        token
    }

    /// Reads and checks the claims of a token whose signature is good.
    // Not inlined, so that the claims take no stack from the signature.
    #[inline(never)]
    fn accept<'b>(
        &self,
        payload: &'b mut [u8],
        algorithm: &'static str,
        key_id: Option<Text<'b>>,
        now: Option<UnixTime>,
    ) -> Result<AccessToken<'b>, Error> {
        let mut claims = Registered::none();
        claims.read(payload)?;
        self.check_claims(&claims, now)?;
        Ok(AccessToken::new(claims, algorithm, key_id))
    }

    /// The token, and whose it must be: what a good signature is remembered under. All else that the policy demands is
    /// checked again on a hit, so it need not be told apart here.
    fn fingerprint(&self, token: &[u8], algorithm: &str) -> Fingerprint {
        let mut hash = Fingerprint::new();
        hash.field(token);
        hash.field(algorithm.as_bytes());
        hash.list(self.issuer.iter().chain(self.more_issuers));
        hash.list(self.audience.iter().chain(self.more_audiences));
        hash
    }
}

impl fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("algorithms", &self.algorithms)
            .field("token_type", &self.token_type)
            .finish_non_exhaustive()
    }
}
