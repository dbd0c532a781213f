//! Letting a user decide on another device that has a browser
//! ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)).

use core::fmt;

use crate::{
    answer_error::AnswerError,
    call::{Answer, Request},
    call_error::CallError,
    client::{Client, Fresh},
    json::{Object, Value},
    token_error::TokenError,
    token_response::{seconds, secret, text},
};

/// The request for a device code and a user code (RFC 8628 §3.1).
///
/// ```
/// use bearward_core::{Answer, Client, DeviceAuthorizationRequest};
///
/// static CLIENT: Client<'_> = Client::none("valve");
///
/// let mut buffer = [0; 64];
/// let request = DeviceAuthorizationRequest::new().with_scope("openid").write(&CLIENT, None, &mut buffer)?;
/// assert_eq!(request.body(), b"scope=openid&client_id=valve");
///
/// // Here bearward-net sends it to the device authorization endpoint.
/// let mut body = *br#"{
///     "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS", "user_code": "WDJB-MJHT",
///     "verification_uri": "https://authority.example/device", "expires_in": 1800
/// }"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// let authorization = DeviceAuthorizationRequest::read(answer)?;
/// // The device shows these, and polls with the device code until the user has decided.
/// assert_eq!(authorization.verification_uri(), "https://authority.example/device");
/// assert_eq!(authorization.user_code(), "WDJB-MJHT");
/// assert_eq!(authorization.interval(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceAuthorizationRequest<'t> {
    scope: Option<&'t str>,
    resource: Option<&'t str>,
}

impl<'t> DeviceAuthorizationRequest<'t> {
    /// Asks for what the server grants by default.
    #[must_use]
    pub const fn new() -> Self {
        Self { scope: None, resource: None }
    }

    /// Asks for these scopes, separated by spaces (RFC 6749 §3.3).
    #[must_use]
    pub const fn with_scope(self, scope: &'t str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Asks for a token that is good at this resource server, as
    /// [`TokenRequest::with_resource`](crate::TokenRequest::with_resource) does.
    #[must_use]
    pub const fn with_resource(self, resource: &'t str) -> Self {
        Self { resource: Some(resource), ..self }
    }

    /// Writes the request for the `device_authorization_endpoint` into `buffer`, which takes the parameters as a form has
    /// them, and what the client adds: about 450 bytes for an assertion under ES256.
    ///
    /// # Errors
    ///
    /// [`CallError`] if the buffer is too small, or the client cannot authenticate.
    pub fn write<'b>(
        &self,
        client: &Client<'_>,
        fresh: impl Into<Option<Fresh>>,
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        client.post(fresh.into(), "application/json", &[("scope", self.scope), ("resource", self.resource)], buffer)
    }

    /// Reads the answer (RFC 8628 §3.2). It borrows the answer's body.
    ///
    /// What is there must have the right type, and nothing comes twice. What is shown to the user must be printable
    /// ASCII, and the URIs `https`.
    ///
    /// # Errors
    ///
    /// [`TokenError`]: why the server gives no codes, or what is wrong with the answer.
    pub fn read(answer: Answer<'_>) -> Result<DeviceAuthorization<'_>, TokenError> {
        if let Some(error) = TokenError::of(&answer) {
            return Err(error);
        }
        Ok(DeviceAuthorization::read(answer.body)?)
    }
}

/// What the device authorization endpoint answers (RFC 8628 §3.2): the codes, for the user and for the device.
///
/// It borrows the answer's body for `'b`. Its `Debug` shows neither code.
#[derive(Clone, Copy)]
pub struct DeviceAuthorization<'b> {
    object: Object<'b>,
    device_code: &'b str,
    user_code: &'b str,
    verification_uri: &'b str,
    verification_uri_complete: Option<&'b str>,
    expires_in: u32,
    interval: u32,
}

impl<'b> DeviceAuthorization<'b> {
    fn read(body: &'b mut [u8]) -> Result<Self, AnswerError> {
        let object = Object::read_in_place(body).map_err(AnswerError::Json)?;
        Ok(Self {
            object,
            device_code: secret(&object, "device_code")?.ok_or(AnswerError::Member("device_code"))?,
            user_code: secret(&object, "user_code")?.ok_or(AnswerError::Member("user_code"))?,
            verification_uri: uri(&object, "verification_uri")?.ok_or(AnswerError::Member("verification_uri"))?,
            verification_uri_complete: uri(&object, "verification_uri_complete")?,
            expires_in: seconds(&object, "expires_in")?.ok_or(AnswerError::Member("expires_in"))?,
            // "If no value is provided, clients MUST use 5 as the default."
            interval: seconds(&object, "interval")?.unwrap_or(5),
        })
    }

    /// `device_code`: the device's own secret, for
    /// [`TokenRequest::device_code`](crate::TokenRequest::device_code). It is never shown.
    #[must_use]
    pub const fn device_code(&self) -> &'b str {
        self.device_code
    }

    /// `user_code`: what the user types in. Printable ASCII.
    #[must_use]
    pub const fn user_code(&self) -> &'b str {
        self.user_code
    }

    /// `verification_uri`: where the user types it in, an `https` URL. Short, for a small display.
    #[must_use]
    pub const fn verification_uri(&self) -> &'b str {
        self.verification_uri
    }

    /// `verification_uri_complete`: the same with the code in it, for a QR code. The code must be shown beside it, so that
    /// the user can compare it (RFC 8628 §3.3.1).
    #[must_use]
    pub const fn verification_uri_complete(&self) -> Option<&'b str> {
        self.verification_uri_complete
    }

    /// `expires_in`: for how many seconds the codes are good.
    #[must_use]
    pub const fn expires_in(&self) -> u32 {
        self.expires_in
    }

    /// `interval`: how many seconds to wait between two requests for the token at least.
    #[must_use]
    pub const fn interval(&self) -> u32 {
        self.interval
    }

    /// Any member of the answer, by its name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Value<'b>> {
        self.object.get(name)
    }
}

impl fmt::Debug for DeviceAuthorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// A member that must be an `https` URL, if it is there. The user opens it in a browser, and types a code there.
fn uri<'b>(object: &Object<'b>, name: &'static str) -> Result<Option<&'b str>, AnswerError> {
    let uri = text(object, name)?;
    let is_good = |uri: &str| {
        uri.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
            && uri.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if uri.is_none_or(is_good) { Ok(uri) } else { Err(AnswerError::Member(name)) }
}

#[cfg(test)]
mod tests;
