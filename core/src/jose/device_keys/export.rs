//! The keys as bytes, for flash: what the device writes, and what it reads as if a stranger had written it.
//!
//! | bytes | |
//! |--:|---|
//! | 4 | `bwdk` |
//! | 1 | the version, 1 |
//! | 1 | how many keys follow |
//! | 2 | how many bytes they have, the higher one first |
//! | for each key 1 | its purpose: 0 signature, 1 encryption on P-256, 2 encryption on X25519 |
//! | 1 | its stage: 0 next, 1 current, 2 previous |
//! | 1 | the length of its `kid`, 1 to 128 |
//! | 32 | its private half |
//! | | its `kid` |
//! | 32 | SHA-256 of all before |

use sha2::{Digest as _, Sha256};

use super::{DeviceKeyError, DeviceKeys, KeyPurpose, KeyStage, entry::check_private};
use crate::{jose::key_error::KeyError, limits};

const MAGIC: [u8; 4] = *b"bwdk";
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;

/// What a key has before its `kid`.
const KEY_BYTES: usize = 3 + 32;

impl<const N: usize> DeviceKeys<N> {
    /// The length of the longest export, in bytes.
    pub const EXPORT_BYTES: usize =
        (KEY_BYTES + limits::KEY_ID_BYTES).saturating_mul(N).saturating_add(HEAD_BYTES + DIGEST_BYTES);

    /// Writes the keys to the front of `buffer`, private halves and all, and gives what was written: for flash that only the
    /// device can read, or that it encrypts. The buffer is the caller's to wipe, once it is stored.
    ///
    /// # Errors
    ///
    /// [`DeviceKeyError::BufferTooSmall`], and nothing is written; [`EXPORT_BYTES`](Self::EXPORT_BYTES) are always enough.
    pub fn export<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], DeviceKeyError> {
        let keys = || self.entries.iter().filter_map(|entry| Some((entry, entry.role?)));
        let body =
            keys().fold(0, |sum: usize, (entry, _)| sum.saturating_add(KEY_BYTES).saturating_add(entry.id.len()));
        let length = body.saturating_add(HEAD_BYTES + DIGEST_BYTES);
        let too_small = DeviceKeyError::BufferTooSmall;
        let (count, body) = (u8::try_from(self.len()), u16::try_from(body));
        let (Ok(count), Ok(body)) = (count, body) else { return Err(KeyError::Full.into()) };
        let buffer = buffer.get_mut(..length).ok_or(too_small)?;
        let mut rest = &mut *buffer;
        let mut put = |bytes: &[u8]| {
            let (own, behind) = core::mem::take(&mut rest).split_at_mut_checked(bytes.len()).ok_or(too_small)?;
            own.copy_from_slice(bytes);
            rest = behind;
            Ok::<(), DeviceKeyError>(())
        };
        put(&MAGIC)?;
        put(&[VERSION, count])?;
        put(&body.to_be_bytes())?;
        for (entry, (purpose, stage)) in keys() {
            let id_length = u8::try_from(entry.id.len()).map_err(|_| KeyError::KeyIdTooLong)?;
            put(&[purpose_code(purpose), stage_code(stage), id_length])?;
            put(&entry.secret)?;
            put(entry.id.as_bytes())?;
        }
        let (front, digest) = buffer.split_last_chunk_mut::<DIGEST_BYTES>().ok_or(too_small)?;
        *digest = Sha256::digest(&*front).into();
        Ok(buffer)
    }

    /// Reads what [`export`](Self::export) has written, in place of the keys that are here. What lies behind it, as in a page
    /// of flash, is not looked at.
    ///
    /// The digest tells of accidents. Who can write to the flash can give the device other keys.
    ///
    /// # Errors
    ///
    /// [`DeviceKeyError::NotAnExport`], [`DeviceKeyError::Version`], [`DeviceKeyError::Corrupted`]; [`KeyError::Full`] if
    /// there are more than `N`; [`KeyError::UnsupportedCurve`] for a key of X25519 without the feature `curve25519-dalek`.
    /// The keys that are here stay then.
    pub fn import(&mut self, bytes: &[u8]) -> Result<(), DeviceKeyError> {
        let keys = Records::read(bytes)?;
        if keys.count > N {
            return Err(KeyError::Full.into());
        }
        keys.check()?;
        self.clear();
        for (place, record) in self.entries.iter_mut().zip(keys) {
            // All was checked; a key that could not be derived would leave its place free.
            place.secret = *record.secret;
            match place.derive(record.purpose).and_then(|()| place.name(record.id)) {
                Ok(()) => place.role = Some((record.purpose, record.stage)),
                Err(error) => {
                    place.wipe();
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }
}

/// The keys of an export, one after the other.
#[derive(Clone, Copy)]
struct Records<'b> {
    rest: &'b [u8],
    count: usize,
}

struct Record<'b> {
    purpose: KeyPurpose,
    stage: KeyStage,
    secret: &'b [u8; 32],
    id: &'b str,
}

