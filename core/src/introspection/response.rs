//! The forms in which an authorization server tells of a token: plain JSON
//! ([RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)), or a JWT
//! ([RFC 9701 §5](https://www.rfc-editor.org/rfc/rfc9701#section-5)).

use core::fmt;

use super::IntrospectionError;
#[cfg(feature = "jwe")]
use crate::jose::jwe::Decryption;
use crate::{
    alg::Algorithm,
    answer_error::AnswerError,
    call::Answer,
    error::{Claim, Error, Part, Reason},
    json::{JsonError, Object, Text, Value},
    key::Keys,
    signed_answer::{Protection, SignedAnswer, date},
    time::UnixTime,
};

/// The form of the answers to introspection, as the client is registered for it: plain JSON, signed, or signed and
/// then encrypted.
///
/// The registration decides (`introspection_signed_response_alg` and `introspection_encrypted_response_alg`, RFC 9701 §6),
/// and never what an answer says of itself: another form is an error. It goes into the request
/// ([`IntrospectionRequest::with_response`](crate::IntrospectionRequest::with_response)) and reads the answer
/// ([`Policy::introspect_as`](crate::Policy::introspect_as)).
///
/// ```
/// use bearward_core::{Algorithm, BearerToken, Client, Es256, IntrospectionRequest, IntrospectionResponse};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// static RESPONSE: IntrospectionResponse<'_> =
///     IntrospectionResponse::signed("https://authority.example", "valve", ALGORITHMS);
///
/// let token = BearerToken::new("2YotnFZFEjr1zCsicMWpAA")?;
/// let mut buffer = [0; 128];
/// let request = IntrospectionRequest::new(token).with_response(&RESPONSE);
/// let request = request.write(&Client::tls("valve"), None, &mut buffer)?;
/// assert_eq!(request.accept(), "application/token-introspection+jwt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct IntrospectionResponse<'a> {
    registered: Registered<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Registered<'a> {
    Json,
    Jwt(SignedAnswer<'a>),
    Keycloak(SignedAnswer<'a>),
}

/// The media type of RFC 9701 §4, and what the JWT says of itself (§5).
const MEDIA_TYPE: &str = "application/token-introspection+jwt";

impl<'a> IntrospectionResponse<'a> {
    /// Answers are plain JSON: what is in them is believed because TLS has authenticated the server.
    #[must_use]
    pub const fn json() -> Self {
        Self { registered: Registered::Json }
    }

    /// Answers are JWTs of RFC 9701 by this issuer for this resource server, under one of these algorithms.
    /// `resource_server` is how the issuer calls it in `aud`: its client identifier there, with most.
    #[must_use]
    pub const fn signed(issuer: &'a str, resource_server: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self { registered: Registered::Jwt(SignedAnswer::new(issuer, resource_server, algorithms)) }
    }

    /// Answers are JWTs as of [`signed`](Self::signed), encrypted to this resource server.
    ///
    /// An answer that is only signed, or only encrypted, is refused: the one is not what was registered, and the other
    /// could be by anybody.
    ///
    /// ```
    /// use bearward_core::{
    ///     A256Gcm, Algorithm, Decryption, DecryptionKeySet, EcdhEsP256, Es256, IntrospectionResponse,
    /// };
    ///
    /// let keys = DecryptionKeySet::<2>::new();
    /// let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], &keys);
    /// let algorithms: &[&dyn Algorithm] = &[&Es256];
    /// let response =
    ///     IntrospectionResponse::signed_and_encrypted("https://authority.example", "valve", algorithms, decryption);
    /// ```
    #[cfg(feature = "jwe")]
    #[must_use]
    pub const fn signed_and_encrypted(
        issuer: &'a str,
        resource_server: &'a str,
        algorithms: &'a [&'a dyn Algorithm],
        decryption: Decryption<'a>,
    ) -> Self {
        let signed = SignedAnswer::new(issuer, resource_server, algorithms);
        Self { registered: Registered::Jwt(signed.with_decryption(decryption)) }
    }

    /// Answers in Keycloak's own form, which it gives to `Accept: application/jwt` where the client has "Support JWT claim
    /// in Introspection Response": JSON, and in its member `jwt` the claims of the token, signed by this issuer.
    ///
    /// Only those are believed. That the token is active stands outside of them, and is believed because TLS has
    /// authenticated the server. The JWT is by its kind an access token that is good by itself until it expires: RFC 9701
    /// has no such trap.
    #[must_use]
    pub const fn keycloak(issuer: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self { registered: Registered::Keycloak(SignedAnswer::new(issuer, "", algorithms)) }
    }

    /// Allows the clocks to differ by this many seconds, where a JWT of RFC 9701 has `exp` or `nbf` of its own. The times
    /// of the token are the policy's matter.
    #[must_use]
    pub const fn with_leeway(self, seconds: u32) -> Self {
        let registered = match self.registered {
            Registered::Jwt(signed) => Registered::Jwt(signed.with_leeway(seconds)),
            registered @ (Registered::Json | Registered::Keycloak(_)) => registered,
        };
        Self { registered }
    }

    /// The media type that is asked for.
    #[must_use]
    pub const fn accept(&self) -> &'static str {
        match self.registered {
            Registered::Json => "application/json",
            Registered::Jwt(_) => MEDIA_TYPE,
            Registered::Keycloak(_) => "application/jwt",
        }
    }

    /// Whether the issuer's keys are needed to read an answer.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        !matches!(self.registered, Registered::Json)
    }

    /// Takes what the server says of the token out of its form. [`Policy::introspect_as`](crate::Policy::introspect_as)
    /// does that and judges it; this is for those who do the one here and the other there.
    ///
    /// `keys` are the issuer's, and for HMAC the client's secret. `buffer` takes the decoded JWT: three quarters of the
    /// answer's length are always enough, also if it is encrypted. Neither is touched for plain JSON.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Answer`] if it is no answer; [`NotSigned`](IntrospectionError::NotSigned) and
    /// [`SignedAnswer`](IntrospectionError::SignedAnswer) if it has another form than what is registered;
    /// [`Jwt`](IntrospectionError::Jwt) if the JWT is not good; [`Inactive`](IntrospectionError::Inactive) if the token is
    /// not active.
    pub fn read<'b>(
        &self,
        answer: Answer<'b>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<ActiveToken<'b>, IntrospectionError> {
        if let Some(error) = AnswerError::of(&answer) {
            return Err(error.into());
        }
        let is_json = answer.is_of_type("application/json");
        match self.registered {
            Registered::Json if is_json => {
                let claims = Object::read_in_place(answer.body).map_err(AnswerError::Json)?;
                check_active(&claims)?;
                Ok(ActiveToken { claims, protection: None })
            }
            Registered::Json if answer.is_of_type(MEDIA_TYPE) => Err(IntrospectionError::SignedAnswer),
            Registered::Jwt(signed) if answer.is_of_type(MEDIA_TYPE) => {
                read_jwt(&signed, answer.body, keys, now.into(), buffer)
            }
            Registered::Jwt(_) if is_json => Err(IntrospectionError::NotSigned),
            Registered::Keycloak(signed) if is_json => read_keycloak(&signed, answer.body, keys, buffer),
            _ => Err(AnswerError::ContentType.into()),
        }
    }
}

