//! Strict JSON, read without recursion ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).

use core::fmt;

/// Why a text is not JSON, or more of it than is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonError {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A byte stands where the grammar has no place for it.
    UnexpectedByte,
    /// Something follows the value.
    TrailingBytes,
    /// A string is not UTF-8 (RFC 8259 §8.1).
    InvalidUtf8,
    /// A string has a control character that is not escaped (RFC 8259 §7).
    ControlCharacter,
    /// An escape is none of RFC 8259 §7.
    InvalidEscape,
    /// An escape is half of a surrogate pair (RFC 8259 §8.2).
    LoneSurrogate,
    /// A number does not follow the grammar (RFC 8259 §6).
    InvalidNumber,
    /// An object has two members of one name (RFC 8259 §4, RFC 7519 §4).
    DuplicateName,
    /// Arrays and objects lie in each other deeper than [`limits::JSON_DEPTH`](crate::limits::JSON_DEPTH).
    TooDeep,
    /// More members are open than [`limits::JSON_MEMBERS`](crate::limits::JSON_MEMBERS).
    TooManyMembers,
    /// The text is longer than [`limits::JSON_BYTES`](crate::limits::JSON_BYTES), or than the caller allows.
    TooLong,
    /// The text is JSON, but not an object.
    NotAnObject,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnexpectedEnd => "it ends inside a value",
            Self::UnexpectedByte => "a byte is out of place",
            Self::TrailingBytes => "something follows the value",
            Self::InvalidUtf8 => "a string is not UTF-8",
            Self::ControlCharacter => "a string has a bare control character",
            Self::InvalidEscape => "a string has an unknown escape",
            Self::LoneSurrogate => "a string has half of a surrogate pair",
            Self::InvalidNumber => "a number is malformed",
            Self::DuplicateName => "a member comes twice",
            Self::TooDeep => "it is nested too deeply",
            Self::TooManyMembers => "it has too many members",
            Self::TooLong => "it is too long",
            Self::NotAnObject => "it is not an object",
        })
    }
}

impl core::error::Error for JsonError {}
