//! JSON Web Signature in compact form ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), verified
//! straight from the token's bytes ([§5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)).

use core::fmt;

use crate::{
    alg::Algorithm,
    base64url, bytes,
    error::{Error, Part},
    jose::header::Header,
    json::{JsonError, Text},
    key::{KeyEntry, Keys},
    limits,
};

/// A bare JWS whose signature is good. Its payload need not be JSON, and nothing of it is checked.
///
/// Both its parts lie in the buffer that was lent to [`verify_jws`].
#[derive(Clone, Copy)]
pub struct Jws<'b> {
    payload: &'b [u8],
    algorithm: &'static str,
    key_id: Option<Text<'b>>,
}

impl<'b> Jws<'b> {
    /// The payload, decoded.
    #[must_use]
    pub const fn payload(&self) -> &'b [u8] {
        self.payload
    }

    /// The algorithm that verified it.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The `kid` of its header, if it has one.
    #[must_use]
    pub const fn key_id(&self) -> Option<Text<'b>> {
        self.key_id
    }
}

impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Verifies a bare JWS in compact form with one of `keys` under one of `algorithms`.
///
/// For an access token use [`Policy::verify`](crate::Policy::verify): a good signature alone does not say for whom the
/// token is. `buffer` holds the decoded header, and behind it first the signature, then the payload: three quarters of
/// the token's length are always enough.
///
/// # Errors
///
/// What [`Policy::verify`](crate::Policy::verify) says of a token's shape, header, key and signature.
///
/// ```
/// use bearward_core::{Error, Es256, JwkSet, verify_jws};
///
/// let keys = JwkSet::<4>::new();
/// let mut buffer = [0; 256];
/// let jws = b"eyJhbGciOiJFUzI1NiJ9.aGVsbG8.AAAA";
/// assert_eq!(verify_jws(jws, &[&Es256], &keys, &mut buffer).unwrap_err(), Error::UnknownKey);
/// ```
pub fn verify_jws<'b>(
    compact: &[u8],
    algorithms: &[&dyn Algorithm],
    keys: &dyn Keys,
    buffer: &'b mut [u8],
) -> Result<Jws<'b>, Error> {
    let compact = Compact::split(compact)?;
    let (header, rest) = compact.header(buffer)?;
    let algorithm = choose(algorithms, header.alg)?;
    verify_signature(&compact, &header, algorithm, keys, rest)?;
    Ok(Jws { payload: compact.payload(rest)?, algorithm: algorithm.name(), key_id: header.kid })
}

/// The segments of a token, encoded as they came.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
    /// Header, dot and payload: what is signed.
    message: &'t [u8],
}

impl<'t> Compact<'t> {
    pub(crate) fn split(token: &'t [u8]) -> Result<Self, Error> {
        let split = |text: &'t [u8]| {
            let (before, after) = text.split_at_checked(bytes::position(text, b'.')?)?;
            Some((before, after.get(1..)?))
        };
        let (header, rest) = split(token).ok_or(Error::NotCompact)?;
        let (payload, signature) = split(rest).ok_or(Error::NotCompact)?;
        if let Some((_, rest)) = split(signature) {
            let encrypted = rest.iter().filter(|byte| **byte == b'.').count() == 1;
            return Err(if encrypted { Error::Encrypted } else { Error::NotCompact });
        }
        let message = token.len().saturating_sub(signature.len()).saturating_sub(1);
        Ok(Self { header, payload, signature, message: token.get(..message).unwrap_or_default() })
    }

    /// Decodes and reads the header in the front of `buffer`; what lies behind it is free.
    // Not inlined, so that what reading takes of the stack is free again afterwards.
    #[inline(never)]
    pub(crate) fn header<'b>(&self, buffer: &'b mut [u8]) -> Result<(Header<'b>, &'b mut [u8]), Error> {
        let length = decoded_len(self.header, Part::Header)?;
        if length > limits::HEADER_BYTES {
            return Err(Error::Json(Part::Header, JsonError::TooLong));
        }
        let (own, rest) = buffer.split_at_mut_checked(length).ok_or(Error::TokenTooLong)?;
        Ok((Header::read(decode(self.header, own, Part::Header)?)?, rest))
    }

    /// How many bytes the signature has, decoded.
    pub(crate) fn signature_len(&self) -> Result<usize, Error> {
        decoded_len(self.signature, Part::Signature)
    }

    pub(crate) fn payload<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        decode(self.payload, buffer, Part::Payload)
    }
}

/// The algorithm that the verifier lists under the token's name. The token's word is only compared.
pub(crate) fn choose<'a>(algorithms: &[&'a dyn Algorithm], alg: Text<'_>) -> Result<&'a dyn Algorithm, Error> {
    algorithms.iter().copied().find(|algorithm| alg == *algorithm.name()).ok_or(Error::AlgorithmNotAllowed)
}

/// The keys that may have made the signature: by `kid` and `alg` of the set, and by type, curve and size.
///
/// A token that names a key is never tried with another one: a fallback would let the sender choose how much is
/// computed.
pub(crate) fn candidates<'k>(
    keys: &'k dyn Keys,
    algorithm: &'k dyn Algorithm,
    kid: Option<Text<'k>>,
) -> impl Iterator<Item = KeyEntry<'k>> {
    let any_key_id = keys.any_key_id();
    (0..)
        .map_while(move |index| keys.entry(index))
        .filter(move |entry| match (kid, entry.id) {
            (Some(kid), Some(id)) => kid == *id,
            (Some(_), None) => any_key_id,
            (None, _) => true,
        })
        .filter(move |entry| entry.algorithm.is_none_or(|name| algorithm.allows_key_algorithm(name)))
        .filter(move |entry| algorithm.fits(&entry.key))
}

/// Finds the key that verifies the signature, which is decoded into `buffer` only for that time.
///
/// A signature that no candidate could have made, by its length, costs no decoding and no hash.
pub(crate) fn verify_signature<'k>(
    compact: &Compact<'_>,
    header: &Header<'k>,
    algorithm: &'k dyn Algorithm,
    keys: &'k dyn Keys,
    buffer: &mut [u8],
) -> Result<KeyEntry<'k>, Error> {
    let length = compact.signature_len()?;
    let mut signature: Option<&[u8]> = None;
    let mut buffer = Some(buffer);
    let mut outcome = Error::UnknownKey;
    let mut tries = limits::KEYS_TRIED;
    for entry in candidates(keys, algorithm, header.kid) {
        outcome = Error::BadSignature;
        if !algorithm.fits_signature(&entry.key, length) {
            continue;
        }
        if signature.is_none() {
            let buffer = buffer.take().unwrap_or_default();
            signature = Some(decode(compact.signature, buffer, Part::Signature)?);
        }
        tries = tries.checked_sub(1).ok_or(Error::AmbiguousKey)?;
        if algorithm.verify(&entry.key, compact.message, signature.unwrap_or_default()).is_ok() {
            return Ok(entry);
        }
    }
    Err(outcome)
}

fn decoded_len(segment: &[u8], part: Part) -> Result<usize, Error> {
    base64url::decoded_len(segment).ok_or(Error::Base64(part))
}

fn decode<'b>(segment: &[u8], buffer: &'b mut [u8], part: Part) -> Result<&'b mut [u8], Error> {
    let buffer = buffer.get_mut(..decoded_len(segment, part)?).ok_or(Error::TokenTooLong)?;
    base64url::decode(segment, buffer).ok_or(Error::Base64(part))
}

#[cfg(test)]
mod tests;
