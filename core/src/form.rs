//! Text that is written into lent memory, and forms in it
//! ([RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B), `application/x-www-form-urlencoded`).

use core::{
    fmt::{self, Write as _},
    hint::black_box,
};

use crate::base64url::Encoded;

/// Writes into a slice. It refuses what finds no room, and is then of no more use.
pub(crate) struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl<'b> Writer<'b> {
    pub(crate) const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// What was written from this place on.
    pub(crate) fn written_from(&self, start: usize) -> &[u8] {
        self.buffer.get(start..self.length).unwrap_or_default()
    }

    pub(crate) fn into_str(self) -> &'b str {
        let written: &[u8] = self.buffer.get(..self.length).unwrap_or_default();
        // Only strings were written, and each of them whole.
        str::from_utf8(written).unwrap_or_default()
    }

    /// The memory behind what was written.
    pub(crate) fn rest(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.length..).unwrap_or_default()
    }

    /// Writes a parameter of a form, with `&` before it if it is not the first.
    pub(crate) fn parameter(&mut self, name: &str, value: &str) -> fmt::Result {
        self.parameter_name(name)?;
        encoded(value).try_for_each(|byte| self.write_char(char::from(byte)))
    }

    /// Writes a parameter up to its value, which must be of characters that need no encoding.
    pub(crate) fn parameter_name(&mut self, name: &str) -> fmt::Result {
        if self.length > 0 {
            self.write_char('&')?;
        }
        self.write_str(name)?;
        self.write_char('=')
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (own, _) = self.rest().split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        own.copy_from_slice(text.as_bytes());
        self.length = self.length.saturating_add(text.len());
        Ok(())
    }
}

/// The bytes of a text as a form has them, all of them ASCII.
///
/// How many they are tells how many are encoded. Which letters and digits stand there is not told by the time it takes.
pub(crate) fn encoded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().flat_map(|byte| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        let is_mark = (byte == b'*') | (byte == b'-') | (byte == b'.') | (byte == b'_') | (byte == b' ');
        // Without the boxes the compiler would ask one after the other, and stop at the first that is true.
        let bytes = if black_box(is_letter) | black_box(is_digit) | black_box(is_mark) {
            [Some(if byte == b' ' { b'+' } else { byte }), None, None]
        } else {
            [Some(b'%'), Some(digit(byte >> 4)), Some(digit(byte & 15))]
        };
        bytes.into_iter().flatten()
    })
}

fn digit(value: u8) -> u8 {
    b"0123456789ABCDEF".get(usize::from(value)).copied().unwrap_or(b'0')
}

/// Writes text as base64url, as it comes.
pub(crate) struct Base64Url<'w, 'b> {
    out: &'w mut Writer<'b>,
    waiting: heapless::Vec<u8, 3>,
}

impl<'w, 'b> Base64Url<'w, 'b> {
    pub(crate) const fn new(out: &'w mut Writer<'b>) -> Self {
        Self { out, waiting: heapless::Vec::new() }
    }

    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) -> fmt::Result {
        for byte in bytes {
            self.waiting.push(*byte).map_err(|_| fmt::Error)?;
            if self.waiting.is_full() {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes what waits for a group to be complete: the end of the text.
    pub(crate) fn flush(&mut self) -> fmt::Result {
        write!(self.out, "{}", Encoded(&self.waiting))?;
        self.waiting.clear();
        Ok(())
    }
}

impl fmt::Write for Base64Url<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write_bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;
    use std::string::String;

    use super::{Base64Url, Writer, encoded};
    use crate::base64url;

    #[test]
    fn rfc6749_appendix_b_example() {
        let text = " %&+\u{a3}\u{20ac}";
        assert_eq!(encoded(text).map(char::from).collect::<String>(), "+%25%26%2B%C2%A3%E2%82%AC");
    }

    #[test]
    fn only_letters_digits_and_four_marks_stand_for_themselves() {
        for character in (0..=127_u8).map(char::from) {
            let mut text = [0; 4];
            let encoded: String = encoded(character.encode_utf8(&mut text)).map(char::from).collect();
            let plain = character.is_ascii_alphanumeric() || "*-._".contains(character);
            assert_eq!(encoded == *character.encode_utf8(&mut [0; 4]), plain, "{character:?}");
        }
    }

    #[test]
    fn parameters_are_separated_and_encoded() {
        let mut buffer = [0; 16];
        let mut form = Writer::new(&mut buffer);
        form.parameter("a", "b=c").unwrap();
        form.parameter("d", "&").unwrap();
        assert_eq!(form.into_str(), "a=b%3Dc&d=%26");
    }

    #[test]
    fn what_finds_no_room_is_refused() {
        let mut buffer = [0; 6];
        let mut form = Writer::new(&mut buffer);
        form.parameter("a", "bcde").unwrap();
        assert!(form.write_char('f').is_err());
        assert_eq!(form.into_str(), "a=bcde");
        assert!(Writer::new(&mut [0; 6]).parameter("a", "bc&").is_err());
    }

    #[test]
    fn base64url_does_not_depend_on_the_pieces() {
        for length in 0..20 {
            let text: String = ('a'..).take(length).collect();
            let mut buffer = [0; 64];
            let mut out = Writer::new(&mut buffer);
            let mut writer = Base64Url::new(&mut out);
            text.split_inclusive(['b', 'c', 'h']).for_each(|piece| writer.write_str(piece).unwrap());
            writer.flush().unwrap();
            assert_eq!(base64url::decode(out.into_str().as_bytes(), &mut [0; 64]).unwrap(), text.as_bytes());
        }
    }
}
