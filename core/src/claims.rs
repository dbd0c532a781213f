//! The claims of a JWT ([RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)), read in one pass.

use crate::{
    error::{Claim, Error, Part, Reason},
    json::{Object, Text, Value},
    time::NumericDate,
};

mod names;

pub use names::{Names, NamesIter};

/// The registered claims of an access token, each of its right type, and nothing else said of them.
#[derive(Clone, Copy)]
pub(crate) struct Registered<'b> {
    pub(crate) object: Object<'b>,
    pub(crate) issuer: Option<Text<'b>>,
    pub(crate) subject: Option<Text<'b>>,
    pub(crate) audience: Option<Names<'b>>,
    pub(crate) expires_at: Option<NumericDate>,
    pub(crate) not_before: Option<NumericDate>,
    pub(crate) issued_at: Option<NumericDate>,
    pub(crate) jwt_id: Option<Text<'b>>,
    pub(crate) client_id: Option<Text<'b>>,
    pub(crate) scope: Option<Names<'b>>,
    pub(crate) scp: Option<Names<'b>>,
    pub(crate) authentication_time: Option<NumericDate>,
    pub(crate) acr: Option<Text<'b>>,
    pub(crate) amr: Option<Names<'b>>,
    pub(crate) roles: Option<Names<'b>>,
    pub(crate) groups: Option<Names<'b>>,
    pub(crate) entitlements: Option<Names<'b>>,
    /// What only other kinds of tokens carry, if something is there.
    pub(crate) foreign: Option<Claim>,
}

impl<'b> Registered<'b> {
    /// Reads a decoded payload, resolving its escapes where it lies. In place: as a result it would take its room twice.
    pub(crate) fn read(&mut self, payload: &'b mut [u8]) -> Result<(), Error> {
        let mut outcome = Ok(());
        let object = Object::visit_in_place(payload, &mut |name, value| {
            if let (Ok(()), Some(name)) = (outcome, name.as_str()) {
                outcome = self.take(name, value);
            }
        });
        self.object = object.map_err(|error| Error::Json(Part::Payload, error))?;
        outcome
    }

    /// Takes the claims of an object whose escapes are resolved.
    pub(crate) fn of(object: Object<'b>) -> Result<Self, Error> {
        let mut claims = Self { object, ..Self::none() };
        for (name, value) in object.members() {
            if let Some(name) = name.as_str() {
                claims.take(name, value)?;
            }
        }
        Ok(claims)
    }

    /// Whether there is a claim of this name, other than `null`. What is registered is not looked for a second time.
    pub(crate) fn has(&self, name: &str) -> bool {
        match name {
            "iss" => self.issuer.is_some(),
            "sub" => self.subject.is_some(),
            "aud" => self.audience.is_some(),
            "exp" => self.expires_at.is_some(),
            "nbf" => self.not_before.is_some(),
            "iat" => self.issued_at.is_some(),
            "jti" => self.jwt_id.is_some(),
            "client_id" => self.client_id.is_some(),
            "scope" => self.scope.is_some(),
            _ => self.object.get(name).is_some_and(|value| !matches!(value, Value::Null)),
        }
    }

    /// Of no token yet.
    pub(crate) const fn none() -> Self {
        Self {
            object: Object::trusted("{}"),
            issuer: None,
            subject: None,
            audience: None,
            expires_at: None,
            not_before: None,
            issued_at: None,
            jwt_id: None,
            client_id: None,
            scope: None,
            scp: None,
            authentication_time: None,
            acr: None,
            amr: None,
            roles: None,
            groups: None,
            entitlements: None,
            foreign: None,
        }
    }

    fn take(&mut self, name: &str, value: Value<'b>) -> Result<(), Error> {
        match name {
            "iss" => self.issuer = Some(text(value, Claim::Issuer)?),
            "sub" => self.subject = Some(text(value, Claim::Subject)?),
            "aud" => self.audience = Some(names(value, Claim::Audience)?),
            "exp" => self.expires_at = Some(date(value, Claim::ExpirationTime)?),
            "nbf" => self.not_before = Some(date(value, Claim::NotBefore)?),
            "iat" => self.issued_at = Some(date(value, Claim::IssuedAt)?),
            "jti" => self.jwt_id = Some(text(value, Claim::JwtId)?),
            "client_id" => self.client_id = Some(text(value, Claim::ClientId)?),
            // A string by RFC 8693 §4.2, and an array as Spring Authorization Server and Duende IdentityServer send it.
            "scope" => self.scope = Some(names(value, Claim::Scope)?),
            "scp" => self.scp = Some(names(value, Claim::Scope)?),
            "auth_time" => self.authentication_time = Some(date(value, Claim::AuthenticationTime)?),
            "acr" => self.acr = Some(text(value, Claim::AuthenticationContext)?),
            "amr" => self.amr = Some(names(value, Claim::AuthenticationMethods)?),
            "roles" => self.roles = Some(names(value, Claim::Roles)?),
            "groups" => self.groups = Some(names(value, Claim::Groups)?),
            "entitlements" => self.entitlements = Some(names(value, Claim::Entitlements)?),
            // A token bound to a key is not a bearer token: whoever presents it must prove more than is checked here.
            "cnf" => return Err(Error::claim(Claim::Confirmation, Reason::NotUnderstood)),
            // An answer about an access token is none, whatever else it says of itself (RFC 9701 §8.1).
            "token_introspection" => return Err(Error::claim(Claim::TokenIntrospection, Reason::Unexpected)),
            "nonce" | "at_hash" | "c_hash" => self.foreign = Some(Claim::IdToken),
            "events" => self.foreign = Some(Claim::Events),
            _ => {}
        }
        Ok(())
    }
}

fn text(value: Value<'_>, claim: Claim) -> Result<Text<'_>, Error> {
    value.as_text().ok_or(Error::claim(claim, Reason::Malformed))
}

fn names(value: Value<'_>, claim: Claim) -> Result<Names<'_>, Error> {
    Names::read(value).ok_or(Error::claim(claim, Reason::Malformed))
}

fn date(value: Value<'_>, claim: Claim) -> Result<NumericDate, Error> {
    value.as_number().and_then(NumericDate::from_json).ok_or(Error::claim(claim, Reason::Malformed))
}

#[cfg(test)]
mod tests;
