//! RSA verification against the `rsa` crate, which signs and judges, and against signatures that were made to deceive.

mod forged_pkcs1;
mod forged_pss;
mod signatures;

use bearward_core::{Algorithm, Ps256, Ps384, Ps512, PublicKey, Rs256, Rs384, Rs512};
use num_bigint::BigUint;
use rand::{SeedableRng, rngs::StdRng};
use rsa::{
    BoxedUint, Pkcs1v15Sign, Pss,
    traits::{PublicKeyParts, SignatureScheme},
};
use sha2::{
    Digest, Sha256, Sha384, Sha512,
    digest::{FixedOutputReset, const_oid::AssociatedOid},
};
use tests::signer::from_base64url;

/// A key pair. Those of 2049 and 2056 bits do not fill their last limb; 2049 is one more than a multiple of 8.
struct KeyPair {
    n: BigUint,
    d: BigUint,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    private: rsa::PrivateKey,
    public: rsa::PublicKey,
}

macro_rules! key_pair {
    ($file:literal) => {
        KeyPair::read(include_str!(concat!("../../data/", $file, ".jwk.json")))
    };
}
use key_pair;

impl KeyPair {
    fn all() -> [Self; 6] {
        [
            key_pair!("rsa-2048"),
            key_pair!("rsa-2048-e3"),
            key_pair!("rsa-2049-e17"),
            // The exponent is 2^32 + 1.
            key_pair!("rsa-2056"),
            key_pair!("rsa-3072"),
            key_pair!("rsa-4096"),
        ]
    }

    fn read(jwk: &str) -> Self {
        let jwk: serde_json::Value = serde_json::from_str(jwk).unwrap();
        let bytes = |name: &str| from_base64url(jwk[name].as_str().unwrap());
        let number = |name: &str| BoxedUint::from_be_slice_vartime(&bytes(name));
        let primes = vec![number("p"), number("q")];
        let private = rsa::PrivateKey::from_components(number("n"), number("e"), number("d"), primes).unwrap();
        let public = private.to_public_key();
        assert_eq!(public.n_bytes().as_ref(), bytes("n"));
        Self {
            n: BigUint::from_bytes_be(&bytes("n")),
            d: BigUint::from_bytes_be(&bytes("d")),
            modulus: bytes("n"),
            exponent: bytes("e"),
            private,
            public,
        }
    }

    fn key(&self) -> bearward_core::Key<'_> {
        bearward_core::Key::Public(PublicKey::Rsa { n: &self.modulus, e: &self.exponent })
    }

    fn bits(&self) -> usize {
        self.n.bits() as usize
    }

    /// The bytes of a number, as long as the modulus.
    fn padded(&self, number: &BigUint) -> Vec<u8> {
        let bytes = number.to_bytes_be();
        [vec![0; self.modulus.len() - bytes.len()], bytes].concat()
    }

    /// The private key applied to an encoding, whether it is a good one or not.
    fn sign_encoding(&self, encoding: &[u8]) -> Vec<u8> {
        let encoding = BigUint::from_bytes_be(encoding);
        assert!(encoding < self.n);
        self.padded(&encoding.modpow(&self.d, &self.n))
    }
}

/// An algorithm of ours, and what the `rsa` crate has for it.
struct Scheme {
    ours: &'static dyn Algorithm,
    sign: fn(&KeyPair, &[u8]) -> Vec<u8>,
    judge: fn(&KeyPair, &[u8], &[u8]) -> bool,
}

static SCHEMES: [Scheme; 6] = [
    Scheme { ours: &Rs256, sign: sign_pkcs1::<Sha256>, judge: judge_pkcs1::<Sha256> },
    Scheme { ours: &Rs384, sign: sign_pkcs1::<Sha384>, judge: judge_pkcs1::<Sha384> },
    Scheme { ours: &Rs512, sign: sign_pkcs1::<Sha512>, judge: judge_pkcs1::<Sha512> },
    Scheme { ours: &Ps256, sign: sign_pss::<Sha256>, judge: judge_pss::<Sha256> },
    Scheme { ours: &Ps384, sign: sign_pss::<Sha384>, judge: judge_pss::<Sha384> },
    Scheme { ours: &Ps512, sign: sign_pss::<Sha512>, judge: judge_pss::<Sha512> },
];

impl Scheme {
    fn accepts(&self, key: &KeyPair, message: &[u8], signature: &[u8]) -> bool {
        self.ours.verify(&key.key(), message, signature).is_ok()
    }

    /// The verdict on which we and the `rsa` crate agree.
    #[track_caller]
    fn verdict(&self, key: &KeyPair, message: &[u8], signature: &[u8]) -> bool {
        let ours = self.accepts(key, message, signature);
        assert_eq!(ours, (self.judge)(key, message, signature), "{} with {} bits", self.ours.name(), key.bits());
        ours
    }
}

fn sign<D: Digest>(scheme: impl SignatureScheme, key: &KeyPair, message: &[u8]) -> Vec<u8> {
    // The salt of PSS is the same at every run, so that a failing test fails again.
    key.private.sign_with_rng(&mut StdRng::seed_from_u64(1), scheme, &D::digest(message)).unwrap()
}

fn sign_pkcs1<D: Digest + AssociatedOid>(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    sign::<D>(Pkcs1v15Sign::new::<D>(), key, message)
}

fn sign_pss<D: Digest + FixedOutputReset>(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    sign::<D>(Pss::<D>::new(), key, message)
}

fn judge_pkcs1<D: Digest + AssociatedOid>(key: &KeyPair, message: &[u8], signature: &[u8]) -> bool {
    key.public.verify(Pkcs1v15Sign::new::<D>(), &D::digest(message), signature).is_ok()
}

fn judge_pss<D: Digest + FixedOutputReset>(key: &KeyPair, message: &[u8], signature: &[u8]) -> bool {
    key.public.verify(Pss::<D>::new(), &D::digest(message), signature).is_ok()
}
