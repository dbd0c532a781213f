//! The gateway's own keys, in a file that nobody else can read: where a device has its flash.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use bearward_core::{DeviceKeyError, DeviceKeys, KeyPurpose};
use zeroize::Zeroizing;

use crate::options::DeviceKeyFile;

/// Three to sign with, one of them next and one previous; two for encryption, of which the newest is used at once.
pub type Keys = DeviceKeys<5>;

/// Reads the keys, or makes them and the file. To rotate, the next key signs from now on, and another is next; and a
/// new one for encryption is published.
///
/// # Errors
///
/// A sentence that says what is wrong with the file.
pub fn open(file: &DeviceKeyFile) -> Result<&'static Keys, String> {
    // They stay where they are made.
    let keys = Box::leak(Box::new(Keys::new()));
    let sentence = |error: &dyn ToString| format!("{}: {}", file.path.display(), error.to_string());
    let changed = match read(&file.path)? {
        Some(bytes) => {
            keys.import(&bytes).map_err(|error| sentence(&error))?;
            if file.rotate {
                rotate(keys).map_err(|error| sentence(&error))?;
            }
            file.rotate
        }
        None => {
            make(keys).map_err(|error| sentence(&error))?;
            true
        }
    };
    if changed {
        let mut buffer = Zeroizing::new([0; Keys::EXPORT_BYTES]);
        let bytes = keys.export(&mut *buffer).map_err(|error| sentence(&error))?;
        write(&file.path, bytes).map_err(|error| sentence(&error))?;
    }
    Ok(keys)
}

fn make(keys: &mut Keys) -> Result<(), DeviceKeyError> {
    for purpose in [KeyPurpose::EncryptionP256, KeyPurpose::Signature, KeyPurpose::Signature] {
        keys.generate(purpose, getrandom::fill)?;
    }
    Ok(())
}

fn rotate(keys: &mut Keys) -> Result<(), DeviceKeyError> {
    // It is used as soon as others know it, and until then they use the one before.
    keys.drop_previous(KeyPurpose::EncryptionP256);
    keys.generate(KeyPurpose::EncryptionP256, getrandom::fill)?;
    keys.rotate(KeyPurpose::EncryptionP256)?;
    // This one is known since the last rotation.
    keys.rotate(KeyPurpose::Signature)?;
    keys.generate(KeyPurpose::Signature, getrandom::fill)
}

/// The content of the file, if there is one.
fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let sentence = |what: &str| format!("{}: {what}", path.display());
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| sentence(&error.to_string()))?,
    };
    if is_open_to_others(&file) {
        return Err(sentence("others may read or change it, and it has private keys: chmod 600"));
    }
    // One byte more tells of a file that is longer. It grows no further: what it would leave behind is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(Keys::EXPORT_BYTES + 1));
    let limit = u64::try_from(Keys::EXPORT_BYTES).unwrap_or(u64::MAX) + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| sentence(&error.to_string()))?;
    if bytes.len() > Keys::EXPORT_BYTES {
        return Err(sentence("it is longer than keys are"));
    }
    Ok(Some(bytes))
}

/// Puts a whole file in the place of the old one, or leaves that as it is.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    // What a run left that was ended here.
    _ = fs::remove_file(&new);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;

    file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> bool {
    false
}
