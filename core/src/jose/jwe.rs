//! JSON Web Encryption in compact form ([RFC 7516 §7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)), decrypted
//! in place ([§5.2](https://www.rfc-editor.org/rfc/rfc7516#section-5.2)).

mod header;
#[cfg(test)]
mod tests;

use core::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    base64url,
    content_encryption::ContentEncryption,
    decryption_key::{DecryptionKeyEntry, DecryptionKeys},
    error::{Error, Parameter, Part},
    jose::{jwe::header::Header, media_type::is_media_type},
    json::{JsonError, Text},
    key_management::KeyManagement,
    limits,
};

/// What may open a JWE: the algorithms that are allowed, and linked, and the device's own keys.
///
/// A few borrowed slices: it is made where it is needed, from lists that are `static`.
///
/// ```
/// use bearward_core::{A256Gcm, ContentEncryption, Decryption, DecryptionKeySet, EcdhEsP256, KeyManagement};
///
/// static KEY_MANAGEMENTS: &[&dyn KeyManagement] = &[&EcdhEsP256];
/// static CONTENT_ENCRYPTIONS: &[&dyn ContentEncryption] = &[&A256Gcm];
///
/// let keys = DecryptionKeySet::<2>::new();
/// let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &keys);
/// ```
#[derive(Clone, Copy)]
pub struct Decryption<'a> {
    key_managements: &'a [&'a dyn KeyManagement],
    content_encryptions: &'a [&'a dyn ContentEncryption],
    keys: &'a dyn DecryptionKeys,
}

impl<'a> Decryption<'a> {
    /// All that is listed can be combined.
    #[must_use]
    pub const fn new(
        key_managements: &'a [&'a dyn KeyManagement],
        content_encryptions: &'a [&'a dyn ContentEncryption],
        keys: &'a dyn DecryptionKeys,
    ) -> Self {
        Self { key_managements, content_encryptions, keys }
    }

    /// Opens a token. Behind what it tells, the buffer is free for what lies in it.
    pub(crate) fn open<'b>(&self, compact: &[u8], buffer: &'b mut [u8]) -> Result<(Jwe<'b>, &'b mut [u8]), Error> {
        let segments = Segments::split(compact)?;
        let length = decoded_len(segments.header, Part::Header)?;
        if length > limits::HEADER_BYTES {
            return Err(Error::Json(Part::Header, JsonError::TooLong));
        }
        let (own, rest) = buffer.split_at_mut_checked(length).ok_or(Error::TokenTooLong)?;
        let header = Header::read(decode(segments.header, own, Part::Header)?)?;
        let enc = self.content_encryptions.iter().find(|listed| header.enc == *listed.name());
        let content = *enc.ok_or(Error::AlgorithmNotAllowed)?;
        if !self.key_managements.iter().any(|listed| header.alg == *listed.name()) {
            return Err(Error::AlgorithmNotAllowed);
        }
        let mut outcome = Error::UnknownKey;
        let mut tries = limits::KEYS_TRIED;
        for (management, entry) in self.candidates(&header, content) {
            tries = tries.checked_sub(1).ok_or(Error::AmbiguousKey)?;
            match segments.open(&header, management, content, &entry, rest) {
                Ok(length) => {
                    let (payload, free) = rest.split_at_mut_checked(length).ok_or(Error::DecryptionFailed)?;
                    let encryption = Encryption { management: management.name(), content: content.name() };
                    return Ok((Jwe { payload, encryption, key_id: header.kid, content_type: header.cty }, free));
                }
                Err(Error::DecryptionFailed) => outcome = Error::DecryptionFailed,
                Err(error) => return Err(error),
            }
        }
        Err(outcome)
    }

    /// Opens a token that must hold a signed one (RFC 7519 §5.2, §7.2), and says so by its `cty`.
    ///
    /// Depth ends here: what lies in it is read as a JWS, and as nothing else.
    pub(crate) fn open_nested<'b>(
        &self,
        compact: &[u8],
        content_types: &[&str],
        buffer: &'b mut [u8],
    ) -> Result<(Jwe<'b>, &'b mut [u8]), Error> {
        let (jwe, free) = self.open(compact, buffer)?;
        let named = |cty: Text<'_>| content_types.iter().any(|name| is_media_type(cty, name));
        if jwe.content_type.is_some_and(named) { Ok((jwe, free)) } else { Err(Error::Header(Parameter::ContentType)) }
    }

    /// The keys that may open the token, each with its way: by `kid` and `alg` of the set, and by type, curve and size.
    ///
    /// As with signatures, a token that names a key is never tried with another one.
    fn candidates<'c>(
        &'c self,
        header: &'c Header<'_>,
        content: &'c dyn ContentEncryption,
    ) -> impl Iterator<Item = (&'a dyn KeyManagement, DecryptionKeyEntry<'a>)> + 'c {
        let keys = self.keys;
        let any_key_id = keys.any_key_id();
        (0..)
            .map_while(move |index| keys.entry(index))
            .filter(move |entry| match (header.kid, entry.id) {
                (Some(kid), Some(id)) => kid == *id,
                (Some(_), None) => any_key_id,
                (None, _) => true,
            })
            .flat_map(move |entry| self.key_managements.iter().map(move |listed| (*listed, entry)))
            .filter(move |(management, entry)| {
                header.alg == *management.name()
                    && entry.algorithm.is_none_or(|name| management.allows_key_algorithm(name, content))
                    && management.fits(&entry.key, content)
            })
    }
}

