//! Measures bearward-core on a board of QEMU, and prints a line for each row of the table: its name, the bytes that it works
//! on, instructions and stack, with tabs between. Then the sizes of what a device keeps.
#![no_std]
#![no_main]

use core::{hint::black_box, panic::PanicInfo};

use bearward_core::{
    A256Gcm, Algorithm, Answer, BearerRequest, BearerToken, Claim, Client, Decryption, DecryptionKeySet,
    DecryptionKeys, DeviceKeys, Dir, EcdhEsP256, EcdhEsX25519, EdDsa, Error, Es256, Es384, Es512, Fresh, Hs256,
    IntrospectionRequest, JwkSet, JwkSetReader, Key, KeyPurpose, Keys, Policy, PreparedEd25519, PreparedHmac,
    PreparedP256, PreparedP384, Ps256, Reason, Rs256, SecretSet, TokenCache, Transport, UnixTime, UserInfoEndpoint,
    base64url, decrypt_jwe, json, verify_jws,
};
use chip_bench::{Cost, Meter};
use semihosting::{println, process};

mod samples {
    //! What benches/examples/chip_samples.rs made.

    /// A token, and the key set that verifies it.
    #[derive(Debug)]
    pub struct Sample {
        /// What it shows.
        pub name: &'static str,
        /// In compact form.
        pub token: &'static str,
        /// As JSON.
        pub keys: &'static str,
    }

    include!("../samples.rs");
}

use samples::{ACCEPTED, NOW, Sample};

static ALGORITHMS: &[&dyn Algorithm] = &[&Hs256, &Rs256, &Ps256, &Es256, &Es384, &Es512, &EdDsa];
static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
static UNSIGNED: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[&Unverified]);

#[chip_bench::entry]
fn main() -> ! {
    println!("compiler\t{}", env!("COMPILER"));
    let table = Table { meter: Meter::start() };
    parts(&table);
    for sample in &ACCEPTED {
        accepted(&table, sample);
    }
    p256(&table);
    p384(&table);
    prepared_ed25519::<8>(&table, "EdDSA, tables of 2.5 KB", "tables of 2.5 KB for an Ed25519 key");
    prepared_ed25519::<32>(&table, "EdDSA, tables of 10 KB", "tables of 10 KB for an Ed25519 key");
    prepared_secret(&table);
    cached(&table, es256());
    refused(&table);
    key_sets(&table);
    encrypted(&table);
    device_keys(&table);
    sizes();
    process::exit(0)
}

struct Table {
    meter: Meter,
}

impl Table {
    /// A row; what is measured must do what its name says.
    fn row(&self, name: &str, bytes: usize, run: &mut dyn FnMut() -> bool) {
        let mut good = false;
        let Cost { instructions, stack } = self.meter.cost(&mut || good = run());
        assert!(good);
        println!("row\t{}\t{}\t{}\t{}", name, bytes, instructions, stack);
    }
}

/// The steps of a validation.
fn parts(table: &Table) {
    let sample = es256();
    let keys = public_keys(sample);

    let mut field = [0; 1024];
    let field = joined(&mut field, &[b"Bearer ", sample.token.as_bytes()]);
    table.row("bearer token from the header field", field.len(), &mut || {
        let request = BearerRequest::new(Transport::Tls).with_authorization([black_box(&*field)]);
        request.token(&mut []).is_ok_and(|found| black_box(found).is_some())
    });

    let (header, rest) = sample.token.split_once('.').unwrap_or_default();
    let (payload, _) = rest.split_once('.').unwrap_or_default();
    let mut buffer = [0; 1024];
    table.row("header: shape, base64url, JSON, key", header.len(), &mut || {
        // A signature of no length that fits ends it where the header has been read and the key found.
        verify_jws(black_box(sample.token).as_bytes(), &[&NoneFits], &keys, &mut buffer).err()
            == Some(Error::BadSignature)
    });
    table.row("claims: base64url, JSON", payload.len(), &mut || {
        let decoded = base64url::decode(black_box(payload).as_bytes(), &mut buffer);
        let object = decoded.and_then(|claims| json::Object::read_in_place(claims).ok());
        object.is_some_and(|object| object.members().map(black_box).count() == 13)
    });
    table.row("all but the signature", sample.token.len(), &mut || {
        validate(&UNSIGNED, sample.token, &keys, &mut buffer).is_ok()
    });
    let mut buffer = [0; 2048];
    let json = &mut buffer[..samples::DEEP_AND_WIDE.len()];
    json.copy_from_slice(samples::DEEP_AND_WIDE.as_bytes());
    table.row("JSON as deep and wide as is read", samples::DEEP_AND_WIDE.len(), &mut || {
        json::Object::read_in_place(black_box(&mut *json)).map(black_box).is_ok()
    });
}

