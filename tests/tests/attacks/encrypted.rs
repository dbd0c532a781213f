//! Encrypted tokens. Everybody can encrypt to a public key: that proves nothing of who wrote the content.
//!
//! Each of these is a JWE that the device could open with its key. [`Policy::verify`] takes signed tokens and refuses
//! five segments before anything of them is read, and [`Policy::verify_encrypted`] wants a signature inside.
//!
//! [`Policy::verify`]: bearward_core::Policy::verify
//! [`Policy::verify_encrypted`]: bearward_core::Policy::verify_encrypted

use aes_gcm::{
    Aes128Gcm,
    aead::{Aead, KeyInit, Payload},
};
use bearward_core::{
    A128Gcm, BearerToken, Curve, Decryption, DecryptionKey, DecryptionKeySet, EcdhEsP256, Error, Parameter, Part,
    Secret, UnixTime, decrypt_jwe,
};
use num_bigint::BigUint;
use p256::{SecretKey, ecdh::diffie_hellman};
use sha2::{Digest, Sha256};
use tests::{
    encrypter::{AgreementCurve, Encrypter, KEY_MANAGEMENTS},
    signer::{Signer, base64url},
};

use crate::{CLAIMS, NOW, policy, verify};

/// The byte that fills the scalar of the sender's key for this one time.
const EPHEMERAL: u8 = 5;

/// Encrypts to the device's public key by ECDH-ES and A128GCM (RFC 7518 §4.6, §5.3).
fn encrypt(parameters: &str, content: &[u8]) -> String {
    let [device, ephemeral] = [3, EPHEMERAL].map(|byte| SecretKey::from_slice(&[byte; 32]).unwrap());
    let shared = diffie_hellman(ephemeral.to_nonzero_scalar(), device.public_key().as_affine());
    // Concat KDF: round 1, Z, the name and its length, no apu, no apv, 128 bits.
    let derived = Sha256::new()
        .chain_update([0, 0, 0, 1])
        .chain_update(shared.raw_secret_bytes())
        .chain_update(b"\0\0\0\x07A128GCM\0\0\0\0\0\0\0\0\0\0\0\x80")
        .finalize();
    let epk = Signer::with_seed("ES256", EPHEMERAL).key_members();
    let header = base64url(format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","epk":{{{epk}}}{parameters}}}"#).as_bytes());
    let cipher = Aes128Gcm::new_from_slice(&derived[..16]).unwrap();
    let nonce = [0; 12];
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: content, aad: header.as_bytes() }).unwrap();
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    format!("{header}..{}.{}.{}", base64url(&nonce), base64url(ciphertext), base64url(tag))
}

/// Opens a token with the device's key, by what the attacker would choose, and verifies what lies in it.
fn open(token: &str) -> Result<(), Error> {
    let mut own = DecryptionKeySet::<1>::new();
    own.add(&DecryptionKey::Ec { curve: Curve::P256, d: Secret::new(&[3; 32]) }, None, None).unwrap();
    let decryption = Decryption::new(&[&EcdhEsP256], &[&A128Gcm], &own);
    let mut buffer = vec![0; token.len() * 2];
    let keys = Signer::new("ES256").keys();
    let now = UnixTime::from_seconds(NOW);
    policy().verify_encrypted(BearerToken::new(token)?, &decryption, &keys, now, &mut buffer).map(drop)
}

/// Puts a token to everything that reads one. `expected` meets it where encrypted tokens are taken.
#[track_caller]
fn is_refused(token: &str, expected: Error) {
    assert_eq!(token.split('.').count(), 5);
    assert_eq!(open(token), Err(expected));
    for signer in [Signer::new("ES256"), Signer::new("HS256"), Signer::new("RS256")] {
        assert_eq!(verify(token, &signer.keys()), Err(Error::Encrypted));
        let (token, mut buffer) = (BearerToken::new(token).unwrap(), vec![0; token.len()]);
        let mut cache = bearward_core::TokenCache::<1>::new();
        let now = UnixTime::from_seconds(NOW);
        let cached = policy().verify_cached(token, &signer.keys(), now, &mut buffer, &mut cache);
        assert_eq!(cached.err(), Some(Error::Encrypted));
        assert!(cache.is_empty());
        assert_eq!(policy().finds_key(token, &signer.keys(), &mut buffer), Err(Error::Encrypted));
    }
}

