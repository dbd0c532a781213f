//! The types of bearward-core.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use bearward_core::{
    Answer, Curve, DecryptionKey, DecryptionKeySet, DeviceKeys, Es256Signer, HmacAlgorithm, Hs256, Hs384, Hs512,
    KeyError, KeyPurpose, PreparedHmac, RecordKey, Registration, RegistrationRequest, Renewal, RsaPrivate,
    RsaPrivateKey, Secret, TokenRequest, TokenStore, limits,
};
use p256::ecdsa::SigningKey;
use wiping::{Place, Seen};

use crate::Table;

const ISSUER: &str = "https://as.example";

pub fn rows(table: &mut Table) {
    prepared::<Hs256>(table, "PreparedHmac<Hs256>");
    prepared::<Hs384>(table, "PreparedHmac<Hs384>");
    prepared::<Hs512>(table, "PreparedHmac<Hs512>");
    decryption_keys(table);
    device_keys(table);
    signer(table);
    registration(table);
    token_store(table);
    table.row("RecordKey", &["core/src/token_store/seal.rs RecordKey"], |place, secret| {
        place.watch(|| RecordKey::new(secret.first_chunk().unwrap()), |_| {})
    });
}

/// It borrows the secret, so that the address is left behind, which is always the same.
fn prepared<A: HmacAlgorithm>(table: &mut Table, name: &str) {
    table.row(name, &["core/src/alg/hmac/prepared.rs PreparedHmac"], |place, secret| {
        place.watch(|| PreparedHmac::<A>::new(Secret::new(secret)).unwrap(), |_| {})
    });
}

type MakeKey = for<'k> fn(&'k [u8; 64]) -> DecryptionKey<'k>;

const DECRYPTION_KEYS: &[&str] =
    &["core/src/jose/decryption_keys.rs DecryptionKeySet", "core/src/jose/decryption_keys.rs Entry"];

fn decryption_keys(table: &mut Table) {
    let kinds: [(&str, MakeKey); 4] = [
        ("a shared key", |secret| DecryptionKey::Symmetric(Secret::new(secret))),
        ("a client's secret", |secret| DecryptionKey::ClientSecret(Secret::new(secret))),
        ("P-256", |secret| DecryptionKey::Ec { curve: Curve::P256, d: Secret::new(&secret[..32]) }),
        ("X25519", |secret| DecryptionKey::X25519 { d: Secret::new(&secret[..32]) }),
    ];
    for (kind, key) in kinds {
        table.row(&format!("DecryptionKeySet, {kind}"), DECRYPTION_KEYS, |place, secret| {
            place.watch(DecryptionKeySet::<2>::new, |set| set.add(&key(secret), Some("a"), None).unwrap())
        });
    }
    let rsa = |place: &Place, private: RsaPrivate<'_>| {
        let key = DecryptionKey::Rsa(RsaPrivateKey { n: &[0xc5; 256], e: &[1, 0, 1], private });
        let fill = |set: &mut RsaKeys| set.add(&key, None, None).unwrap();
        place.watch(RsaKeys::new, fill)
    };
    table.row("DecryptionKeySet, primes of RSA", DECRYPTION_KEYS, |place, secret| {
        let [one, two] = [&secret[..32], &secret[32..]].map(Secret::new);
        rsa(place, RsaPrivate::Primes { p: one, q: two, dp: one, dq: two, qi: one })
    });
    table.row("DecryptionKeySet, an exponent of RSA", DECRYPTION_KEYS, |place, secret| {
        rsa(place, RsaPrivate::Exponent(Secret::new(secret)))
    });
    table.row("DecryptionKeySet, read", DECRYPTION_KEYS, |place, secret| {
        let [one, two] = [&secret[..32], &secret[32..]].map(Base64UrlUnpadded::encode_string);
        let document = format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","kid":"one","d":"{one}"}},{{"kty":"OKP","crv":"X25519","kid":"two","d":"{two}"}}]}}"#
        );
        place.watch(DecryptionKeySet::<2>::new, |set| set.read_local(document.as_bytes()).unwrap())
    });
    // A key before it is good, so that there is something to be seen before the set is dropped, too.
    table.row("DecryptionKeySet, a key that breaks off", DECRYPTION_KEYS, |place, secret| {
        let encode = Base64UrlUnpadded::encode_string;
        let (n, secret) = (encode(&[0xc5; 256]), encode(secret));
        let good = format!(r#"{{"kty":"oct","k":"{secret}"}}"#);
        let bad = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","d":"{secret}","p":"{secret}"}}"#);
        place.watch(RsaKeys::new, |set| {
            set.read_local(good.as_bytes()).unwrap();
            assert_eq!(set.read_local(bad.as_bytes()), Err(KeyError::Missing("q")));
        })
    });
}

