//! JSON in pieces ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)): an object is taken apart byte by byte as it
//! arrives, so that none of it has to be kept.

use crate::{json::JsonError, limits};

/// What a byte begins, continues or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A member's name begins.
    Name,
    /// A value begins that is an object.
    Object,
    /// A value begins that is an array.
    Array,
    /// A value begins that is a string.
    Text,
    /// A value begins that is a number, `true`, `false` or `null`.
    Other,
    /// The next character of the name or string, unescaped.
    Character(char),
    /// The name or string is complete.
    End,
    /// The object or array is complete.
    Close,
}

/// A strict reader of one JSON object: it keeps the grammar, UTF-8 and the depth. Duplicate names are left to its
/// caller, who knows which names matter.
#[derive(Clone, Debug)]
pub(crate) struct Lexer {
    state: State,
    /// How many objects and arrays are open.
    depth: usize,
    /// A bit for each of them, set if it is an array. The lowest is the innermost one's.
    arrays: u32,
    /// The string at hand is a member's name.
    in_name: bool,
}

const _: () = assert!(limits::JSON_DEPTH <= 32, "a bit for each array");

/// What may come next.
#[derive(Clone, Copy, Debug)]
enum State {
    Start,
    NameOrClose,
    Name,
    Colon,
    Value,
    ValueOrClose,
    CommaOrClose,
    String,
    /// The rest of a character in UTF-8: how many of its bytes are missing, how many it has, and its bits so far.
    Utf8 {
        missing: u8,
        bytes: usize,
        bits: u32,
    },
    Escape,
    /// The rest of a `\u` escape, and the high surrogate before it.
    Hex {
        missing: u8,
        unit: u16,
        high: Option<u16>,
    },
    /// The reverse solidus of a low surrogate.
    LowSolidus {
        high: u16,
    },
    LowU {
        high: u16,
    },
    Literal(&'static [u8]),
    Number(Number),
    Done,
}

/// Which part of a number was read last (RFC 8259 §6).
#[derive(Clone, Copy, Debug)]
enum Number {
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}

type Step = Result<(State, Option<Event>), JsonError>;

impl Lexer {
    pub(crate) const fn new() -> Self {
        Self { state: State::Start, depth: 0, arrays: 0, in_name: false }
    }

    /// Takes the next byte. Tells what it means, and in how many objects and arrays that lies.
    pub(crate) fn push(&mut self, byte: u8) -> Result<Option<(Event, usize)>, JsonError> {
        let depth = self.depth;
        let (state, event) = match self.state {
            State::String => self.string(byte),
            State::Utf8 { missing, bytes, bits } => utf8(byte, missing, bytes, bits),
            State::Escape => escape(byte),
            State::Hex { missing, unit, high } => hex(byte, missing, unit, high),
            State::LowSolidus { high } if byte == b'\\' => Ok((State::LowU { high }, None)),
            State::LowU { high } if byte == b'u' => Ok((State::Hex { missing: 4, unit: 0, high: Some(high) }, None)),
            State::LowSolidus { .. } | State::LowU { .. } => Err(JsonError::LoneSurrogate),
            State::Literal(rest) => literal(byte, rest),
            State::Number(number) => self.number(byte, number),
            state => self.structure(byte, state),
        }?;
        self.state = state;
        Ok(event.map(|event| (event, depth.min(self.depth))))
    }

    /// Ends the text.
    pub(crate) const fn finish(&self) -> Result<(), JsonError> {
        match self.state {
            State::Done => Ok(()),
            _ => Err(JsonError::UnexpectedEnd),
        }
    }

    fn structure(&mut self, byte: u8, state: State) -> Step {
        let in_array = self.arrays & 1 == 1;
        match (state, byte) {
            (_, b' ' | b'\t' | b'\n' | b'\r') => Ok((state, None)),
            (State::Done, _) => Err(JsonError::TrailingBytes),
            (State::Start, b'[' | b'"' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => Err(JsonError::NotAnObject),
            (State::Value | State::ValueOrClose, b'{') | (State::Start, b'{') => self.open(Event::Object),
            (State::Value | State::ValueOrClose, b'[') => self.open(Event::Array),
            (State::ValueOrClose, b']') | (State::NameOrClose, b'}') => Ok(self.close()),
            (State::Value | State::ValueOrClose, _) => self.scalar(byte),
            (State::NameOrClose | State::Name, b'"') => {
                self.in_name = true;
                Ok((State::String, Some(Event::Name)))
            }
            (State::Colon, b':') => Ok((State::Value, None)),
            (State::CommaOrClose, b',') => Ok((if in_array { State::Value } else { State::Name }, None)),
            (State::CommaOrClose, b']') if in_array => Ok(self.close()),
            (State::CommaOrClose, b'}') if !in_array => Ok(self.close()),
            _ => Err(JsonError::UnexpectedByte),
        }
    }

    fn open(&mut self, event: Event) -> Step {
        if self.depth >= limits::JSON_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.depth = self.depth.saturating_add(1);
        let is_array = event == Event::Array;
        self.arrays = self.arrays << 1 | u32::from(is_array);
        Ok((if is_array { State::ValueOrClose } else { State::NameOrClose }, Some(event)))
    }

    fn close(&mut self) -> (State, Option<Event>) {
        self.depth = self.depth.saturating_sub(1);
        self.arrays >>= 1;
        (if self.depth == 0 { State::Done } else { State::CommaOrClose }, Some(Event::Close))
    }

    fn scalar(&mut self, byte: u8) -> Step {
        let state = match byte {
            b'"' => {
                self.in_name = false;
                return Ok((State::String, Some(Event::Text)));
            }
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Integer),
            _ => return Err(JsonError::UnexpectedByte),
        };
        Ok((state, Some(Event::Other)))
    }

