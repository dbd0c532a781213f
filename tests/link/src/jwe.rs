//! What is encrypted to the device: the reader and all that it can be opened with.

use core::{fmt::Write as _, hint::black_box};

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Answer, BearerToken, Decryption, DecryptionKey, DecryptionKeyEntry,
    DecryptionKeySet, Error, JwkSet, Secret, UnixTime, UserInfoEndpoint, decrypt_jwe, limits,
};

use crate::{ALGORITHMS, POLICY, Sink};

/// A bare JWE, an access token and an answer about the user, with keys of a file and with the client's secret.
pub(crate) fn open(bytes: &[u8]) -> Result<(), Error> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let now = UnixTime::from_seconds(black_box(1_795_318_692));
    let mut own = DecryptionKeySet::<2, { limits::RSA_PRIVATE_KEY_BYTES }>::new();
    if let Err(error) = own.read_local(bytes) {
        black_box(write!(Sink, "{error} {own:?}").is_ok());
    }
    let decryption = Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &own);
    let mut buffer = [0; 1024];
    black_box(write!(Sink, "{decryption:?} {:?}", decrypt_jwe(bytes, &decryption, &mut buffer)).is_ok());

    let endpoint = UserInfoEndpoint::signed_and_encrypted(text, text, ALGORITHMS, decryption);
    let mut body = black_box([7; 64]);
    let answer = Answer { status: black_box(200), content_type: Some(text), body: &mut body };
    let user = endpoint.read(answer, text, &JwkSet::<4>::new(), now, &mut buffer);
    black_box(user.is_ok_and(|user| user.key_management() == user.content_encryption()));

    let key = DecryptionKey::ClientSecret(Secret::new(bytes));
    let own = DecryptionKeyEntry { id: Some(text), algorithm: None, key };
    let decryption = Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &own);
    let token = BearerToken::new(text)?;
    let access = POLICY.verify_encrypted(token, &decryption, &JwkSet::<4>::new(), now, &mut buffer)?;
    black_box((access.key_management(), access.content_encryption()));
    Ok(())
}
