//! Where a section of lines ends ([RFC 9112 §2.1](https://www.rfc-editor.org/rfc/rfc9112#section-2.1)).

use crate::error::HttpError;

/// Looks for the empty line that ends a head or a trailer section, byte by byte, and refuses what may stand in neither.
#[derive(Clone, Copy)]
pub(crate) struct Lines(State);

#[derive(Clone, Copy)]
enum State {
    Start,
    Inside,
    Return { empty: bool },
}

impl Lines {
    pub(crate) const fn new() -> Self {
        Self(State::Start)
    }

    /// The next byte. `true` if it was the last one of the section.
    pub(crate) const fn push(&mut self, byte: u8) -> Result<bool, HttpError> {
        self.0 = match (self.0, byte) {
            (State::Return { empty: true }, b'\n') => return Ok(true),
            (State::Return { empty: false }, b'\n') => State::Start,
            (State::Return { .. }, _) | (_, b'\n') => return Err(HttpError::LineEnd),
            (State::Start, b'\r') => State::Return { empty: true },
            (State::Inside, b'\r') => State::Return { empty: false },
            (State::Start, b' ' | b'\t') => return Err(HttpError::FoldedLine),
            (State::Start | State::Inside, b'\t' | b' '..=b'~' | 0x80..) => State::Inside,
            (State::Start | State::Inside, _) => return Err(HttpError::ControlCharacter),
        };
        Ok(false)
    }
}
