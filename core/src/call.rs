//! One call to the authorization server, without IO: what is sent, and what came back
//! ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110)).

use core::fmt;

/// What a call sends, beside the URL that it goes to.
///
/// It is written by a call's own type and borrows the buffer that was lent to that; `bearward-net` sends it. Its `Debug`
/// shows no credentials.
#[derive(Clone, Copy)]
pub struct Request<'b> {
    method: Method,
    accept: &'b str,
    authorization: Option<&'b str>,
    if_none_match: Option<&'b str>,
    content_type: Option<&'static str>,
    body: &'b [u8],
}

/// The method of a call (RFC 9110 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A document is fetched; there is no body.
    Get,
    /// A form or a JSON document is sent.
    Post,
    /// A JSON document is sent, to take the place of the one that is there.
    Put,
    /// What is there is to go; there is no body.
    Delete,
}

impl Method {
    /// The name, as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// The media type of a form (RFC 6749 Appendix B).
const FORM: &str = "application/x-www-form-urlencoded";

const JSON: &str = "application/json";

impl<'b> Request<'b> {
    /// Fetches a document of this media type.
    #[must_use]
    pub const fn get(accept: &'b str) -> Self {
        let (authorization, if_none_match, content_type) = (None, None, None);
        Self { method: Method::Get, accept, authorization, if_none_match, content_type, body: &[] }
    }

    /// Sends a form, and asks for an answer of this media type.
    #[must_use]
    pub const fn post_form(accept: &'b str, form: &'b [u8]) -> Self {
        Self { method: Method::Post, content_type: Some(FORM), body: form, ..Self::get(accept) }
    }

    /// Sends a JSON document, and asks for an answer of this media type.
    #[must_use]
    pub const fn post_json(accept: &'b str, document: &'b [u8]) -> Self {
        Self { method: Method::Post, content_type: Some(JSON), body: document, ..Self::get(accept) }
    }

    /// Puts a JSON document in the place of what is there, and asks for an answer of this media type.
    #[must_use]
    pub const fn put_json(accept: &'b str, document: &'b [u8]) -> Self {
        Self { method: Method::Put, ..Self::post_json(accept, document) }
    }

    /// Deletes what is there. An error may have content of this media type.
    #[must_use]
    pub const fn delete(accept: &'b str) -> Self {
        Self { method: Method::Delete, ..Self::get(accept) }
    }

    /// Adds the value of the `Authorization` field.
    #[must_use]
    pub const fn with_authorization(self, value: &'b str) -> Self {
        Self { authorization: Some(value), ..self }
    }

    /// Adds the entity tag of the document in hand, quotes and all (RFC 9110 §13.1.2): it need not come again if it is
    /// still the same.
    #[must_use]
    pub const fn with_if_none_match(self, entity_tag: &'b str) -> Self {
        Self { if_none_match: Some(entity_tag), ..self }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The value of the `Accept` field.
    #[must_use]
    pub const fn accept(&self) -> &'b str {
        self.accept
    }

    /// The value of the `Authorization` field, if there is one. It belongs in no log.
    #[must_use]
    pub const fn authorization(&self) -> Option<&'b str> {
        self.authorization
    }

    /// The value of the `If-None-Match` field, if there is one.
    #[must_use]
    pub const fn if_none_match(&self) -> Option<&'b str> {
        self.if_none_match
    }

    /// The media type of the body, if there is one.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'static str> {
        self.content_type
    }

    /// Whether the body is a form, which may carry parameters more (RFC 6750 §2.2, RFC 6749 §2.3.1).
    #[must_use]
    pub fn is_form(&self) -> bool {
        self.method == Method::Post && self.content_type == Some(FORM)
    }

    /// The form or the document, empty for [`Method::Get`] and [`Method::Delete`]. It belongs in no log.
    #[must_use]
    pub const fn body(&self) -> &'b [u8] {
        self.body
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("accept", &self.accept).finish_non_exhaustive()
    }
}

/// What came back, whole: for a reader of core.
///
/// The body lies in a buffer of the caller, and what is read from it borrows that.
pub struct Answer<'b> {
    /// The status (RFC 9110 §15), 100 to 599.
    pub status: u16,
    /// The value of the `Content-Type` field, with its parameters, if there was one.
    pub content_type: Option<&'b str>,
    /// The content, complete.
    pub body: &'b mut [u8],
}

impl Answer<'_> {
    /// Whether the content is of this media type (RFC 9110 §8.3.1): without regard to case and to parameters.
    ///
    /// ```
    /// use bearward_core::Answer;
    ///
    /// let answer = Answer { status: 200, content_type: Some("Application/JSON; charset=utf-8"), body: &mut [] };
    /// assert!(answer.is_of_type("application/json"));
    /// ```
    #[must_use]
    pub fn is_of_type(&self, media_type: &str) -> bool {
        let own = self.content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        own.trim_matches([' ', '\t']).eq_ignore_ascii_case(media_type)
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}
