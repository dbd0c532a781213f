//! Where tokens lie while the device is off.

use core::{convert::Infallible, fmt};

use bearward_core::RecordError;
#[cfg(feature = "aes-gcm")]
use bearward_core::RecordKey;
#[cfg(feature = "aes-gcm")]
use rand_core::CryptoRng;

/// Memory that lasts: one record for each place of a token store, under the place's number.
///
/// What is stored or removed must take effect whole or not at all, whenever the power goes; afterwards
/// [`load`](Self::load) gives the new record or the one before. `FlashStorage`, by the feature `sequential-storage`, does
/// so on NOR flash.
#[expect(async_fn_in_trait, reason = "firmware runs on one thread: futures need not be `Send`")]
pub trait TokenStorage {
    /// Why it cannot be read or written.
    type Error: fmt::Debug;

    /// Reads the record of a place to the start of `buffer`, and gives its length; `None` if there is none.
    async fn load(&mut self, place: u16, buffer: &mut [u8]) -> Result<Option<usize>, Self::Error>;

    /// Puts this record in the place of the one before.
    async fn store(&mut self, place: u16, record: &[u8]) -> Result<(), Self::Error>;

    /// Removes the record of a place, if there is one.
    async fn remove(&mut self, place: u16) -> Result<(), Self::Error>;
}

/// No memory that lasts: tokens are gone with a restart.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStorage;

impl TokenStorage for NoStorage {
    type Error = Infallible;

    async fn load(&mut self, _: u16, _: &mut [u8]) -> Result<Option<usize>, Infallible> {
        Ok(None)
    }

    async fn store(&mut self, _: u16, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    async fn remove(&mut self, _: u16) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A storage, and how the tokens in it are protected.
pub struct Records<'k, S> {
    pub(crate) storage: S,
    #[cfg(feature = "aes-gcm")]
    key: Option<&'k RecordKey>,
    #[cfg(not(feature = "aes-gcm"))]
    key: core::marker::PhantomData<&'k ()>,
}

impl Records<'_, NoStorage> {
    /// Tokens are kept in RAM alone.
    #[must_use]
    pub const fn none() -> Self {
        Self::danger_plain(NoStorage)
    }
}

impl<'k, S> Records<'k, S> {
    /// Tokens are sealed with this key. Records that were not are refused.
    #[cfg(feature = "aes-gcm")]
    #[must_use]
    pub const fn sealed(storage: S, key: &'k RecordKey) -> Self {
        Self { storage, key: Some(key) }
    }

    /// Tokens are stored as they are. **Danger**: whoever reads the storage has them, also those that were removed for as
    /// long as flash is not erased, and whoever can write it can put in others.
    #[must_use]
    pub const fn danger_plain(storage: S) -> Self {
        #[cfg(feature = "aes-gcm")]
        let key = None;
        #[cfg(not(feature = "aes-gcm"))]
        let key = core::marker::PhantomData;
        Self { storage, key }
    }

    /// The storage.
    #[must_use]
    pub fn into_storage(self) -> S {
        self.storage
    }

    /// Opens a record in place.
    #[cfg(feature = "aes-gcm")]
    pub(crate) fn open<'b>(&self, place: u16, record: &'b mut [u8]) -> Result<&'b [u8], RecordError> {
        match self.key {
            Some(key) => key.open(place, record),
            None => Ok(record),
        }
    }

    /// Seals a record in place, and gives its new length.
    #[cfg(feature = "aes-gcm")]
    pub(crate) fn seal(
        &self,
        place: u16,
        rng: &mut impl CryptoRng,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, RecordError> {
        let Some(key) = self.key else { return Ok(length) };
        let mut nonce = [0; 12];
        rng.fill_bytes(&mut nonce);
        key.seal(place, nonce, buffer, length)
    }

    #[cfg(not(feature = "aes-gcm"))]
    pub(crate) fn open<'b>(&self, _: u16, record: &'b mut [u8]) -> Result<&'b [u8], RecordError> {
        Ok(record)
    }

    #[cfg(not(feature = "aes-gcm"))]
    pub(crate) fn seal<G>(&self, _: u16, _: &mut G, _: &mut [u8], length: usize) -> Result<usize, RecordError> {
        Ok(length)
    }
}

impl<S> fmt::Debug for Records<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}
