//! An entry as a record that survives a restart.

use core::fmt;

use super::{
    Renewal, TokenStore,
    parts::{PARTS, Parts},
    slot::State,
};
use crate::{json::Object, time::UnixTime, token_response::TokenResponse};

/// The bytes of a record beside the strings of its entry.
pub const RECORD_OVERHEAD: usize = 28;

const VERSION: u8 = 1;

/// A change that is to be saved, under the number of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsaved {
    slot: u16,
    change: u32,
}

impl Unsaved {
    /// The number of the place, less than `N`: one record is kept for each.
    #[must_use]
    pub const fn slot(self) -> u16 {
        self.slot
    }
}

/// Why a record is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordError {
    /// It is none, or of another version.
    Malformed,
    /// It was not sealed with this key for this place, or was changed.
    Sealed,
    /// The place is taken, or the key is in another one.
    Taken,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the record of a token is malformed",
            Self::Sealed => "the record of a token was not sealed with this key",
            Self::Taken => "the place of a token is taken",
        })
    }
}

impl core::error::Error for RecordError {}

const LEAVING: u8 = 1;
const REFRESH_LEFT: u8 = 2;
const ACCESS_LEFT: u8 = 4;
const CLIENT_CREDENTIALS: u8 = 8;
const REFRESH_REFUSED: u8 = 16;
const HAS_LIFETIME: u8 = 32;
const HAS_DATE: u8 = 64;

impl<const N: usize, const BYTES: usize, E: Copy> TokenStore<N, BYTES, E> {
    /// An entry that is another than what was saved of it. What is only expected is not saved.
    #[must_use]
    pub fn unsaved(&self) -> Option<Unsaved> {
        let place = self.position(|slot| slot.changed != slot.saved)?;
        Some(Unsaved { slot: u16::try_from(place).ok()?, change: self.slots.get(place)?.changed })
    }

    /// Writes the record of an entry, and gives its length; `None` if the record is to be removed, and nothing to be
    /// written in its place.
    ///
    /// `today` is the wall clock's time, if that is known. Without it the access token is not used after a restart,
    /// for the device's own time begins anew then.
    ///
    /// # Errors
    ///
    /// [`RecordError::Malformed`] if `buffer` is shorter than the record: `BYTES` and [`RECORD_OVERHEAD`] are enough.
    pub fn write_record(
        &self,
        unsaved: Unsaved,
        now: u64,
        today: Option<UnixTime>,
        buffer: &mut [u8],
    ) -> Result<Option<usize>, RecordError> {
        let slot = self.slots.get(usize::from(unsaved.slot)).filter(|slot| slot.is_kept());
        let Some(slot) = slot else { return Ok(None) };
        let date = slot.expires_at.zip(today).map(|(at, today)| today.seconds().saturating_add(at.saturating_sub(now)));
        let flags = [
            (LEAVING, slot.state == State::Leaving),
            (REFRESH_LEFT, slot.state == State::Leaving && slot.refresh_left),
            (ACCESS_LEFT, slot.state == State::Leaving && slot.access_left),
            (CLIENT_CREDENTIALS, slot.renewal == Renewal::ClientCredentials),
            (REFRESH_REFUSED, slot.refresh_refused),
            (HAS_LIFETIME, slot.expires_at.is_some()),
            (HAS_DATE, date.is_some()),
        ];
        let flags = flags.into_iter().fold(0, |all, (flag, is_set)| if is_set { all | flag } else { all });
        let strings = slot.parts.all();
        let mut writer = Writer { rest: buffer, written: 0 };
        let mut write = || {
            writer.put(&[VERSION, flags])?;
            writer.put(&slot.lifetime.to_be_bytes())?;
            writer.put(&date.unwrap_or(0).to_be_bytes())?;
            for text in strings {
                writer.put(&u16::try_from(text.len()).ok()?.to_be_bytes())?;
            }
            strings.iter().try_for_each(|text| writer.put(text.as_bytes()))
        };
        write().ok_or(RecordError::Malformed)?;
        Ok(Some(writer.written))
    }

