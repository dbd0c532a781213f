//! Tokens that were verified a moment ago: the same token comes with every request of a session, and its signature is
//! what costs.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::{
    key::{Key, KeyEntry, PublicKey},
    time::{NumericDate, UnixTime},
};

/// A memory of `N` verified tokens, for [`Policy::verify_cached`](crate::Policy::verify_cached).
///
/// A hit saves the signature and nothing else: shape, header, times and every claim are checked again. An entry is found
/// by the SHA-256 of the whole token, of what the policy demands, and of the key that verified it; so a token of a key
/// that is gone, or of another policy, is simply not found. Only success is kept. An entry takes 48 bytes; when all are
/// taken, the one that was not used for the longest time makes room.
///
/// ```
/// use bearward_core::TokenCache;
///
/// static CACHE: TokenCache<16> = TokenCache::new();
/// assert!(CACHE.is_empty());
/// ```
#[derive(Clone)]
pub struct TokenCache<const N: usize> {
    entries: [Option<Entry>; N],
    uses: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    digest: TokenDigest,
    /// The first second at which the token is no longer good, without leeway.
    expires: u64,
    used: u32,
}

impl<const N: usize> TokenCache<N> {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: [None; N], uses: 0 }
    }

    /// Forgets every token. There is no need to call it when keys change; it frees what they left.
    pub fn clear(&mut self) {
        self.entries = [None; N];
    }

    /// How many tokens are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.iter().flatten().count()
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

    /// Keeps the digest of a token that was good in every respect.
    fn keep(&mut self, digest: TokenDigest, expires_at: NumericDate);
}

impl<const N: usize> Remember for TokenCache<N> {
    fn holds(&mut self, digest: &TokenDigest, now: UnixTime) -> bool {
        self.uses = self.uses.wrapping_add(1);
        let uses = self.uses;
        let Some(slot) = self.entries.iter_mut().find(|slot| slot.is_some_and(|entry| entry.digest == *digest)) else {
            return false;
        };
        match slot {
            Some(entry) if now.seconds() < entry.expires => {
                entry.used = uses;
                true
            }
            _ => {
                *slot = None;
                false
            }
        }
    }

    fn keep(&mut self, digest: TokenDigest, expires_at: NumericDate) {
        let Ok(expires) = u64::try_from(expires_at.whole_seconds()) else { return };
        let uses = self.uses;
        // Free places first (their age is the greatest there is), then the one not used for the longest time.
        let age = |slot: &Option<Entry>| slot.map_or(u32::MAX, |entry| uses.wrapping_sub(entry.used));
        if let Some(slot) = self.entries.iter_mut().max_by_key(|slot| age(slot)) {
            *slot = Some(Entry { digest, expires, used: uses });
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
        // A length over 32 bits cannot be: documents and tokens are bounded far below.
        self.0.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.update(bytes);
    }

    /// Finishes without a key.
    pub(crate) fn digest(self) -> TokenDigest {
        TokenDigest(self.0.finalize().into())
    }

    /// Finishes with the key that verifies.
    pub(crate) fn digest_with(&self, entry: &KeyEntry<'_>) -> TokenDigest {
        let mut hash = self.clone();
        match entry.key {
            Key::Public(PublicKey::Ec { curve, x, y }) => {
                hash.field(curve.name().as_bytes());
                hash.field(x);
                hash.field(y);
            }
            Key::Public(PublicKey::Rsa { n, e }) => {
                hash.field(b"RSA");
                hash.field(n);
                hash.field(e);
            }
            Key::Public(PublicKey::Ed25519 { x }) => {
                hash.field(b"Ed25519");
                hash.field(x);
            }
            Key::Secret(secret) => {
                hash.field(b"oct");
                hash.field(secret.expose());
            }
        }
        TokenDigest(hash.0.finalize().into())
    }
}
