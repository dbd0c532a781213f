//! What can be wrong with metadata ([RFC 8414 §3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).

use core::fmt;

use crate::json::JsonError;

/// Why metadata cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataError {
    /// The document is not strict JSON, or not an object.
    Json(JsonError),
    /// The document names another issuer than the one that was asked for (RFC 8414 §3.3).
    IssuerMismatch,
    /// A required member is absent.
    Missing(&'static str),
    /// A member is of a wrong type, or not a URL.
    Malformed(&'static str),
    /// A URL is not `https`.
    NotHttps(&'static str),
    /// A URL is longer than the room for it.
    TooLong(&'static str),
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the metadata is not a good JSON object: {error}"),
            Self::IssuerMismatch => f.write_str("the metadata is another issuer's"),
            Self::Missing(name) => write!(f, "the metadata has no \"{name}\""),
            Self::Malformed(name) => write!(f, "in the metadata, \"{name}\" is malformed"),
            Self::NotHttps(name) => write!(f, "in the metadata, \"{name}\" is not https"),
            Self::TooLong(name) => write!(f, "in the metadata, \"{name}\" is too long"),
        }
    }
}

impl core::error::Error for MetadataError {}

impl From<JsonError> for MetadataError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}
