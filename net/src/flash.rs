//! Tokens in NOR flash, by [sequential-storage](https://docs.rs/sequential-storage).

use core::{fmt, ops::Range};

use embedded_storage_async::nor_flash::NorFlash;
use sequential_storage::{
    cache::{Cache, Uncached},
    map::{MapConfig, MapConfigError, MapStorage},
};
use zeroize::Zeroize as _;

use crate::token_storage::TokenStorage;

/// The bytes that the buffer of a [`FlashStorage`] takes beside a record: a key, and what fills the last word.
pub const FLASH_OVERHEAD: usize = 2 + 32;

/// Tokens in a part of a NOR flash.
///
/// It appends each record behind the others, and erases a page when it needs one; so the pages wear evenly, and a loss of
/// power leaves the record before or the new one. All records must fit in one page less than there are.
///
/// What is removed or replaced can be read from the flash until its page is erased. So tokens should be sealed
/// ([`Records::sealed`](crate::Records::sealed)), and a flash that the outside can reach not hold the key.
///
/// ```
/// use bearward_core::RECORD_OVERHEAD;
/// use bearward_net::{FLASH_OVERHEAD, FlashError, FlashStorage};
/// use embedded_storage_async::nor_flash::NorFlash;
///
/// /// For a store with entries of up to 1 KiB, plain: in the pages from 64 KiB on.
/// fn tokens<F: NorFlash>(
///     flash: F,
///     buffer: &mut [u8; 1024 + RECORD_OVERHEAD + FLASH_OVERHEAD],
/// ) -> Result<FlashStorage<'_, F>, FlashError<F::Error>> {
///     FlashStorage::new(flash, 0x1_0000..0x1_4000, buffer)
/// }
/// ```
pub struct FlashStorage<'b, F: NorFlash> {
    map: MapStorage<u16, F, Cache<Uncached, Uncached, Uncached, u16>>,
    buffer: &'b mut [u8],
}

/// Why tokens cannot be kept in flash.
#[derive(Debug)]
#[non_exhaustive]
pub enum FlashError<E> {
    /// The range is not of whole pages, or of fewer than two.
    Range(MapConfigError),
    /// The flash, or what is in it.
    Flash(sequential_storage::Error<E>),
    /// A record is longer than the buffer that it is to be read into.
    TooLong,
}

impl<'b, F: NorFlash> FlashStorage<'b, F> {
    /// Keeps tokens in this range of addresses, which holds nothing else: two pages or more.
    ///
    /// `buffer` takes one record, and [`FLASH_OVERHEAD`].
    ///
    /// # Errors
    ///
    /// [`FlashError::Range`].
    pub fn new(flash: F, range: Range<u32>, buffer: &'b mut [u8]) -> Result<Self, FlashError<F::Error>> {
        let config = MapConfig::try_new(range).map_err(FlashError::Range)?;
        Ok(Self { map: MapStorage::new(flash, config, Cache::new_uncached()), buffer })
    }
}

impl<F: NorFlash> TokenStorage for FlashStorage<'_, F>
where
    F::Error: fmt::Debug,
{
    type Error = FlashError<F::Error>;

    async fn load(&mut self, place: u16, buffer: &mut [u8]) -> Result<Option<usize>, Self::Error> {
        let found = self.map.fetch_item::<&[u8]>(self.buffer, &place).await.map_err(FlashError::Flash);
        let copied = found.and_then(|found| {
            // Removed, see below.
            let Some(record) = found.filter(|record| !record.is_empty()) else { return Ok(None) };
            buffer.get_mut(..record.len()).ok_or(FlashError::TooLong)?.copy_from_slice(record);
            Ok(Some(record.len()))
        });
        self.buffer.zeroize();
        copied
    }

    async fn store(&mut self, place: u16, record: &[u8]) -> Result<(), Self::Error> {
        let stored = self.map.store_item(self.buffer, &place, &record).await;
        self.buffer.zeroize();
        stored.map_err(FlashError::Flash)
    }

    /// Stores an empty record: then it takes effect whole, and works on flash that cannot write a word twice.
    async fn remove(&mut self, place: u16) -> Result<(), Self::Error> {
        self.store(place, &[]).await
    }
}

impl<F: NorFlash> fmt::Debug for FlashStorage<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlashStorage").finish_non_exhaustive()
    }
}
