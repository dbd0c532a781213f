//! JSON in pieces ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)): a document is taken apart byte by byte as it
//! arrives, so that none of it has to be kept.

use crate::{json::JsonError, limits};

/// What the lexer found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An object begins.
    Object,
    /// An array begins.
    Array,
    /// The innermost object or array ends.
    Close,
    /// A byte of a member's name, unescaped.
    NameByte(u8),
    /// A member's name is complete.
    Name,
    /// A byte of a string, unescaped.
    TextByte(u8),
    /// A string is complete.
    Text,
    /// A number, `true`, `false` or `null` is complete.
    Other,
}

/// A strict reader of one JSON text. It keeps the grammar, UTF-8 and the depth; duplicate names are the caller's, who
/// knows which names matter.
#[derive(Clone, Debug)]
pub(crate) struct Lexer {
    state: State,
    /// How many objects and arrays are open, and which of them are arrays: the lowest bit is the innermost.
    depth: usize,
    arrays: u32,
    /// The string at hand is a name.
    naming: bool,
    utf8: Utf8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    ElementOrEnd,
    NameOrEnd,
    Name,
    Colon,
    After,
    String,
    Escape,
    /// In a `\u` escape: digits left, value so far, and the high surrogate before it.
    Hex(u8, u16, Option<u16>),
    /// After a high surrogate: the reverse solidus of the low one must follow.
    LowSolidus(u16),
    LowU(u16),
    Literal(&'static [u8]),
    Number(Number),
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The rest of a character in UTF-8: how many bytes follow, and what the next may be (RFC 3629 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Utf8 {
    left: u8,
    low: u8,
    high: u8,
}

const CONTINUATION: Utf8 = Utf8 { left: 0, low: 0x80, high: 0xbf };

impl Lexer {
    pub(crate) const fn new() -> Self {
        Self { state: State::Value, depth: 0, arrays: 0, naming: false, utf8: CONTINUATION }
    }

    /// Takes the next byte of the text, and tells the sink each event with how many objects and arrays are then open.
    pub(crate) fn push(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        match self.state {
            State::String => self.string(byte, sink),
            State::Escape => self.escape(byte, sink),
            State::Hex(left, value, high) => self.hex(byte, left, value, high, sink),
            State::LowSolidus(high) if byte == b'\\' => self.go(State::LowU(high)),
            State::LowU(high) if byte == b'u' => self.go(State::Hex(4, 0, Some(high))),
            State::LowSolidus(_) | State::LowU(_) => Err(JsonError::LoneSurrogate),
            State::Literal(rest) => self.literal(byte, rest, sink),
            State::Number(number) => self.number(byte, number, sink),
            _ => self.structure(byte, sink),
        }
    }

    /// Ends the text.
    pub(crate) fn finish(&self) -> Result<(), JsonError> {
        if self.state == State::Done { Ok(()) } else { Err(JsonError::UnexpectedEnd) }
    }

    fn go(&mut self, state: State) -> Result<(), JsonError> {
        self.state = state;
        Ok(())
    }

    /// A value is complete.
    fn complete(&mut self) -> Result<(), JsonError> {
        self.go(if self.depth == 0 { State::Done } else { State::After })
    }

    fn structure(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return Ok(());
        }
        let in_array = self.arrays & 1 == 1;
        match (self.state, byte) {
            (State::Done, _) => Err(JsonError::TrailingBytes),
            (State::NameOrEnd, b'}') => self.close(sink),
            (State::ElementOrEnd, b']') => self.close(sink),
            (State::After, b']') if in_array => self.close(sink),
            (State::After, b'}') if !in_array => self.close(sink),
            (State::After, b',') => self.go(if in_array { State::Value } else { State::Name }),
            (State::NameOrEnd | State::Name, b'"') => {
                self.naming = true;
                self.go(State::String)
            }
            (State::Colon, b':') => self.go(State::Value),
            (State::Value | State::ElementOrEnd, _) => self.value(byte, sink),
            _ => Err(JsonError::UnexpectedByte),
        }
    }

    fn value(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        match byte {
            b'{' => self.open(Event::Object, State::NameOrEnd, sink),
            b'[' => self.open(Event::Array, State::ElementOrEnd, sink),
            b'"' => {
                self.naming = false;
                self.go(State::String)
            }
            b't' => self.go(State::Literal(b"rue")),
            b'f' => self.go(State::Literal(b"alse")),
            b'n' => self.go(State::Literal(b"ull")),
            b'-' => self.go(State::Number(Number::Minus)),
            b'0' => self.go(State::Number(Number::Zero)),
            b'1'..=b'9' => self.go(State::Number(Number::Integer)),
            _ => Err(JsonError::UnexpectedByte),
        }
    }

    fn open(&mut self, event: Event, state: State, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        if self.depth >= limits::JSON_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.depth = self.depth.wrapping_add(1);
        self.arrays = (self.arrays << 1) | u32::from(event == Event::Array);
        sink(event, self.depth);
        self.go(state)
    }

    fn close(&mut self, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        self.depth = self.depth.saturating_sub(1);
        self.arrays >>= 1;
        sink(Event::Close, self.depth);
        self.complete()
    }

    fn string(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        if self.utf8.left > 0 {
            if !(self.utf8.low..=self.utf8.high).contains(&byte) {
                return Err(JsonError::InvalidUtf8);
            }
            self.utf8 = Utf8 { left: self.utf8.left.saturating_sub(1), ..CONTINUATION };
            self.text(byte, sink);
            return Ok(());
        }
        let (left, low, high) = match byte {
            b'"' if self.naming => {
                sink(Event::Name, self.depth);
                return self.go(State::Colon);
            }
            b'"' => {
                sink(Event::Text, self.depth);
                return self.complete();
            }
            b'\\' => return self.go(State::Escape),
            0..=0x1f => return Err(JsonError::ControlCharacter),
            0x20..=0x7f => (0, 0x80, 0xbf),
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return Err(JsonError::InvalidUtf8),
        };
        self.utf8 = Utf8 { left, low, high };
        self.text(byte, sink);
        Ok(())
    }

    fn text(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) {
        let event = if self.naming { Event::NameByte(byte) } else { Event::TextByte(byte) };
        sink(event, self.depth);
    }

    fn escape(&mut self, byte: u8, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.go(State::Hex(4, 0, None)),
            _ => return Err(JsonError::InvalidEscape),
        };
        self.text(plain, sink);
        self.go(State::String)
    }

    fn hex(
        &mut self,
        byte: u8,
        left: u8,
        value: u16,
        high: Option<u16>,
        sink: &mut impl FnMut(Event, usize),
    ) -> Result<(), JsonError> {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
        let value = (value << 4) | digit.ok_or(JsonError::InvalidEscape)?;
        let left = left.saturating_sub(1);
        if left > 0 {
            return self.go(State::Hex(left, value, high));
        }
        if let (None, 0xd800..=0xdbff) = (high, value) {
            return self.go(State::LowSolidus(value));
        }
        // One unit, or a surrogate pair: anything else does not decode.
        let character = char::decode_utf16(high.into_iter().chain([value])).next();
        let character = character.and_then(Result::ok).ok_or(JsonError::LoneSurrogate)?;
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            self.text(byte, sink);
        }
        self.go(State::String)
    }