type RsaKeys = DecryptionKeySet<2, { limits::RSA_PRIVATE_KEY_BYTES }>;

const DEVICE_KEYS: &[&str] = &["core/src/jose/device_keys.rs DeviceKeys", "core/src/jose/device_keys/entry.rs Entry"];

/// The public halves and the `kid`, which is made of them, are left behind: anybody may know them.
fn device_keys(table: &mut Table) {
    let make = |keys: &mut DeviceKeys<4>, purpose, secret: &[u8]| {
        let made: Result<_, _> = keys.generate(purpose, |bytes| -> Result<(), ()> {
            bytes.copy_from_slice(secret);
            Ok(())
        });
        made.unwrap();
    };
    let watch = |place: &Place, fill: &dyn Fn(&mut DeviceKeys<4>, &mut Vec<Vec<u8>>)| {
        let mut public = Vec::new();
        let seen = place.watch(DeviceKeys::<4>::new, |keys| {
            fill(keys, &mut public);
            public.extend(public_halves(keys));
        });
        public.iter().fold(seen, |seen, half| seen.without(half))
    };
    for purpose in [KeyPurpose::Signature, KeyPurpose::EncryptionP256, KeyPurpose::EncryptionX25519] {
        table.row(&format!("DeviceKeys, {purpose:?}"), DEVICE_KEYS, |place, secret| {
            watch(place, &|keys, _| make(keys, purpose, &secret[..32]))
        });
    }
    table.row("DeviceKeys, a key that was rotated out", DEVICE_KEYS, |place, secret| {
        watch(place, &|keys, public| {
            make(keys, KeyPurpose::Signature, &secret[..32]);
            make(keys, KeyPurpose::Signature, &secret[32..]);
            keys.rotate(KeyPurpose::Signature).unwrap();
            public.extend(public_halves(keys));
            assert!(keys.drop_previous(KeyPurpose::Signature));
        })
    });
    table.row("DeviceKeys, imported", DEVICE_KEYS, |place, secret| {
        let (mut stored, mut buffer) = (DeviceKeys::<4>::new(), [0; DeviceKeys::<4>::EXPORT_BYTES]);
        make(&mut stored, KeyPurpose::Signature, &secret[..32]);
        make(&mut stored, KeyPurpose::EncryptionX25519, &secret[32..]);
        let exported = stored.export(&mut buffer).unwrap();
        watch(place, &|keys, _| keys.import(exported).unwrap())
    });
}

