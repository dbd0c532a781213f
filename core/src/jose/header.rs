//! The JOSE header of a token ([RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).

use crate::{
    error::{Error, Parameter, Part},
    json::{Member, Object, Place, Text, Value},
};

/// What is read of a header. Parameters that carry or point to a key of the token's own (`jwk`, `jku`, `x5u`, `x5c`)
/// are never looked at (RFC 8725 §3.10).
#[derive(Clone, Copy)]
pub(crate) struct Header<'a> {
    pub(crate) alg: Text<'a>,
    pub(crate) kid: Option<Text<'a>>,
    pub(crate) typ: Option<Text<'a>>,
}

impl<'a> Header<'a> {
    /// Reads a decoded header, resolving its escapes where it lies.
    pub(crate) fn read(bytes: &'a mut [u8]) -> Result<Self, Error> {
        let mut found = Found { alg: Place::NOWHERE, kid: Place::NOWHERE, typ: Place::NOWHERE };
        let mut outcome = Ok(());
        let json = Object::visit_in_place(bytes, &mut |member| {
            if let (Ok(()), Some(name)) = (outcome, member.name.as_str()) {
                outcome = found.take(name, member);
            }
        });
        let json = json.map_err(|error| Error::Json(Part::Header, error))?;
        outcome?;
        let text = |place: Place| place.value(json).and_then(Value::as_text);
        let alg = text(found.alg).ok_or(Error::Header(Parameter::Algorithm))?;
        Ok(Self { alg, kid: text(found.kid), typ: text(found.typ) })
    }
}

/// Where what was found so far is written.
struct Found {
    alg: Place,
    kid: Place,
    typ: Place,
}

impl Found {
    fn take(&mut self, name: &str, member: &Member<'_>) -> Result<(), Error> {
        match name {
            "alg" => self.alg = text(member, Parameter::Algorithm)?,
            "kid" => self.kid = text(member, Parameter::KeyId)?,
            "typ" => self.typ = text(member, Parameter::Type)?,
            "cty" => _ = text(member, Parameter::ContentType)?,
            "crit" => return Err(Error::Critical),
            "b64" => return Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)),
            "zip" => return Err(Error::UnsupportedHeader(Parameter::Compression)),
            _ => {}
        }
        Ok(())
    }
}

fn text(member: &Member<'_>, parameter: Parameter) -> Result<Place, Error> {
    if let Value::String(_) = member.value { Ok(member.place) } else { Err(Error::Header(parameter)) }
}

#[cfg(test)]
mod tests;