    fn literal(&mut self, byte: u8, rest: &'static [u8], sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        match rest.split_first() {
            Some((first, [])) if *first == byte => {
                sink(Event::Other, self.depth);
                self.complete()
            }
            Some((first, rest)) if *first == byte => self.go(State::Literal(rest)),
            _ => Err(JsonError::UnexpectedByte),
        }
    }

    fn number(&mut self, byte: u8, number: Number, sink: &mut impl FnMut(Event, usize)) -> Result<(), JsonError> {
        let next = match (number, byte) {
            (Number::Minus, b'0') => Number::Zero,
            (Number::Minus, b'1'..=b'9') | (Number::Integer, b'0'..=b'9') => Number::Integer,
            (Number::Zero | Number::Integer, b'.') => Number::Point,
            (Number::Point | Number::Fraction, b'0'..=b'9') => Number::Fraction,
            (Number::Zero | Number::Integer | Number::Fraction, b'e' | b'E') => Number::Exponent,
            (Number::Exponent, b'+' | b'-') => Number::ExponentSign,
            (Number::Exponent | Number::ExponentSign | Number::ExponentDigits, b'0'..=b'9') => Number::ExponentDigits,
            (Number::Integer | Number::Fraction | Number::ExponentDigits, _) | (Number::Zero, _)
                if !(number == Number::Zero && byte.is_ascii_digit()) =>
            {
                sink(Event::Other, self.depth);
                self.complete()?;
                return self.structure(byte, sink);
            }
            _ => return Err(JsonError::InvalidNumber),
        };
        self.go(State::Number(next))
    }
}
