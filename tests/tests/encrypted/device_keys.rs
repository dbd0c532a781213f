//! The device's own keys, and what is encrypted to them while they rotate.

use bearward_core::{
    A256Gcm, BearerToken, Decryption, DeviceKeys, EcdhEsP256, EcdhEsX25519, Error, KeyPurpose, KeyStage, Policy,
    UnixTime, decrypt_jwe,
};
use tests::{
    encrypter::{AgreementCurve, Encrypter},
    signer::{ALGORITHMS, Signer},
};

const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"jane","aud":"valve","client_id":"app","iat":1795318692,"exp":1795319292,"jti":"1"}"#;

/// A sender for each key, who knows it by a name of its own, or by none.
struct Sender {
    encrypter: Encrypter,
    id: &'static str,
}

impl Sender {
    fn new(curve: AgreementCurve, seed: u8, id: &'static str) -> Self {
        Self { encrypter: Encrypter::new("ECDH-ES", "A256GCM", curve).with_seed(seed), id }
    }

    fn jwk(&self) -> String {
        self.encrypter.jwk().replace("own", self.id)
    }

    fn token(&self, kid: &str) -> String {
        let header = if kid.is_empty() { String::new() } else { format!(r#","kid":"{kid}""#) };
        self.encrypter.jwe(&format!(r#"{header},"cty":"JWT""#), Signer::new("ES256").token(CLAIMS).as_bytes())
    }
}

fn opens(keys: &DeviceKeys<4>, token: &str) -> Result<(), Error> {
    let decryption = Decryption::new(&[&EcdhEsP256, &EcdhEsX25519], &[&A256Gcm], keys);
    decrypt_jwe(token.as_bytes(), &decryption, &mut vec![0; token.len()])?;
    let mut buffer = vec![0; token.len() * 2];
    let policy = Policy::new("https://as.example", "valve", &ALGORITHMS);
    let now = UnixTime::from_seconds(1_795_318_700);
    let (token, issuer) = (BearerToken::new(token)?, Signer::new("ES256").keys());
    policy.verify_encrypted(token, &decryption, &issuer, now, &mut buffer).map(|_| ())
}

#[test]
fn what_is_encrypted_to_the_old_key_is_opened_until_that_is_dropped() {
    for (curve, purpose) in
        [(AgreementCurve::P256, KeyPurpose::EncryptionP256), (AgreementCurve::X25519, KeyPurpose::EncryptionX25519)]
    {
        let [old, new, newer] = [(7, "a"), (8, "b"), (11, "c")].map(|(seed, id)| Sender::new(curve, seed, id));
        let mut keys = DeviceKeys::<4>::new();
        keys.read_local(old.jwk().as_bytes()).unwrap();
        // With and without the name of the key.
        let all = |sender: &Sender| [sender.token(sender.id), sender.token("")];
        let assert = |keys: &DeviceKeys<4>, sender: &Sender, good: bool| {
            let [named, unnamed] = all(sender);
            let expected = |error| if good { Ok(()) } else { Err(error) };
            assert_eq!(opens(keys, &named), expected(Error::UnknownKey), "{}", sender.id);
            assert_eq!(opens(keys, &unnamed), expected(Error::DecryptionFailed), "{}", sender.id);
        };
        assert(&keys, &old, true);
        assert(&keys, &new, false);
        keys.read_local(new.jwk().as_bytes()).unwrap();
        assert(&keys, &new, true);
        keys.rotate(purpose).unwrap();
        assert_eq!(keys.key_id(purpose, KeyStage::Previous), Some("a"));
        assert(&keys, &old, true);
        assert(&keys, &new, true);
        assert!(!keys.public_jwks().to_string().contains(r#""kid":"a""#));
        // The next rotation ends it.
        keys.read_local(newer.jwk().as_bytes()).unwrap();
        assert(&keys, &old, true);
        keys.rotate(purpose).unwrap();
        assert(&keys, &old, false);
        assert(&keys, &new, true);
        assert(&keys, &newer, true);
        assert!(keys.drop_previous(purpose));
        assert(&keys, &new, false);
        // Flash and back.
        let mut flash = [0; DeviceKeys::<4>::EXPORT_BYTES];
        let stored = keys.export(&mut flash).unwrap();
        let mut restarted = DeviceKeys::<4>::new();
        restarted.import(stored).unwrap();
        assert(&restarted, &newer, true);
        assert(&restarted, &new, false);
    }
}

#[test]
fn a_token_that_names_a_key_is_never_tried_with_another_one() {
    let [own, other] = [7, 8].map(|seed| Sender::new(AgreementCurve::P256, seed, "a"));
    let mut keys = DeviceKeys::<4>::new();
    keys.read_local(own.jwk().as_bytes()).unwrap();
    assert_eq!(opens(&keys, &own.token("b")), Err(Error::UnknownKey));
    assert_eq!(opens(&keys, &other.token("a")), Err(Error::DecryptionFailed));
}

#[test]
fn a_key_for_signatures_opens_nothing() {
    let sender = Sender::new(AgreementCurve::P256, 7, "a");
    let mut keys = DeviceKeys::<4>::new();
    let jwk = sender.jwk().replace(r#""use":"enc","alg":"ECDH-ES""#, r#""use":"sig""#);
    keys.read_local(jwk.as_bytes()).unwrap();
    assert_eq!(keys.key_id(KeyPurpose::Signature, KeyStage::Current), Some("a"));
    for kid in ["a", ""] {
        assert_eq!(opens(&keys, &sender.token(kid)), Err(Error::UnknownKey));
    }
}
