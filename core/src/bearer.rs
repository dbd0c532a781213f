//! The token out of a request ([RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2),
//! [RFC 9700 §4.3.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2)).

mod parameter;
#[cfg(test)]
mod tests;

use core::{fmt, str};

use crate::{base64url, error::Error, limits::TOKEN_BYTES};

pub(crate) use parameter::has_parameter;

/// What of a request can carry a token, and how the request came.
///
/// It borrows the request and looks at nothing until [`token`](Self::token) is called. A part that is not given is not
/// looked at, so a server that wants tokens from the header only gives the header only.
///
/// ```
/// use bearward_core::{BearerMethod, BearerRequest, Transport};
///
/// let mut buffer = [0; 512];
/// let request = BearerRequest::new(Transport::Tls)
///     .with_authorization(["Bearer mF_9.B5f-4.1JqM"])
///     .with_form("POST", Some("application/x-www-form-urlencoded"), "led=on");
/// let found = request.token(&mut buffer)?.expect("the header has one");
/// assert_eq!(found.token.as_str(), "mF_9.B5f-4.1JqM");
/// assert_eq!(found.method, BearerMethod::Header);
/// # Ok::<(), bearward_core::Error>(())
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct BearerRequest<'r> {
    transport: Transport,
    authorization: Authorization<'r>,
    form: Option<&'r [u8]>,
    query: Option<&'r [u8]>,
}

impl<'r> BearerRequest<'r> {
    /// A request that came like this, with no part that carries a token yet.
    pub const fn new(transport: Transport) -> Self {
        Self { transport, authorization: Authorization::Absent, form: None, query: None }
    }

    /// Adds `Authorization` fields (RFC 6750 §2.1). Give every one that the request has: a second one is an error, and
    /// a lookup that stops at the first would hide it.
    ///
    /// An `Option` of a value will do, as will any iterator; values are strings or bytes.
    pub fn with_authorization<T>(mut self, values: impl IntoIterator<Item = &'r T>) -> Self
    where
        T: AsRef<[u8]> + ?Sized + 'r,
    {
        for value in values {
            self.authorization = match self.authorization {
                Authorization::Absent => Authorization::One(value.as_ref()),
                Authorization::One(_) | Authorization::Several => Authorization::Several,
            };
        }
        self
    }

    /// Adds the body, if it is a form that may carry a token (RFC 6750 §2.2): the method is POST and the content type
    /// `application/x-www-form-urlencoded`, whatever its parameters. Any other body is left alone.
    pub fn with_form<T, B>(mut self, method: &str, content_type: Option<&T>, body: &'r B) -> Self
    where
        T: AsRef<[u8]> + ?Sized,
        B: AsRef<[u8]> + ?Sized,
    {
        if method == "POST" && content_type.is_some_and(|value| is_urlencoded(value.as_ref())) {
            self.form = Some(body.as_ref());
        }
        self
    }

    /// Adds the query of the request's URI, without its `?`, if the method is GET (RFC 6750 §2.3).
    ///
    /// URIs end up in logs, histories and `Referer` fields, and RFC 9700 §4.3.2 forbids clients to put tokens there.
    /// Without this call a token in the query is no token. With it, the response must carry what
    /// [`BearerMethod::cache_control`] says.
    pub fn danger_with_query<Q>(mut self, method: &str, query: &'r Q) -> Self
    where
        Q: AsRef<[u8]> + ?Sized,
    {
        if method == "GET" {
            self.query = Some(query.as_ref());
        }
        self
    }

    /// The request's token, `None` if there is none.
    ///
    /// Credentials of another scheme (Basic, DPoP) are no bearer token. The token borrows the request where it stands
    /// there as it is, and `buffer` where it had to be percent-decoded, which takes as many bytes as the token has.
    /// [`TOKEN_BYTES`] are always enough, and none are needed for a token from the header.
    ///
    /// # Errors
    ///
    /// - [`Error::InsecureTransport`] for [`Transport::Plaintext`], before anything else is looked at and whether or
    ///   not there is a token (RFC 6750 §5.3), so that a client hears of it before it sends one.
    /// - [`Error::SeveralTokens`] for two `Authorization` fields of whatever scheme, two parameters `access_token`, or
    ///   credentials by more than one method.
    /// - [`Error::MalformedRequest`] for a field that is no RFC 9110 §11.4 credentials, for a token outside of the
    ///   grammar of RFC 6750 §2.1 (an empty one is), for a bad percent-escape in it, and for a form with a token that
    ///   is not ASCII.
    /// - [`Error::TokenTooLong`] for a token of more than [`TOKEN_BYTES`], or one to be decoded that `buffer` cannot
    ///   hold.
    pub fn token<'t>(&self, buffer: &'t mut [u8]) -> Result<Option<BearerCredentials<'t>>, Error>
    where
        'r: 't,
    {
        if self.transport == Transport::Plaintext {
            return Err(Error::InsecureTransport);
        }
        let form = self.form.map_or(Ok(None), parameter::access_token)?;
        let query = self.query.map_or(Ok(None), parameter::access_token)?;
        let (token, method) = match (self.authorization, form, query) {
            (Authorization::Absent, None, None) => return Ok(None),
            (Authorization::One(value), None, None) => match from_authorization(value)? {
                None => return Ok(None),
                Some(token) => (token, BearerMethod::Header),
            },
            (Authorization::Absent, Some(value), None) => {
                if !self.form.is_some_and(<[u8]>::is_ascii) {
                    return Err(Error::MalformedRequest);
                }
                (parameter::decode(value, buffer)?, BearerMethod::Form)
            }
            (Authorization::Absent, None, Some(value)) => (parameter::decode(value, buffer)?, BearerMethod::Query),
            _ => return Err(Error::SeveralTokens),
        };
        Ok(Some(BearerCredentials { token, method }))
    }
}

impl fmt::Debug for BearerRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BearerRequest({:?}, [redacted])", self.transport)
    }
}

