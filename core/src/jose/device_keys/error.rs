//! What can be wrong with the device's own keys.

use core::fmt;

use crate::jose::key_error::KeyError;

/// Why a key of the device was not made, not taken or not stored. It tells nothing of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceKeyError {
    /// The key breaks a rule, or there is no place for it.
    Key(KeyError),
    /// The generator of random numbers failed, or what it gives is not random.
    Random,
    /// There is a key with this `kid` already.
    KeyIdExists,
    /// There is a next key for this purpose already: rotate first.
    NextExists,
    /// There is no next key for this purpose.
    NoNext,
    /// The buffer is shorter than the export.
    BufferTooSmall,
    /// The bytes are no export: flash that was never written, for one.
    NotAnExport,
    /// The export is of this version, which is not known here.
    Version(u8),
    /// The export is cut short, or was changed.
    Corrupted,
}

impl fmt::Display for DeviceKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(error) => return error.fmt(f),
            Self::Random => "the generator of random numbers gives none",
            Self::KeyIdExists => "there is a key with this identifier already",
            Self::NextExists => "there is a next key already",
            Self::NoNext => "there is no next key",
            Self::BufferTooSmall => "the buffer is shorter than the export",
            Self::NotAnExport => "there are no exported keys",
            Self::Version(version) => {
                return write!(f, "the exported keys are of version {version}, which is not known");
            }
            Self::Corrupted => "the exported keys are damaged",
        })
    }
}

impl core::error::Error for DeviceKeyError {}

impl From<KeyError> for DeviceKeyError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}
