//! What the authorization server tells about the user behind a token
//! ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use core::fmt::{self, Write as _};

#[cfg(feature = "jwe")]
use crate::jose::jwe::{Decryption, Encryption};
use crate::{
    alg::Algorithm,
    answer_error::AnswerError,
    bearer::BearerToken,
    call::{Answer, Request},
    call_error::CallError,
    claims::Names,
    error::{Claim, Error, Reason},
    form::Writer,
    jose::jws::{Compact, choose, verify_signature},
    json::{Object, Text, Value},
    key::Keys,
    time::{NumericDate, UnixTime},
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
    Signed(Signed<'a>),
}

#[derive(Clone, Copy, Debug)]
struct Signed<'a> {
    issuer: &'a str,
    client_id: &'a str,
    algorithms: &'a [&'a dyn Algorithm],
    leeway: u32,
    #[cfg(feature = "jwe")]
    decryption: Option<Decryption<'a>>,
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
        Self::of(Signed {
            issuer,
            client_id,
            algorithms,
            leeway: 0,
            #[cfg(feature = "jwe")]
            decryption: None,
        })
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
        Self::of(Signed { issuer, client_id, algorithms, leeway: 0, decryption: Some(decryption) })
    }

    const fn of(signed: Signed<'a>) -> Self {
        Self { registered: Registered::Signed(signed) }
    }

    /// Allows the clocks to differ by this many seconds, where a signed answer has `exp` or `nbf`.
    #[must_use]
    pub const fn with_leeway(self, seconds: u32) -> Self {
        match self.registered {
            Registered::Json => self,
            Registered::Signed(signed) => Self::of(Signed { leeway: seconds, ..signed }),
        }
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
        let user = self.read_any(answer, keys, now.into(), buffer)?;
        if user.subject == *subject { Ok(user) } else { Err(UserInfoError::SubjectMismatch) }
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
            #[cfg(feature = "jwe")]
            Registered::Signed(signed @ Signed { decryption: Some(decryption), .. }) if is_jwt => {
                let (jwe, _) = decryption.open_nested(answer.body, &["JWT"], buffer)?;
                // What was encrypted lies in the buffer, so that the body is free for what is decoded of it.
                let user = signed.read(jwe.payload(), keys, now, answer.body)?;
                Ok(UserInfo { encryption: Some(jwe.encryption()), ..user })
            }
            Registered::Signed(signed) if is_jwt => signed.read(answer.body, keys, now, buffer),
            Registered::Signed(_) if is_json => Err(UserInfoError::NotSigned),
            _ => Err(AnswerError::ContentType.into()),
        }
    }
}

impl Signed<'_> {
    /// Reads and checks a signed answer.
    fn read<'b>(
        &self,
        token: &[u8],
        keys: &dyn Keys,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, UserInfoError> {
        let compact = Compact::split(token)?;
        let (header, rest) = compact.header(buffer)?;
        let algorithm = choose(self.algorithms, header.alg)?;
        // Another kind of token says so (RFC 8725 §3.11).
        if header.typ.is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))) {
            return Err(Error::TokenType.into());
        }
        verify_signature(&compact, &header, algorithm, keys, rest)?;
        let claims = Object::read_in_place(compact.payload(rest)?).map_err(AnswerError::Json)?;
        check_party(&claims, "iss", Claim::Issuer, self.issuer, false)?;
        check_party(&claims, "aud", Claim::Audience, self.client_id, true)?;
        check_times(&claims, self.leeway, now)?;
        UserInfo::new(claims, Some(algorithm.name()))
    }
}

/// What the server told about the user. Its `Debug` shows nothing of it.
#[derive(Clone, Copy)]
pub struct UserInfo<'b> {
    claims: Object<'b>,
    subject: Text<'b>,
    algorithm: Option<&'static str>,
    #[cfg(feature = "jwe")]
    encryption: Option<Encryption>,
}

impl<'b> UserInfo<'b> {
    fn new(claims: Object<'b>, algorithm: Option<&'static str>) -> Result<Self, UserInfoError> {
        let subject = claims.get("sub").and_then(Value::as_text).filter(|subject| !subject.is_empty());
        Ok(Self {
            claims,
            subject: subject.ok_or(AnswerError::Member("sub"))?,
            algorithm,
            #[cfg(feature = "jwe")]
            encryption: None,
        })
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

    /// The algorithm that verified the answer; `None` if it was plain JSON.
    #[must_use]
    pub const fn algorithm(&self) -> Option<&'static str> {
        self.algorithm
    }

    /// The key management by which the answer was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn key_management(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.management)
    }

    /// The content encryption by which the answer was opened; `None` if it was not encrypted.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn content_encryption(&self) -> Option<&'static str> {
        self.encryption.map(|encryption| encryption.content)
    }
}

impl fmt::Debug for UserInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserInfo").field("algorithm", &self.algorithm).finish_non_exhaustive()
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

/// §5.3.2: a signed answer has `iss` and `aud`, and they are the issuer and, perhaps among others, the client.
fn check_party(claims: &Object<'_>, name: &str, claim: Claim, own: &str, several: bool) -> Result<(), Error> {
    let value = claims.get(name).ok_or(Error::claim(claim, Reason::Missing))?;
    let names = Names::read(value).filter(|_| several || value.as_text().is_some());
    match names.ok_or(Error::claim(claim, Reason::Malformed))?.contains(own) {
        true => Ok(()),
        false => Err(Error::claim(claim, Reason::Mismatch)),
    }
}

/// RFC 7519 §4.1.4, §4.1.5. Neither must be there.
fn check_times(claims: &Object<'_>, leeway: u32, now: Option<UnixTime>) -> Result<(), Error> {
    let date = |name, claim| {
        let Some(value) = claims.get(name) else { return Ok(None) };
        let date = value.as_number().and_then(NumericDate::from_json);
        date.map(Some).ok_or(Error::claim(claim, Reason::Malformed))
    };
    let now = || now.ok_or(Error::TimeUnavailable);
    if let Some(expires_at) = date("exp", Claim::ExpirationTime)?
        && expires_at.saturating_add(leeway) <= now()?
    {
        return Err(Error::claim(Claim::ExpirationTime, Reason::Expired));
    }
    if let Some(not_before) = date("nbf", Claim::NotBefore)?
        && not_before.saturating_sub(leeway) > now()?
    {
        return Err(Error::claim(Claim::NotBefore, Reason::NotYetValid));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
