//! The chunked transfer coding ([RFC 9112 §7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)).

use super::lines::Lines;
use crate::error::HttpError;

/// Reads what stands between the data of the chunks, byte by byte.
pub(crate) struct Chunked {
    state: State,
    /// Bytes of this line, or of the trailer section.
    count: u16,
}

#[derive(Clone, Copy)]
enum State {
    /// In the size of a chunk: its value, and whether there was a digit.
    Size(u64, bool),
    /// In whitespace or an extension after the size, which says nothing to us.
    Extension(u64),
    /// After the CR of that line.
    SizeReturn(u64),
    /// In the data: so many bytes are left.
    Data(u64),
    /// After the data.
    DataEnd,
    /// After the CR behind the data.
    DataReturn,
    Trailer(Lines),
    Done,
}

/// A line with a size and extensions is no longer than this.
const MAX_LINE: u16 = 256;

/// A trailer section is no longer than this.
const MAX_TRAILER: u16 = 2048;

impl Chunked {
    pub(crate) const fn new() -> Self {
        Self { state: State::Size(0, false), count: 0 }
    }

    /// How many bytes of data come next, if data comes next.
    pub(crate) const fn data(&self) -> Option<u64> {
        match self.state {
            State::Data(left) => Some(left),
            _ => None,
        }
    }

    /// So many bytes of the data were read.
    pub(crate) const fn consume(&mut self, count: u64) {
        if let State::Data(left) = self.state {
            let left = left.saturating_sub(count);
            self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
        }
    }

    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The next byte that is no data.
    pub(crate) fn push(&mut self, byte: u8) -> Result<(), HttpError> {
        self.count = self.count.saturating_add(1);
        self.state = match (self.state, byte) {
            (State::Trailer(_), _) if self.count > MAX_TRAILER => return Err(HttpError::Trailer),
            (State::Trailer(mut lines), byte) => {
                if lines.push(byte)? {
                    State::Done
                } else {
                    State::Trailer(lines)
                }
            }
            _ if self.count > MAX_LINE => return Err(HttpError::Chunk),
            (State::Size(size, _), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                State::Size(add_digit(size, byte).ok_or(HttpError::Chunk)?, true)
            }
            (State::Size(size, true) | State::Extension(size), b'\r') => State::SizeReturn(size),
            (State::Size(size, true), b';') => State::Extension(size),
            (State::Extension(size), b'\t' | b' '..=b'~' | 0x80..) => State::Extension(size),
            (State::SizeReturn(0), b'\n') => {
                self.count = 0;
                State::Trailer(Lines::new())
            }
            (State::SizeReturn(size), b'\n') => {
                self.count = 0;
                State::Data(size)
            }
            (State::DataEnd, b'\r') => State::DataReturn,
            (State::DataReturn, b'\n') => {
                self.count = 0;
                State::Size(0, false)
            }
            _ => return Err(HttpError::Chunk),
        };
        Ok(())
    }
}

fn add_digit(size: u64, digit: u8) -> Option<u64> {
    let digit = char::from(digit).to_digit(16)?;
    size.checked_mul(16)?.checked_add(digit.into())
}

#[cfg(test)]
mod tests;
