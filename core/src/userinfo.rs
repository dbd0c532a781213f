//! What the authorization server tells about the user behind a token
//! ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use core::fmt::{self, Write as _};

#[cfg(feature = "jwe")]
use crate::jose::jwe::Decryption;
use crate::{
    alg::Algorithm,
    answer_error::AnswerError,
    bearer::BearerToken,
    call::{Answer, Request},
    call_error::CallError,
    error::Error,
    form::Writer,
    json::{Object, Text, Value},
    key::Keys,
    signed_answer::{Protection, SignedAnswer},
    time::UnixTime,
};

/// A UserInfo endpoint as a client is registered there: whether its answers are plain JSON, signed, or signed and
/// then encrypted.
///
/// The client is the one that the access token was issued to. Its registration decides
/// (`userinfo_signed_response_alg`, OpenID Connect Dynamic Client Registration §2), and never what an answer says of
/// itself.
///
/// ```
/// use bearward_core::{Answer, BearerToken, JwkSet, UserInfoEndpoint};
///
/// static ENDPOINT: UserInfoEndpoint<'_> = UserInfoEndpoint::json();
///
/// let token = BearerToken::new("SlAV32hkKG")?;
/// let mut buffer = [0; 64];
/// let request = ENDPOINT.write(token, &mut buffer)?;
/// assert_eq!(request.authorization(), Some("Bearer SlAV32hkKG"));
///
/// let mut body = *br#"{"sub": "248289761001", "name": "Jane Doe"}"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// let user = ENDPOINT.read(answer, "248289761001", &JwkSet::<0>::new(), None, &mut [])?;
/// assert!(user.claim(&["name"]).and_then(|name| name.as_text()).is_some_and(|name| name == "Jane Doe"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UserInfoEndpoint<'a> {
    registered: Registered<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Registered<'a> {
    Json,
    Signed(SignedAnswer<'a>),
}

impl<'a> UserInfoEndpoint<'a> {
    /// Answers are plain JSON: what is in them is believed because TLS has authenticated the server.
    #[must_use]
    pub const fn json() -> Self {
        Self { registered: Registered::Json }
    }

    /// Answers are JWTs by this issuer for this client, under one of these algorithms. The client is the token's
    /// ([`AccessToken::client_id`](crate::AccessToken::client_id)), and for HMAC the key is that client's secret.
    #[must_use]
    pub const fn signed(issuer: &'a str, client_id: &'a str, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self::of(SignedAnswer::new(issuer, client_id, algorithms))
    }

