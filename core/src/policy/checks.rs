//! What is checked of a token's kind and claims, apart from its signature
//! ([RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4),
//! [RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)).

use super::{Policy, TokenType};
use crate::{
    claims::{Names, Registered},
    error::{Claim, Error, Reason},
    jose::media_type::is_media_type,
    json::Text,
    time::UnixTime,
};

impl Policy<'_> {
    pub(super) fn check_type(&self, typ: Option<Text<'_>>) -> Result<(), Error> {
        let is = |name| typ.is_some_and(|typ| is_media_type(typ, name));
        let good = match self.token_type {
            TokenType::AtJwt => is("at+jwt"),
            TokenType::Relaxed => typ.is_none() || is("at+jwt") || is("JWT"),
            TokenType::Named(name) => is(name),
            TokenType::Any => true,
        };
        // RFC 9701 §8.1: an answer about an access token is none, whatever is accepted.
        if good && !is("token-introspection+jwt") { Ok(()) } else { Err(Error::TokenType) }
    }

    pub(super) fn check_claims(&self, claims: &Registered<'_>, now: Option<UnixTime>) -> Result<(), Error> {
        if matches!(self.token_type, TokenType::Relaxed) {
            check_kind(claims)?;
        }
        self.check_issuer(claims.issuer())?;
        self.check_audience(claims.audience())?;
        if !self.time_ignored {
            self.check_times(claims, now)?;
        }
        self.check_required(claims)
    }

    pub(super) fn check_required(&self, claims: &Registered<'_>) -> Result<(), Error> {
        for name in self.required {
            if !claims.has(name) {
                return Err(Error::claim(claim_named(name), Reason::Missing));
            }
        }
        Ok(())
    }

    pub(super) fn check_issuer(&self, issuer: Option<Text<'_>>) -> Result<(), Error> {
        let Some(own) = self.issuer else { return Ok(()) };
        let issuer = issuer.ok_or(Error::claim(Claim::Issuer, Reason::Missing))?;
        if issuer == *own || self.more_issuers.iter().any(|other| issuer == **other) {
            Ok(())
        } else {
            Err(Error::claim(Claim::Issuer, Reason::Mismatch))
        }
    }

    pub(super) fn check_audience(&self, audience: Option<Names<'_>>) -> Result<(), Error> {
        let Some(own) = self.audience else { return Ok(()) };
        let audience = audience.ok_or(Error::claim(Claim::Audience, Reason::Missing))?;
        if audience.contains(own) || self.more_audiences.iter().any(|other| audience.contains(other)) {
            Ok(())
        } else {
            Err(Error::claim(Claim::Audience, Reason::Mismatch))
        }
    }

    /// RFC 7519 §4.1.4: the time must be before `exp`; §4.1.5: and not before `nbf`.
    pub(super) fn check_times(&self, claims: &Registered<'_>, now: Option<UnixTime>) -> Result<(), Error> {
        let now = || now.ok_or(Error::TimeUnavailable);
        match claims.expires_at() {
            Some(expires_at) if expires_at.saturating_add(self.leeway) <= now()? => {
                return Err(Error::claim(Claim::ExpirationTime, Reason::Expired));
            }
            None if !self.expiration_optional => {
                return Err(Error::claim(Claim::ExpirationTime, Reason::Missing));
            }
            _ => {}
        }
        if let Some(not_before) = claims.not_before()
            && not_before.saturating_sub(self.leeway) > now()?
        {
            return Err(Error::claim(Claim::NotBefore, Reason::NotYetValid));
        }
        let Some(max_age) = self.max_age else { return Ok(()) };
        let issued_at = claims.issued_at().ok_or(Error::claim(Claim::IssuedAt, Reason::Missing))?;
        if issued_at.saturating_sub(self.leeway) > now()? {
            return Err(Error::claim(Claim::IssuedAt, Reason::NotYetValid));
        }
        if issued_at.saturating_add(max_age).saturating_add(self.leeway) < now()? {
            return Err(Error::claim(Claim::IssuedAt, Reason::TooOld));
        }
        Ok(())
    }
}

/// What a token that does not say its kind by `typ` may give away of it.
pub(super) fn check_kind(claims: &Registered<'_>) -> Result<(), Error> {
    let is = |name, kinds: &[&str]| {
        let value = claims.object().get(name).and_then(|value| value.as_text());
        value.is_some_and(|value| kinds.iter().any(|kind| value == **kind))
    };
    if is("typ", &["ID", "Refresh", "Offline", "Logout"]) || is("token_use", &["id", "refresh", "refresh_token"]) {
        return Err(Error::TokenType);
    }
    match claims.foreign {
        // Keycloak before 24 has `nonce` in its access tokens too, and says what they are.
        Some(Claim::IdToken) if is("typ", &["Bearer"]) => Ok(()),
        Some(claim) => Err(Error::claim(claim, Reason::Unexpected)),
        None => Ok(()),
    }
}

fn claim_named(name: &str) -> Claim {
    match name {
        "iss" => Claim::Issuer,
        "sub" => Claim::Subject,
        "aud" => Claim::Audience,
        "exp" => Claim::ExpirationTime,
        "nbf" => Claim::NotBefore,
        "iat" => Claim::IssuedAt,
        "jti" => Claim::JwtId,
        "client_id" => Claim::ClientId,
        "scope" | "scp" => Claim::Scope,
        "auth_time" => Claim::AuthenticationTime,
        "acr" => Claim::AuthenticationContext,
        "amr" => Claim::AuthenticationMethods,
        "roles" => Claim::Roles,
        "groups" => Claim::Groups,
        "entitlements" => Claim::Entitlements,
        _ => Claim::Required,
    }
}

#[cfg(test)]
mod tests;
