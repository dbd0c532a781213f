//! What is checked of the claims of an ID token
//! ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken),
//! [§3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation),
//! [§12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).

use super::{IdToken, IdTokenPolicy, at_hash::is_hash_of};
use crate::{
    claims::{Names, Registered},
    error::{Claim, Error, Reason},
    json::{Object, Text, Value},
    time::UnixTime,
};

/// What one token is held against, beside the policy.
pub(super) struct Expected<'e, 'o> {
    pub(super) access_token: Option<&'e str>,
    /// For the token of a refresh: the one from when the user authenticated.
    pub(super) original: Option<&'e IdToken<'o>>,
    pub(super) nonce: Option<&'e str>,
    pub(super) now: Option<UnixTime>,
}

/// The longest `sub`, in characters (§2).
const SUBJECT_CHARACTERS: usize = 255;

impl IdTokenPolicy<'_> {
    /// The token, if its claims are good.
    pub(super) fn check<'b>(
        &self,
        claims: Registered<'b>,
        algorithm: &'static str,
        key_id: Option<Text<'b>>,
        expected: &Expected<'_, '_>,
    ) -> Result<IdToken<'b>, Error> {
        check_kind(&claims)?;
        let issuer = claims.issuer().ok_or(Error::claim(Claim::Issuer, Reason::Missing))?;
        require(issuer == *self.issuer, Claim::Issuer, Reason::Mismatch)?;
        let authorized_party = text(&claims.object(), "azp", Claim::AuthorizedParty)?;
        self.check_audience(claims.audience(), authorized_party)?;
        self.check_times(&claims, expected.now)?;
        let subject = claims.subject().ok_or(Error::claim(Claim::Subject, Reason::Missing))?;
        let is_good = !subject.is_empty() && subject.chars().count() <= SUBJECT_CHARACTERS;
        require(is_good, Claim::Subject, Reason::Malformed)?;
        let token = IdToken {
            claims,
            subject,
            authorized_party,
            nonce: text(&claims.object(), "nonce", Claim::Nonce)?,
            algorithm,
            key_id,
            #[cfg(feature = "jwe")]
            encryption: None,
        };
        match (expected.original, expected.nonce, token.nonce) {
            (Some(original), _, _) => token.check_continues(original)?,
            (None, None, None) => {}
            (None, Some(own), Some(nonce)) => require(nonce == *own, Claim::Nonce, Reason::Mismatch)?,
            (None, Some(_), None) => return Err(Error::claim(Claim::Nonce, Reason::Missing)),
            (None, None, Some(_)) => return Err(Error::claim(Claim::Nonce, Reason::Unexpected)),
        }
        token.check_hash(expected.access_token)?;
        Ok(token)
    }

    /// §3.1.3.7, items 3 to 5.
    fn check_audience(&self, audience: Option<Names<'_>>, authorized_party: Option<Text<'_>>) -> Result<(), Error> {
        let audience = audience.ok_or(Error::claim(Claim::Audience, Reason::Missing))?;
        let is_trusted = |name: Text<'_>| name == *self.client_id || self.audiences.iter().any(|own| name == **own);
        let is_good = audience.contains(self.client_id) && audience.iter().all(is_trusted);
        require(is_good, Claim::Audience, Reason::Mismatch)?;
        match authorized_party {
            Some(party) => require(party == *self.client_id, Claim::AuthorizedParty, Reason::Mismatch),
            None => require(audience.iter().nth(1).is_none(), Claim::AuthorizedParty, Reason::Missing),
        }
    }

    /// §3.1.3.7, items 9 and 10.
    fn check_times(&self, claims: &Registered<'_>, now: Option<UnixTime>) -> Result<(), Error> {
        let expires_at = claims.expires_at().ok_or(Error::claim(Claim::ExpirationTime, Reason::Missing))?;
        let issued_at = claims.issued_at().ok_or(Error::claim(Claim::IssuedAt, Reason::Missing))?;
        if self.time_ignored {
            return Ok(());
        }
        let now = now.ok_or(Error::TimeUnavailable)?;
        let is_ahead = expires_at.saturating_add(self.leeway) > now;
        require(is_ahead, Claim::ExpirationTime, Reason::Expired)?;
        let has_come = claims.not_before().is_none_or(|date| date.saturating_sub(self.leeway) <= now);
        require(has_come, Claim::NotBefore, Reason::NotYetValid)?;
        require(issued_at.saturating_sub(self.leeway) <= now, Claim::IssuedAt, Reason::NotYetValid)?;
        let Some(max_age) = self.max_age else { return Ok(()) };
        let is_young = issued_at.saturating_add(max_age).saturating_add(self.leeway) >= now;
        require(is_young, Claim::IssuedAt, Reason::TooOld)
    }
}

