//! The memory of one request. It is large, so it lies where the server has a place for it: what a future holds, every future
//! around it holds too, and every call that makes one of them moves it.

use core::{
    cell::{RefCell, RefMut},
    ops::DerefMut,
};

use heapless::String;

/// Where an answer is written: a few words.
pub type Text = String<512>;

/// The memory of one request: its token, and the words of its answer.
#[derive(Debug)]
pub struct RequestMemory<T: ?Sized = [u8]> {
    pub(crate) text: Text,
    /// What is told of the user behind the token.
    #[cfg(feature = "whoami")]
    pub(crate) user: [u8; crate::INTROSPECTION_BYTES],
    pub(crate) token: T,
}

impl<const TOKEN: usize> RequestMemory<[u8; TOKEN]> {
    /// With so many bytes for header and claims of a token, decoded.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            text: Text::new(),
            #[cfg(feature = "whoami")]
            user: [0; _],
            token: [0; TOKEN],
        }
    }
}

impl<const TOKEN: usize> Default for RequestMemory<[u8; TOKEN]> {
    fn default() -> Self {
        Self::new()
    }
}

/// What has memory for requests.
pub trait Memory {
    /// The memory for a request, as long as it is answered.
    fn lend(&self) -> impl DerefMut<Target = RequestMemory>;
}

/// For a server that answers one request at a time: it panics if another one comes meanwhile.
impl<const TOKEN: usize> Memory for RefCell<&mut RequestMemory<[u8; TOKEN]>> {
    fn lend(&self) -> impl DerefMut<Target = RequestMemory> {
        RefMut::map(self.borrow_mut(), |memory| -> &mut RequestMemory { &mut **memory })
    }
}
