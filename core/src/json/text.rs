//! Strings ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use core::{
    fmt::{self, Write},
    iter::FusedIterator,
};

use super::{JsonError, cursor::Cursor};

/// A string of a JSON text, borrowed from it as it was written.
///
/// It compares and prints by the characters that it stands for (RFC 8259 §8.3): `"a\/b"` is equal to `"a/b"`. Its
/// `Debug` shows nothing, since most strings here come out of tokens.
///
/// ```
/// use bearward_core::json::{self, Value};
///
/// let value = json::read(br#""https:\/\/as.example""#)?;
/// let text = value.as_text().unwrap();
/// assert!(text == "https://as.example");
/// assert_eq!(text.as_str(), None);
/// assert_eq!(text.to_string(), "https://as.example");
/// assert_eq!(format!("{text:?}"), "[redacted]");
/// # Ok::<(), bearward_core::json::JsonError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    json: &'a str,
    escapes: Escapes,
}

/// Whether a string has escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    None,
    Some,
}

impl<'a> Text<'a> {
    /// The empty string.
    pub(super) const fn empty() -> Self {
        Self { json: "\"\"", escapes: Escapes::None }
    }

    /// The string of validated text, with its quotation marks.
    pub(super) const fn trusted(json: &'a str, escapes: Escapes) -> Self {
        Self { json, escapes }
    }

    /// The string, if it was written without escapes.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        (self.escapes == Escapes::None).then(|| self.inner())
    }

    /// The string as it was written, with its quotation marks.
    #[must_use]
    pub const fn as_json(&self) -> &'a str {
        self.json
    }

    /// The characters that the string stands for.
    #[must_use]
    pub fn chars(&self) -> TextChars<'a> {
        TextChars { cursor: Cursor::new(self.inner()) }
    }

    /// Whether the string has no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner().is_empty()
    }

    fn inner(&self) -> &'a str {
        self.json.get(1..self.json.len().saturating_sub(1)).unwrap_or_default()
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str().map_or_else(|| self.chars().eq(other.chars()), |text| text == other)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<Text<'_>> for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        other.as_str().map_or_else(|| self.chars().eq(other.chars()), |text| *self == *text)
    }
}

impl Eq for Text<'_> {}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.write_str(text),
            None => self.chars().try_for_each(|character| f.write_char(character)),
        }
    }
}

/// The characters of a [`Text`], unescaped.
#[derive(Clone)]
pub struct TextChars<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for TextChars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.cursor.next_char()
    }
}

impl FusedIterator for TextChars<'_> {}

/// Whether a string cannot carry the character without an escape.
pub(super) const fn must_be_escaped(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\x1f')
}

/// Reads what follows a reverse solidus, and no byte more.
pub(super) fn unescape(mut rest: impl Iterator<Item = u8>) -> Result<char, JsonError> {
    Ok(match rest.next().ok_or(JsonError::UnexpectedEnd)? {
        character @ (b'"' | b'\\' | b'/') => char::from(character),
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = code_unit(&mut rest)?;
            match char::from_u32(unit) {
                Some(character) => character,
                None => surrogate_pair(unit, &mut rest)?,
            }
        }
        _ => return Err(JsonError::InvalidEscape),
    })
}

/// Reads the other half of a pair whose first half is `high`, if that can be one.
fn surrogate_pair(high: u32, rest: &mut impl Iterator<Item = u8>) -> Result<char, JsonError> {
    if high >= 0xdc00 {
        return Err(JsonError::LoneSurrogate);
    }
    for expected in *b"\\u" {
        if rest.next().ok_or(JsonError::UnexpectedEnd)? != expected {
            return Err(JsonError::LoneSurrogate);
        }
    }
    let low = code_unit(rest)?;
    if !matches!(low, 0xdc00..=0xdfff) {
        return Err(JsonError::LoneSurrogate);
    }
    let above = (high & 0x3ff) << 10 | low & 0x3ff;
    char::from_u32(above.wrapping_add(0x1_0000)).ok_or(JsonError::LoneSurrogate)
}

/// Reads four hexadecimal digits.
fn code_unit(rest: &mut impl Iterator<Item = u8>) -> Result<u32, JsonError> {
    let mut unit = 0_u32;
    for _ in 0..4 {
        let byte = rest.next().ok_or(JsonError::UnexpectedEnd)?;
        let digit = char::from(byte).to_digit(16).ok_or(JsonError::InvalidEscape)?;
        unit = unit << 4 | digit;
    }
    Ok(unit)
}