impl fmt::Debug for Decryption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decryption")
            .field("key_managements", &self.key_managements)
            .field("content_encryptions", &self.content_encryptions)
            .finish_non_exhaustive()
    }
}

/// By which algorithms a token was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    pub(crate) management: &'static str,
    pub(crate) content: &'static str,
}

/// A bare JWE that was opened. Its payload need not be JSON.
///
/// That it could be opened says that it is for this device, and not who sent it: everybody has a public key, and who
/// else has a shared one is not known here. So it authenticates nobody.
#[derive(Clone, Copy)]
pub struct Jwe<'b> {
    payload: &'b [u8],
    encryption: Encryption,
    key_id: Option<Text<'b>>,
    content_type: Option<Text<'b>>,
}

impl<'b> Jwe<'b> {
    /// The plaintext.
    #[must_use]
    pub const fn payload(&self) -> &'b [u8] {
        self.payload
    }

    /// The key management that opened it: its `alg`.
    #[must_use]
    pub const fn key_management(&self) -> &'static str {
        self.encryption.management
    }

    /// The content encryption that opened it: its `enc`.
    #[must_use]
    pub const fn content_encryption(&self) -> &'static str {
        self.encryption.content
    }

    /// The `kid` of its header, if it has one.
    #[must_use]
    pub const fn key_id(&self) -> Option<Text<'b>> {
        self.key_id
    }

    /// The `cty` of its header, if it has one: what the payload is.
    #[must_use]
    pub const fn content_type(&self) -> Option<Text<'b>> {
        self.content_type
    }

    pub(crate) const fn encryption(&self) -> Encryption {
        self.encryption
    }
}

impl fmt::Debug for Jwe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwe").field("encryption", &self.encryption).finish_non_exhaustive()
    }
}

/// Opens a bare JWE in compact form.
///
/// For an access token use [`Policy::verify_encrypted`](crate::Policy::verify_encrypted): what is only encrypted
/// authenticates nobody. `buffer` holds the decoded header, and behind it first the encrypted key, then the ciphertext,
/// which is decrypted where it lies: three quarters of the token's length are always enough.
///
/// # Errors
///
/// In the order of the checks: [`Error::NotCompact`] for other than five segments, [`Error::NotEncrypted`] for three;
/// [`Error::TokenTooLong`] if `buffer` is too short; [`Error::Base64`], [`Error::Json`], [`Error::Header`],
/// [`Error::Critical`] and [`Error::UnsupportedHeader`] (`zip`) for the header; [`Error::AlgorithmNotAllowed`] for `alg` and
/// `enc`; [`Error::UnknownKey`], [`Error::AmbiguousKey`]; and [`Error::DecryptionFailed`] for all that a key is needed to find
/// out, whatever failed. Then the buffer is wiped.
///
/// ```
/// use bearward_core::{A128Gcm, Decryption, DecryptionKey, DecryptionKeyEntry, Dir, Error, Secret, decrypt_jwe};
///
/// let key = DecryptionKey::Symmetric(Secret::new(&[7; 16]));
/// let keys = DecryptionKeyEntry { id: None, algorithm: None, key };
/// let decryption = Decryption::new(&[&Dir], &[&A128Gcm], &keys);
/// let mut buffer = [0; 64];
/// let jwe = b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.lPp0zt0.EuhFQBRBcyIifLVCWYG6_w";
/// let opened = decrypt_jwe(jwe, &decryption, &mut buffer)?;
/// assert_eq!((opened.payload(), opened.content_encryption()), (&b"hello"[..], "A128GCM"));
///
/// let jwe = b"eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
/// assert_eq!(decrypt_jwe(jwe, &decryption, &mut buffer).err(), Some(Error::AlgorithmNotAllowed));
/// # Ok::<(), Error>(())
/// ```
pub fn decrypt_jwe<'b>(compact: &[u8], decryption: &Decryption<'_>, buffer: &'b mut [u8]) -> Result<Jwe<'b>, Error> {
    decryption.open(compact, buffer).map(|(jwe, _)| jwe)
}