/// A whole validation, with the key read beforehand.
fn accepted(table: &Table, sample: &Sample) {
    let mut buffer = [0; 1024];
    let mut validate = |keys: &dyn Keys| {
        table.row(sample.name, sample.token.len(), &mut || validate(&POLICY, sample.token, keys, &mut buffer).is_ok());
        refuses_tampered(sample, keys, &mut buffer);
    };
    if sample.name.starts_with("HS") {
        let mut secret = [0; 64];
        validate(&require(SecretSet::<1>::read_local(sample.keys.as_bytes(), &mut secret)));
    } else {
        validate(&public_keys(sample));
    }
}

/// The same token with another signature must not be good.
fn refuses_tampered(sample: &Sample, keys: &dyn Keys, buffer: &mut [u8]) {
    let mut token = [0; 1024];
    let token = joined_mut(&mut token, &[sample.token.as_bytes()]);
    // In the middle of the signature every bit counts.
    let signature = sample.token.rfind('.').unwrap_or(0);
    let middle = &mut token[signature.midpoint(sample.token.len())];
    *middle = if *middle == b'A' { b'B' } else { b'A' };
    let refused = str::from_utf8(token).map(|token| validate(&POLICY, token, keys, buffer).err());
    assert!(refused == Ok(Some(Error::BadSignature)));
}

/// A whole validation with a key that has a table, and what it takes to make that.
macro_rules! prepared_point {
    ($table:expr, $sample:literal, $prepared:ident, $points:literal, $bytes:literal, $name:literal, $preparation:literal) => {{
        let table: &Table = $table;
        let sample = by_name($sample);
        let set = public_keys(sample);
        let jwk = require(set.iter().next().ok_or(()));
        let mut prepared = $prepared::<$points>::new();
        table.row($preparation, $bytes, &mut || prepared.prepare(black_box(jwk)).is_ok());
        let mut buffer = [0; 1024];
        let keys = prepared.within(&set);
        table.row($name, sample.token.len(), &mut || validate(&POLICY, sample.token, &keys, &mut buffer).is_ok());
        refuses_tampered(sample, &keys, &mut buffer);
    }};
}

#[inline(never)]
fn p256(table: &Table) {
    prepared_point!(table, "ES256", PreparedP256, 8, 64, "ES256, table of 512 B", "table of 512 B for a P-256 key");
    prepared_point!(table, "ES256", PreparedP256, 32, 64, "ES256, table of 2 KB", "table of 2 KB for a P-256 key");
    prepared_point!(table, "ES256", PreparedP256, 128, 64, "ES256, table of 8 KB", "table of 8 KB for a P-256 key");
}

#[inline(never)]
fn p384(table: &Table) {
    prepared_point!(table, "ES384", PreparedP384, 8, 96, "ES384, table of 768 B", "table of 768 B for a P-384 key");
    prepared_point!(table, "ES384", PreparedP384, 32, 96, "ES384, table of 3 KB", "table of 3 KB for a P-384 key");
}

/// As for P-256.
fn prepared_ed25519<const POINTS: usize>(table: &Table, name: &str, preparation: &str) {
    let sample = by_name("EdDSA");
    let set = public_keys(sample);
    let jwk = require(set.iter().next().ok_or(()));
    let mut prepared = PreparedEd25519::<POINTS>::new();
    table.row(preparation, 32, &mut || prepared.prepare(black_box(jwk)).is_ok());
    let mut buffer = [0; 1024];
    let keys = prepared.within(&set);
    table.row(name, sample.token.len(), &mut || validate(&POLICY, sample.token, &keys, &mut buffer).is_ok());
    refuses_tampered(sample, &keys, &mut buffer);
}

/// A whole validation with a secret that is prepared.
fn prepared_secret(table: &Table) {
    let sample = by_name("HS256");
    let mut secret = [0; 64];
    let set = require(SecretSet::<1>::read_local(sample.keys.as_bytes(), &mut secret));
    let secret = require(set.entry(0).and_then(|entry| entry.key.secret()).ok_or(()));
    let prepared = require(PreparedHmac::<Hs256>::new(secret));
    let mut buffer = [0; 1024];
    let keys = prepared.within(&set);
    table.row("HS256, prepared", sample.token.len(), &mut || {
        validate(&POLICY, sample.token, &keys, &mut buffer).is_ok()
    });
    refuses_tampered(sample, &keys, &mut buffer);
}

