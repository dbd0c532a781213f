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
        let json = |error| Error::Json(Part::Header, error);
        let object = Object::read_in_place(bytes).map_err(json)?;
        let (mut alg, mut kid, mut typ) = (None, None, None);
        for (name, value) in object.members() {
            match name.as_str() {
                Some("alg") => alg = Some(text(value, Parameter::Algorithm)?),
                Some("kid") => kid = Some(text(value, Parameter::KeyId)?),
                Some("typ") => typ = Some(text(value, Parameter::Type)?),
                Some("cty") => _ = text(value, Parameter::ContentType)?,
                Some("crit") => return Err(Error::Critical),
                Some("b64") => return Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)),
                Some("zip") => return Err(Error::UnsupportedHeader(Parameter::Compression)),
                _ => {}
            }
        }
        Ok(Self { alg: alg.ok_or(Error::Header(Parameter::Algorithm))?, kid, typ })
    }
}

fn text(value: Value<'_>, parameter: Parameter) -> Result<Text<'_>, Error> {
    value.as_text().ok_or(Error::Header(parameter))
}

#[cfg(test)]
mod tests;
