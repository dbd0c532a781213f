//! A sender for tests: makes JWEs (RFC 7516) of every combination with fixed keys, from any header and any payload, good
//! or bad, on other crates than those that open them.
//!
//! Nothing here is checked or corrected.

use aes_gcm::{
    AeadInPlace, Aes128Gcm, Aes256Gcm, AesGcm, Nonce,
    aes::{
        Aes128, Aes192, Aes256, Block,
        cipher::{BlockEncrypt, KeyInit as _, consts::U12},
    },
};
pub use bearward_core::{ALL_CONTENT_ENCRYPTIONS as CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS as KEY_MANAGEMENTS};
use bearward_core::{DecryptionKeySet, limits};
use curve25519_dalek::MontgomeryPoint;
use hmac::{Hmac, Mac};
use num_bigint::BigUint;
use rand::{SeedableRng, rngs::StdRng};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::signer::{base64url, rsa_key};

/// An agreement's curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgreementCurve {
    /// P-256.
    P256,
    /// X25519.
    X25519,
}

/// The receiver's one key.
pub type Keys = DecryptionKeySet<1, { limits::RSA_PRIVATE_KEY_BYTES }>;

/// Encrypts with one key management and one content encryption.
#[derive(Clone, Copy, Debug)]
pub struct Encrypter {
    alg: &'static str,
    enc: &'static str,
    curve: AgreementCurve,
    seed: u8,
}

impl Encrypter {
    /// A sender by the names of its algorithms; the curve is for those of ECDH-ES alone.
    pub fn new(alg: &'static str, enc: &'static str, curve: AgreementCurve) -> Self {
        Self { alg, enc, curve, seed: 7 }
    }

    /// The same for another receiver.
    pub fn with_seed(self, seed: u8) -> Self {
        Self { seed, ..self }
    }

    /// One for each of [`KEY_MANAGEMENTS`] with each of [`CONTENT_ENCRYPTIONS`].
    pub fn all() -> impl Iterator<Item = Self> {
        let managements = KEY_MANAGEMENTS.iter().enumerate().map(|(index, management)| {
            // Those of the two curves share their names, and P-256 comes first.
            let again = KEY_MANAGEMENTS[..index].iter().any(|before| before.name() == management.name());
            (management.name(), if again { AgreementCurve::X25519 } else { AgreementCurve::P256 })
        });
        managements.flat_map(|(alg, curve)| {
            CONTENT_ENCRYPTIONS.iter().map(move |content| Self::new(alg, content.name(), curve))
        })
    }