fn cached(table: &Table, sample: &Sample) {
    let keys = public_keys(sample);
    let mut cache = TokenCache::<8>::new();
    let mut buffer = [0; 1024];
    let mut validate = || {
        let token = BearerToken::new(black_box(sample.token))?;
        let token = POLICY.verify_cached(token, &keys, UnixTime::from_seconds(NOW), &mut buffer, &mut cache)?;
        black_box(token).require_scope("valve:open")
    };
    require(validate());
    table.row("ES256, found in the cache", sample.token.len(), &mut || validate().is_ok());
}

fn refused(table: &Table) {
    let claim = |claim, reason| Error::Claim { claim, reason };
    let keys = public_keys(es256());
    let mut buffer = [0; 1024];
    for (sample, error) in [
        (&samples::NOT_COMPACT, Error::NotCompact),
        (&samples::ALGORITHM, Error::AlgorithmNotAllowed),
        (&samples::UNKNOWN_KEY, Error::UnknownKey),
        (&samples::BAD_SIGNATURE, Error::BadSignature),
        (&samples::EXPIRED, claim(Claim::ExpirationTime, Reason::Expired)),
        (&samples::WRONG_AUDIENCE, claim(Claim::Audience, Reason::Mismatch)),
    ] {
        table.row(sample.name, sample.token.len(), &mut || {
            validate(&POLICY, sample.token, &keys, &mut buffer).err() == Some(error)
        });
    }
}

fn key_sets(table: &Table) {
    let mut keys = JwkSet::<4>::new();
    table.row("JWK Set of 4 keys, in pieces of 64 bytes", samples::KEY_SET.len(), &mut || {
        let mut reader = JwkSetReader::new(&mut keys);
        let fed = black_box(samples::KEY_SET).as_bytes().chunks(64).all(|piece| reader.feed(piece).is_ok());
        fed && reader.finish().is_ok() && keys.len() == 4
    });
}

/// What is encrypted to the device: bare, and then with the signature that lies in it.
fn encrypted(table: &Table) {
    let [dir, p256, x25519] = &samples::USERINFO;
    let mut shared = DecryptionKeySet::<1>::new();
    require(shared.read_local(dir.keys.as_bytes()));
    let mut own = DeviceKeys::<2>::new();
    require(own.read_local(p256.keys.as_bytes()));
    let mut other = DeviceKeys::<2>::new();
    require(other.read_local(x25519.keys.as_bytes()));
    let mut buffer = [0; 1280];
    let rows: [(_, &dyn DecryptionKeys); 3] = [(dir, &shared), (p256, &own), (x25519, &other)];
    for (sample, keys) in rows {
        let decryption = Decryption::new(&[&Dir, &EcdhEsP256, &EcdhEsX25519], &[&A256Gcm], keys);
        table.row(sample.name, sample.token.len(), &mut || {
            decrypt_jwe(black_box(sample.token).as_bytes(), &decryption, &mut buffer).map(black_box).is_ok()
        });
    }

    let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], &own);
    let (issuer, device) = ("https://authority.example", "https://valve.example");
    let endpoint = UserInfoEndpoint::signed_and_encrypted(issuer, device, &[&Es256], decryption);
    let keys: JwkSet<1> = require(JwkSet::read(samples::USERINFO_KEYS.as_bytes()));
    let mut body = [0; 1280];
    let body = joined_mut(&mut body, &[p256.token.as_bytes()]);
    table.row("userinfo: ES256 in ECDH-ES on P-256, A256GCM", p256.token.len(), &mut || {
        let answer = Answer { status: 200, content_type: Some("application/jwt"), body: black_box(&mut *body) };
        let now = UnixTime::from_seconds(black_box(NOW));
        endpoint.read(answer, "248289761001", &keys, now, &mut buffer).map(black_box).is_ok()
    });
}

