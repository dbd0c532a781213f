//! Requests to other resource servers, with tokens of the device's own
//! ([RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2),
//! [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).

use core::fmt;

use bearward_core::{BearerRequest, CallError, Client, Fresh, Request, Transport};

use crate::{error::NetError, http::write_head, url::Url};

#[cfg(feature = "reqwless")]
mod reqwless;
mod token;

#[cfg(feature = "reqwless")]
pub use self::reqwless::ReqwlessFields;
pub use token::ResourceToken;

/// A request to a resource server, to which a token can be added, and from which it can be taken off again.
///
/// The token goes nowhere but to the origin that it is for, over `https`. [`HttpClient::fetch`](crate::HttpClient::fetch)
/// sends it and follows no redirect; whoever follows one takes [`redirected`](Self::redirected), where the token stays
/// behind. What is added lies in a buffer that is lent for it, and so does the token: whoever lent it should overwrite it
/// when the request was sent.
///
/// ```
/// use bearward_core::{BearerToken, Request};
/// use bearward_net::{OutgoingError, OutgoingRequest, ResourceToken, Url};
///
/// let token = ResourceToken::new(BearerToken::new("mF_9.B5f-4.1JqM")?, Url::parse("https://tank.example/")?);
/// let request = OutgoingRequest::new(Url::parse("https://tank.example/level")?, Request::get("application/json"));
///
/// let mut buffer = [0; 64];
/// let request = request.add_access_token(&token, &mut buffer)?;
/// assert_eq!(request.request().authorization(), Some("Bearer mF_9.B5f-4.1JqM"));
/// // Here `http.fetch(request.url(), request.request(), &mut answer).await?` would send it.
/// assert_eq!(request.remove_access_token().request().authorization(), None);
///
/// let elsewhere = OutgoingRequest::new(Url::parse("https://evil.example/")?, Request::get("application/json"));
/// assert_eq!(elsewhere.add_access_token(&token, &mut [0; 64]).err(), Some(OutgoingError::OtherOrigin));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct OutgoingRequest<'b> {
    url: Url<'b>,
    request: Request<'b>,
    /// Both as they were, if a token was added.
    plain: Option<(Url<'b>, Request<'b>)>,
}

impl<'b> OutgoingRequest<'b> {
    /// A request without a token.
    #[must_use]
    pub const fn new(url: Url<'b>, request: Request<'b>) -> Self {
        Self { url, request, plain: None }
    }

    /// Adds a token as the `Authorization` field (RFC 6750 §2.1): the way that every resource server knows. `buffer`
    /// takes 7 bytes and the token.
    ///
    /// # Errors
    ///
    /// [`OutgoingError`]; nothing of the token is in the buffer then.
    pub fn add_access_token(self, token: &ResourceToken<'_>, buffer: &'b mut [u8]) -> Result<Self, OutgoingError> {
        self.check(token)?;
        let value = join(buffer, &[b"Bearer ", token.bytes()])?;
        Ok(self.with(self.url, self.request.with_authorization(value)))
    }

    /// Adds a token as a parameter of the form (RFC 6750 §2.2), for servers that cannot see the field. `buffer` takes the
    /// form, 14 bytes and the token, with three bytes for each `+`, `/`, `=` and `~` in it.
    ///
    /// # Errors
    ///
    /// As [`add_access_token`](Self::add_access_token); [`OutgoingError::NotAForm`] if the request is no POST of a form.
    pub fn add_access_token_to_form(
        self,
        token: &ResourceToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Self, OutgoingError> {
        self.check(token)?;
        let form = self.request.body();
        if !self.request.is_form() || !form.is_ascii() {
            return Err(OutgoingError::NotAForm);
        }
        let separator: &[u8] = if form.is_empty() { b"" } else { b"&" };
        let form = join_encoded(buffer, &[form, separator, b"access_token="], token.bytes())?;
        let request = Request::post_form(self.request.accept(), form.as_bytes());
        Ok(self.with(self.url, request))
    }

    /// Adds a token as a parameter of the query (RFC 6750 §2.3). **Danger**: URLs end up in logs and histories, and RFC 9700
    /// §4.3.2 forbids it; it is for servers that know no other way. `buffer` is as for
    /// [`add_access_token_to_form`](Self::add_access_token_to_form), with the URL in place of the form.
    ///
    /// # Errors
    ///
    /// As [`add_access_token`](Self::add_access_token).
    pub fn danger_add_access_token_to_query(
        self,
        token: &ResourceToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Self, OutgoingError> {
        self.check(token)?;
        let url = self.url;
        let scheme: &[u8] = if url.is_secure() { b"https://" } else { b"http://" };
        let separator: &[u8] = match url.target().split_once('?') {
            None => b"?",
            Some((_, "")) => b"",
            Some(_) => b"&",
        };
        let parts = [scheme, url.authority().as_bytes(), url.target().as_bytes(), separator, b"access_token="];
        let text = join_encoded(buffer, &parts, token.bytes())?;
        // It was a URL before, and got the characters of one.
        let url = Url::danger_http(text).map_err(|_| OutgoingError::BufferTooSmall)?;
        Ok(self.with(url, self.request))
    }

    /// Takes the token off again, wherever it was added.
    #[must_use]
    pub fn remove_access_token(self) -> Self {
        let (url, request) = self.plain.unwrap_or((self.url, self.request));
        Self::new(url, request)
    }

    /// The same request to where a server has redirected it. The token stays behind: it is added once more, or not, by
    /// who knows what it is for.
    #[must_use]
    pub fn redirected(self, url: Url<'b>) -> Self {
        Self { url, ..self.remove_access_token() }
    }

    /// Adds the credentials of the device's client, for an endpoint of the authorization server: see
    /// [`Client::authenticate`].
    ///
    /// # Errors
    ///
    /// [`OutgoingError::Insecure`] for an `http` URL; [`OutgoingError::AlreadyAuthorized`] if there is a token in the
    /// request; [`OutgoingError::Client`].
    pub fn add_authentication(
        self,
        client: &Client<'_>,
        fresh: impl Into<Option<Fresh>>,
        buffer: &'b mut [u8],
    ) -> Result<Self, OutgoingError> {
        if !self.url.is_secure() {
            return Err(OutgoingError::Insecure);
        }
        if self.has_token() {
            return Err(OutgoingError::AlreadyAuthorized);
        }
        Ok(Self::new(self.url, client.authenticate(&self.request, fresh, buffer)?))
    }

    /// Where it goes. With a token in the query, it belongs in no log.
    #[must_use]
    pub const fn url(&self) -> &Url<'b> {
        &self.url
    }

    /// What is sent there.
    #[must_use]
    pub const fn request(&self) -> &Request<'b> {
        &self.request
    }

