//! The memory that the client lends to an exchange.

use zeroize::Zeroize as _;

/// First it holds the head of the request, then the head of the answer, and behind that what was read beyond it.
pub(crate) struct Window<'b> {
    bytes: &'b mut [u8],
    head: usize,
    next: usize,
    end: usize,
}

/// What the head of an answer leaves free: framing lines are read through it.
const MARGIN: usize = 16;

impl<'b> Window<'b> {
    pub(crate) const fn new(bytes: &'b mut [u8]) -> Self {
        Self { bytes, head: 0, next: 0, end: 0 }
    }

    /// All of it, for the head of a request. What was in it is gone.
    pub(crate) fn clear(&mut self) -> &mut [u8] {
        (self.head, self.next, self.end) = (0, 0, 0);
        self.bytes
    }

    /// Overwrites what a request left behind: it may be a credential.
    pub(crate) fn wipe(&mut self) {
        self.clear().zeroize();
    }

    /// The first bytes of the memory, whatever they are.
    pub(crate) fn first(&self, length: usize) -> &[u8] {
        self.bytes.get(..length).unwrap_or_default()
    }

    /// The head of the answer, once it is complete.
    pub(crate) fn head(&self) -> &[u8] {
        self.first(self.head)
    }

    /// What was read and belongs to nothing yet.
    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.next..self.end).unwrap_or_default()
    }

    /// Where to read to. Empty if the memory is full.
    pub(crate) fn free(&mut self) -> &mut [u8] {
        if self.next == self.end {
            (self.next, self.end) = (self.head, self.head);
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// So many bytes were read to [`free`](Self::free).
    pub(crate) fn filled(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.bytes.len());
    }

    /// So many of the unread bytes are done with.
    pub(crate) fn consume(&mut self, count: usize) {
        self.next = self.next.saturating_add(count).min(self.end);
    }

    /// So many of the unread bytes are the head of the answer, and stay. `false` if they leave too little room.
    pub(crate) fn keep_head(&mut self, length: usize) -> bool {
        self.consume(length);
        self.head = self.next;
        self.head.saturating_add(MARGIN) <= self.bytes.len()
    }

    /// So many of the unread bytes were a head that does not count. The rest moves to the front.
    pub(crate) fn drop_head(&mut self, length: usize) {
        self.consume(length);
        let rest = self.unread().len();
        self.bytes.copy_within(self.next..self.end, 0);
        (self.next, self.end) = (0, rest);
    }

    /// Moves unread bytes out.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> usize {
        let unread = self.unread();
        let count = unread.len().min(out.len());
        if let (Some(from), Some(to)) = (unread.get(..count), out.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        count
    }
}
