//! Values, objects and arrays of a validated text
//! ([RFC 8259 §3 to §5](https://www.rfc-editor.org/rfc/rfc8259#section-3)).

use core::{fmt, iter::FusedIterator};

use super::{JsonError, Number, Text, TextChars, cursor::Cursor, text::Escapes, validate};
use crate::bytes;

/// A JSON value (RFC 8259 §3), borrowed from the text for `'a`.
///
/// Its `Debug` shows nothing, since most values here come out of tokens.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number<'a>),
    /// A string.
    String(Text<'a>),
    /// An array.
    Array(Array<'a>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// The value of a whole text that was validated. An array or object is not walked: it is the whole text.
    pub(super) fn trusted(json: &'a str) -> Option<Self> {
        let json = json.trim_ascii();
        match json.as_bytes().first() {
            Some(b'{') => Some(Self::Object(Object::trusted(json))),
            Some(b'[') => Some(Self::Array(Array::trusted(json))),
            _ => Cursor::new(json).value(),
        }
    }

    /// The value that a walk has passed; `escapes` is whether it has some, if it is a string, and `of_strings` whether all
    /// its elements are known to be strings, if it is an array.
    pub(super) fn passed(json: &'a str, escapes: Escapes, of_strings: bool) -> Option<Self> {
        Some(match json.as_bytes().first()? {
            b'"' => Self::String(Text::trusted(json, escapes)),
            b'{' => Self::Object(Object::trusted(json)),
            b'[' => Self::Array(Array { json, of_strings }),
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'n' => Self::Null,
            b'-' | b'0'..=b'9' => Self::Number(Number::trusted(json)),
            _ => return None,
        })
    }

    /// The string, if it is one.
    #[must_use]
    pub const fn as_text(self) -> Option<Text<'a>> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub const fn as_bool(self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(value) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(self) -> Option<Number<'a>> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The array, if it is one.
    #[must_use]
    pub const fn as_array(self) -> Option<Array<'a>> {
        if let Self::Array(array) = self { Some(array) } else { None }
    }

    /// The object, if it is one.
    #[must_use]
    pub const fn as_object(self) -> Option<Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The value as it was written.
    #[must_use]
    pub const fn as_json(self) -> &'a str {
        match self {
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(number) => number.as_json(),
            Self::String(text) => text.as_json(),
            Self::Array(array) => array.as_json(),
            Self::Object(object) => object.as_json(),
        }
    }
}

/// A JSON object (RFC 8259 §4), borrowed from the text for `'a`. No two of its members have one name.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    json: &'a str,
}

impl<'a> Object<'a> {
    /// Reads a JSON text that must be an object.
    ///
    /// # Errors
    ///
    /// The first rule of RFC 8259 that the text breaks, or [`JsonError::NotAnObject`].
    ///
    /// ```
    /// use bearward_core::json::{JsonError, Object};
    ///
    /// assert!(Object::read(br#"{"sub": "a"}"#)?.get("sub").is_some());
    /// assert_eq!(Object::read(b"[]").err(), Some(JsonError::NotAnObject));
    /// assert_eq!(Object::read(br#"{"sub": 1, "\u0073ub": 2}"#).err(), Some(JsonError::DuplicateName));
    /// # Ok::<(), JsonError>(())
    /// ```
    pub fn read(json: &'a [u8]) -> Result<Self, JsonError> {
        super::read(json)?.as_object().ok_or(JsonError::NotAnObject)
    }

    /// Reads a JSON text that must be an object, and rewrites it as [`resolve_escapes`](super::resolve_escapes) does.
    ///
    /// # Errors
    ///
    /// As [`Object::read`].
    ///
    /// ```
    /// use bearward_core::json::{JsonError, Object, Value};
    ///
    /// let mut json = *br#"{"iss": "https:\/\/as.example"}"#;
    /// let claims = Object::read_in_place(&mut json)?;
    /// let issuer = claims.get("iss").and_then(Value::as_text).and_then(|issuer| issuer.as_str());
    /// assert_eq!(issuer, Some("https://as.example"));
    /// # Ok::<(), JsonError>(())
    /// ```
    pub fn read_in_place(json: &'a mut [u8]) -> Result<Self, JsonError> {
        let length = super::resolve_escapes(json)?;
        let json = validate::text(json.get(..length).unwrap_or_default())?;
        Value::trusted(json).and_then(Value::as_object).ok_or(JsonError::NotAnObject)
    }