/// A key pair that is made, and an assertion that it signs.
fn device_keys(table: &Table) {
    let mut keys = DeviceKeys::<1>::new();
    table.row("key pair on P-256, made", 32, &mut || {
        keys.clear();
        let random = |bytes: &mut [u8]| {
            bytes.fill(black_box(7));
            Ok::<(), ()>(())
        };
        keys.generate(KeyPurpose::Signature, random).is_ok()
    });
    let client = Client::private_key_jwt("https://valve.example", "https://authority.example", &keys);
    let request = IntrospectionRequest::new(require(BearerToken::new("2YotnFZFEjr1zCsicMWpAA")));
    let fresh = Fresh { now: UnixTime::from_seconds(NOW), nonce: [7; 16] };
    let mut buffer = [0; 1024];
    let bytes = require(request.write(&client, fresh, &mut buffer)).body().len();
    table.row("introspection request, private_key_jwt", bytes, &mut || {
        request.write(black_box(&client), black_box(fresh), &mut buffer).map(black_box).is_ok()
    });
}

/// What a device keeps, in bytes.
fn sizes() {
    println!("size\t`JwkSet<4>`, any key\t{}", size_of::<JwkSet<4>>());
    println!("size\t`JwkSet<4, 64>`, P-256 and Ed25519\t{}", size_of::<JwkSet<4, 64>>());
    println!("size\t`JwkSetReader`, while a set is read\t{}", size_of::<JwkSetReader<'_, 4>>());
    println!("size\t`PreparedP256<32>`, table of 2 KB\t{}", size_of::<PreparedP256<32>>());
    println!("size\t`PreparedP384<32>`, table of 3 KB\t{}", size_of::<PreparedP384<32>>());
    println!("size\t`PreparedEd25519<8>`, tables of 2.5 KB\t{}", size_of::<PreparedEd25519<8>>());
    println!("size\t`PreparedHmac<Hs256>`\t{}", size_of::<PreparedHmac<'_, Hs256>>());
    println!("size\t`TokenCache<8>`\t{}", size_of::<TokenCache<8>>());
    println!("size\t`DeviceKeys<5>`, with those that follow and went before\t{}", size_of::<DeviceKeys<5>>());
}

/// What a resource server does with a token and its own policy. One for all rows, as in firmware.
#[inline(never)]
fn validate(policy: &Policy<'_>, token: &str, keys: &dyn Keys, buffer: &mut [u8]) -> Result<(), Error> {
    let token = BearerToken::new(black_box(token))?;
    let token = policy.verify(token, keys, UnixTime::from_seconds(black_box(NOW)), buffer)?;
    black_box(token).require_scope("valve:open")
}

fn es256() -> &'static Sample {
    by_name("ES256")
}

fn by_name(name: &str) -> &'static Sample {
    require(ACCEPTED.iter().find(|sample| sample.name == name).ok_or(()))
}

fn public_keys(sample: &Sample) -> JwkSet<1> {
    require(JwkSet::read(sample.keys.as_bytes()))
}

fn require<T, E>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(_) => panic!("a sample is not what it should be"),
    }
}

fn joined<'b>(buffer: &'b mut [u8], parts: &[&[u8]]) -> &'b [u8] {
    joined_mut(buffer, parts)
}

fn joined_mut<'b>(buffer: &'b mut [u8], parts: &[&[u8]]) -> &'b mut [u8] {
    let mut length = 0;
    for part in parts {
        buffer[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    &mut buffer[..length]
}

/// Takes every signature: what is left is what surrounds one.
#[derive(Debug)]
struct Unverified;

/// Has no signature of the right length: nothing behind the header is looked at.
#[derive(Debug)]
struct NoneFits;

impl Algorithm for Unverified {
    fn name(&self) -> &'static str {
        "ES256"
    }

    fn fits(&self, key: &Key<'_>) -> bool {
        Es256.fits(key)
    }

    fn fits_signature(&self, key: &Key<'_>, bytes: usize) -> bool {
        Es256.fits_signature(key, bytes)
    }

    fn verify(&self, _: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        black_box((message, signature));
        Ok(())
    }
}

impl Algorithm for NoneFits {
    fn name(&self) -> &'static str {
        "ES256"
    }

    fn fits(&self, key: &Key<'_>) -> bool {
        Es256.fits(key)
    }

    fn fits_signature(&self, _: &Key<'_>, _: usize) -> bool {
        false
    }

    fn verify(&self, _: &Key<'_>, _: &[u8], _: &[u8]) -> Result<(), Error> {
        Err(Error::BadSignature)
    }
}

/// Says nothing of the panic: its text would be in the image, with paths of the machine that built it.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    println!("panic");
    process::exit(1)
}
