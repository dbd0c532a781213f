//! A signed token on its way to verification
//! ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).

use core::fmt;

use crate::bearer::BearerToken;
#[cfg(feature = "jwe")]
use crate::jose::jwe::Encryption;

/// A token that nothing is known of yet: as it came in a request, or as it lay in an encrypted one
/// (`Policy::decrypt`).
///
/// Whatever takes one takes a [`BearerToken`] as well. Its `Debug` shows nothing of it.
#[derive(Clone, Copy)]
pub struct UnverifiedToken<'t> {
    compact: &'t [u8],
    #[cfg(feature = "jwe")]
    encryption: Option<Encryption>,
}

impl<'t> UnverifiedToken<'t> {
    #[cfg(feature = "jwe")]
    pub(crate) const fn decrypted(compact: &'t [u8], encryption: Encryption) -> Self {
        Self { compact, encryption: Some(encryption) }
    }

    pub(crate) const fn as_bytes(&self) -> &'t [u8] {
        self.compact
    }

    #[cfg(feature = "jwe")]
    pub(crate) const fn encryption(&self) -> Option<Encryption> {
        self.encryption
    }
}

impl<'t> From<BearerToken<'t>> for UnverifiedToken<'t> {
    fn from(token: BearerToken<'t>) -> Self {
        Self {
            compact: token.as_str().as_bytes(),
            #[cfg(feature = "jwe")]
            encryption: None,
        }
    }
}

impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedToken([redacted])")
    }
}
