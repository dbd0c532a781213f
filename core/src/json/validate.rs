//! The one walk that every text goes through before anything of it is seen
//! ([RFC 8259 §2](https://www.rfc-editor.org/rfc/rfc8259#section-2)).

use heapless::Vec;

use super::{
    JsonError, Text, Value,
    cursor::Cursor,
    names::{Names, Scope},
    text::Escapes,
    value::{Member, Place},
};
use crate::limits::{JSON_BYTES, JSON_DEPTH};

/// Checks length and encoding (RFC 8259 §8.1).
pub(super) fn text(json: &[u8]) -> Result<&str, JsonError> {
    if json.len() > JSON_BYTES {
        return Err(JsonError::TooLong);
    }
    core::str::from_utf8(json).map_err(|_| JsonError::InvalidUtf8)
}

/// Checks everything else, and tells where the first reverse solidus is.
///
/// The members of the object that the text is, if it is one, are shown to `visit` one after the other. What lies behind
/// them is not checked yet then.
pub(super) fn value(json: &str, visit: &mut dyn FnMut(&Member<'_>)) -> Result<Option<usize>, JsonError> {
    let mut walk = Walk {
        cursor: Cursor::new(json),
        open: Vec::new(),
        names: Names::new(),
        first_escape: None,
        outermost: Outermost { name: Text::empty(), start: 0 },
        escapes: Escapes::None,
        only_strings: true,
    };
    loop {
        match walk.enter_value()? {
            Next::Value => {}
            Next::Separator => match walk.leave_values(visit)? {
                Some(()) => {}
                None => return Ok(walk.first_escape),
            },
        }
    }
}

/// What must come next in the text.
enum Next {
    /// A value: the first of an array or object that was just opened.
    Value,
    /// What follows a value that is complete.
    Separator,
}

/// Where the walk is.
struct Walk<'a> {
    cursor: Cursor<'a>,
    /// The arrays and objects around this place, outermost first.
    open: Vec<Container, JSON_DEPTH>,
    /// The names of the members of all objects in `open`, outermost first.
    names: Names,
    first_escape: Option<usize>,
    /// The member of the outermost object that the walk is in, if that is an object.
    outermost: Outermost<'a>,
    /// Whether the string that was passed last has escapes.
    escapes: Escapes,
    /// Whether all that lies directly in the value of that member are strings.
    only_strings: bool,
}

/// A member whose value is not complete.
struct Outermost<'a> {
    name: Text<'a>,
    /// Where its value begins.
    start: usize,
}

