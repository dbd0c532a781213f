//! The claims of a JWT ([RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)), read in one pass.

use crate::{
    error::{Claim, Error, Part, Reason},
    json::{Member, Object, Place, Text, Value},
    time::NumericDate,
};

mod names;

pub use names::{Names, NamesIter};

/// The registered claims of an access token, each of its right type, and nothing else said of them.
///
/// It is moved and copied on a stack that may be short, so it keeps where claims are written, in two bytes each.
#[derive(Clone, Copy)]
pub(crate) struct Registered<'b> {
    /// The text that the places are in, with the white space around it.
    json: &'b str,
    places: Places,
    /// What only other kinds of tokens carry, if something is there.
    pub(crate) foreign: Option<Claim>,
}

/// Where claims are written.
#[derive(Clone, Copy)]
struct Places {
    issuer: Place,
    subject: Place,
    audience: Place,
    jwt_id: Place,
    client_id: Place,
    scope: Place,
    scp: Place,
    acr: Place,
    amr: Place,
    roles: Place,
    groups: Place,
    entitlements: Place,
    expires_at: Place,
    not_before: Place,
    issued_at: Place,
    authentication_time: Place,
}

impl<'b> Registered<'b> {
    /// Reads a decoded payload, resolving its escapes where it lies. In place: as a result it would take its room twice.
    pub(crate) fn read(&mut self, payload: &'b mut [u8]) -> Result<(), Error> {
        let mut outcome = Ok(());
        let json = Object::visit_in_place(payload, &mut |member| {
            if outcome.is_ok() {
                outcome = self.take(member);
            }
        });
        self.json = json.map_err(|error| Error::Json(Part::Payload, error))?;
        outcome
    }

    /// Takes the claims of an object whose escapes are resolved.
    pub(crate) fn of(object: Object<'b>) -> Result<Self, Error> {
        let mut claims = Self { json: object.as_json(), ..Self::none() };
        let mut outcome = Ok(());
        object.visit(&mut |member| {
            if outcome.is_ok() {
                outcome = claims.take(member);
            }
        });
        outcome.map(|()| claims)
    }