    /// Answers are JWTs as of [`signed`](Self::signed), encrypted to this client (`userinfo_encrypted_response_alg`).
    ///
    /// An answer that is only signed, or only encrypted, is refused: the one is not what was registered, and the other
    /// could be by anybody.
    ///
    /// ```
    /// use bearward_core::{
    ///     A256Gcm, Algorithm, Decryption, DecryptionKeySet, EcdhEsP256, Es256, UserInfoEndpoint,
    /// };
    ///
    /// let keys = DecryptionKeySet::<2>::new();
    /// let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], &keys);
    /// let algorithms: &[&dyn Algorithm] = &[&Es256];
    /// let endpoint =
    ///     UserInfoEndpoint::signed_and_encrypted("https://authority.example", "valve", algorithms, decryption);
    /// ```
    #[cfg(feature = "jwe")]
    #[must_use]
    pub const fn signed_and_encrypted(
        issuer: &'a str,
        client_id: &'a str,
        algorithms: &'a [&'a dyn Algorithm],
        decryption: Decryption<'a>,
    ) -> Self {
        Self::of(SignedAnswer::new(issuer, client_id, algorithms).with_decryption(decryption))
    }

    const fn of(signed: SignedAnswer<'a>) -> Self {
        Self { registered: Registered::Signed(signed) }
    }

    /// Allows the clocks to differ by this many seconds, where a signed answer has `exp` or `nbf`.
    #[must_use]
    pub const fn with_leeway(self, seconds: u32) -> Self {
        match self.registered {
            Registered::Json => self,
            Registered::Signed(signed) => Self::of(signed.with_leeway(seconds)),
        }
    }

    /// Whether the issuer's keys are needed to read an answer.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        !matches!(self.registered, Registered::Json)
    }

    /// Writes the request (§5.3.1) into `buffer`, which takes 7 bytes and the token.
    ///
    /// # Errors
    ///
    /// [`CallError::BufferTooSmall`].
    pub fn write<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<Request<'b>, CallError> {
        let mut authorization = Writer::new(buffer);
        authorization.write_str("Bearer ")?;
        authorization.write_str(token.as_str())?;
        let accept = match self.registered {
            Registered::Json => "application/json",
            Registered::Signed(_) => "application/jwt",
        };
        Ok(Request::get(accept).with_authorization(authorization.into_str()))
    }

    /// Reads and checks the answer (§5.3.2, §5.3.4).
    ///
    /// `subject` is the `sub` of the access token, or of the ID token where there is one: an answer about somebody else
    /// must not be used. `keys` are the issuer's, `now` is the time, and `buffer` holds the decoded answer, for which three
    /// quarters of its length are always enough, also if it is encrypted; all three are for signed answers alone.
    ///
    /// What is told borrows the answer's body or `buffer`.
    ///
    /// # Errors
    ///
    /// [`UserInfoError`]. Of a signed answer, what [`Policy::verify`](crate::Policy::verify) says of a token's shape, key
    /// and signature; `iss` and `aud` must be there and be the issuer and the client; `exp` and `nbf` are kept if they are
    /// there.
    pub fn read<'b, S>(
        &self,
        answer: Answer<'b>,
        subject: &S,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, UserInfoError>
    where
        S: ?Sized,
        Text<'b>: PartialEq<S>,
    {
        self.read_any(answer, keys, now.into(), buffer)?.about(subject)
    }

    fn read_any<'b>(
        &self,
        answer: Answer<'b>,
        keys: &dyn Keys,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, UserInfoError> {
        match AnswerError::of(&answer) {
            None => {}
            // Here the token is what authenticates (§5.3.3, RFC 6750 §3.1).
            Some(_) if answer.status == 401 => return Err(UserInfoError::TokenRefused),
            Some(_) if answer.status == 403 => return Err(UserInfoError::InsufficientScope),
            Some(error) => return Err(error.into()),
        }
        let is_json = answer.is_of_type("application/json");
        let is_jwt = answer.is_of_type("application/jwt");
        match self.registered {
            Registered::Json if is_json => {
                let claims = Object::read_in_place(answer.body).map_err(AnswerError::Json)?;
                UserInfo::new(claims, None)
            }
            Registered::Signed(signed) if is_jwt => {
                let (payload, protection) = signed.open(answer.body, is_jwt_or_untyped, keys, buffer)?;
                let claims = Object::read_in_place(payload).map_err(AnswerError::Json)?;
                signed.check(&claims, now)?;
                UserInfo::new(claims, Some(protection))
            }
            Registered::Signed(_) if is_json => Err(UserInfoError::NotSigned),
            _ => Err(AnswerError::ContentType.into()),
        }
    }
}

/// What the server told about the user. Its `Debug` shows nothing of it.
#[derive(Clone, Copy)]
pub struct UserInfo<'b> {
    claims: Object<'b>,
    subject: Text<'b>,
    protection: Option<Protection>,
}

