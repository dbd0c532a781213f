//! What is encrypted to the device: the reader and all that it can be opened with.

use core::{fmt::Write as _, hint::black_box};

use bearward_core::{
    A128CbcHs256, A128Gcm, A128GcmKw, A128Kw, A192CbcHs384, A192Gcm, A192GcmKw, A192Kw, A256CbcHs512, A256Gcm,
    A256GcmKw, A256Kw, Answer, BearerToken, ContentEncryption, Decryption, DecryptionKey, DecryptionKeyEntry,
    DecryptionKeySet, DecryptionKeys, Dir, EcdhEsP256, EcdhEsP256A128Kw, EcdhEsP256A192Kw, EcdhEsP256A256Kw, EcdhEsX25519,
    EcdhEsX25519A128Kw, EcdhEsX25519A192Kw, EcdhEsX25519A256Kw, Error, IntrospectionResponse, JwkSet, KeyManagement,
    Secret, TokenCache, UnixTime, UserInfoEndpoint, decrypt_jwe,
};

use crate::{ALGORITHMS, POLICY, Sink};

static KEY_MANAGEMENTS: &[&dyn KeyManagement] = &[
    &Dir,
    &A128Kw,
    &A192Kw,
    &A256Kw,
    &A128GcmKw,
    &A192GcmKw,
    &A256GcmKw,
    &EcdhEsP256,
    &EcdhEsP256A128Kw,
    &EcdhEsP256A192Kw,
    &EcdhEsP256A256Kw,
    &EcdhEsX25519,
    &EcdhEsX25519A128Kw,
    &EcdhEsX25519A192Kw,
    &EcdhEsX25519A256Kw,
];

static CONTENT_ENCRYPTIONS: &[&dyn ContentEncryption] =
    &[&A128Gcm, &A192Gcm, &A256Gcm, &A128CbcHs256, &A192CbcHs384, &A256CbcHs512];

/// With all that can be opened.
pub(crate) fn decryption(keys: &dyn DecryptionKeys) -> Decryption<'_> {
    Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, keys)
}

/// A bare JWE, an access token and answers about the user and about a token, with keys of a file and with the client's secret.
pub(crate) fn open(bytes: &[u8]) -> Result<(), Error> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let now = UnixTime::from_seconds(black_box(1_795_318_692));
    let mut own = DecryptionKeySet::<2>::new();
    if let Err(error) = own.read_local(bytes) {
        black_box(write!(Sink, "{error} {own:?}").is_ok());
    }
    let decryption = decryption(&own);
    let mut buffer = [0; 1024];
    black_box(write!(Sink, "{decryption:?} {:?}", decrypt_jwe(bytes, &decryption, &mut buffer)).is_ok());

    let endpoint = UserInfoEndpoint::signed_and_encrypted(text, text, ALGORITHMS, decryption);
    let mut body = black_box([7; 64]);
    let answer = Answer { status: black_box(200), content_type: Some(text), body: &mut body };
    let user = endpoint.read(answer, text, &JwkSet::<4>::new(), now, &mut buffer);
    black_box(user.is_ok_and(|user| user.key_management() == user.content_encryption()));

    let response = IntrospectionResponse::signed_and_encrypted(text, text, ALGORITHMS, decryption);
    let mut body = black_box([7; 64]);
    let answer = Answer { status: black_box(200), content_type: Some(text), body: &mut body };
    let access = POLICY.introspect_as(&response, answer, &JwkSet::<4>::new(), now, &mut buffer);
    let protection = access.ok().and_then(|access| access.answer_protection());
    black_box(protection.is_some_and(|protection| protection.key_management() == protection.content_encryption()));

    let key = DecryptionKey::ClientSecret(Secret::new(bytes));
    let own = DecryptionKeyEntry { id: Some(text), algorithm: None, key };
    let decryption = self::decryption(&own);
    let token = BearerToken::new(text)?;
    let mut cache = TokenCache::<2>::new();
    if let Ok((inner, free)) = POLICY.decrypt(token, &decryption, &mut buffer) {
        black_box(POLICY.verify_cached(inner, &JwkSet::<4>::new(), now, free, &mut cache).is_ok());
    }
    let access = POLICY.verify_encrypted(token, &decryption, &JwkSet::<4>::new(), now, &mut buffer)?;
    black_box((access.key_management(), access.content_encryption()));
    Ok(())
}