    /// `alg`.
    pub fn key_management(&self) -> &'static str {
        self.alg
    }

    /// `enc`.
    pub fn content_encryption(&self) -> &'static str {
        self.enc
    }

    /// A JWE in compact form of this payload, with these members added to its header: empty, or each after a comma.
    ///
    /// # Panics
    ///
    /// If there are no such algorithms.
    pub fn jwe(&self, more: &str, payload: &[u8]) -> String {
        let content_key = match (self.alg, self.agreed(&self.agreement_parameters(more))) {
            ("dir", _) => self.shared_key(),
            ("ECDH-ES", Some(agreed)) => agreed,
            _ => vec![5; key_bytes(self.enc)],
        };
        let mut header = format!(r#""alg":"{}","enc":"{}"{more}"#, self.alg, self.enc);
        let mut encrypted_key = Vec::new();
        if self.alg.ends_with("GCMKW") {
            let (sealed, tag) = gcm_seal(&self.shared_key(), &[4; 12], b"", &content_key);
            encrypted_key = sealed;
            header += &format!(r#","iv":"{}","tag":"{}""#, base64url(&[4; 12]), base64url(&tag));
        } else if self.alg.starts_with("RSA") {
            encrypted_key = self.rsa_encrypt(&content_key);
        } else if self.alg.starts_with("ECDH-ES") {
            header += &format!(r#","epk":{}"#, self.ephemeral_key());
        }
        if let Some(wrapping) = self.wrapping_key(more) {
            encrypted_key = wrap(&wrapping, &content_key);
        }
        self.assemble(&header, &encrypted_key, &content_key, payload)
    }

    /// A JWE with this encrypted key and of this content key, whether they belong together or not.
    ///
    /// # Panics
    ///
    /// If the content key has another length than it must have.
    pub fn jwe_of(&self, encrypted_key: &[u8], content_key: &[u8], payload: &[u8]) -> String {
        let header = format!(r#""alg":"{}","enc":"{}""#, self.alg, self.enc);
        self.assemble(&header, encrypted_key, content_key, payload)
    }

    fn assemble(&self, header: &str, encrypted_key: &[u8], content_key: &[u8], payload: &[u8]) -> String {
        let header = base64url(format!("{{{header}}}").as_bytes());
        let (iv, ciphertext, tag) = seal(self.enc, content_key, header.as_bytes(), payload);
        [header, base64url(encrypted_key), base64url(&iv), base64url(&ciphertext), base64url(&tag)].join(".")
    }

    /// An encoding of OAEP (RFC 8017 §7.1.1, step 2), good or bad, of the parts that are given, and with a seed that is
    /// always the same. [`rsa_power`](Self::rsa_power) encrypts it.
    ///
    /// # Panics
    ///
    /// If the parts are not as long as the modulus together.
    pub fn oaep(&self, first: u8, label: &[u8], padding: &[u8], message: &[u8]) -> BigUint {
        let hash_bytes = self.oaep_label().len();
        let mut encoded = [&[first][..], &vec![9; hash_bytes], label, padding, message].concat();
        let (seed, block) = encoded[1..].split_at_mut(hash_bytes);
        self.oaep_mask(block, seed);
        self.oaep_mask(seed, block);
        assert_eq!(encoded.len(), self.rsa_key().size());
        BigUint::from_bytes_be(&encoded)
    }

    /// The hash of the empty label.
    pub fn oaep_label(&self) -> Vec<u8> {
        self.oaep_hash(b"")
    }

    /// What stands between that hash and a message of this length.
    pub fn oaep_padding(&self, message_bytes: usize) -> Vec<u8> {
        let zeros = self.rsa_key().size() - 2 - 2 * self.oaep_label().len() - message_bytes;
        [vec![0; zeros], vec![1]].concat()
    }

    /// The public operation of RSA (RFC 8017 §5.1.1) with the receiver's key, as many bytes as its modulus has.
    pub fn rsa_power(&self, number: &BigUint) -> Vec<u8> {
        let key = self.rsa_key();
        let [n, e] = [key.n_bytes(), key.e_bytes()].map(|number| BigUint::from_bytes_be(&number));
        let power = number.modpow(&e, &n).to_bytes_be();
        [vec![0; key.size() - power.len()], power].concat()
    }

    /// The receiver's modulus.
    pub fn rsa_modulus(&self) -> BigUint {
        BigUint::from_bytes_be(&self.rsa_key().n_bytes())
    }

    fn oaep_hash(&self, message: &[u8]) -> Vec<u8> {
        if self.alg == "RSA-OAEP" { Sha1::digest(message).to_vec() } else { Sha256::digest(message).to_vec() }
    }

    /// MGF1 (RFC 8017 §B.2.1).
    fn oaep_mask(&self, masked: &mut [u8], seed: &[u8]) {
        let blocks = (0_u32..).flat_map(|counter| self.oaep_hash(&[seed, &counter.to_be_bytes()].concat()));
        masked.iter_mut().zip(blocks).for_each(|(byte, mask)| *byte ^= mask);
    }

    fn rsa_key(&self) -> rsa::PrivateKey {
        rsa_key(match self.seed {
            7 => include_str!("../data/rsa-2048.jwk.json"),
            _ => include_str!("../data/rsa-2048-e3.jwk.json"),
        })
    }

    fn rsa_encrypt(&self, content_key: &[u8]) -> Vec<u8> {
        let key = self.rsa_key().to_public_key();
        // The same seed every time, so that a failing test fails again.
        let mut rng = StdRng::seed_from_u64(1);
        match self.alg {
            "RSA-OAEP" => key.oaep_encrypt_with_rng::<Sha1, _>(&mut rng, content_key),
            _ => key.oaep_encrypt_with_rng::<Sha256, _>(&mut rng, content_key),
        }
        .unwrap()
    }

    /// The receiver's key as a private JWK, named `own`.
    pub fn jwk(&self) -> String {
        let members = if self.alg.starts_with("RSA") {
            rsa_members(&self.rsa_key())
        } else if !self.alg.starts_with("ECDH-ES") {
            format!(r#""kty":"oct","k":"{}""#, base64url(&self.shared_key()))
        } else if self.curve == AgreementCurve::P256 {
            format!(r#"{},"d":"{}""#, p256_members(&[self.seed; 32]), base64url(&[self.seed; 32]))
        } else {
            format!(r#"{},"d":"{}""#, x25519_members([self.seed; 32]), base64url(&[self.seed; 32]))
        };
        format!(r#"{{{members},"kid":"own","use":"enc","alg":"{}"}}"#, self.alg)
    }

    /// The receiver's key, read.
    ///
    /// # Panics
    ///
    /// If core does not take it.
    pub fn keys(&self) -> Keys {
        let mut keys = DecryptionKeySet::new();
        keys.read_local(self.jwk().as_bytes()).unwrap();
        keys
    }

    fn shared_key(&self) -> Vec<u8> {
        let bytes = match self.alg {
            "dir" => key_bytes(self.enc),
            "A128KW" | "A128GCMKW" => 16,
            "A192KW" | "A192GCMKW" => 24,
            _ => 32,
        };
        vec![self.seed; bytes]
    }

    fn wrapping_key(&self, more: &str) -> Option<Vec<u8>> {
        match self.alg {
            "A128KW" | "A192KW" | "A256KW" => Some(self.shared_key()),
            alg if alg.starts_with("ECDH-ES+") => self.agreed(&self.agreement_parameters(more)),
            _ => None,
        }
    }

    /// `apu` and `apv`, decoded, out of the members that are added.
    fn agreement_parameters(&self, more: &str) -> [Vec<u8>; 2] {
        let header = format!(r#"{{"x":0{more}}}"#);
        let header: serde_json::Value = serde_json::from_str(&header).unwrap_or_default();
        ["apu", "apv"].map(|name| header[name].as_str().map(crate::signer::from_base64url).unwrap_or_default())
    }

    /// The derived key of ECDH-ES (RFC 7518 §4.6.2), if it is that.
    fn agreed(&self, [party_u, party_v]: &[Vec<u8>; 2]) -> Option<Vec<u8>> {
        let (name, bytes) = match self.alg {
            "ECDH-ES" => (self.enc, key_bytes(self.enc)),
            "ECDH-ES+A128KW" => (self.alg, 16),
            "ECDH-ES+A192KW" => (self.alg, 24),
            "ECDH-ES+A256KW" => (self.alg, 32),
            _ => return None,
        };
        let secret = match self.curve {
            AgreementCurve::P256 => {
                let own = p256::SecretKey::from_slice(&[9; 32]).unwrap();
                let theirs = p256::SecretKey::from_slice(&[self.seed; 32]).unwrap().public_key();
                p256::ecdh::diffie_hellman(own.to_nonzero_scalar(), theirs.as_affine()).raw_secret_bytes().to_vec()
            }
            AgreementCurve::X25519 => {
                MontgomeryPoint::mul_base_clamped([self.seed; 32]).mul_clamped([9; 32]).to_bytes().to_vec()
            }
        };
        let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
        let mut other = Vec::new();
        for part in [name.as_bytes(), party_u, party_v] {
            other.extend_from_slice(&number(part.len()));
            other.extend_from_slice(part);
        }
        other.extend_from_slice(&number(bytes * 8));
        let rounds = (1..=2).map(|round| Sha256::digest([&number(round)[..], &secret, &other].concat()));
        Some(rounds.flatten().take(bytes).collect())
    }

    fn ephemeral_key(&self) -> String {
        let members = match self.curve {
            AgreementCurve::P256 => p256_members(&[9; 32]),
            AgreementCurve::X25519 => x25519_members([9; 32]),
        };
        format!("{{{members}}}")
    }
}

/// Encrypts content with the key of its encryption; initialization vector, ciphertext and tag.
///
/// # Panics
///
/// If there is no such content encryption, or the key has another length.
pub fn seal(enc: &str, key: &[u8], additional: &[u8], payload: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let Some((_, hash)) = enc.split_once("CBC-HS") else {
        let (ciphertext, tag) = gcm_seal(key, &[3; 12], additional, payload);
        return (vec![3; 12], ciphertext, tag);
    };
    let padding = 16 - payload.len() % 16;
    let padded = [payload, &vec![u8::try_from(padding).unwrap(); padding]].concat();
    let (ciphertext, tag) = cbc_seal(hash, key, additional, &padded);
    (vec![3; 16], ciphertext, tag)
}

/// Encrypts whole blocks in CBC, whatever padding they end with, and authenticates them (RFC 7518 §5.2.2.1).
///
/// # Panics
///
/// If the key has another length, or the blocks are not whole.
pub fn cbc_seal(hash: &str, key: &[u8], additional: &[u8], padded: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mac_key, key) = key.split_at(key.len() / 2);
    let mut previous = [3; 16];
    let mut ciphertext = Vec::new();
    for block in padded.chunks(16) {
        let mixed: Vec<u8> = block.iter().zip(previous).map(|(byte, before)| byte ^ before).collect();
        previous = encrypt_block(key, mixed.try_into().unwrap());
        ciphertext.extend_from_slice(&previous);
    }
    let bits = (u64::try_from(additional.len()).unwrap() * 8).to_be_bytes();
    let message = [additional, &[3; 16], &ciphertext, &bits].concat();
    let mut tag = match hash {
        "256" => mac::<Hmac<Sha256>>(mac_key, &message),
        "384" => mac::<Hmac<Sha384>>(mac_key, &message),
        _ => mac::<Hmac<Sha512>>(mac_key, &message),
    };
    tag.truncate(tag.len() / 2);
    (ciphertext, tag)
}

/// The length of the key of a content encryption, in bytes.
fn key_bytes(enc: &str) -> usize {
    CONTENT_ENCRYPTIONS.iter().find(|content| content.name() == enc).unwrap().key_bytes()
}

fn gcm_seal(key: &[u8], iv: &[u8; 12], additional: &[u8], payload: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut sealed = payload.to_vec();
    let nonce = &Nonce::<U12>::from(*iv);
    let tag = match key.len() {
        16 => Aes128Gcm::new_from_slice(key).unwrap().encrypt_in_place_detached(nonce, additional, &mut sealed),
        24 => AesGcm::<Aes192, U12>::new_from_slice(key).unwrap().encrypt_in_place_detached(
            nonce,
            additional,
            &mut sealed,
        ),
        _ => Aes256Gcm::new_from_slice(key).unwrap().encrypt_in_place_detached(nonce, additional, &mut sealed),
    };
    (sealed, tag.unwrap().to_vec())
}

/// RFC 3394 §2.2.1.
fn wrap(key: &[u8], content_key: &[u8]) -> Vec<u8> {
    let mut registers: Vec<[u8; 8]> = content_key.chunks(8).map(|chunk| chunk.try_into().unwrap()).collect();
    let mut check = [0xA6; 8];
    let mut count = 0_u64;
    for _ in 0..6 {
        for register in &mut registers {
            count += 1;
            let block = encrypt_block(key, [check, *register].concat().try_into().unwrap());
            let (front, back) = block.split_at(8);
            check = (u64::from_be_bytes(front.try_into().unwrap()) ^ count).to_be_bytes();
            *register = back.try_into().unwrap();
        }
    }
    [&check[..], &registers.concat()].concat()
}

fn encrypt_block(key: &[u8], block: [u8; 16]) -> [u8; 16] {
    let mut block = Block::from(block);
    match key.len() {
        16 => Aes128::new_from_slice(key).unwrap().encrypt_block(&mut block),
        24 => Aes192::new_from_slice(key).unwrap().encrypt_block(&mut block),
        _ => Aes256::new_from_slice(key).unwrap().encrypt_block(&mut block),
    }
    block.into()
}

fn mac<M: Mac + hmac::KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    <M as hmac::KeyInit>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

/// All members of a private key (RFC 7518 §6.3.2).
fn rsa_members(key: &rsa::PrivateKey) -> String {
    let [p, q] = [0, 1].map(|index| key.primes()[index].to_be_bytes_trimmed_vartime());
    let [d, dp, dq] = [Some(key.d()), key.dp(), key.dq()].map(|number| number.unwrap().to_be_bytes_trimmed_vartime());
    let qi = key.crt_coefficient().unwrap().to_be_bytes_trimmed_vartime();
    let numbers = [key.n_bytes(), key.e_bytes(), d, p, q, dp, dq, qi];
    let members = ["n", "e", "d", "p", "q", "dp", "dq", "qi"].into_iter().zip(numbers);
    let members = members.map(|(name, number)| format!(r#","{name}":"{}""#, base64url(&number)));
    format!(r#""kty":"RSA"{}"#, members.collect::<String>())
}

fn p256_members(d: &[u8]) -> String {
    use p256::elliptic_curve::sec1::ToSec1Point as _;

    let point = p256::SecretKey::from_slice(d).unwrap().public_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    format!(r#""kty":"EC","crv":"P-256","x":"{}","y":"{}""#, base64url(x), base64url(y))
}

fn x25519_members(d: [u8; 32]) -> String {
    let point = MontgomeryPoint::mul_base_clamped(d).to_bytes();
    format!(r#""kty":"OKP","crv":"X25519","x":"{}""#, base64url(&point))
}
