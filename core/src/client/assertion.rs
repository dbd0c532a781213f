//! JWTs by which a client proves itself ([RFC 7523 §2.2, §3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
//! [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).

use core::fmt::{self, Write as _};

use super::{Fresh, Signer};
use crate::{
    base64url::Encoded,
    call_error::{CallError, SignerError},
    form::{Base64Url, Writer},
    json::write_string,
    limits,
};

/// What an assertion says.
pub(super) struct Assertion<'a> {
    pub(super) client_id: &'a str,
    pub(super) audience: &'a str,
    pub(super) fresh: Fresh,
}

impl Assertion<'_> {
    /// Writes the two parameters of a form that authenticate the client.
    pub(super) fn write(&self, signer: &dyn Signer, form: &mut Writer<'_>) -> Result<(), CallError> {
        form.parameter("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")?;
        form.parameter_name("client_assertion")?;
        let start = form.len();
        let mut part = Base64Url::new(form);
        write_header(signer, &mut part)?;
        part.flush()?;
        form.write_char('.')?;
        let mut part = Base64Url::new(form);
        self.write_claims(&mut part)?;
        part.flush()?;
        let mut signature = [0; limits::SIGNATURE_BYTES];
        let length = signer.sign(form.written_from(start), &mut signature)?;
        let signature = signature.get(..length).ok_or(SignerError)?;
        Ok(write!(form, ".{}", Encoded(signature))?)
    }

    /// RFC 7523 §3: `iss`, `sub`, `aud` and `exp` are required; OpenID Connect Core §9 requires `jti` too, against
    /// replay, and Keycloak bounds a lifetime by `iat`.
    fn write_claims(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(r#"{"iss":"#)?;
        write_string(out, self.client_id)?;
        out.write_str(r#","sub":"#)?;
        write_string(out, self.client_id)?;
        out.write_str(r#","aud":"#)?;
        write_string(out, self.audience)?;
        let issued_at = self.fresh.now.seconds();
        let expires_at = issued_at.saturating_add(limits::ASSERTION_SECONDS);
        write!(out, r#","jti":"{}","iat":{issued_at},"exp":{expires_at}}}"#, Encoded(&self.fresh.nonce))
    }
}

fn write_header(signer: &dyn Signer, out: &mut impl fmt::Write) -> fmt::Result {
    write!(out, r#"{{"alg":"{}","typ":"JWT""#, signer.algorithm())?;
    if let Some(id) = signer.key_id() {
        out.write_str(r#","kid":"#)?;
        write_string(out, id)?;
    }
    out.write_char('}')
}