/// What the authorization server says of a token that is active, out of the form in which it came. No policy has judged
/// it yet.
///
/// Its `Debug` shows nothing of it.
#[derive(Clone, Copy)]
pub struct ActiveToken<'b> {
    claims: Object<'b>,
    protection: Option<Protection>,
}

impl<'b> ActiveToken<'b> {
    /// What [`json`](Self::json) and [`protection`](Self::protection) gave, brought together again: for those who have
    /// handed it from one task to another, or kept it.
    ///
    /// # Errors
    ///
    /// The first rule of JSON that the text breaks.
    pub fn from_json(json: &'b mut [u8], protection: Option<Protection>) -> Result<Self, JsonError> {
        Ok(Self { claims: Object::read_in_place(json)?, protection })
    }

    /// The claims as JSON, with the escapes that need not be resolved.
    #[must_use]
    pub const fn json(&self) -> &'b str {
        self.claims.as_json()
    }

    /// How the answer was signed, and how encrypted; `None` if it was plain JSON.
    #[must_use]
    pub const fn protection(&self) -> Option<Protection> {
        self.protection
    }

    pub(crate) const fn claims(&self) -> Object<'b> {
        self.claims
    }
}

impl fmt::Debug for ActiveToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveToken").field("protection", &self.protection).finish_non_exhaustive()
    }
}