impl IdToken<'_> {
    /// §12.2: what stays as it was when the user authenticated. The issuer is the policy's in both.
    fn check_continues(&self, original: &IdToken<'_>) -> Result<(), Error> {
        let same = |claim, is_same| require(is_same, claim, Reason::Mismatch);
        same(Claim::Issuer, self.claims.issuer() == original.claims.issuer())?;
        same(Claim::Subject, self.subject == original.subject)?;
        let audience = |token: &IdToken<'_>, other: &IdToken<'_>| {
            let (own, others) = (token.claims.audience(), other.claims.audience());
            let is_in = |name: Text<'_>| others.is_some_and(|others| others.iter().any(|other| other == name));
            own.is_some_and(|own| own.iter().all(is_in))
        };
        same(Claim::Audience, audience(self, original) && audience(original, self))?;
        same(Claim::AuthorizedParty, self.authorized_party == original.authorized_party)?;
        same(Claim::Nonce, self.nonce.is_none() || self.nonce == original.nonce)?;
        let is_newer = self.claims.issued_at() >= original.claims.issued_at();
        require(is_newer, Claim::IssuedAt, Reason::TooOld)?;
        let (now, then) = (self.claims.authentication_time(), original.claims.authentication_time());
        same(Claim::AuthenticationTime, now.is_none() || then.is_none() || now == then)
    }

    /// §3.1.3.8. It need not be there where both come from the token endpoint (§3.1.3.6).
    fn check_hash(&self, access_token: Option<&str>) -> Result<(), Error> {
        let hash = text(&self.claims.object(), "at_hash", Claim::AccessTokenHash)?;
        let (Some(hash), Some(access_token)) = (hash, access_token) else { return Ok(()) };
        let is_its = is_hash_of(hash, self.algorithm, access_token);
        let is_its = is_its.ok_or(Error::claim(Claim::AccessTokenHash, Reason::NotUnderstood))?;
        require(is_its, Claim::AccessTokenHash, Reason::Mismatch)
    }
}

/// What gives away another kind of token of the same issuer: by the marks of Keycloak and Cognito, and by claims that
/// only access tokens, logout tokens and security events have.
fn check_kind(claims: &Registered<'_>) -> Result<(), Error> {
    let says_other = |name: &str, own: &str| {
        let value = claims.object().get(name).and_then(Value::as_text);
        value.is_some_and(|value| value != *own)
    };
    if says_other("typ", "ID") || says_other("token_use", "id") {
        return Err(Error::TokenType);
    }
    require(claims.scope().is_none() && claims.scp().is_none(), Claim::Scope, Reason::Unexpected)?;
    require(claims.object().get("events").is_none(), Claim::Events, Reason::Unexpected)
}

fn text<'b>(claims: &Object<'b>, name: &str, claim: Claim) -> Result<Option<Text<'b>>, Error> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    value.as_text().map(Some).ok_or(Error::claim(claim, Reason::Malformed))
}

fn require(is_good: bool, claim: Claim, reason: Reason) -> Result<(), Error> {
    if is_good { Ok(()) } else { Err(Error::claim(claim, reason)) }
}
