//! Nothing that is formatted tells of a token, a claim, a key or a secret: no `Debug`, in one line or in many, and no
//! `Display` but of what is there to be written out.
//!
//! Every public type that can hold such bytes is made from bytes that are known here, and its output is searched for
//! them: as they are, in hexadecimal and decimal numbers, and in base64 of any alignment. A type that is neither among
//! these nor listed with a reason makes the test fail.
//!
//! Neither crate writes anything for defmt: firmware hands it a type by `defmt::Debug2Format`, and so shows what `Debug` does.

mod core;
mod listed;
mod net;

use std::{
    any::type_name,
    collections::BTreeSet,
    fmt::{Debug, Display},
    fs,
    path::Path,
};

use base64ct::{Base64Unpadded, Encoding as _};

const ACCESS_TOKEN: &str = "hT5Rm0.q7Zp2x9-VbNc4_JqMd8";
const REFRESH_TOKEN: &str = "w3Kd8v1Ls6Yf4gXtPz0";
const DEVICE_CODE: &str = "GmhmgPk4rJ0aCuXo5sWe";
const USER_CODE: &str = "BCDF-GHJK-WDJB";
const CLIENT_SECRET: &str = "Q7Fjfp0ZBr1KtDRbnfVdmIw9xLs3eYkP";
const CLAIM: &str = "zR6yTn/5b1d0e7cUvM";
const SCOPE: &str = "kQ2:9a8b7c6dHfGs";
/// The serial number of a device, say.
const NUMBER: u64 = 90_071_992_547_409;
/// A private key of P-256 and X25519, a secret for HMAC or AES.
const KEY: [u8; 32] = [
    0x5c, 0xa7, 0x3b, 0x91, 0xe2, 0x68, 0x0d, 0xf4, 0x87, 0x1a, 0xcd, 0x59, 0x36, 0xb0, 0x7e, 0xd3, 0x24, 0x9f, 0x63,
    0x15, 0xc8, 0x42, 0xfa, 0x8d, 0x70, 0x2b, 0xe5, 0x99, 0x4e, 0xb7, 0x01, 0xd6,
];

/// How many bytes of a secret in a row are too many.
const SHORTEST: usize = 6;

/// Formats values, and collects what shows too much.
#[derive(Default)]
struct Check {
    secrets: Vec<Secret>,
    seen: BTreeSet<String>,
    leaks: Vec<String>,
    /// What was searched already: errors come again and again.
    searched: BTreeSet<String>,
}

impl Check {
    fn new() -> Self {
        let mut check = Self::default();
        for text in [ACCESS_TOKEN, REFRESH_TOKEN, DEVICE_CODE, USER_CODE, CLIENT_SECRET, CLAIM, SCOPE] {
            check.hides(text.as_bytes());
        }
        check.hides(&KEY);
        check.hides(NUMBER.to_string().as_bytes());
        check
    }

    /// What must not be seen from now on.
    fn hides(&mut self, secret: &[u8]) {
        self.searched.clear();
        self.secrets.push(Secret::new(secret));
    }

    /// Searches the `Debug` of a value.
    fn debug<T: Debug>(&mut self, value: &T) {
        self.seen.insert(name_of::<T>());
        self.search::<T>(&format!("{value:?}"));
        self.search::<T>(&format!("{value:#?}"));
        // As a part of something else.
        self.search::<T>(&format!("{:?}", (1, Some(value))));
    }

    /// Searches both outputs of a value, as of an error.
    fn both<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.search::<T>(&format!("{value} {value:#}"));
    }

    fn search<T>(&mut self, text: &str) {
        if !self.searched.insert(text.to_owned()) {
            return;
        }
        if let Some(leak) = self.secrets.iter().find_map(|secret| secret.find(text)) {
            self.leaks.push(format!("{}: {leak} in {text}", name_of::<T>()));
        }
    }

    fn assert_silent(&self) {
        assert!(self.leaks.is_empty(), "{}", self.leaks.join("\n"));
    }
}

