//! Becoming a client of an authorization server ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)), and managing that
//! ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use core::fmt::{self, Write as _};

use zeroize::Zeroize as _;

use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::{Answer, Request},
    call_error::CallError,
    form::Writer,
};

mod configuration;
mod error;
mod information;
mod metadata;
mod record;

pub use configuration::ClientConfiguration;
pub use error::{CredentialsError, RegistrationError, RegistrationRecordError};
pub use information::ClientInformation;
pub use metadata::{ClientAuthentication, ClientKeys, ClientMetadata, GrantType};
pub use record::Registration;

/// The request to become a client (RFC 7591 §3.1).
///
/// ```
/// use bearward_core::{
///     Answer, ClientAuthentication, ClientMetadata, GrantType, Registration, RegistrationRequest, UnixTime,
/// };
///
/// static METADATA: ClientMetadata<'_> =
///     ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic)
///         .with_client_name("valve 7")
///         .with_scope("forecast:read");
///
/// let mut buffer = [0; 512];
/// let request = RegistrationRequest::new(METADATA).write(&mut buffer)?;
/// assert!(request.body().starts_with(br#"{"response_types":[],"grant_types":["client_credentials"],"#));
/// // Here bearward-net sends it to the registration endpoint.
/// let mut body = *br#"{"client_id": "s6BhdRkqt3", "client_secret": "gX1fBat3bV", "client_secret_expires_at": 0}"#;
/// let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body };
/// let information = RegistrationRequest::read(answer, "authority.example")?;
/// // This server says nothing of what it has registered.
/// assert!(METADATA.changes(&information).any(|name| name == "scope"));
///
/// let registration = Registration::<256>::new(&information, "https://authority.example")?;
/// let client = registration.client(UnixTime::from_seconds(1_800_000_000))?;
/// assert_eq!(client.id(), "s6BhdRkqt3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRequest<'a> {
    metadata: ClientMetadata<'a>,
    token: Option<BearerToken<'a>>,
}

impl<'a> RegistrationRequest<'a> {
    /// Asks for a client with this metadata.
    #[must_use]
    pub const fn new(metadata: ClientMetadata<'a>) -> Self {
        Self { metadata, token: None }
    }

    /// Shows the initial access token, by which the server knows who may register (RFC 7591 §1.2).
    #[must_use]
    pub const fn with_initial_access_token(self, token: BearerToken<'a>) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Writes the request for the `registration_endpoint` into `buffer`, which takes the document, and the token and 7
    /// bytes more if there is one.
    ///
    /// # Errors
    ///
    /// [`CallError::BufferTooSmall`]; [`CallError::ClientMetadata`] for a member that cannot be sent.
    pub fn write<'b>(&self, buffer: &'b mut [u8]) -> Result<Request<'b>, CallError> {
        write(buffer, self.token, |out| self.metadata.write(out, &[])).map(|(authorization, document)| {
            let request = Request::post_json(ACCEPT, document);
            authorization.map_or(request, |value| request.with_authorization(value))
        })
    }

    /// Reads the answer (RFC 7591 §3.2).
    ///
    /// `authority` is host and port of the registration endpoint, as they stand in its URL (`authority.example`,
    /// `authority.example:8443`): the place where the client is managed must be `https` there, for the token that is given
    /// for it would go to another server else.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`]. Of the answer's members, those that are read here must follow their grammar; the others are
    /// not looked at.
    pub fn read<'b>(answer: Answer<'b>, authority: &str) -> Result<ClientInformation<'b>, RegistrationError> {
        match RegistrationError::of(&answer, 201) {
            Some(error) => Err(error),
            None => ClientInformation::read(answer, authority),
        }
    }
}

const ACCEPT: &str = "application/json";

/// Writes a request that a token authorizes: the value of the field `Authorization`, and the document.
fn write<'b>(
    buffer: &'b mut [u8],
    token: Option<BearerToken<'_>>,
    document: impl FnOnce(&mut Writer<'_>) -> Result<(), CallError>,
) -> Result<(Option<&'b str>, &'b [u8]), CallError> {
    let mut out = Writer::new(&mut *buffer);
    let parts = || {
        if let Some(token) = token {
            write!(out, "Bearer {}", token.as_str())?;
        }
        let split = out.len();
        document(&mut out)?;
        Ok::<_, CallError>((split, out.len()))
    };
    // A part of a secret stays in no buffer.
    let (split, end) = parts().inspect_err(|_| buffer.zeroize())?;
    let (authorization, rest) = buffer.split_at_checked(split).ok_or(CallError::BufferTooSmall)?;
    let document = rest.get(..end.saturating_sub(split)).ok_or(CallError::BufferTooSmall)?;
    Ok((str::from_utf8(authorization).ok().filter(|value| !value.is_empty()), document))
}

/// RFC 6749 Appendix A.1 and A.2: what identifiers and secrets of clients are made of. An empty one proves nothing.
fn is_visible(text: impl Iterator<Item = char>) -> bool {
    let mut text = text.peekable();
    text.peek().is_some() && text.all(|character| (' '..='~').contains(&character))
}

/// Host and port of an `https` URL, as they are written.
fn authority_of(url: &str) -> &str {
    url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default()
}

/// Whether two hosts with their ports, as written in `https` URLs, are the same origin (RFC 6454 §5).
fn is_same_authority(one: &str, other: &str) -> bool {
    let plain = |authority: &str| authority.strip_suffix(":443").map_or(authority.len(), str::len);
    let [one, other] = [one, other].map(|authority| authority.get(..plain(authority)).unwrap_or_default());
    !one.is_empty() && one.eq_ignore_ascii_case(other)
}

/// What is never shown, in its place.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl RegistrationError {
    /// What an answer says by its status, and where that is 400, by its error code (RFC 7591 §3.2.2, RFC 7592 §2).
    fn of(answer: &Answer<'_>, success: u16) -> Option<Self> {
        use crate::json::{Object, Value};

        let error = match answer.status {
            status if status == success => return None,
            401 => return Some(Self::TokenRefused),
            403 => return Some(Self::Forbidden),
            405 => return Some(Self::NotSupported),
            // Another success is none: the answer to another question.
            status => AnswerError::of_status(status).unwrap_or(AnswerError::Status(status)),
        };
        if answer.status != 400 || !answer.is_of_type("application/json") {
            return Some(Self::Answer(error));
        }
        let code = Object::read(answer.body).ok().and_then(|object| object.get("error")).and_then(Value::as_text);
        Some(match code {
            Some(code) if code == "invalid_redirect_uri" => Self::InvalidRedirectUri,
            Some(code) if code == "invalid_client_metadata" => Self::InvalidClientMetadata,
            Some(code) if code == "invalid_software_statement" => Self::InvalidSoftwareStatement,
            Some(code) if code == "unapproved_software_statement" => Self::UnapprovedSoftwareStatement,
            _ => Self::Answer(error),
        })
    }
}

#[cfg(test)]
mod tests;
