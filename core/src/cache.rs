//! Tokens that were verified a moment ago: the same token comes with every request of a session, and its signature is
//! what costs.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::{
    key::{KeyEntry, PublicKey},
    time::{NumericDate, UnixTime},
};

/// A memory of `N` verified tokens, for [`Policy::verify_cached`](crate::Policy::verify_cached).
///
/// A hit saves the signature and nothing else: shape, header, times and every claim are checked again. An entry is found
/// by the SHA-256 of the whole token, its algorithm, the issuers and audiences of the policy, and the key that verified it;
/// so a token of a key that is gone, or of another policy, is simply not found. Only success is kept, and only before
/// `exp`: within the leeway behind it the signature is verified each time. An entry takes 48 bytes; when all are taken, one
/// that has expired makes room, or else the one that was not used for the longest time.
///
/// ```
/// use bearward_core::TokenCache;
///
/// static CACHE: TokenCache<16> = TokenCache::new();
/// assert!(CACHE.is_empty());
/// ```
#[derive(Clone)]
pub struct TokenCache<const N: usize> {
    entries: [Entry; N],
    uses: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    digest: TokenDigest,
    /// The second from which the token is no longer taken from here, without leeway. 0 in a free place.
    expires: u64,
    used: u32,
}

const FREE: Entry = Entry { digest: TokenDigest([0; 32]), expires: 0, used: 0 };

impl<const N: usize> TokenCache<N> {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: [FREE; N], uses: 0 }
    }

    /// Forgets every token. There is no need to call it when keys change; it frees what they left.
    pub fn clear(&mut self) {
        self.entries = [FREE; N];
    }

    /// How many tokens are kept, of which some may have expired.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.iter().filter(|entry| entry.expires != 0).count()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<const N: usize> Default for TokenCache<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for TokenCache<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// What a policy asks of a cache, of whatever size.
pub(crate) trait Remember {
    /// Whether the digest is kept, and its token has not expired.
    fn holds(&mut self, digest: &TokenDigest, now: UnixTime) -> bool;

    /// Keeps the digest of a token that is good in every respect.
    fn keep(&mut self, digest: TokenDigest, expires_at: NumericDate, now: UnixTime);
}

impl<const N: usize> Remember for TokenCache<N> {
    fn holds(&mut self, digest: &TokenDigest, now: UnixTime) -> bool {
        self.uses = self.uses.wrapping_add(1);
        let uses = self.uses;
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.expires != 0 && entry.digest == *digest) else {
            return false;
        };
        if now.seconds() < entry.expires {
            entry.used = uses;
            true
        } else {
            *entry = FREE;
            false
        }
    }

    fn keep(&mut self, digest: TokenDigest, expires_at: NumericDate, now: UnixTime) {
        let Ok(expires) = u64::try_from(expires_at.whole_seconds()) else { return };
        // One that would not be found must not push out one that is.
        if expires <= now.seconds() {
            return;
        }
        let uses = self.uses;
        let age = |entry: &Entry| if entry.expires <= now.seconds() { u32::MAX } else { uses.wrapping_sub(entry.used) };
        if let Some(oldest) = self.entries.iter_mut().max_by_key(|entry| age(entry)) {
            *oldest = Entry { digest, expires, used: uses };
        }
    }
}

/// What identifies a verified token: 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenDigest([u8; 32]);

/// Hashes fields so that none runs into the next: each with its length before it.
#[derive(Clone)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.update(bytes);
    }

    /// Finishes without a key.
    pub(crate) fn digest(self) -> TokenDigest {
        TokenDigest(self.0.finalize().into())
    }

    /// Hashes names with their count before them, so that no list runs into the next.
    pub(crate) fn list<'a>(&mut self, names: impl Iterator<Item = &'a &'a str> + Clone) {
        self.number(names.clone().count());
        names.for_each(|name| self.field(name.as_bytes()));
    }

    /// Finishes with the key that verifies.
    pub(crate) fn digest_with(&self, entry: &KeyEntry<'_>) -> TokenDigest {
        let mut hash = self.clone();
        if let Some(key) = entry.key.public_key() {
            hash.public_key(key);
        }
        if let Some(secret) = entry.key.secret() {
            hash.field(b"oct");
            hash.field(secret.expose());
        }
        TokenDigest(hash.0.finalize().into())
    }

    fn public_key(&mut self, key: PublicKey<'_>) {
        match key {
            PublicKey::Ec { curve, x, y } => {
                self.field(curve.name().as_bytes());
                self.field(x);
                self.field(y);
            }
            PublicKey::Rsa { n, e } => {
                self.field(b"RSA");
                self.field(n);
                self.field(e);
            }
            PublicKey::Ed25519 { x } => {
                self.field(b"Ed25519");
                self.field(x);
            }
        }
    }

    fn number(&mut self, number: usize) {
        // More than 32 bits cannot be: documents and tokens are bounded far below.
        self.0.update(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    }
}

#[cfg(test)]
mod tests;