impl<'b> Records<'b> {
    /// Finds the keys, and checks the digest.
    fn read(bytes: &'b [u8]) -> Result<Self, DeviceKeyError> {
        let corrupted = DeviceKeyError::Corrupted;
        let rest = bytes.strip_prefix(&MAGIC).ok_or(DeviceKeyError::NotAnExport)?;
        let (&version, rest) = rest.split_first().ok_or(corrupted)?;
        if version != VERSION {
            return Err(DeviceKeyError::Version(version));
        }
        let (&[count, high, low], rest) = rest.split_first_chunk().ok_or(corrupted)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (body, rest) = rest.split_at_checked(length).ok_or(corrupted)?;
        let (digest, _) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or(corrupted)?;
        let front = bytes.get(..length.saturating_add(HEAD_BYTES)).ok_or(corrupted)?;
        if <[u8; DIGEST_BYTES]>::from(Sha256::digest(front)) != *digest {
            return Err(corrupted);
        }
        Ok(Self { rest: body, count: count.into() })
    }

    /// Checks all that [`DeviceKeys`] keeps: there are so many keys and nothing else, each can be one, no two have one `kid`
    /// or the same stage of a purpose, and where one is not the current key, there is a current one.
    fn check(self) -> Result<(), DeviceKeyError> {
        let mut found: usize = 0;
        let mut length: usize = 0;
        for record in self {
            check_private(record.purpose, record.secret).map_err(|error| match error {
                KeyError::UnsupportedCurve => error.into(),
                _ => DeviceKeyError::Corrupted,
            })?;
            let is_twice = |other: &Record<'_>| {
                other.id == record.id || (other.purpose, other.stage) == (record.purpose, record.stage)
            };
            let is_current = |other: Record<'_>| (other.purpose, other.stage) == (record.purpose, KeyStage::Current);
            if self.take(found).any(|other| is_twice(&other)) || !self.into_iter().any(is_current) {
                return Err(DeviceKeyError::Corrupted);
            }
            found = found.saturating_add(1);
            length = length.saturating_add(KEY_BYTES).saturating_add(record.id.len());
        }
        if (found, length) == (self.count, self.rest.len()) { Ok(()) } else { Err(DeviceKeyError::Corrupted) }
    }
}

/// Ends early where a key cannot be read.
impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&[purpose, stage, id_length], rest) = self.rest.split_first_chunk()?;
        let (secret, rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(id_length.into())?;
        if !(1..=limits::KEY_ID_BYTES).contains(&id.len()) {
            return None;
        }
        self.rest = rest;
        let purpose = PURPOSES.into_iter().find(|known| purpose_code(*known) == purpose)?;
        let stage = STAGES.into_iter().find(|known| stage_code(*known) == stage)?;
        Some(Record { purpose, stage, secret, id: str::from_utf8(id).ok()? })
    }
}

const PURPOSES: [KeyPurpose; 3] = [KeyPurpose::Signature, KeyPurpose::EncryptionP256, KeyPurpose::EncryptionX25519];

const STAGES: [KeyStage; 3] = [KeyStage::Next, KeyStage::Current, KeyStage::Previous];

const fn purpose_code(purpose: KeyPurpose) -> u8 {
    match purpose {
        KeyPurpose::Signature => 0,
        KeyPurpose::EncryptionP256 => 1,
        KeyPurpose::EncryptionX25519 => 2,
    }
}

const fn stage_code(stage: KeyStage) -> u8 {
    match stage {
        KeyStage::Next => 0,
        KeyStage::Current => 1,
        KeyStage::Previous => 2,
    }
}