    /// All claims, also those that are not registered.
    pub(crate) const fn object(&self) -> Object<'b> {
        Object::trusted(self.json)
    }

    pub(crate) fn issuer(&self) -> Option<Text<'b>> {
        self.text(self.places.issuer)
    }

    pub(crate) fn subject(&self) -> Option<Text<'b>> {
        self.text(self.places.subject)
    }

    pub(crate) fn audience(&self) -> Option<Names<'b>> {
        self.names(self.places.audience)
    }

    pub(crate) fn jwt_id(&self) -> Option<Text<'b>> {
        self.text(self.places.jwt_id)
    }

    pub(crate) fn client_id(&self) -> Option<Text<'b>> {
        self.text(self.places.client_id)
    }

    pub(crate) fn scope(&self) -> Option<Names<'b>> {
        self.names(self.places.scope)
    }

    pub(crate) fn scp(&self) -> Option<Names<'b>> {
        self.names(self.places.scp)
    }

    pub(crate) fn acr(&self) -> Option<Text<'b>> {
        self.text(self.places.acr)
    }

    pub(crate) fn amr(&self) -> Option<Names<'b>> {
        self.names(self.places.amr)
    }

    pub(crate) fn roles(&self) -> Option<Names<'b>> {
        self.names(self.places.roles)
    }

    pub(crate) fn groups(&self) -> Option<Names<'b>> {
        self.names(self.places.groups)
    }

    pub(crate) fn entitlements(&self) -> Option<Names<'b>> {
        self.names(self.places.entitlements)
    }

    pub(crate) fn expires_at(&self) -> Option<NumericDate> {
        self.date(self.places.expires_at)
    }

    pub(crate) fn not_before(&self) -> Option<NumericDate> {
        self.date(self.places.not_before)
    }

    pub(crate) fn issued_at(&self) -> Option<NumericDate> {
        self.date(self.places.issued_at)
    }

    pub(crate) fn authentication_time(&self) -> Option<NumericDate> {
        self.date(self.places.authentication_time)
    }

    fn text(&self, place: Place) -> Option<Text<'b>> {
        place.value(self.json).and_then(Value::as_text)
    }

    fn names(&self, place: Place) -> Option<Names<'b>> {
        place.value(self.json).map(Names::trusted)
    }

    fn date(&self, place: Place) -> Option<NumericDate> {
        place.value(self.json).and_then(Value::as_number).and_then(NumericDate::from_json)
    }

    /// Whether there is a claim of this name, other than `null`. What is registered is not looked for a second time.
    pub(crate) fn has(&self, name: &str) -> bool {
        match name {
            "iss" => self.places.issuer.is_somewhere(),
            "sub" => self.places.subject.is_somewhere(),
            "aud" => self.places.audience.is_somewhere(),
            "exp" => self.places.expires_at.is_somewhere(),
            "nbf" => self.places.not_before.is_somewhere(),
            "iat" => self.places.issued_at.is_somewhere(),
            "jti" => self.places.jwt_id.is_somewhere(),
            "client_id" => self.places.client_id.is_somewhere(),
            "scope" => self.places.scope.is_somewhere(),
            _ => self.object().get(name).is_some_and(|value| !matches!(value, Value::Null)),
        }
    }

    /// Of no token yet.
    pub(crate) const fn none() -> Self {
        Self {
            json: "{}",
            places: Places {
                issuer: Place::NOWHERE,
                subject: Place::NOWHERE,
                audience: Place::NOWHERE,
                jwt_id: Place::NOWHERE,
                client_id: Place::NOWHERE,
                scope: Place::NOWHERE,
                scp: Place::NOWHERE,
                acr: Place::NOWHERE,
                amr: Place::NOWHERE,
                roles: Place::NOWHERE,
                groups: Place::NOWHERE,
                entitlements: Place::NOWHERE,
                expires_at: Place::NOWHERE,
                not_before: Place::NOWHERE,
                issued_at: Place::NOWHERE,
                authentication_time: Place::NOWHERE,
            },
            foreign: None,
        }
    }

    fn take(&mut self, member: &Member<'_>) -> Result<(), Error> {
        let Some(name) = member.name.as_str() else { return Ok(()) };
        let places = &mut self.places;
        match name {
            "iss" => places.issuer = text(member, Claim::Issuer)?,
            "sub" => places.subject = text(member, Claim::Subject)?,
            "aud" => places.audience = names(member, Claim::Audience)?,
            "exp" => places.expires_at = date(member, Claim::ExpirationTime)?,
            "nbf" => places.not_before = date(member, Claim::NotBefore)?,
            "iat" => places.issued_at = date(member, Claim::IssuedAt)?,
            "jti" => places.jwt_id = text(member, Claim::JwtId)?,
            "client_id" => places.client_id = text(member, Claim::ClientId)?,
            // A string by RFC 8693 §4.2, and an array as Spring Authorization Server and Duende IdentityServer send it.
            "scope" => places.scope = names(member, Claim::Scope)?,
            "scp" => places.scp = names(member, Claim::Scope)?,
            "auth_time" => places.authentication_time = date(member, Claim::AuthenticationTime)?,
            "acr" => places.acr = text(member, Claim::AuthenticationContext)?,
            "amr" => places.amr = names(member, Claim::AuthenticationMethods)?,
            "roles" => places.roles = names(member, Claim::Roles)?,
            "groups" => places.groups = names(member, Claim::Groups)?,
            "entitlements" => places.entitlements = names(member, Claim::Entitlements)?,
            // A token bound to a key is not a bearer token: whoever presents it must prove more than is checked here.
            "cnf" => return Err(Error::claim(Claim::Confirmation, Reason::NotUnderstood)),
            // An answer about an access token is none, whatever else it says of itself (RFC 9701 §8.1).
            "token_introspection" => return Err(Error::claim(Claim::TokenIntrospection, Reason::Unexpected)),
            "nonce" | "at_hash" | "c_hash" => self.foreign = self.foreign.or(Some(Claim::IdToken)),
            // Before the others, wherever it stands: they can be excused.
            "events" => self.foreign = Some(Claim::Events),
            _ => {}
        }
        Ok(())
    }
}

fn text(member: &Member<'_>, claim: Claim) -> Result<Place, Error> {
    if let Value::String(_) = member.value { Ok(member.place) } else { Err(Error::claim(claim, Reason::Malformed)) }
}

fn names(member: &Member<'_>, claim: Claim) -> Result<Place, Error> {
    Names::read(member.value).map(|_| member.place).ok_or(Error::claim(claim, Reason::Malformed))
}

fn date(member: &Member<'_>, claim: Claim) -> Result<Place, Error> {
    let date = member.value.as_number().and_then(NumericDate::from_json);
    date.map(|_| member.place).ok_or(Error::claim(claim, Reason::Malformed))
}

#[cfg(test)]
mod tests;