/// The segments of a token, encoded as they came.
struct Segments<'t> {
    header: &'t [u8],
    encrypted_key: &'t [u8],
    iv: &'t [u8],
    ciphertext: &'t [u8],
    tag: &'t [u8],
}

impl<'t> Segments<'t> {
    fn split(token: &'t [u8]) -> Result<Self, Error> {
        let mut segments = token.split(|byte| *byte == b'.');
        let mut next = || segments.next();
        match (next(), next(), next(), next(), next(), next()) {
            (Some(header), Some(encrypted_key), Some(iv), Some(ciphertext), Some(tag), None) => {
                Ok(Self { header, encrypted_key, iv, ciphertext, tag })
            }
            (Some(_), Some(_), Some(_), None, ..) => Err(Error::NotEncrypted),
            _ => Err(Error::NotCompact),
        }
    }

    /// Decrypts with one key into the front of `buffer`, and says how long the plaintext is.
    ///
    /// Whether the key of the content was found is told only after the content was tried: both fail the same.
    fn open(
        &self,
        header: &Header<'_>,
        management: &dyn KeyManagement,
        content: &dyn ContentEncryption,
        entry: &DecryptionKeyEntry<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, Error> {
        let (mut iv, mut tag) = ([0; 16], [0; 32]);
        let iv = exact(self.iv, &mut iv, content.iv_bytes(), Part::InitializationVector)?;
        let tag = exact(self.tag, &mut tag, content.tag_bytes(), Part::AuthenticationTag)?;
        let mut content_key = Zeroizing::new([0; limits::CONTENT_KEY_BYTES]);
        let content_key = content_key.get_mut(..content.key_bytes()).ok_or(Error::DecryptionFailed)?;
        let encrypted_key = decode(self.encrypted_key, buffer, Part::EncryptedKey)?;
        let found = management.content_key(&entry.key, &header.parameters, content, encrypted_key, content_key);
        let ciphertext = decode(self.ciphertext, buffer, Part::Ciphertext)?;
        let decrypted = content.decrypt(content_key, iv, self.header, ciphertext, tag);
        match (found, decrypted) {
            (Ok(()), Ok(length)) => Ok(length),
            _ => {
                ciphertext.zeroize();
                Err(Error::DecryptionFailed)
            }
        }
    }
}

fn decoded_len(segment: &[u8], part: Part) -> Result<usize, Error> {
    base64url::decoded_len(segment).ok_or(Error::Base64(part))
}

fn decode<'b>(segment: &[u8], buffer: &'b mut [u8], part: Part) -> Result<&'b mut [u8], Error> {
    let buffer = buffer.get_mut(..decoded_len(segment, part)?).ok_or(Error::TokenTooLong)?;
    base64url::decode(segment, buffer).ok_or(Error::Base64(part))
}

/// Decodes a segment that must have this many bytes.
fn exact<'b>(segment: &[u8], buffer: &'b mut [u8], bytes: usize, part: Part) -> Result<&'b [u8], Error> {
    if decoded_len(segment, part)? != bytes {
        return Err(Error::DecryptionFailed);
    }
    let buffer = buffer.get_mut(..bytes).ok_or(Error::DecryptionFailed)?;
    base64url::decode(segment, buffer).map(|filled| &*filled).ok_or(Error::Base64(part))
}
