//! Strict JSON, read without recursion ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).
//!
//! A text is validated as a whole, in one walk, before anything of it can be seen; what comes out borrows from it and
//! copies nothing. Strict means: the grammar of RFC 8259 and no more, UTF-8, no byte order mark, no lone surrogates,
//! and no two members of one name in an object, however they are escaped (RFC 7519 §4). Nesting and the number of
//! members are bounded ([`limits`]), so that a hostile text costs bounded stack: less than 1 KB on a
//! Cortex-M4.
//!
//! ```
//! use bearward_core::json::{Object, Value};
//!
//! let claims = Object::read(br#"{"iss": "https:\/\/as.example", "exp": 1.8e9, "realm": {"roles": ["admin"]}}"#)?;
//! let issuer = claims.get("iss").and_then(Value::as_text);
//! assert!(issuer.is_some_and(|issuer| issuer == "https://as.example"));
//! assert_eq!(claims.get("exp").and_then(Value::as_number).and_then(|n| n.as_u64()), Some(1_800_000_000));
//! let roles = claims.at(&["realm", "roles"]).and_then(Value::as_array);
//! assert_eq!(roles.map(|roles| roles.as_json()), Some(r#"["admin"]"#));
//! # Ok::<(), bearward_core::json::JsonError>(())
//! ```
//!
//! [`limits`]: crate::limits

use core::{cell::Cell, fmt};

mod cursor;
mod names;
mod number;
mod text;
mod validate;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use number::Number;
pub use text::{Text, TextChars};
pub use value::{Array, Elements, Members, Object, Value};
pub(crate) use value::{Member, Place};
pub(crate) use write::write_string;

use text::{must_be_escaped, unescape};

/// Reads a JSON text (RFC 8259 §2): one value of any kind, with nothing but white space around it.
///
/// # Errors
///
/// The first rule that the text breaks.
///
/// ```
/// use bearward_core::json::{self, JsonError};
///
/// assert_eq!(json::read(b" true ")?.as_bool(), Some(true));
/// assert_eq!(json::read(b"tru").err(), Some(JsonError::UnexpectedEnd));
/// # Ok::<(), JsonError>(())
/// ```
pub fn read(json: &[u8]) -> Result<Value<'_>, JsonError> {
    let json = validate::text(json)?;
    validate::value(json, &mut |_| {})?;
    Value::trusted(json).ok_or(JsonError::UnexpectedEnd)
}

/// Validates a JSON text and rewrites it in place so that only those characters stay escaped that must be: the
/// quotation mark, the reverse solidus and the control characters (RFC 8259 §7).
///
/// Returns the new length; what lies behind it is of no meaning. A text without a reverse solidus is not touched.
/// Afterwards [`Text::as_str`] gives the plain string wherever a string has none of those characters.
///
/// # Errors
///
/// The first rule that the text breaks; then it is as it was.
///
/// ```
/// use bearward_core::json;
///
/// let mut text = *br#"["https:\/\/as.example", "\u00e9\ud83d\ude00", "\u0022"]"#;
/// let len = json::resolve_escapes(&mut text)?;
/// assert_eq!(&text[..len], r#"["https://as.example", "é😀", "\u0022"]"#.as_bytes());
/// # Ok::<(), json::JsonError>(())
/// ```
pub fn resolve_escapes(json: &mut [u8]) -> Result<usize, JsonError> {
    let Some(first) = validate::value(validate::text(json)?, &mut |_| {})? else {
        return Ok(json.len());
    };
    let len = json.len();
    let cells = Cell::from_mut(json).as_slice_of_cells();
    let (mut input, mut output) = (cells.iter(), cells.iter());
    if let Some(plain) = first.checked_sub(1) {
        input.nth(plain);
        output.nth(plain);
    }
    // Writing never overtakes reading: no character is longer in UTF-8 than in any escape of it.
    let mut put = |byte: u8| {
        if let Some(cell) = output.next() {
            cell.set(byte);
        }
    };
    while let Some(cell) = input.next() {
        if cell.get() != b'\\' {
            put(cell.get());
            continue;
        }
        let kept = input.clone();
        let character = unescape(input.by_ref().map(Cell::get))?;
        if must_be_escaped(character) {
            put(b'\\');
            let length = kept.len().saturating_sub(input.len());
            kept.take(length).for_each(|cell| put(cell.get()));
        } else {
            character.encode_utf8(&mut [0; 4]).bytes().for_each(&mut put);
        }
    }
    Ok(len.saturating_sub(output.len()))
}

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
    /// The text is not UTF-8 (RFC 8259 §8.1).
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
            Self::InvalidUtf8 => "it is not UTF-8",
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