impl<'b> UserInfo<'b> {
    /// What [`json`](Self::json) and [`protection`](Self::protection) gave, brought together again: for those who have
    /// handed it from one task to another. Whom it is about is checked as in [`UserInfoEndpoint::read`].
    ///
    /// ```
    /// use bearward_core::{UserInfo, UserInfoError};
    ///
    /// let mut json = *br#"{"sub": "248289761001", "name": "Jane Doe"}"#;
    /// assert_eq!(UserInfo::from_json(&mut json, None, "somebody else").err(), Some(UserInfoError::SubjectMismatch));
    /// assert_eq!(UserInfo::from_json(&mut json, None, "248289761001")?.subject().as_str(), Some("248289761001"));
    /// # Ok::<(), UserInfoError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UserInfoError::SubjectMismatch`]; [`UserInfoError::Answer`] for a text that is no JSON, or has no `sub`.
    pub fn from_json<S>(json: &'b mut [u8], protection: Option<Protection>, subject: &S) -> Result<Self, UserInfoError>
    where
        S: ?Sized,
        Text<'b>: PartialEq<S>,
    {
        Self::new(Object::read_in_place(json).map_err(AnswerError::Json)?, protection)?.about(subject)
    }

    fn about<S>(self, subject: &S) -> Result<Self, UserInfoError>
    where
        S: ?Sized,
        Text<'b>: PartialEq<S>,
    {
        if self.subject == *subject { Ok(self) } else { Err(UserInfoError::SubjectMismatch) }
    }

    fn new(claims: Object<'b>, protection: Option<Protection>) -> Result<Self, UserInfoError> {
        let subject = claims.get("sub").and_then(Value::as_text).filter(|subject| !subject.is_empty());
        Ok(Self { claims, subject: subject.ok_or(AnswerError::Member("sub"))?, protection })
    }

    /// `sub`: the user, as the issuer knows it.
    #[must_use]
    pub const fn subject(&self) -> Text<'b> {
        self.subject
    }

    /// A claim by its path: `&["address", "country"]` is the member `country` of the object `address` (§5.1.1).
    #[must_use]
    pub fn claim(&self, path: &[&str]) -> Option<Value<'b>> {
        self.claims.at(path)
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

    /// The algorithm that verified the answer; `None` if it was plain JSON.
    #[must_use]
    pub fn algorithm(&self) -> Option<&'static str> {
        self.protection.map(|protection| protection.algorithm())
    }

    /// The key management by which the answer was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn key_management(&self) -> Option<&'static str> {
        self.protection?.key_management()
    }

    /// The content encryption by which the answer was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn content_encryption(&self) -> Option<&'static str> {
        self.protection?.content_encryption()
    }
}

impl fmt::Debug for UserInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserInfo").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

/// Why there is nothing to tell about the user.
///
/// It turns into an [`Error`] for the client's answer: only where the server refuses the token is that the token's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserInfoError {
    /// The server does not take the token, or no longer (401).
    TokenRefused,
    /// The token does not allow to ask: it lacks the scope `openid` (403).
    InsufficientScope,
    /// The answer is plain JSON, and must be signed.
    NotSigned,
    /// The answer is about somebody else than the token.
    SubjectMismatch,
    /// The signed answer is not good.
    Jwt(Error),
    /// The answer does not tell about a user.
    Answer(AnswerError),
}

impl fmt::Display for UserInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenRefused => f.write_str("the authorization server does not take the token"),
            Self::InsufficientScope => f.write_str("the token does not allow to ask about the user"),
            Self::NotSigned => f.write_str("the answer about the user is not signed"),
            Self::SubjectMismatch => f.write_str("the answer is about another user"),
            Self::Jwt(error) => write!(f, "the signed answer about the user is not good: {error}"),
            Self::Answer(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for UserInfoError {}

impl From<AnswerError> for UserInfoError {
    fn from(error: AnswerError) -> Self {
        Self::Answer(error)
    }
}

impl From<Error> for UserInfoError {
    fn from(error: Error) -> Self {
        Self::Jwt(error)
    }
}

impl From<UserInfoError> for Error {
    fn from(error: UserInfoError) -> Self {
        match error {
            UserInfoError::TokenRefused => Self::Inactive,
            UserInfoError::InsufficientScope => Self::InsufficientScope,
            UserInfoError::Jwt(Self::TimeUnavailable) => Self::TimeUnavailable,
            _ => Self::AuthorityUnavailable,
        }
    }
}

/// Whether it does not say that it is another kind of token.
fn is_jwt_or_untyped(typ: Option<Text<'_>>) -> bool {
    typ.is_none_or(|typ| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")))
}

#[cfg(test)]
mod tests;