    /// The record is stored, or removed. What has changed since is unsaved still.
    pub fn saved(&mut self, unsaved: Unsaved) {
        if let Some(slot) = self.slots.get_mut(usize::from(unsaved.slot)) {
            slot.saved = unsaved.change;
        }
    }

    /// Takes an entry from its record, into the place that it had.
    ///
    /// How long the access token is still good is known by the wall clock alone, if it was known then and is now; and it
    /// is never longer than when the token came. Otherwise it is taken for expired, and renewed. One that waits
    /// to be revoked is taken for good.
    ///
    /// # Errors
    ///
    /// [`RecordError`]. The store is then as it was.
    pub fn restore(&mut self, place: u16, record: &[u8], now: u64, today: Option<UnixTime>) -> Result<(), RecordError> {
        let mut parts = Parts::new();
        let Head { flags, lifetime, date } = read(record, &mut parts).ok_or(RecordError::Malformed)?;
        let [application, session, ..] = parts.all();
        let is_leaving = flags & LEAVING != 0;
        if !is_leaving && self.slots.iter().any(|slot| slot.is_of(application, session)) {
            return Err(RecordError::Taken);
        }
        let number = self.tickets.wrapping_add(1);
        let slot = self.slots.get_mut(usize::from(place)).filter(|slot| slot.state == State::Free);
        let slot = slot.ok_or(RecordError::Taken)?;
        slot.free();
        slot.parts.copy(&parts);
        slot.state = if is_leaving { State::Leaving } else { State::Granted };
        slot.number = number;
        slot.renewal = if flags & CLIENT_CREDENTIALS == 0 { Renewal::RefreshToken } else { Renewal::ClientCredentials };
        slot.refresh_refused = flags & REFRESH_REFUSED != 0;
        (slot.refresh_left, slot.access_left) = (flags & REFRESH_LEFT != 0, flags & ACCESS_LEFT != 0);
        slot.lifetime = lifetime;
        let known = date.zip(today).map(|(date, today)| date.saturating_sub(today.seconds()).min(lifetime.into()));
        let remaining = known.unwrap_or(if is_leaving { lifetime.into() } else { 0 });
        slot.expires_at = (flags & HAS_LIFETIME != 0).then(|| now.saturating_add(remaining));
        slot.saved = slot.changed;
        self.tickets = number;
        Ok(())
    }
}

struct Head {
    flags: u8,
    lifetime: u32,
    date: Option<u64>,
}

/// Reads a record, which must be as it is written to the last byte.
fn read<const BYTES: usize>(record: &[u8], parts: &mut Parts<BYTES>) -> Option<Head> {
    let (&[version, flags], rest) = record.split_first_chunk()?;
    let (lifetime, rest) = rest.split_first_chunk()?;
    let (date, rest) = rest.split_first_chunk()?;
    let (lengths, mut rest) = rest.split_at_checked(PARTS.checked_mul(2)?)?;
    let mut strings = [""; PARTS];
    for (text, length) in strings.iter_mut().zip(lengths.chunks_exact(2)) {
        let length = u16::from_be_bytes(length.try_into().ok()?);
        let (own, behind) = rest.split_at_checked(length.into())?;
        *text = str::from_utf8(own).ok()?;
        rest = behind;
    }
    let [.., response] = strings;
    let json = Object::read(response.as_bytes()).ok()?;
    TokenResponse::of(json).ok()?;
    parts.write(strings)?;
    let date = (flags & HAS_DATE != 0).then_some(u64::from_be_bytes(*date));
    let is_good = version == VERSION
        && flags >> 7 == 0
        && rest.is_empty()
        && (flags & LEAVING != 0 || flags & (REFRESH_LEFT | ACCESS_LEFT) == 0);
    is_good.then_some(Head { flags, lifetime: u32::from_be_bytes(*lifetime), date })
}

struct Writer<'b> {
    rest: &'b mut [u8],
    written: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let (own, behind) = core::mem::take(&mut self.rest).split_at_mut_checked(bytes.len())?;
        own.copy_from_slice(bytes);
        self.rest = behind;
        self.written = self.written.saturating_add(bytes.len());
        Some(())
    }
}
