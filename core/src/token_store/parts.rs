//! The strings of an entry, in one piece of memory that is wiped.

use zeroize::Zeroize as _;

/// What an entry consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Application,
    Session,
    /// The scope that was asked for.
    Scope,
    /// What an earlier response said, and the one at hand does not say.
    CarriedScope,
    CarriedRefreshToken,
    CarriedIdToken,
    /// The token response, as JSON.
    Response,
}

pub(super) const PARTS: usize = 7;

const ORDER: [Part; PARTS] = [
    Part::Application,
    Part::Session,
    Part::Scope,
    Part::CarriedScope,
    Part::CarriedRefreshToken,
    Part::CarriedIdToken,
    Part::Response,
];

/// Strings one behind the other, in the order of [`Part`].
pub(super) struct Parts<const BYTES: usize> {
    lengths: [u16; PARTS],
    bytes: [u8; BYTES],
}

impl<const BYTES: usize> Parts<BYTES> {
    pub(super) const fn new() -> Self {
        Self { lengths: [0; PARTS], bytes: [0; BYTES] }
    }

    /// Takes these strings. Where they do not fit, what is then in it is of no use.
    pub(super) fn write(&mut self, strings: [&str; PARTS]) -> Option<()> {
        let mut rest: &mut [u8] = &mut self.bytes;
        for (length, text) in self.lengths.iter_mut().zip(strings) {
            let (own, behind) = rest.split_at_mut_checked(text.len())?;
            own.copy_from_slice(text.as_bytes());
            *length = u16::try_from(text.len()).ok()?;
            rest = behind;
        }
        rest.zeroize();
        Some(())
    }

    /// Takes what another one has: a move would leave a copy on the stack.
    pub(super) fn copy(&mut self, other: &Self) {
        self.lengths = other.lengths;
        self.bytes = other.bytes;
    }

    pub(super) fn get(&self, part: Part) -> &str {
        self.all().into_iter().zip(ORDER).find(|(_, other)| *other == part).map_or("", |(text, _)| text)
    }

    /// All strings in their order.
    pub(super) fn all(&self) -> [&str; PARTS] {
        let mut rest: &[u8] = &self.bytes;
        self.lengths.map(|length| {
            let (own, behind) = rest.split_at_checked(length.into()).unwrap_or_default();
            rest = behind;
            // Only strings were written, and each of them whole.
            str::from_utf8(own).unwrap_or_default()
        })
    }

    pub(super) fn wipe(&mut self) {
        self.lengths = [0; PARTS];
        self.bytes.zeroize();
    }
}

impl<const BYTES: usize> Drop for Parts<BYTES> {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Parts};

    #[test]
    fn strings_that_do_not_fit_are_refused() {
        let mut parts = Parts::<16>::new();
        assert_eq!(parts.write(["a", "b", "c", "", "", "", "response"]), Some(()));
        assert_eq!(parts.all(), ["a", "b", "c", "", "", "", "response"]);
        assert_eq!(parts.get(Part::Response), "response");
        assert_eq!(parts.write(["a", "b", "c", "", "", "", "longer by one."]), None);
    }

    #[test]
    fn what_was_longer_leaves_nothing_behind_and_wiping_leaves_nothing_at_all() {
        let mut parts = Parts::<16>::new();
        parts.write(["a", "b", "c", "", "", "", "a secret"]).unwrap();
        parts.write(["a", "b", "c", "", "", "", "x"]).unwrap();
        assert!(parts.bytes.iter().skip(4).all(|byte| *byte == 0));
        parts.wipe();
        assert_eq!((parts.bytes, parts.all()), ([0; 16], [""; 7]));
    }
}