/// The type's own name, without where it stands and what it is generic over.
fn name_of<T>() -> String {
    let name = type_name::<T>().trim_start_matches('&');
    let name = name.split('<').next().unwrap();
    name.rsplit("::").next().unwrap().to_owned()
}

/// A secret, as it may stand in a text.
struct Secret {
    bytes: Vec<String>,
    numbers: Vec<String>,
    base64: Vec<String>,
}

impl Secret {
    fn new(secret: &[u8]) -> Self {
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        for part in secret.windows(SHORTEST) {
            let join = |write: fn(&u8) -> String, between| part.iter().map(write).collect::<Vec<_>>().join(between);
            bytes.extend([String::from_utf8_lossy(part).into_owned(), part.escape_ascii().to_string()]);
            numbers.extend([
                join(|byte| format!("{byte:02x}"), ""),
                join(|byte| format!("{byte:x}"), ","),
                join(|byte| format!("0x{byte:x}"), ","),
                join(|byte| format!("{byte:02x}"), ","),
                join(u8::to_string, ","),
            ]);
        }
        // Wherever the secret begins within three bytes, the characters that depend on nothing else are the same.
        let encoded = (0..3).map(|start| Base64Unpadded::encode_string(&secret[start..]));
        let parts =
            |text: String| text.as_bytes().windows(8).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
        Self { bytes, numbers, base64: encoded.flat_map::<Vec<_>, _>(parts).collect() }
    }

    /// What of the secret stands in a text, if anything does.
    fn find(&self, text: &str) -> Option<&str> {
        let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let (lower, plain) = (text.to_ascii_lowercase(), text.replace('-', "+").replace('_', "/"));
        [(&self.bytes, &text), (&self.numbers, &lower), (&self.base64, &plain)]
            .into_iter()
            .find_map(|(spellings, text)| spellings.iter().find(|spelling| text.contains(&**spelling)))
            .map(String::as_str)
    }
}

#[test]
fn the_search_finds_every_spelling() {
    let base64url = Base64Unpadded::encode_string(&KEY).replace('+', "-").replace('/', "_");
    let shifted = Base64Unpadded::encode_string(&[&[1][..], &KEY].concat());
    let hexadecimal: String = KEY.iter().map(|byte| format!("{byte:02X}")).collect();
    for text in [
        format!("{KEY:?}"),
        format!("{KEY:#?}"),
        format!("{KEY:x?}"),
        format!("{KEY:#x?}"),
        format!("{KEY:02X?}"),
        format!("{:?}", &KEY[20..]),
        format!("Key({})", KEY[..8].escape_ascii()),
        base64url,
        shifted,
        hexadecimal,
    ] {
        assert!(Secret::new(&KEY).find(&text).is_some(), "{text}");
    }
    assert!(Secret::new(CLAIM.as_bytes()).find(&format!("{:?}", Some(CLAIM))).is_some());
    assert_eq!(Secret::new(&KEY).find("Secret([redacted])"), None);
}

/// A type whose `Debug` nobody has written by hand.
#[test]
fn the_search_finds_a_derived_debug() {
    #[derive(Debug)]
    struct Careless {
        #[expect(dead_code, reason = "Debug reads it")]
        key: [u8; 32],
    }
    let mut check = Check::new();
    check.debug(&Careless { key: KEY });
    assert!(!check.leaks.is_empty());
    assert!(check.seen.contains("Careless"));
}

#[test]
fn nothing_that_is_formatted_tells_a_secret() {
    let mut check = Check::new();
    core::format(&mut check);
    net::format(&mut check);
    check.assert_silent();
    listed::compare(&check.seen);
}

/// Else what it would write had to be searched, too.
#[test]
fn nothing_is_written_for_defmt() {
    for name in ["core", "net"] {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        assert!(manifest.contains("[dependencies]") && !manifest.contains("defmt"), "{name}");
    }
}
