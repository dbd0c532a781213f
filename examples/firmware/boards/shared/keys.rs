//! The device's own keys, in its flash: made at the first start.

use core::ops::Range;

use bearward_core::PublicJwks;
use bearward_net::{FLASH_OVERHEAD, FlashStorage, TokenStorage};
use embedded_storage_async::nor_flash::NorFlash;
use static_cell::StaticCell;
use zeroize::Zeroizing;

use crate::{
    platform::Platform,
    println,
    user::{self, Keys},
};

/// The place of the keys. Tokens of the device's own can have those before it.
const PLACE: u16 = u16::MAX;

/// Reads the keys from these pages of the flash, which hold nothing else, or makes some and writes them there. What is
/// damaged stays as it is, and the device is without keys: others may have encrypted to those.
pub async fn open<F: NorFlash>(flash: F, pages: Range<u32>, board: &impl Platform) -> Option<PublicJwks<'static>> {
    static KEYS: StaticCell<Keys> = StaticCell::new();
    let keys = KEYS.init_with(Keys::new);
    let mut buffer = Zeroizing::new([0; Keys::EXPORT_BYTES + FLASH_OVERHEAD]);
    let mut record = Zeroizing::new([0; Keys::EXPORT_BYTES]);
    let mut storage = match FlashStorage::new(flash, pages, &mut *buffer) {
        Ok(storage) => storage,
        Err(error) => {
            println!("firmware: the pages for keys: {:?}", error);
            return None;
        }
    };
    match storage.load(PLACE, &mut *record).await {
        Ok(Some(length)) => {
            if let Err(error) = keys.import(&record[..length]) {
                println!("firmware: the keys in the flash: {}", error);
                return None;
            }
        }
        Ok(None) => {
            user::make(keys, board).ok()?;
            let exported = keys.export(&mut *record).ok()?;
            // Keys that are gone after the next start would be published for nothing.
            if let Err(error) = storage.store(PLACE, exported).await {
                println!("firmware: the keys cannot be kept: {:?}", error);
                return None;
            }
        }
        Err(error) => {
            println!("firmware: the flash cannot be read: {:?}", error);
            return None;
        }
    }
    Some(user::have(keys))
}