/// pac4j verified the signature of an encrypted token only if it had one.
#[test]
fn cve_2026_29000_unsigned_token_inside_an_encrypted_one() {
    let unsigned = |header: &str| format!("{}.{}.", base64url(header.as_bytes()), base64url(CLAIMS.as_bytes()));
    let plain = unsigned(r#"{"alg":"none"}"#);
    is_refused(&encrypt(r#","cty":"JWT""#, plain.as_bytes()), Error::AlgorithmNotAllowed);
    let typed = unsigned(r#"{"alg":"none","typ":"at+jwt"}"#);
    is_refused(&encrypt(r#","cty":"JWT""#, typed.as_bytes()), Error::AlgorithmNotAllowed);
    // The claims themselves, as an encrypted token of its own has them.
    is_refused(&encrypt(r#","typ":"at+jwt""#, CLAIMS.as_bytes()), Error::Header(Parameter::ContentType));
    // As a token they are none: the two dots in them make three segments.
    is_refused(&encrypt(r#","cty":"JWT""#, CLAIMS.as_bytes()), Error::Base64(Part::Header));
    // The same with a signed token in it is let in where encrypted ones are taken.
    let signed = Signer::new("ES256").token(CLAIMS);
    assert_eq!(open(&encrypt(r#","cty":"JWT""#, signed.as_bytes())), Ok(()));
    // Outside of the encryption, the unsigned token is refused as one, and the signed one is let in.
    let signer = Signer::new("ES256");
    assert_eq!(verify(&plain, &signer.keys()), Err(Error::AlgorithmNotAllowed));
    assert_eq!(verify(&signer.token(CLAIMS), &signer.keys()), Ok(()));
}

/// jose (npm) decompressed whatever came, however large it grew.
#[test]
fn cve_2024_28176_compressed_content() {
    let bomb = bomb(2000);
    let token = encrypt(r#","cty":"JWT","zip":"DEF""#, &bomb);
    assert!(token.len() < bearward_core::limits::TOKEN_BYTES, "half a megabyte in a token of a good length");
    is_refused(&token, Error::UnsupportedHeader(Parameter::Compression));
}

/// Nimbus computed as many rounds of PBKDF2 as the header asked for.
#[test]
fn cve_2023_52428_rounds_of_pbes2() {
    let header = |name: &str| format!(r#"{{"alg":"{name}","enc":"A128GCM","p2s":"AAAAAAAAAAA","p2c":2147483647}}"#);
    let signer = Signer::new("ES256");
    for name in ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"] {
        let key = base64url(&[7; 24]);
        is_refused(
            &format!("{}.{key}.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", base64url(header(name).as_bytes())),
            Error::AlgorithmNotAllowed,
        );
        let signed = signer.jws(&header(name), CLAIMS.as_bytes());
        assert_eq!(verify(&signed, &signer.keys()), Err(Error::AlgorithmNotAllowed), "{name}");
    }
}

/// What a server says of the padding of RSAES-PKCS1-v1_5 decrypts for the attacker (RFC 8017 §7.2).
#[test]
fn rsa1_5_padding_oracle() {
    let header = base64url(br#"{"alg":"RSA1_5","enc":"A128GCM"}"#);
    // Whatever the padding is, it is the same answer, and nothing is decrypted for it.
    for first in [[0, 2], [0, 1], [0xff, 0xff]] {
        let key = base64url(&[&first[..], &[7; 254]].concat());
        is_refused(&format!("{header}.{key}.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"), Error::AlgorithmNotAllowed);
    }
}

/// James Manger, 2001: whether the number that was encrypted has a first byte of 0 tells a little more of it with each
/// multiple, until all is known.
#[test]
fn mangers_attack_on_oaep() {
    for alg in ["RSA-OAEP", "RSA-OAEP-256"] {
        let sender = Encrypter::new(alg, "A128GCM", AgreementCurve::P256);
        let keys = sender.keys();
        let open = |token: &str| {
            let mut buffer = vec![0; token.len()];
            decrypt_jwe(token.as_bytes(), &Decryption::new(KEY_MANAGEMENTS, &[&A128Gcm], &keys), &mut buffer).map(drop)
        };
        let modulus = sender.rsa_modulus();
        let message = sender.oaep(0, &sender.oaep_label(), &sender.oaep_padding(16), &[5; 16]);
        assert_eq!(open(&sender.jwe_of(&sender.rsa_power(&message), &[5; 16], b"x")), Ok(()));
        // Whether a multiple of the number has that first byte, which the attacker wants to hear and does not.
        let is_small = |factor: &BigUint| {
            // c * f^e is what encrypts m * f.
            let multiple = &message * factor % &modulus;
            let token = sender.jwe_of(&sender.rsa_power(&multiple), &[5; 16], b"x");
            assert_eq!(open(&token), Err(Error::DecryptionFailed), "{alg} {factor}");
            multiple.bits() <= modulus.bits() - 8
        };
        // The first two steps of the attack, with the answers given away: they tell the number to within two parts in 256.
        let doubled = (1..).map(|bits| BigUint::from(1_u8) << bits).find(|factor| !is_small(factor)).unwrap();
        let (step, bound) = (doubled >> 1, BigUint::from(1_u8) << (modulus.bits() - 8));
        let first = (&modulus + &bound) / bound;
        let wrapped = (0..512_u16).find(|count| is_small(&(&step * (&first + *count))));
        assert!(wrapped.is_some(), "the answers would have told");
    }
}

/// A stream of DEFLATE (RFC 1951) that repeats a space: 258 bytes for each thirteen bits.
fn bomb(repetitions: usize) -> Vec<u8> {
    // The last block, with the fixed codes; a space; and then code 285, to be copied from one byte before.
    let code = |text: &str| text.bytes().map(|bit| bit == b'1').collect::<Vec<_>>();
    let copies = std::iter::repeat_n(code("1100010100000"), repetitions).flatten();
    let bits: Vec<_> = code("110").into_iter().chain(code("01010000")).chain(copies).chain(code("0000000")).collect();
    bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| (byte << 1) | u8::from(*bit))).collect()
}
