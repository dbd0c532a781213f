//! The JOSE header of a token ([RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).

use crate::{
    error::{Error, Parameter, Part},
    json::{Object, Text, Value},
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
        let mut found = Found { alg: None, kid: None, typ: None };
        let mut outcome = Ok(());
        let object = Object::visit_in_place(bytes, &mut |name, value| {
            if let (Ok(()), Some(name)) = (outcome, name.as_str()) {
                outcome = found.take(name, value);
            }
        });
        object.map_err(|error| Error::Json(Part::Header, error))?;
        outcome?;
        let Found { alg, kid, typ } = found;
        Ok(Self { alg: alg.ok_or(Error::Header(Parameter::Algorithm))?, kid, typ })
    }
}

/// What was found so far.
struct Found<'a> {
    alg: Option<Text<'a>>,
    kid: Option<Text<'a>>,
    typ: Option<Text<'a>>,
}

impl<'a> Found<'a> {
    fn take(&mut self, name: &str, value: Value<'a>) -> Result<(), Error> {
        match name {
            "alg" => self.alg = Some(text(value, Parameter::Algorithm)?),
            "kid" => self.kid = Some(text(value, Parameter::KeyId)?),
            "typ" => self.typ = Some(text(value, Parameter::Type)?),
            "cty" => _ = text(value, Parameter::ContentType)?,
            "crit" => return Err(Error::Critical),
            "b64" => return Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)),
            "zip" => return Err(Error::UnsupportedHeader(Parameter::Compression)),
            _ => {}
        }
        Ok(())
    }
}

fn text(value: Value<'_>, parameter: Parameter) -> Result<Text<'_>, Error> {
    value.as_text().ok_or(Error::Header(parameter))
}

#[cfg(test)]
mod tests;
