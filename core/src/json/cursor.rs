//! A place in a JSON text, and the steps from there. What is validated is walked with the same steps as what is not
//! yet, without being checked again.

use super::{
    JsonError, Text, Value,
    text::{Escapes, unescape},
};

/// A place in a text.
///
/// It never passes the text's end, and a text has at most `isize::MAX` bytes: steps cannot wrap.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The same text, from another place.
    pub(super) const fn moved_to(self, at: usize) -> Self {
        Self { text: self.text, at }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes the byte that was seen by `peek`.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    /// Passes `byte` if it is the next one, and says so.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.step();
        }
        found
    }

    /// Passes the four bytes of RFC 8259 §2, `ws`.
    #[inline]
    pub(super) fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.step();
        }
    }

    /// Passes digits and tells whether there was one.
    pub(super) fn skip_digits(&mut self) -> bool {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.step();
        }
        self.at != start
    }

    /// Passes what stands for itself in a string: everything but quotation marks, reverse solidi and control
    /// characters (RFC 8259 §7, `unescaped`).
    #[inline]
    pub(super) fn skip_plain(&mut self) {
        let rest = self.rest();
        self.at = self.at.wrapping_add(plain_run(rest));
    }

    /// Reads the escape whose reverse solidus was just passed.
    pub(super) fn unescape(&mut self) -> Result<char, JsonError> {
        let mut rest = self.rest().iter();
        let character = unescape(rest.by_ref().copied());
        self.at = self.text.len().wrapping_sub(rest.len());
        character
    }

    /// Passes a character of a validated string.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let byte = self.peek()?;
        if byte == b'\\' {
            self.step();
            return self.unescape().ok();
        }
        let character = self.text.get(self.at..)?.chars().next()?;
        self.at = self.at.wrapping_add(character.len_utf8());
        Some(character)
    }

    /// Whether this comes next.
    pub(super) fn begins_with(&self, text: &str) -> bool {
        let text = text.as_bytes();
        // Byte by byte, for most differ in the first.
        self.rest().len() >= text.len() && self.rest().iter().zip(text).all(|(own, other)| own == other)
    }

    /// What was passed since the cursor was at `start`.
    pub(super) fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    /// Passes a validated string; nothing else is passed.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Text<'a>> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        let escapes = self.skip_string();
        Some(Text::trusted(self.since(start)?, escapes))
    }

    /// Passes a validated value.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        let mut escapes = Escapes::None;
        match self.peek()? {
            b'"' => {
                self.step();
                escapes = self.skip_string();
            }
            b'{' | b'[' => self.skip_nested(),
            _ => self.skip_scalar(),
        }
        Value::passed(self.since(start)?, escapes, false)
    }

    /// Passes a validated string whose quotation mark was just passed.
    #[inline]
    fn skip_string(&mut self) -> Escapes {
        self.skip_plain();
        if self.eat(b'"') {
            return Escapes::None;
        }
        self.skip_escaped();
        Escapes::Some
    }

    /// Passes the rest of a validated string, from the first escape.
    #[cold]
    fn skip_escaped(&mut self) {
        while self.eat(b'\\') {
            if self.peek().is_some() {
                self.step();
            }
            self.skip_plain();
        }
        self.eat(b'"');
    }

    /// Passes a validated array or object, up to and with the bracket that closes it.
    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.step();
                    self.skip_string();
                    continue;
                }
                b'[' | b'{' => depth = depth.wrapping_add(1),
                b']' | b'}' => depth = depth.wrapping_sub(1),
                _ => {}
            }
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes a validated number or literal name.
    fn skip_scalar(&mut self) {
        while let Some(byte) = self.peek() {
            if matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
                return;
            }
            self.step();
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// How many bytes there are before the first quotation mark, reverse solidus or control character.
///
/// A machine word is looked at as a whole: most strings of a token end within the first few.
#[inline(never)]
fn plain_run(bytes: &[u8]) -> usize {
    const WORD: usize = size_of::<usize>();
    const ONES: usize = usize::from_le_bytes([0x01; WORD]);
    const HIGH: usize = usize::from_le_bytes([0x80; WORD]);
    let mut rest = bytes;
    let mut run = 0_usize;
    while let Some((word, after)) = rest.split_first_chunk::<WORD>() {
        let word = usize::from_le_bytes(*word);
        // Flipping bit 1 puts the quotation mark (0x22) below 0x21 together with the control characters, and leaves
        // no other byte there. A byte below n borrows from the high bit of `byte - n`. Only a byte after a true find
        // can be found wrongly, so the first one is exact.
        let low = word ^ ONES.wrapping_mul(0x02);
        let solidus = word ^ ONES.wrapping_mul(0x5c);
        let found = (low.wrapping_sub(ONES.wrapping_mul(0x21)) & !low | solidus.wrapping_sub(ONES) & !solidus) & HIGH;
        if found != 0 {
            let before = usize::try_from(found.trailing_zeros() >> 3).unwrap_or_default();
            return run.wrapping_add(before);
        }
        run = run.wrapping_add(WORD);
        rest = after;
    }
    let tail = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
    run.wrapping_add(tail)
}