/// What is published of the keys, as it is kept.
fn public_halves(keys: &DeviceKeys<4>) -> Vec<Vec<u8>> {
    let document = keys.public_jwks().to_string();
    let values = |member: &str| -> Vec<String> {
        let parts = document.split(member).skip(1);
        parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let coordinates = [r#""x":""#, r#""y":""#].map(&values).concat();
    assert!(!coordinates.is_empty() && !values(r#""kid":""#).is_empty(), "{document}");
    let decoded = coordinates.iter().map(|text| Base64UrlUnpadded::decode_vec(text).unwrap());
    decoded.chain(values(r#""kid":""#).into_iter().map(String::into_bytes)).collect()
}

/// The public key is left behind, as two coordinates in the form in which it is computed with.
fn signer(table: &mut Table) {
    table.row("Es256Signer", &["core/src/client/signer.rs Es256Signer"], |place, secret| {
        let public = Place::default().watch(|| *SigningKey::from_slice(&secret[..32]).unwrap().verifying_key(), |_| {});
        let make = || Es256Signer::new(secret.first_chunk().unwrap()).unwrap().with_key_id("a");
        place.watch(make, |_| {}).without(&public.before[..64])
    });
}

const REGISTRATION: &[&str] = &["core/src/registration/record.rs Registration"];

fn registration(table: &mut Table) {
    fn registered(secret: &str) -> Registration<512> {
        let mut body = format!(
            r#"{{"client_id":"valve","client_secret":"{secret}","client_secret_expires_at":0,"registration_access_token":"{secret}","registration_client_uri":"https://as.example/register/valve"}}"#
        )
        .into_bytes();
        let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body };
        Registration::new(&RegistrationRequest::read(answer, "as.example").unwrap(), ISSUER).unwrap()
    }
    let text = |secret: &[u8]| Base64UrlUnpadded::encode_string(secret);
    table.row("Registration", REGISTRATION, |place, secret| place.watch(|| registered(&text(secret)), |_| {}));
    table.row("Registration, updated", REGISTRATION, |place, secret| {
        let mut body = format!(
            r#"{{"client_id":"valve","client_secret":"{}","client_secret_expires_at":0}}"#,
            text(&secret[32..])
        )
        .into_bytes();
        let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
        place.watch(
            || registered(&text(secret)),
            |own| {
                let told = own.configuration().unwrap().read(answer).unwrap();
                own.update(&told).unwrap();
            },
        )
    });
    table.row("Registration, imported", REGISTRATION, |place, secret| {
        let stored = registered(&text(secret));
        place.watch(|| Registration::<512>::import(stored.as_bytes(), ISSUER).unwrap(), |_| {})
    });
}

fn token_store(table: &mut Table) {
    let covered = &["core/src/token_store.rs TokenStore", "core/src/token_store/parts.rs Parts"];
    let watch = |place: &Place, secret: &[u8; 64], then: &dyn Fn(&mut TokenStore<2, 512>)| -> Seen {
        place.watch(TokenStore::<2, 512>::new, |store| {
            granted(store, secret);
            then(store);
        })
    };
    table.row("TokenStore", covered, |place, secret| watch(place, secret, &|_| {}));
    table.row("TokenStore, a token that waits to be revoked", covered, |place, secret| {
        watch(place, secret, &|store| assert_eq!(store.revoke("valve", "session", 5), Ok(true)))
    });
    table.row("TokenStore, restored", covered, |place, secret| {
        let mut stored = TokenStore::<2, 512>::new();
        granted(&mut stored, secret);
        let mut buffer = [0; 600];
        let unsaved = stored.unsaved().unwrap();
        let length = stored.write_record(unsaved, 1, None, &mut buffer).unwrap().unwrap();
        place.watch(TokenStore::<2, 512>::new, |store| store.restore(0, &buffer[..length], 1, None).unwrap())
    });
    // Of two entries one is there before the store is dropped.
    table.row("TokenStore, a token that was removed", covered, |place, secret| {
        watch(place, secret, &|store| {
            assert!(store.remove("valve", "session"));
            granted(store, &secret.map(|byte| byte ^ 1));
        })
    });
}

/// Grants a token to the session that waits for it.
pub fn granted<const N: usize, E: Copy>(store: &mut TokenStore<N, 512, E>, secret: &[u8]) {
    let text = Base64UrlUnpadded::encode_string(secret);
    let mut body =
        format!(r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":600,"refresh_token":"{text}"}}"#)
            .into_bytes();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let ticket = store.expect("valve", "session", "read", Renewal::RefreshToken, 0).unwrap();
    store.grant(ticket, &TokenRequest::read(answer).unwrap(), 0).unwrap();
}
