//! Answers of the authorization server that are JWTs, signed, or signed and then encrypted
//! ([RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)): what is the same for all of them.

#[cfg(feature = "jwe")]
use crate::jose::jwe::{Decryption, Encryption};
use crate::{
    alg::Algorithm,
    claims::Names,
    error::{Claim, Error, Reason},
    jose::jws::{Compact, choose, verify_signature},
    json::{Object, Text},
    key::Keys,
    time::{NumericDate, UnixTime},
};

/// Who signs the answers, for whom, and by which algorithms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedAnswer<'a> {
    pub(crate) issuer: &'a str,
    /// The client that the answer is for.
    pub(crate) audience: &'a str,
    pub(crate) algorithms: &'a [&'a dyn Algorithm],
    pub(crate) leeway: u32,
    #[cfg(feature = "jwe")]
    pub(crate) decryption: Option<Decryption<'a>>,
}

/// How what the authorization server said was signed, and how it was encrypted, if it was.
///
/// ```
/// use bearward_core::{AccessToken, Protection};
///
/// fn is_signed_by_es256(token: &AccessToken<'_>) -> bool {
///     token.answer_protection().is_some_and(|protection| protection.algorithm() == "ES256")
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    algorithm: &'static str,
    #[cfg(feature = "jwe")]
    encryption: Option<Encryption>,
}

impl Protection {
    /// The algorithm that verified the signature.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The key management by which it was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn key_management(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.management)
    }

    /// The content encryption by which it was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn content_encryption(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.content)
    }
}

impl<'a> SignedAnswer<'a> {
    pub(crate) const fn new(issuer: &'a str, audience: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self {
            issuer,
            audience,
            algorithms,
            leeway: 0,
            #[cfg(feature = "jwe")]
            decryption: None,
        }
    }

    #[cfg(feature = "jwe")]
    pub(crate) const fn with_decryption(self, decryption: Decryption<'a>) -> Self {
        Self { decryption: Some(decryption), ..self }
    }

    pub(crate) const fn with_leeway(self, seconds: u32) -> Self {
        Self { leeway: seconds, ..self }
    }

    /// Decrypts the answer if it must be encrypted, and verifies its signature. What it gives is the payload, of which
    /// nothing is checked; it lies in `buffer`, or, if the answer was encrypted, where that lay.
    ///
    /// `is_kind` judges the `typ` of what is signed.
    pub(crate) fn open<'b>(
        &self,
        body: &'b mut [u8],
        is_kind: fn(Option<Text<'_>>) -> bool,
        keys: &dyn Keys,
        buffer: &'b mut [u8],
    ) -> Result<(&'b mut [u8], Protection), Error> {
        #[cfg(feature = "jwe")]
        if let Some(decryption) = self.decryption {
            let (jwe, _) = decryption.open_nested(body, &["JWT"], buffer)?;
            // What was encrypted lies in the buffer, so that the body is free for what is decoded of it.
            let (payload, protection) = self.verify(jwe.payload(), is_kind, keys, body)?;
            return Ok((payload, Protection { encryption: Some(jwe.encryption()), ..protection }));
        }
        self.verify(body, is_kind, keys, buffer)
    }

    /// Verifies a signed answer, and decodes it into `buffer`.
    pub(crate) fn verify<'b>(
        &self,
        token: &[u8],
        is_kind: fn(Option<Text<'_>>) -> bool,
        keys: &dyn Keys,
        buffer: &'b mut [u8],
    ) -> Result<(&'b mut [u8], Protection), Error> {
        let compact = Compact::split(token)?;
        let (header, rest) = compact.header(buffer)?;
        let algorithm = choose(self.algorithms, header.alg)?;
        // Another kind of token says so (RFC 8725 §3.11).
        if !is_kind(header.typ) {
            return Err(Error::TokenType);
        }
        verify_signature(&compact, &header, algorithm, keys, rest)?;
        let protection = Protection {
            algorithm: algorithm.name(),
            #[cfg(feature = "jwe")]
            encryption: None,
        };
        Ok((compact.payload(rest)?, protection))
    }

    /// Whether the claims are by the issuer and, perhaps among others, for the client, and their times are kept.
    pub(crate) fn check(&self, claims: &Object<'_>, now: Option<UnixTime>) -> Result<(), Error> {
        self.check_issuer(claims)?;
        let audience = claims.get("aud").ok_or(Error::claim(Claim::Audience, Reason::Missing))?;
        let audience = Names::read(audience).ok_or(Error::claim(Claim::Audience, Reason::Malformed))?;
        if !audience.contains(self.audience) {
            return Err(Error::claim(Claim::Audience, Reason::Mismatch));
        }
        check_times(claims, self.leeway, now)
    }

    pub(crate) fn check_issuer(&self, claims: &Object<'_>) -> Result<(), Error> {
        let issuer = claims.get("iss").ok_or(Error::claim(Claim::Issuer, Reason::Missing))?;
        match issuer.as_text().ok_or(Error::claim(Claim::Issuer, Reason::Malformed))? == *self.issuer {
            true => Ok(()),
            false => Err(Error::claim(Claim::Issuer, Reason::Mismatch)),
        }
    }
}

/// A claim that is a date, if it is there.
pub(crate) fn date(claims: &Object<'_>, name: &str, claim: Claim) -> Result<Option<NumericDate>, Error> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let date = value.as_number().and_then(NumericDate::from_json);
    date.map(Some).ok_or(Error::claim(claim, Reason::Malformed))
}

/// RFC 7519 §4.1.4, §4.1.5. Neither must be there.
fn check_times(claims: &Object<'_>, leeway: u32, now: Option<UnixTime>) -> Result<(), Error> {
    let now = || now.ok_or(Error::TimeUnavailable);
    if let Some(expires_at) = date(claims, "exp", Claim::ExpirationTime)?
        && expires_at.saturating_add(leeway) <= now()?
    {
        return Err(Error::claim(Claim::ExpirationTime, Reason::Expired));
    }
    if let Some(not_before) = date(claims, "nbf", Claim::NotBefore)?
        && not_before.saturating_sub(leeway) > now()?
    {
        return Err(Error::claim(Claim::NotBefore, Reason::NotYetValid));
    }
    Ok(())
}
