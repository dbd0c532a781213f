//! The header of a JWE ([RFC 7516 §4](https://www.rfc-editor.org/rfc/rfc7516#section-4)).

use crate::{
    error::{Error, Parameter, Part},
    json::{Object, Text, Value},
    key_management::KeyParameters,
};

/// What is read of it. Parameters that carry or point to a key (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a> {
    pub(crate) alg: Text<'a>,
    pub(crate) enc: Text<'a>,
    pub(crate) kid: Option<Text<'a>>,
    pub(crate) cty: Option<Text<'a>>,
    pub(crate) parameters: KeyParameters<'a>,
}

impl<'a> Header<'a> {
    /// Reads a decoded header, resolving its escapes where it lies.
    pub(super) fn read(bytes: &'a mut [u8]) -> Result<Self, Error> {
        let json = |error| Error::Json(Part::Header, error);
        let object = Object::read_in_place(bytes).map_err(json)?;
        let (mut alg, mut enc, mut kid, mut cty) = (None, None, None, None);
        let mut parameters = KeyParameters::default();
        for (name, value) in object.members() {
            match name.as_str() {
                Some("alg") => alg = Some(text(value, Parameter::Algorithm)?),
                Some("enc") => enc = Some(text(value, Parameter::Encryption)?),
                Some("kid") => kid = Some(text(value, Parameter::KeyId)?),
                Some("cty") => cty = Some(text(value, Parameter::ContentType)?),
                Some("typ") => _ = text(value, Parameter::Type)?,
                Some("epk") => {
                    let key = value.as_object().ok_or(Error::Header(Parameter::EphemeralPublicKey))?;
                    parameters.ephemeral_key = Some(key);
                }
                Some("apu") => parameters.party_u = Some(plain(value, Parameter::PartyUInfo)?),
                Some("apv") => parameters.party_v = Some(plain(value, Parameter::PartyVInfo)?),
                Some("iv") => parameters.iv = Some(plain(value, Parameter::InitializationVector)?),
                Some("tag") => parameters.tag = Some(plain(value, Parameter::AuthenticationTag)?),
                Some("crit") => return Err(Error::Critical),
                Some("b64") => return Err(Error::UnsupportedHeader(Parameter::Base64UrlPayload)),
                // §4.1.3: a few bytes that inflate to more than a device has.
                Some("zip") => return Err(Error::UnsupportedHeader(Parameter::Compression)),
                _ => {}
            }
        }
        let alg = alg.ok_or(Error::Header(Parameter::Algorithm))?;
        let enc = enc.ok_or(Error::Header(Parameter::Encryption))?;
        Ok(Self { alg, enc, kid, cty, parameters })
    }
}

fn text(value: Value<'_>, parameter: Parameter) -> Result<Text<'_>, Error> {
    value.as_text().ok_or(Error::Header(parameter))
}

/// A string that is base64url, so that it has no escapes when those that can be are resolved.
fn plain(value: Value<'_>, parameter: Parameter) -> Result<&str, Error> {
    text(value, parameter)?.as_str().ok_or(Error::Header(parameter))
}
