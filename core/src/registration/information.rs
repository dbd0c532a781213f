//! What the server says of a client ([RFC 7591 §3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1),
//! [RFC 7592 §3](https://www.rfc-editor.org/rfc/rfc7592#section-3)).

use core::fmt;

use super::{ClientAuthentication, RegistrationError, authority_of, is_same_authority, is_visible};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::Answer,
    json::{Object, Text, Value},
    metadata::check_url,
    time::UnixTime,
};

/// A client as the server has registered it: its credentials, and its metadata as they are in force.
///
/// It borrows the answer, which holds secrets: whoever lent the buffer should overwrite it when a
/// [`Registration`](crate::Registration) has been made of it.
#[derive(Clone, Copy)]
pub struct ClientInformation<'b> {
    object: Object<'b>,
    client_id: Text<'b>,
    client_secret: Option<Text<'b>>,
    secret_expires_at: Option<UnixTime>,
    issued_at: Option<UnixTime>,
    authentication: Option<ClientAuthentication>,
    management: Option<(&'b str, BearerToken<'b>)>,
}

impl<'b> ClientInformation<'b> {
    /// Reads the content of an answer whose status was looked at.
    pub(super) fn read(answer: Answer<'b>, authority: &str) -> Result<Self, RegistrationError> {
        if !answer.is_of_type("application/json") {
            return Err(AnswerError::ContentType.into());
        }
        let object = Object::read_in_place(answer.body).map_err(AnswerError::Json)?;
        let visible = |name: &'static str| match object.get(name).map(Value::as_text) {
            None => Ok(None),
            Some(Some(text)) if is_visible(text.chars()) => Ok(Some(text)),
            Some(_) => Err(AnswerError::Member(name)),
        };
        let seconds = |name: &'static str| match object.get(name).map(Value::as_number) {
            None => Ok(None),
            Some(number) => number.and_then(|number| number.as_u64()).map(Some).ok_or(AnswerError::Member(name)),
        };
        let client_id = visible("client_id")?.ok_or(AnswerError::Member("client_id"))?;
        let client_secret = visible("client_secret")?;
        // "REQUIRED if client_secret is issued": a secret that could end at any time would be of no use.
        let secret_expires_at = match (client_secret, seconds("client_secret_expires_at")?) {
            (Some(_), None) => return Err(AnswerError::Member("client_secret_expires_at").into()),
            (None, _) | (_, Some(0)) => None,
            (Some(_), Some(seconds)) => Some(UnixTime::from_seconds(seconds)),
        };
        let issued_at = seconds("client_id_issued_at")?.map(UnixTime::from_seconds);
        let management = read_management(&object, authority)?;
        let authentication = match object.get("token_endpoint_auth_method") {
            // RFC 7591 §2: the default.
            None => Some(ClientAuthentication::SecretBasic),
            Some(value) => {
                let method = value.as_text().ok_or(AnswerError::Member("token_endpoint_auth_method"))?;
                ClientAuthentication::ALL.into_iter().find(|own| method == own.as_str())
            }
        };
        Ok(Self { object, client_id, client_secret, secret_expires_at, issued_at, authentication, management })
    }

    /// `client_id`: the client's identifier at this server.
    #[must_use]
    pub const fn client_id(&self) -> Text<'b> {
        self.client_id
    }

    /// `client_secret`, if the client was issued one.
    #[must_use]
    pub const fn client_secret(&self) -> Option<Text<'b>> {
        self.client_secret
    }

    /// `client_secret_expires_at`; `None` if the secret never expires, which is 0 there, or there is none.
    #[must_use]
    pub const fn client_secret_expires_at(&self) -> Option<UnixTime> {
        self.secret_expires_at
    }

    /// `client_id_issued_at`, if the server says it.
    #[must_use]
    pub const fn client_id_issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }

    /// `registration_client_uri`: where the client is managed, on the server that registered it, if it can be.
    #[must_use]
    pub fn registration_client_uri(&self) -> Option<&'b str> {
        self.management.map(|(uri, _)| uri)
    }

    /// `registration_access_token`, which is for there and nowhere else.
    #[must_use]
    pub fn registration_access_token(&self) -> Option<BearerToken<'b>> {
        self.management.map(|(_, token)| token)
    }

    /// `token_endpoint_auth_method`; `None` if it is one that is not known here.
    #[must_use]
    pub const fn authentication(&self) -> Option<ClientAuthentication> {
        self.authentication
    }

    /// A member by its path, as the server has registered it.
    #[must_use]
    pub fn member(&self, path: &[&str]) -> Option<Value<'b>> {
        self.object.at(path)
    }

    pub(super) const fn object(&self) -> Object<'b> {
        self.object
    }
}

impl fmt::Debug for ClientInformation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientInformation")
            .field("authentication", &self.authentication)
            .field("client_secret_expires_at", &self.secret_expires_at)
            .finish_non_exhaustive()
    }
}

/// Both or neither (RFC 7592 §3). The token goes where the URI says, so that must be the server it came from.
fn read_management<'b>(
    object: &Object<'b>,
    authority: &str,
) -> Result<Option<(&'b str, BearerToken<'b>)>, RegistrationError> {
    let text = |name: &'static str| match object.get(name) {
        None => Ok(None),
        Some(value) => value.as_text().and_then(|text| text.as_str()).map(Some).ok_or(AnswerError::Member(name)),
    };
    let token = AnswerError::Member("registration_access_token");
    let uri = AnswerError::Member("registration_client_uri");
    match (text("registration_client_uri")?, text("registration_access_token")?) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(uri.into()),
        (Some(_), None) => Err(token.into()),
        (Some(place), Some(value)) => {
            check_url(place, false, "registration_client_uri").map_err(|_| uri)?;
            let value = BearerToken::new(value).map_err(|_| token)?;
            match is_same_authority(authority_of(place), authority) {
                true => Ok(Some((place, value))),
                false => Err(RegistrationError::OtherOrigin),
            }
        }
    }
}
