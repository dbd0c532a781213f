//! The names of the members that are open, so that none comes twice
//! ([RFC 8259 §4](https://www.rfc-editor.org/rfc/rfc8259#section-4),
//! [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).

use heapless::Vec;

use super::{JsonError, Text, cursor::Cursor};
use crate::limits::JSON_MEMBERS;

/// Where the names of all open objects are written, outermost first, and marks that tell of most that they are new.
///
/// A mark is one of 256 bits, for some characters of a name and its object. Where it is not set, no such name came
/// before. Where it is, the name is compared with those of its object: 128 of them at most, however a sender makes
/// marks collide.
pub(super) struct Names {
    offsets: Vec<u16, JSON_MEMBERS>,
    marks: [u32; 8],
    /// Whether a name has escapes. It has no mark, so that marks tell nothing from then on.
    has_escaped: bool,
}

/// An object that is open.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// How many names there were before its first one.
    pub(super) first: u8,
    /// Where it begins.
    pub(super) start: u16,
}

impl Names {
    pub(super) const fn new() -> Self {
        Self { offsets: Vec::new(), marks: [0; 8], has_escaped: false }
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Forgets the names of an object that is closed.
    pub(super) fn forget(&mut self, scope: Scope) {
        self.offsets.truncate(scope.first.into());
    }

    /// Adds a name of the innermost object, which is written at `start` of the cursor's text.
    pub(super) fn add(
        &mut self,
        name: Text<'_>,
        start: usize,
        scope: Scope,
        cursor: Cursor<'_>,
    ) -> Result<(), JsonError> {
        self.has_escaped |= name.as_str().is_none();
        if (self.has_escaped || self.mark(name, scope)) && self.is_taken(name, scope, cursor) {
            return Err(JsonError::DuplicateName);
        }
        let start = u16::try_from(start).map_err(|_| JsonError::TooLong)?;
        self.offsets.push(start).map_err(|_| JsonError::TooManyMembers)
    }

    /// Sets the mark of a name, and tells whether it was set.
    fn mark(&mut self, name: Text<'_>, scope: Scope) -> bool {
        let name = name.as_json().as_bytes();
        // With the quotation marks, so that a name of two characters has four bytes.
        let hash = match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => u32::from_le_bytes(*first) ^ u32::from_le_bytes(*last).rotate_left(15),
            _ => name.iter().fold(0, |hash, byte| hash << 8 | u32::from(*byte)),
        };
        let [_, _, low, high] = (hash ^ u32::from(scope.start)).wrapping_mul(0x9E37_79B1).to_le_bytes();
        let Some(marks) = self.marks.get_mut(usize::from(high >> 5)) else { return true };
        let mark = 1 << (low & 31);
        let was_set = *marks & mark != 0;
        *marks |= mark;
        was_set
    }

    #[cold]
    fn is_taken(&self, name: Text<'_>, scope: Scope, cursor: Cursor<'_>) -> bool {
        let others = self.offsets.get(scope.first.into()..).unwrap_or_default();
        others.iter().any(|other| cursor.moved_to((*other).into()).string() == Some(name))
    }
}