/// How a request came to the server (RFC 6750 §5.3: tokens travel over TLS only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Over TLS that ends in this device.
    Tls,
    /// In clear from a proxy or gateway in front of this device, over a network that only they share; it ended TLS.
    TlsEndsInFront,
    /// In clear. The request is refused.
    Plaintext,
    /// In clear, and taken nevertheless: on loopback, or while trying things out. Whoever reads the network has the
    /// token.
    DangerPlaintext,
}

/// A token as a request carried it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BearerCredentials<'t> {
    /// The token.
    pub token: BearerToken<'t>,
    /// Where it stood.
    pub method: BearerMethod,
}

/// A method to send a token (RFC 6750 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BearerMethod {
    /// The `Authorization` field (§2.1).
    Header,
    /// The form parameter `access_token` (§2.2).
    Form,
    /// The query parameter `access_token` (§2.3).
    Query,
}

impl BearerMethod {
    /// The name in the `bearer_methods_supported` of [`ResourceMetadata`](crate::ResourceMetadata) (RFC 9728 §2).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Form => "body",
            Self::Query => "query",
        }
    }

    /// The value of the `Cache-Control` field that a successful response to such a request must carry: `private` for a
    /// query, whose URI identifies the response in caches (RFC 6750 §2.3).
    ///
    /// ```
    /// use bearward_core::BearerMethod;
    ///
    /// assert_eq!(BearerMethod::Query.cache_control(), Some("private"));
    /// assert_eq!(BearerMethod::Header.cache_control(), None);
    /// ```
    #[must_use]
    pub const fn cache_control(self) -> Option<&'static str> {
        match self {
            Self::Query => Some("private"),
            Self::Header | Self::Form => None,
        }
    }
}

/// A token that a client sent, not yet verified: its characters are those of RFC 6750 §2.1, and nothing else is known
/// of it.
///
/// Its `Debug` shows nothing of it.
#[derive(Clone, Copy)]
pub struct BearerToken<'t>(&'t str);

impl<'t> BearerToken<'t> {
    /// A token that came by other ways than a [`BearerRequest`].
    ///
    /// ```
    /// use bearward_core::{BearerToken, Error};
    ///
    /// assert_eq!(BearerToken::new("mF_9.B5f-4.1JqM")?.as_str(), "mF_9.B5f-4.1JqM");
    /// assert_eq!(BearerToken::new("two words").err(), Some(Error::MalformedRequest));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::TokenTooLong`] for more than [`TOKEN_BYTES`], [`Error::MalformedRequest`] for what is not a `b64token`.
    pub fn new(token: &'t str) -> Result<Self, Error> {
        Self::from_bytes(token.as_bytes())
    }

    /// The token's characters. Whoever has them can use them: they belong in no log.
    #[must_use]
    pub const fn as_str(self) -> &'t str {
        self.0
    }

    /// Whether it has five segments, as what is encrypted (RFC 7516 §7.1).
    ///
    /// ```
    /// use bearward_core::BearerToken;
    ///
    /// assert!(BearerToken::new("a.b.c.d.e")?.is_encrypted());
    /// assert!(!BearerToken::new("a.b.c")?.is_encrypted());
    /// # Ok::<(), bearward_core::Error>(())
    /// ```
    #[must_use]
    pub fn is_encrypted(self) -> bool {
        self.0.bytes().filter(|byte| *byte == b'.').count() == 4
    }

    fn from_bytes(token: &'t [u8]) -> Result<Self, Error> {
        if token.len() > TOKEN_BYTES {
            return Err(Error::TokenTooLong);
        }
        if !is_b64token(token) {
            return Err(Error::MalformedRequest);
        }
        str::from_utf8(token).map(Self).map_err(|_| Error::MalformedRequest)
    }
}

impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken([redacted])")
    }
}

#[derive(Clone, Copy)]
enum Authorization<'r> {
    Absent,
    One(&'r [u8]),
    Several,
}

/// RFC 6750 §2.1: `credentials = "Bearer" 1*SP b64token`; a scheme has no case (RFC 9110 §11.1).
fn from_authorization(value: &[u8]) -> Result<Option<BearerToken<'_>>, Error> {
    let mut parts = trim_whitespace(value).splitn(2, |byte| *byte == b' ');
    let scheme = parts.next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return if is_token(scheme) { Ok(None) } else { Err(Error::MalformedRequest) };
    }
    let mut token = parts.next().unwrap_or_default();
    while let [b' ', rest @ ..] = token {
        token = rest;
    }
    BearerToken::from_bytes(token).map(Some)
}

/// Whether a `Content-Type` is `application/x-www-form-urlencoded` (RFC 9110 §8.3.1: no case, parameters after `;`).
fn is_urlencoded(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    trim_whitespace(media_type).eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

/// Takes off the whitespace that is not part of a field's value (RFC 9110 §5.5).
const fn trim_whitespace(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', inner @ ..] | [inner @ .., b' ' | b'\t'] = value {
        value = inner;
    }
    value
}

/// RFC 9110 §5.6.2: `token = 1*tchar`.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(mut text: &[u8]) -> bool {
    while let [rest @ .., b'='] = text {
        text = rest;
    }
    !text.is_empty() && base64url::is_b64token(text)
}