    /// Reads as [`Object::read_in_place`] does, shows each member to `visit` in the same walk, and returns the text that
    /// their places are in.
    ///
    /// `visit` may be shown members of a text that turns out to be none.
    pub(crate) fn visit_in_place(json: &'a mut [u8], visit: &mut dyn FnMut(&Member<'_>)) -> Result<&'a str, JsonError> {
        let mut length = json.len();
        if bytes::position(json, b'\\').is_some() {
            length = super::resolve_escapes(json)?;
        }
        let json = validate::text(json.get(..length).unwrap_or_default())?;
        validate::value(json, visit)?;
        if json.trim_ascii_start().starts_with('{') { Ok(json) } else { Err(JsonError::NotAnObject) }
    }

    /// Shows each member to `visit`; their places are those in [`as_json`](Self::as_json).
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Member<'_>)) {
        let mut members = self.members();
        while let Some(member) = members.next_member() {
            visit(&member);
        }
    }

    /// The object of a text that was validated: what [`Object::as_json`] gave, or [`resolve_escapes`] left.
    ///
    /// A text of another kind gives an object without members.
    ///
    /// [`resolve_escapes`]: super::resolve_escapes
    pub(crate) const fn trusted(json: &'a str) -> Self {
        Self { json: json.trim_ascii() }
    }

    /// The value of the member with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.members().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The value at the end of a path of names, each of them a member of the object before.
    ///
    /// An empty path gives the object itself.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<Value<'a>> {
        path.iter().try_fold(Value::Object(*self), |value, name| value.as_object()?.get(name))
    }

    /// The members, in the order of the text.
    #[must_use]
    pub fn members(&self) -> Members<'a> {
        let mut cursor = Cursor::new(self.json);
        cursor.eat(b'{');
        Members { cursor }
    }

    /// The object as it was written, with its braces.
    #[must_use]
    pub const fn as_json(&self) -> &'a str {
        self.json
    }
}

/// A JSON array (RFC 8259 §5), borrowed from the text for `'a`.
#[derive(Clone, Copy)]
pub struct Array<'a> {
    json: &'a str,
    of_strings: bool,
}

impl<'a> Array<'a> {
    /// The array of validated text.
    pub(super) const fn trusted(json: &'a str) -> Self {
        Self { json, of_strings: false }
    }

    /// Whether all elements are strings.
    pub(crate) fn is_of_strings(&self) -> bool {
        self.of_strings || self.elements().all(|element| element.as_text().is_some())
    }

    /// The elements, in the order of the text.
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        let mut cursor = Cursor::new(self.json);
        cursor.eat(b'[');
        Elements { cursor }
    }

    /// The array as it was written, with its brackets.
    #[must_use]
    pub const fn as_json(&self) -> &'a str {
        self.json
    }
}

/// A member, and where its value is written in the text.
pub(crate) struct Member<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) value: Value<'a>,
    pub(crate) place: Place,
}

/// Where the value of a member begins in a validated text, or nowhere. Two bytes, where a value takes many.
#[derive(Clone, Copy)]
pub(crate) struct Place(u16);

impl Place {
    /// No value of a member begins where its text does.
    pub(crate) const NOWHERE: Self = Self(0);

    pub(super) const fn at(start: u16) -> Self {
        Self(start)
    }

    pub(crate) const fn is_somewhere(self) -> bool {
        self.0 != 0
    }

    /// The value in this place of the text.
    pub(crate) fn value(self, json: &str) -> Option<Value<'_>> {
        if self.is_somewhere() { Cursor::new(json).moved_to(self.0.into()).value() } else { None }
    }
}

/// The members of an [`Object`]: name and value.
#[derive(Clone)]
pub struct Members<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Text<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.next_member().map(|member| (member.name, member.value))
    }
}

impl<'a> Members<'a> {
    fn next_member(&mut self) -> Option<Member<'a>> {
        self.cursor.skip_whitespace();
        let name = self.cursor.string()?;
        self.cursor.skip_whitespace();
        self.cursor.eat(b':');
        self.cursor.skip_whitespace();
        let place = Place(u16::try_from(self.cursor.at()).ok()?);
        let value = self.cursor.value()?;
        self.cursor.skip_whitespace();
        self.cursor.eat(b',');
        Some(Member { name, value, place })
    }
}

impl FusedIterator for Members<'_> {}

/// The elements of an [`Array`].
#[derive(Clone)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.skip_whitespace();
        if self.cursor.peek() == Some(b']') {
            return None;
        }
        let value = self.cursor.value()?;
        self.cursor.skip_whitespace();
        self.cursor.eat(b',');
        Some(value)
    }
}

impl FusedIterator for Elements<'_> {}

macro_rules! redacted {
    ($($type:ident)*) => {$(
        impl fmt::Debug for $type<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[redacted]")
            }
        }
    )*};
}

redacted!(Value Object Array Number Text TextChars Members Elements);