/// What a hostile text can make of the stack.
const _: () = assert!(size_of::<Walk<'_>>() <= 500);

#[derive(Clone, Copy)]
enum Container {
    Array,
    Object(Scope),
}

impl<'a> Walk<'a> {
    /// Passes a scalar, an empty array or object, or the beginning of one that is not.
    fn enter_value(&mut self) -> Result<Next, JsonError> {
        self.cursor.skip_whitespace();
        let first = self.cursor.peek().ok_or(JsonError::UnexpectedEnd)?;
        match self.open.len() {
            1 => {
                self.outermost.start = self.cursor.at();
                self.only_strings = true;
            }
            2 => self.only_strings &= first == b'"',
            _ => {}
        }
        match first {
            b'"' => self.string()?,
            b'{' => {
                self.enter_object()?;
                if !self.cursor.eat(b'}') {
                    self.name()?;
                    return Ok(Next::Value);
                }
                self.open.pop();
            }
            b'[' => {
                self.enter(Container::Array)?;
                if !self.cursor.eat(b']') {
                    return Ok(Next::Value);
                }
                self.open.pop();
            }
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            b'n' => self.literal(b"null")?,
            _ => return Err(JsonError::UnexpectedByte),
        }
        Ok(Next::Separator)
    }

    /// Passes the brackets that close what is complete, and the comma (and name) before the next value, if there is
    /// one.
    fn leave_values(&mut self, visit: &mut dyn FnMut(&Member<'_>)) -> Result<Option<()>, JsonError> {
        loop {
            if let [Container::Object(_)] = self.open.as_slice() {
                let value = self.cursor.since(self.outermost.start).unwrap_or_default();
                if let (Some(value), Ok(start)) =
                    (Value::passed(value, self.escapes, self.only_strings), u16::try_from(self.outermost.start))
                {
                    visit(&Member { name: self.outermost.name, value, place: Place::at(start) });
                }
            }
            self.cursor.skip_whitespace();
            let Some(container) = self.open.last().copied() else {
                return self.cursor.peek().map_or(Ok(None), |_| Err(JsonError::TrailingBytes));
            };
            let byte = self.cursor.peek().ok_or(JsonError::UnexpectedEnd)?;
            self.cursor.step();
            match (container, byte) {
                (Container::Array, b',') => return Ok(Some(())),
                (Container::Object(_), b',') => {
                    self.cursor.skip_whitespace();
                    self.name()?;
                    return Ok(Some(()));
                }
                (Container::Array, b']') => {}
                (Container::Object(scope), b'}') => self.names.forget(scope),
                _ => return Err(JsonError::UnexpectedByte),
            }
            self.open.pop();
        }
    }

    fn enter_object(&mut self) -> Result<(), JsonError> {
        let first = u8::try_from(self.names.len()).map_err(|_| JsonError::TooManyMembers)?;
        let start = u16::try_from(self.cursor.at()).map_err(|_| JsonError::TooLong)?;
        self.enter(Container::Object(Scope { first, start }))
    }

    /// Passes an opening bracket and the white space after it.
    fn enter(&mut self, container: Container) -> Result<(), JsonError> {
        self.open.push(container).map_err(|_| JsonError::TooDeep)?;
        self.cursor.step();
        self.cursor.skip_whitespace();
        Ok(())
    }

    /// Passes a member's name and its colon.
    fn name(&mut self) -> Result<(), JsonError> {
        match self.cursor.peek() {
            Some(b'"') => {}
            Some(_) => return Err(JsonError::UnexpectedByte),
            None => return Err(JsonError::UnexpectedEnd),
        }
        let start = self.cursor.at();
        self.string()?;
        let name = Text::trusted(self.cursor.since(start).unwrap_or_default(), self.escapes);
        if self.open.len() == 1 {
            self.outermost.name = name;
        }
        if let Some(Container::Object(scope)) = self.open.last() {
            self.names.add(name, start, *scope, self.cursor)?;
        }
        self.cursor.skip_whitespace();
        self.expect(b':')
    }

    /// Passes a string (RFC 8259 §7).
    fn string(&mut self) -> Result<(), JsonError> {
        self.cursor.step();
        self.cursor.skip_plain();
        self.escapes = Escapes::None;
        if self.cursor.eat(b'"') {
            return Ok(());
        }
        self.end_of_string()
    }

    /// Passes the rest of a string, from the first character that does not stand for itself.
    #[cold]
    fn end_of_string(&mut self) -> Result<(), JsonError> {
        self.escapes = Escapes::Some;
        loop {
            match self.cursor.peek().ok_or(JsonError::UnexpectedEnd)? {
                b'"' => break,
                b'\\' => {
                    self.first_escape.get_or_insert(self.cursor.at());
                    self.cursor.step();
                    self.cursor.unescape()?;
                    self.cursor.skip_plain();
                }
                _ => return Err(JsonError::ControlCharacter),
            }
        }
        self.cursor.step();
        Ok(())
    }

    /// Passes a number (RFC 8259 §6).
    fn number(&mut self) -> Result<(), JsonError> {
        self.cursor.eat(b'-');
        let leading_zero = self.cursor.eat(b'0');
        // One of both: digits without a zero before them, or a zero without digits after it.
        if self.cursor.skip_digits() == leading_zero {
            return Err(JsonError::InvalidNumber);
        }
        if self.cursor.eat(b'.') && !self.cursor.skip_digits() {
            return Err(JsonError::InvalidNumber);
        }
        if self.cursor.eat(b'e') || self.cursor.eat(b'E') {
            let _ = self.cursor.eat(b'+') || self.cursor.eat(b'-');
            if !self.cursor.skip_digits() {
                return Err(JsonError::InvalidNumber);
            }
        }
        Ok(())
    }

    /// Passes a literal name (RFC 8259 §3).
    fn literal(&mut self, name: &[u8]) -> Result<(), JsonError> {
        name.iter().try_for_each(|byte| self.expect(*byte))
    }

    /// Passes a byte that must be the next one.
    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.cursor.eat(byte) {
            return Ok(());
        }
        Err(self.cursor.peek().map_or(JsonError::UnexpectedEnd, |_| JsonError::UnexpectedByte))
    }
}
