//! A key document as it arrives: one key, or a set of keys
//! ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). There is one reader for both, so that a key is
//! judged the same wherever it stands.

use crate::{
    jose::{
        jwk::Jwk,
        key_error::KeyError,
        lexer::{Event, Lexer},
        members::{Members, Names, Word},
    },
    json::JsonError,
};

/// What the document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    Key,
    Set,
}

/// Reads a document in pieces of any size and hands out each of its keys, good or not.
pub(super) struct Reader<const BYTES: usize> {
    lexer: Lexer,
    place: Place<BYTES>,
    failed: Option<KeyError>,
}

/// Where in the document the reader is, and what it knows of that place.
struct Place<const BYTES: usize> {
    document: Document,
    /// The names of a set's own members, and the one that is arriving.
    names: Names,
    word: Word,
    in_name: bool,
    /// The member at hand is `keys`, and there was one.
    at_keys: bool,
    had_keys: bool,
    in_key: bool,
    key: Members<BYTES>,
}

impl<const BYTES: usize> Reader<BYTES> {
    pub(super) const fn new(document: Document) -> Self {
        let place = Place {
            document,
            names: Names::new(),
            word: Word::new(),
            in_name: false,
            at_keys: false,
            had_keys: false,
            in_key: false,
            key: Members::new(),
        };
        Self { lexer: Lexer::new(), place, failed: None }
    }

    /// Reads a piece. After an error every further piece has the same error.
    pub(super) fn feed(
        &mut self,
        piece: &[u8],
        keep: &mut impl FnMut(Result<Jwk<BYTES>, KeyError>),
    ) -> Result<(), KeyError> {
        self.failed.map_or(Ok(()), Err)?;
        piece.iter().try_for_each(|byte| self.push(*byte, keep)).inspect_err(|error| self.failed = Some(*error))
    }

    pub(super) fn finish(&self) -> Result<(), KeyError> {
        self.failed.map_or(Ok(()), Err)?;
        self.lexer.finish()?;
        if self.place.document == Document::Set && !self.place.had_keys {
            return Err(KeyError::Missing("keys"));
        }
        Ok(())
    }

    fn push(&mut self, byte: u8, keep: &mut impl FnMut(Result<Jwk<BYTES>, KeyError>)) -> Result<(), KeyError> {
        let Some((event, depth)) = self.lexer.push(byte)? else { return Ok(()) };
        // How many objects and arrays a key lies in: the set, and its array.
        let outside = match self.place.document {
            Document::Key => 0,
            Document::Set => 2,
        };
        match depth.checked_sub(outside) {
            Some(0) if event == Event::Close && self.place.in_key => {
                self.place.in_key = false;
                keep(self.place.key.key());
            }
            Some(0) if outside == 0 || self.place.at_keys => self.place.begin_key(event, keep),
            Some(depth) if self.place.in_key => self.place.key.take(event, depth),
            // In the object of a set, or that object itself.
            None => return self.place.take(event),
            Some(_) => {}
        }
        Ok(())
    }
}

impl<const BYTES: usize> Place<BYTES> {
    /// Takes what was found in the object of a set.
    fn take(&mut self, event: Event) -> Result<(), KeyError> {
        match event {
            Event::Name => {
                self.in_name = true;
                self.word = Word::new();
            }
            Event::Character(character) => self.word.push(character),
            Event::End if self.in_name => {
                self.in_name = false;
                self.names.add(&self.word)?;
                self.at_keys = self.word.as_str() == "keys";
                self.had_keys |= self.at_keys;
            }
            Event::Object | Event::Text | Event::Other if self.at_keys => return Err(KeyError::Malformed("keys")),
            _ => {}
        }
        Ok(())
    }

    /// Takes what was found where a key should stand.
    fn begin_key(&mut self, event: Event, keep: &mut impl FnMut(Result<Jwk<BYTES>, KeyError>)) {
        match event {
            Event::Object => {
                self.in_key = true;
                self.key = Members::new();
            }
            Event::Array | Event::Text | Event::Other => keep(Err(JsonError::NotAnObject.into())),
            _ => {}
        }
    }
}
