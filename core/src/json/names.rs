//! The names of the members that are open, so that none comes twice
//! ([RFC 8259 §4](https://www.rfc-editor.org/rfc/rfc8259#section-4),
//! [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).

use heapless::Vec;

use super::{JsonError, Text, cursor::Cursor};
use crate::limits::JSON_MEMBERS;

/// Where the names of all open objects are written, outermost first, and marks that tell of most that they are new.
///
/// A mark is one of 256 bits. Where that of a name is not set, no such name came before. Where it is, the name is compared
/// with those of its object: 128 of them at most, however a sender makes marks collide.
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
        let multiplied = |word: u32| word.wrapping_mul(0x9E37_79B1);
        // With the quotation marks a name of two characters has four bytes.
        let hash = match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => multiplied(u32::from_le_bytes(*first)) ^ u32::from_le_bytes(*last),
            _ => name.iter().fold(0, |hash, byte| hash << 8 | u32::from(*byte)),
        };
        // The highest bits depend on all others.
        let [_, _, _, index] = multiplied(hash ^ u32::from(scope.start)).to_le_bytes();
        let Some(marks) = self.marks.get_mut(usize::from(index >> 5)) else { return true };
        let mark = 1 << (index & 31);
        let was_set = *marks & mark != 0;
        *marks |= mark;
        was_set
    }

    /// Whether the object has this name.
    #[cold]
    fn is_taken(&self, name: Text<'_>, scope: Scope, cursor: Cursor<'_>) -> bool {
        let others = self.offsets.get(scope.first.into()..).unwrap_or_default();
        // Without escapes it is the same text up to the second quotation mark.
        others.iter().map(|other| cursor.moved_to((*other).into())).any(|mut other| {
            if self.has_escaped { other.string() == Some(name) } else { other.begins_with(name.as_json()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::String, vec::Vec};

    use super::super::{JsonError, read};

    fn object(names: &[String]) -> Result<(), JsonError> {
        let members: Vec<_> = names.iter().map(|name| format!(r#""{name}":0"#)).collect();
        read(format!("{{{}}}", members.join(",")).as_bytes()).map(|_| ())
    }

    /// Names as many as may be open, of which all marks are the same, or few, or none.
    fn sets() -> [Vec<String>; 4] {
        let set = |name: fn(u32) -> String, count: u32| (0..count).map(name).collect();
        [
            set(|number| format!("same{number:03}same"), 127),
            set(|number| format!("{number}"), 127),
            set(|number| format!("name-{number}"), 127),
            set(|number| char::from_u32(number + 35).into_iter().filter(|letter| *letter != '\\').collect(), 60),
        ]
    }

    #[test]
    fn rfc8259_4_a_name_that_comes_twice_is_found_among_as_many_as_there_may_be() {
        for names in sets() {
            assert_eq!(object(&names), Ok(()), "{names:?}");
            for name in &names {
                let twice = [names.as_slice(), std::slice::from_ref(name)].concat();
                assert_eq!(object(&twice), Err(JsonError::DuplicateName), "{name}");
            }
        }
    }

    #[test]
    fn rfc8259_8_3_a_name_that_comes_twice_is_found_however_it_is_written() {
        let escaped = |name: &str| {
            let mut characters = name.chars();
            let first = u32::from(characters.next().unwrap());
            format!("\\u{first:04x}{}", characters.as_str())
        };
        for names in sets() {
            for name in names.iter().filter(|name| !name.is_empty()) {
                let after = [names.as_slice(), &[escaped(name)]].concat();
                assert_eq!(object(&after), Err(JsonError::DuplicateName), "{name}");
                let before = [&[escaped(name)], names.as_slice()].concat();
                assert_eq!(object(&before), Err(JsonError::DuplicateName), "{name}");
            }
        }
    }

    #[test]
    fn rfc8259_4_objects_have_names_of_their_own() {
        for (json, expected) in [
            (r#"{"a":{"a":{"a":0}},"b":[{"a":0},{"a":0}]}"#, Ok(())),
            (r#"{"a":{"b":0,"c":{"b":0}},"b":0}"#, Ok(())),
            (r#"{"a":{"b":0,"c":{}},"a":0}"#, Err(JsonError::DuplicateName)),
            (r#"[{"a":0},{"b":{"a":0,"c":[{"d":0}],"a":0}}]"#, Err(JsonError::DuplicateName)),
            (r#"{"b":[{"\u0061":0}],"c":0,"c":0}"#, Err(JsonError::DuplicateName)),
        ] {
            assert_eq!(read(json.as_bytes()).map(|_| ()), expected, "{json}");
        }
    }
}