/// RFC 9701 §5.
fn read_jwt<'b>(
    signed: &SignedAnswer<'_>,
    body: &'b mut [u8],
    keys: &dyn Keys,
    now: Option<UnixTime>,
    buffer: &'b mut [u8],
) -> Result<ActiveToken<'b>, IntrospectionError> {
    let jwt = IntrospectionError::Jwt;
    let (payload, protection) = signed.open(body, is_introspection, keys, buffer).map_err(jwt)?;
    let claims = Object::read_in_place(payload).map_err(payload_error)?;
    signed.check(&claims, now).map_err(jwt)?;
    // When the server made the answer. It must be there, and it says nothing of the token.
    let answered_at = date(&claims, "iat", Claim::IssuedAt).map_err(jwt)?;
    answered_at.ok_or(jwt(Error::claim(Claim::IssuedAt, Reason::Missing)))?;
    let claims = claims.get("token_introspection").and_then(Value::as_object);
    let claims = claims.ok_or(AnswerError::Member("token_introspection"))?;
    check_active(&claims)?;
    Ok(ActiveToken { claims, protection: Some(protection) })
}

fn read_keycloak<'b>(
    signed: &SignedAnswer<'_>,
    body: &'b mut [u8],
    keys: &dyn Keys,
    buffer: &'b mut [u8],
) -> Result<ActiveToken<'b>, IntrospectionError> {
    let answer = Object::read_in_place(body).map_err(AnswerError::Json)?;
    check_active(&answer)?;
    let jwt = answer.get("jwt").ok_or(IntrospectionError::NotSigned)?;
    // A JWT has no escapes that must stay.
    let jwt = jwt.as_text().and_then(|jwt| jwt.as_str()).ok_or(AnswerError::Member("jwt"))?;
    let verified = signed.verify(jwt.as_bytes(), is_access_token, keys, buffer);
    let (payload, protection) = verified.map_err(IntrospectionError::Jwt)?;
    let claims = Object::read_in_place(payload).map_err(payload_error)?;
    signed.check_issuer(&claims).map_err(IntrospectionError::Jwt)?;
    Ok(ActiveToken { claims, protection: Some(protection) })
}

/// RFC 7662 §2.2.
fn check_active(claims: &Object<'_>) -> Result<(), IntrospectionError> {
    match claims.get("active") {
        Some(Value::Bool(true)) => Ok(()),
        Some(Value::Bool(false)) => Err(IntrospectionError::Inactive),
        _ => Err(AnswerError::Member("active").into()),
    }
}

fn payload_error(error: JsonError) -> IntrospectionError {
    IntrospectionError::Jwt(Error::Json(Part::Payload, error))
}

/// RFC 9701 §5: `typ` is there, and says that it is this.
fn is_introspection(typ: Option<Text<'_>>) -> bool {
    let name = typ.and_then(|typ| typ.as_str()).unwrap_or_default();
    name.eq_ignore_ascii_case("token-introspection+jwt") || name.eq_ignore_ascii_case(MEDIA_TYPE)
}

/// As Keycloak types its access tokens, by RFC 9068 or from before it.
fn is_access_token(typ: Option<Text<'_>>) -> bool {
    let name = typ.and_then(|typ| typ.as_str()).unwrap_or_default();
    name.eq_ignore_ascii_case("JWT") || name.eq_ignore_ascii_case("at+jwt")
}

#[cfg(test)]
mod tests;
