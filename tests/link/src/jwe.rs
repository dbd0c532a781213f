//! What is encrypted to the device: the reader and all that it can be opened with.

use core::{fmt::Write as _, hint::black_box};

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Answer, BearerToken, Decryption, DecryptionKey, DecryptionKeyEntry,
    DecryptionKeySet, DecryptionKeys, DeviceKeyError, DeviceKeys, Error, IntrospectionResponse, JwkSet, KeyPurpose,
    KeyStage, Secret, Signer, TokenCache, UnixTime, UserInfoEndpoint, decrypt_jwe, limits,
};

use crate::{ALGORITHMS, POLICY, Sink};

/// With all that can be opened.
pub(crate) fn decryption(keys: &dyn DecryptionKeys) -> Decryption<'_> {
    Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, keys)
}

/// A bare JWE, an access token and answers about the user and about a token, with keys of a file and with the client's secret.
pub(crate) fn open(bytes: &[u8]) -> Result<(), Error> {
    if let Err(error) = device_keys(bytes) {
        black_box(write!(Sink, "{error} {error:?}").is_ok());
    }
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let now = UnixTime::from_seconds(black_box(1_795_318_692));
    let mut own = DecryptionKeySet::<2, { limits::RSA_PRIVATE_KEY_BYTES }>::new();
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

/// The device's own keys, from flash or made, to the document that it serves.
fn device_keys(bytes: &[u8]) -> Result<(), DeviceKeyError> {
    let mut keys = DeviceKeys::<4>::new();
    let random = |key: &mut [u8]| {
        key.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        black_box(Ok::<(), ()>(()))
    };
    if keys.import(bytes).is_err() {
        keys.read_local(bytes)?;
    }
    keys.set_key_management(core::str::from_utf8(bytes).unwrap_or_default())?;
    for purpose in [KeyPurpose::Signature, KeyPurpose::EncryptionP256, KeyPurpose::EncryptionX25519] {
        keys.generate(purpose, random)?;
        keys.rotate(purpose)?;
        black_box(keys.drop_previous(purpose));
        black_box(keys.key_id(purpose, KeyStage::Current));
    }
    black_box(write!(Sink, "{} {keys:?} {:?}", keys.public_jwks(), keys.public_jwks()).is_ok());
    let mut signature = [0; 64];
    black_box(Signer::sign(&keys, bytes, &mut signature).is_ok());
    let decryption = Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &keys);
    black_box(decrypt_jwe(bytes, &decryption, &mut [0; 256]).is_ok());
    let mut flash = [0; DeviceKeys::<4>::EXPORT_BYTES];
    black_box(keys.export(&mut flash)?);
    keys.clear();
    Ok(())
}