    /// Writes the head of the request, for a connection of one's own that is authenticated; [`Request::body`] follows
    /// it. Says how long it is.
    ///
    /// # Errors
    ///
    /// [`NetError::RequestTooLarge`]; [`NetError::InvalidRequest`] for a value that would end its field.
    pub fn write_head(&self, buffer: &mut [u8]) -> Result<usize, NetError> {
        write_head(buffer, &self.url, &self.request, false)
    }

    fn check(&self, token: &ResourceToken<'_>) -> Result<(), OutgoingError> {
        token.check(&self.url)?;
        if self.has_token() { Err(OutgoingError::AlreadyAuthorized) } else { Ok(()) }
    }

    /// RFC 6750 §2: one method in one request. Whoever gets it is asked the same by our own reader.
    fn has_token(&self) -> bool {
        let query = self.url.target().split_once('?').map_or("", |(_, query)| query);
        let form = if self.request.is_form() { self.request.body() } else { &[] };
        let found = BearerRequest::new(Transport::DangerPlaintext)
            .with_form("POST", Some("application/x-www-form-urlencoded"), form)
            .danger_with_query("GET", query)
            .token(&mut []);
        self.request.authorization().is_some() || !matches!(found, Ok(None))
    }

    const fn with(self, url: Url<'b>, request: Request<'b>) -> Self {
        Self { url, request, plain: Some((self.url, self.request)) }
    }
}

impl fmt::Debug for OutgoingRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRequest")
            .field("authority", &self.url.authority())
            .field("request", &self.request)
            .field("has_access_token", &self.plain.is_some())
            .finish_non_exhaustive()
    }
}

/// Why a token or the client's credentials are not added to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutgoingError {
    /// The request would go in clear.
    Insecure,
    /// The request goes to another origin than the one that the token is for.
    OtherOrigin,
    /// There are a token or credentials in the request already (RFC 6750 §2).
    AlreadyAuthorized,
    /// The request is no POST of a form of ASCII characters (RFC 6750 §2.2).
    NotAForm,
    /// The lent buffer is too small.
    BufferTooSmall,
    /// The application does not say which resource its tokens are for, or not by an `https` URL.
    Resource,
    /// There is no token to use: none was granted, it has expired, or it does not allow the scope.
    NotAuthorized,
    /// The stored token has characters that no bearer token has (RFC 6750 §2.1), or is of another type.
    Token,
    /// The client's credentials cannot be added.
    Client(CallError),
}

impl fmt::Display for OutgoingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insecure => "the request would go in clear",
            Self::OtherOrigin => "the token is not for the server that the request goes to",
            Self::AlreadyAuthorized => "the request is authorized already",
            Self::NotAForm => "the request is no form",
            Self::BufferTooSmall => "the buffer is too small for the request",
            Self::Resource => "the application names no https resource that its tokens are for",
            Self::NotAuthorized => "there is no token for the request",
            Self::Token => "the token is no bearer token",
            Self::Client(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for OutgoingError {}

impl From<CallError> for OutgoingError {
    fn from(error: CallError) -> Self {
        Self::Client(error)
    }
}

/// The parts one behind the other, at the front of the buffer. Nothing is written if there is no room for all.
fn join<'b>(buffer: &'b mut [u8], parts: &[&[u8]]) -> Result<&'b str, OutgoingError> {
    put(buffer, parts.iter().flat_map(|part| part.iter().copied()))
}

/// As [`join`], with a value behind that is encoded as in a form.
fn join_encoded<'b>(buffer: &'b mut [u8], parts: &[&[u8]], value: &[u8]) -> Result<&'b str, OutgoingError> {
    put(buffer, parts.iter().flat_map(|part| part.iter().copied()).chain(value.iter().copied().flat_map(encoded)))
}

fn put(buffer: &mut [u8], bytes: impl Iterator<Item = u8> + Clone) -> Result<&str, OutgoingError> {
    let length = bytes.clone().count();
    let to = buffer.get_mut(..length).ok_or(OutgoingError::BufferTooSmall)?;
    to.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    // All of it is ASCII: texts that were looked at, and forms.
    str::from_utf8(to).map_err(|_| OutgoingError::NotAForm)
}

/// A byte in `application/x-www-form-urlencoded`.
fn encoded(byte: u8) -> impl Iterator<Item = u8> + Clone {
    let digit = |value: u8| b"0123456789ABCDEF".get(usize::from(value)).copied().unwrap_or(b'0');
    let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let bytes =
        if is_plain { [Some(byte), None, None] } else { [Some(b'%'), Some(digit(byte >> 4)), Some(digit(byte & 15))] };
    bytes.into_iter().flatten()
}

#[cfg(test)]
mod tests;
