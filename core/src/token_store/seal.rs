//! Records that only the device can read, and nobody else can have made: AES-256 in GCM
//! ([NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)).

use core::fmt;

use aes_gcm::{
    Aes256Gcm,
    aead::{AeadInOut as _, KeyInit as _},
};
use zeroize::Zeroizing;

use super::RecordError;

/// The bytes that a sealed record is longer than a plain one: a nonce of 12 bytes before it, a tag of 16 behind.
pub const SEAL_OVERHEAD: usize = NONCE + TAG;

const NONCE: usize = 12;
const TAG: usize = 16;

/// The key that records are sealed with: 32 random bytes that do not leave the device.
///
/// Each record has a nonce of 96 random bits, drawn anew each time. That needs no counter, which a loss of power could
/// set back, and a nonce that comes twice under one key would break GCM. Two of 2^32 records have the same one with a
/// probability of 2^-33 (SP 800-38D §8.3 allows that many); flash that is erased 100,000 times does not hold so many.
///
/// A record is bound to its place. What sealing does not prevent: whoever can write the flash can put back an older
/// record of the same place, and whoever can read the key can read all.
///
/// It is wiped when it goes.
pub struct RecordKey(Zeroizing<[u8; 32]>);

impl RecordKey {
    /// The key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*key))
    }

    /// Seals a record of `length` bytes at the start of `buffer` for this place, in place, and gives its new length.
    ///
    /// `nonce` is 96 random bits from a source that is fit for keys, and never used again.
    ///
    /// # Errors
    ///
    /// [`RecordError::Malformed`] if `buffer` has no room for [`SEAL_OVERHEAD`] more bytes.
    pub fn seal(&self, place: u16, nonce: [u8; NONCE], buffer: &mut [u8], length: usize) -> Result<usize, RecordError> {
        let sealed = length.checked_add(SEAL_OVERHEAD).ok_or(RecordError::Malformed)?;
        let record = buffer.get_mut(..sealed).ok_or(RecordError::Malformed)?;
        // Room for the nonce: from behind, so that nothing is overwritten before it is moved.
        let cells = core::cell::Cell::from_mut(&mut *record).as_slice_of_cells();
        let moved = cells.iter().skip(NONCE).zip(cells).take(length);
        moved.rev().for_each(|(to, from)| to.set(from.get()));
        let (start, rest) = record.split_first_chunk_mut::<NONCE>().ok_or(RecordError::Malformed)?;
        let (data, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(RecordError::Malformed)?;
        *start = nonce;
        let made =
            Aes256Gcm::new((&*self.0).into()).encrypt_inout_detached((&nonce).into(), &associated(place), data.into());
        *tag = made.map_err(|_| RecordError::Malformed)?.into();
        Ok(sealed)
    }

    /// Opens a sealed record of this place, in place.
    ///
    /// # Errors
    ///
    /// [`RecordError::Sealed`].
    pub fn open<'b>(&self, place: u16, record: &'b mut [u8]) -> Result<&'b [u8], RecordError> {
        let (nonce, rest) = record.split_first_chunk_mut::<NONCE>().ok_or(RecordError::Sealed)?;
        let (data, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(RecordError::Sealed)?;
        let opened = Aes256Gcm::new((&*self.0).into()).decrypt_inout_detached(
            (&*nonce).into(),
            &associated(place),
            (&mut *data).into(),
            (&*tag).into(),
        );
        opened.map_err(|_| RecordError::Sealed)?;
        Ok(data)
    }
}

/// What a record is bound to: what it is, and its place.
fn associated(place: u16) -> [u8; 18] {
    let mut data = *b"bearward token 1\0\0";
    let [.., high, low] = &mut data;
    [*high, *low] = place.to_be_bytes();
    data
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey([redacted])")
    }
}
