//! Encrypted tokens of every combination, made here: good ones, which are opened, and every way to change them, which is
//! not.

mod device_keys;
mod nested;
mod oracle;
mod rfc;
mod tampering;

use bearward_core::{Decryption, DecryptionKeys, Error, decrypt_jwe};
use tests::encrypter::{AgreementCurve, CONTENT_ENCRYPTIONS, Encrypter, KEY_MANAGEMENTS};

/// Opens a bare JWE with everything that can be opened: what is refused then is refused under any list.
fn open(token: &str, keys: &dyn DecryptionKeys) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; token.len() * 3 / 4];
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, keys);
    decrypt_jwe(token.as_bytes(), &decryption, &mut buffer).map(|jwe| jwe.payload().to_vec())
}

#[test]
fn a_token_of_each_combination_is_opened_and_says_how() {
    for sender in Encrypter::all() {
        let keys = sender.keys();
        let alone: Vec<_> =
            KEY_MANAGEMENTS.iter().copied().filter(|listed| listed.name() == sender.key_management()).collect();
        for length in [0, 1, 15, 16, 17, 300] {
            let payload = vec![b'x'; length];
            let token = sender.jwe(r#","kid":"own""#, &payload);
            let mut buffer = vec![0; token.len() * 3 / 4];
            let decryption = Decryption::new(&alone, CONTENT_ENCRYPTIONS, &keys);
            let jwe = decrypt_jwe(token.as_bytes(), &decryption, &mut buffer).unwrap();
            assert_eq!(jwe.payload(), payload, "{sender:?}");
            let names = (jwe.key_management(), jwe.content_encryption());
            assert_eq!(names, (sender.key_management(), sender.content_encryption()));
        }
    }
}

#[test]
fn what_is_not_listed_is_refused() {
    for sender in Encrypter::all() {
        let keys = sender.keys();
        let token = sender.jwe("", b"x");
        let other: Vec<_> =
            KEY_MANAGEMENTS.iter().copied().filter(|listed| listed.name() != sender.key_management()).collect();
        let mut buffer = vec![0; token.len()];
        let verdict = decrypt_jwe(token.as_bytes(), &Decryption::new(&other, CONTENT_ENCRYPTIONS, &keys), &mut buffer);
        assert_eq!(verdict.err(), Some(Error::AlgorithmNotAllowed));
        let other: Vec<_> =
            CONTENT_ENCRYPTIONS.iter().copied().filter(|listed| listed.name() != sender.content_encryption()).collect();
        let verdict = decrypt_jwe(token.as_bytes(), &Decryption::new(KEY_MANAGEMENTS, &other, &keys), &mut buffer);
        assert_eq!(verdict.err(), Some(Error::AlgorithmNotAllowed));
    }
}

#[test]
fn a_token_for_another_receiver_is_refused() {
    for sender in Encrypter::all() {
        let token = sender.jwe("", b"x");
        assert_eq!(open(&token, &sender.with_seed(8).keys()), Err(Error::DecryptionFailed), "{sender:?}");
    }
}

#[test]
fn rfc7518_4_6_1_2_what_is_known_of_the_parties_goes_into_the_key() {
    let parties = [r#","apu":"QWxpY2U""#, r#","apv":"Qm9i""#, r#","apu":"QWxpY2U","apv":"Qm9i""#];
    for alg in ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"] {
        for curve in [AgreementCurve::P256, AgreementCurve::X25519] {
            let sender = Encrypter::new(alg, "A256CBC-HS512", curve);
            for more in parties {
                assert_eq!(open(&sender.jwe(more, b"x"), &sender.keys()).as_deref(), Ok(&b"x"[..]), "{alg} {more}");
            }
        }
    }
}