    fn string(&self, byte: u8) -> Step {
        let (missing, bytes, bits) = match byte {
            b'"' => return Ok((if self.in_name { State::Colon } else { State::CommaOrClose }, Some(Event::End))),
            b'\\' => return Ok((State::Escape, None)),
            0..=0x1f => return Err(JsonError::ControlCharacter),
            0x20..=0x7f => return Ok((State::String, Some(Event::Character(byte.into())))),
            0xc0..=0xdf => (1, 2, byte & 0x1f),
            0xe0..=0xef => (2, 3, byte & 0x0f),
            0xf0..=0xf7 => (3, 4, byte & 0x07),
            _ => return Err(JsonError::InvalidUtf8),
        };
        Ok((State::Utf8 { missing, bytes, bits: bits.into() }, None))
    }

    fn number(&mut self, byte: u8, number: Number) -> Step {
        let next = match (number, byte) {
            (Number::Minus, b'0') => Number::Zero,
            (Number::Minus | Number::Integer, b'0'..=b'9') => Number::Integer,
            (Number::Zero | Number::Integer, b'.') => Number::Point,
            (Number::Point | Number::Fraction, b'0'..=b'9') => Number::Fraction,
            (Number::Zero | Number::Integer | Number::Fraction, b'e' | b'E') => Number::Exponent,
            (Number::Exponent, b'+' | b'-') => Number::ExponentSign,
            (Number::Exponent | Number::ExponentSign | Number::ExponentDigits, b'0'..=b'9') => Number::ExponentDigits,
            (Number::Zero, b'0'..=b'9')
            | (Number::Minus | Number::Point | Number::Exponent | Number::ExponentSign, _) => {
                return Err(JsonError::InvalidNumber);
            }
            // Only the byte after a number tells that it is complete.
            (Number::Zero | Number::Integer | Number::Fraction | Number::ExponentDigits, _) => {
                return self.structure(byte, State::CommaOrClose);
            }
        };
        Ok((State::Number(next), None))
    }
}

/// A byte within a character (RFC 3629 §3). Overlong forms and surrogates show when all its bits are there.
fn utf8(byte: u8, missing: u8, bytes: usize, bits: u32) -> Step {
    if !matches!(byte, 0x80..=0xbf) {
        return Err(JsonError::InvalidUtf8);
    }
    let bits = bits << 6 | u32::from(byte & 0x3f);
    let missing = missing.saturating_sub(1);
    if missing > 0 {
        return Ok((State::Utf8 { missing, bytes, bits }, None));
    }
    let character = char::from_u32(bits).filter(|character| character.len_utf8() == bytes);
    Ok((State::String, Some(Event::Character(character.ok_or(JsonError::InvalidUtf8)?))))
}

/// What follows a reverse solidus (RFC 8259 §7).
fn escape(byte: u8) -> Step {
    let character = match byte {
        b'"' | b'\\' | b'/' => byte.into(),
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return Ok((State::Hex { missing: 4, unit: 0, high: None }, None)),
        _ => return Err(JsonError::InvalidEscape),
    };
    Ok((State::String, Some(Event::Character(character))))
}

/// A digit of a `\u` escape.
fn hex(byte: u8, missing: u8, unit: u16, high: Option<u16>) -> Step {
    let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
    let unit = unit << 4 | digit.ok_or(JsonError::InvalidEscape)?;
    let missing = missing.saturating_sub(1);
    if missing > 0 {
        return Ok((State::Hex { missing, unit, high }, None));
    }
    if let (None, 0xd800..=0xdbff) = (high, unit) {
        return Ok((State::LowSolidus { high: unit }, None));
    }
    // One unit, or a high surrogate and what must be a low one.
    let character = char::decode_utf16(high.into_iter().chain([unit])).next().and_then(Result::ok);
    Ok((State::String, Some(Event::Character(character.ok_or(JsonError::LoneSurrogate)?))))
}

/// A byte of `true`, `false` or `null`.
fn literal(byte: u8, rest: &'static [u8]) -> Step {
    match rest.split_first() {
        Some((expected, [])) if *expected == byte => Ok((State::CommaOrClose, None)),
        Some((expected, rest)) if *expected == byte => Ok((State::Literal(rest), None)),
        _ => Err(JsonError::UnexpectedByte),
    }
}

#[cfg(test)]
mod tests;
