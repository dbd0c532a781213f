//! Access tokens that are signed and then encrypted to this resource server
//! ([RFC 9068 §6](https://www.rfc-editor.org/rfc/rfc9068#section-6),
//! [RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)).

use super::Policy;
use crate::{
    bearer::BearerToken, error::Error, jose::jwe::Decryption, key::Keys, time::UnixTime, token::AccessToken,
    unverified::UnverifiedToken,
};

/// What an encrypted access token says that it holds.
const CONTENT_TYPES: &[&str] = &["JWT", "at+jwt"];

impl Policy<'_> {
    /// Opens an encrypted token and verifies the signed one in it, as [`verify`](Self::verify) does.
    ///
    /// Only what is signed inside is believed: the encryption authenticates nobody. Its header must say by `cty` that it
    /// holds a JWT, and that one is not encrypted again. `buffer` holds the headers and the payload: one and a half times
    /// the token's length are always enough.
    ///
    /// # Errors
    ///
    /// Those of [`decrypt_jwe`](crate::decrypt_jwe) for what is outside, [`Error::NotEncrypted`] for a token that is only
    /// signed; [`Error::Header`] for its `cty`; then those of [`verify`](Self::verify) for what lies in it:
    /// [`Error::NotCompact`] if that is not signed, [`Error::Encrypted`] if it is encrypted again.
    ///
    /// ```
    /// use bearward_core::{
    ///     A256Gcm, Algorithm, BearerToken, Decryption, DecryptionKeySet, EcdhEsP256, Error, Es256, JwkSet, Policy, UnixTime,
    /// };
    ///
    /// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
    /// static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
    ///
    /// fn open_valve(token: &str, own: &DecryptionKeySet<2>, keys: &JwkSet<4>, now: UnixTime) -> Result<(), Error> {
    ///     let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], own);
    ///     let mut buffer = [0; 3072];
    ///     let token = POLICY.verify_encrypted(BearerToken::new(token)?, &decryption, keys, now, &mut buffer)?;
    ///     assert_eq!(token.content_encryption(), Some("A256GCM"));
    ///     token.require_scope("valve:open")
    /// }
    /// # let verdict = open_valve("a.b.c", &DecryptionKeySet::new(), &JwkSet::new(), UnixTime::from_seconds(0));
    /// # assert_eq!(verdict, Err(Error::NotEncrypted));
    /// ```
    pub fn verify_encrypted<'b>(
        &self,
        token: BearerToken<'_>,
        decryption: &Decryption<'_>,
        keys: &dyn Keys,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, Error> {
        let (token, free) = self.decrypt(token, decryption, buffer)?;
        self.verify(token, keys, now, free)
    }

    /// Opens an encrypted token without verifying what lies in it, for those who do not want to decrypt twice: to look for
    /// a key first ([`finds_key`](Self::finds_key)), or to verify with a cache ([`verify_cached`](Self::verify_cached)).
    ///
    /// The signed token lies in `buffer`, and what is behind it is free.
    ///
    /// # Errors
    ///
    /// Those of [`verify_encrypted`](Self::verify_encrypted) up to [`Error::Header`] for `cty`.
    ///
    /// ```
    /// use bearward_core::{AccessToken, BearerToken, Decryption, Error, JwkSet, Policy, TokenCache, UnixTime};
    ///
    /// /// As `verify_encrypted`, and spares the signature of a token that the cache has seen.
    /// fn verify<'b>(
    ///     policy: &Policy<'_>,
    ///     token: BearerToken<'_>,
    ///     decryption: &Decryption<'_>,
    ///     keys: &JwkSet<4>,
    ///     now: UnixTime,
    ///     buffer: &'b mut [u8],
    ///     cache: &mut TokenCache<8>,
    /// ) -> Result<AccessToken<'b>, Error> {
    ///     let (token, buffer) = policy.decrypt(token, decryption, buffer)?;
    ///     policy.verify_cached(token, keys, now, buffer, cache)
    /// }
    /// ```
    pub fn decrypt<'b>(
        &self,
        token: BearerToken<'_>,
        decryption: &Decryption<'_>,
        buffer: &'b mut [u8],
    ) -> Result<(UnverifiedToken<'b>, &'b mut [u8]), Error> {
        let token = token.as_str().as_bytes();
        if token.len() > self.max_bytes {
            return Err(Error::TokenTooLong);
        }
        let (jwe, free) = decryption.open_nested(token, CONTENT_TYPES, buffer)?;
        Ok((UnverifiedToken::decrypted(jwe.payload(), jwe.encryption()), free))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        bearer::BearerToken,
        error::{Error, Part},
        fake::policy,
        jose::{DecryptionKeySet, jwe::Decryption},
    };

    #[test]
    fn a_token_of_the_maximum_length_is_opened_and_a_longer_one_is_too_long() {
        let keys = DecryptionKeySet::<1>::new();
        let decryption = Decryption::new(&[], &[], &keys);
        for (most, expected) in
            [(10, Error::Base64(Part::Header)), (9, Error::Base64(Part::Header)), (8, Error::TokenTooLong)]
        {
            let token = BearerToken::new("a.b.c.d.e").unwrap();
            let verdict = policy().with_max_bytes(most).decrypt(token, &decryption, &mut [0; 16]).map(drop);
            assert_eq!(verdict, Err(expected), "{most}");
        }
    }
}
