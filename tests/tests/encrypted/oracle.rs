//! Whatever fails, it fails the same: by its error, and by the instructions that it takes, which callgrind counts in the
//! release profile: what the optimiser makes of constant time is what ships.

use std::{path::PathBuf, sync::LazyLock};

use bearward_core::Error;
use tests::{
    counted,
    encrypter::{AgreementCurve, CONTENT_ENCRYPTIONS, Encrypter, cbc_seal},
    signer::{base64url, from_base64url},
};

use crate::open;

/// A token by a sender who has the key, with padding of its own choice.
fn padded(enc: &'static str, blocks: &[u8]) -> (Encrypter, String) {
    let sender = Encrypter::new("dir", enc, AgreementCurve::P256);
    let (bytes, hash) = match enc {
        "A128CBC-HS256" => (32, "256"),
        "A192CBC-HS384" => (48, "384"),
        _ => (64, "512"),
    };
    let header = base64url(format!(r#"{{"alg":"dir","enc":"{enc}"}}"#).as_bytes());
    let (ciphertext, tag) = cbc_seal(hash, &vec![7; bytes], header.as_bytes(), blocks);
    let token = format!("{header}..{}.{}.{}", base64url(&[3; 16]), base64url(&ciphertext), base64url(&tag));
    (sender, token)
}

#[test]
fn rfc7516_11_5_wrong_padding_under_a_good_tag_is_the_same_error_as_a_wrong_tag() {
    for enc in ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"] {
        let (sender, good) = padded(enc, &[b"fifteen letters"[..].to_vec(), vec![1]].concat());
        assert_eq!(open(&good, &sender.keys()).as_deref(), Ok(&b"fifteen letters"[..]));
        for last in [[0, 0], [0, 17], [1, 2], [0xFF, 0xFF], [3, 3]] {
            let (sender, token) = padded(enc, &[&[b'x'; 30][..], &last].concat());
            assert_eq!(open(&token, &sender.keys()), Err(Error::DecryptionFailed), "{enc} {last:?}");
        }
        let (sender, none) = padded(enc, b"");
        assert_eq!(open(&none, &sender.keys()), Err(Error::DecryptionFailed));
        let wrong_tag = good.replace(&good[good.len() - 8..good.len() - 4], "AAAA");
        assert_eq!(open(&wrong_tag, &sender.keys()), Err(Error::DecryptionFailed));
    }
}

#[test]
fn rfc7516_11_5_a_wrong_encrypted_key_is_the_same_error_as_a_wrong_tag() {
    for alg in ["A128KW", "A256KW", "A128GCMKW", "A256GCMKW", "ECDH-ES+A128KW", "ECDH-ES+A256KW"] {
        let sender = Encrypter::new(alg, "A128CBC-HS256", AgreementCurve::P256);
        let token = sender.jwe("", b"x");
        let segments: Vec<_> = token.split('.').collect();
        for index in [1, 4] {
            let mut segments = segments.clone();
            let changed = format!("AAAA{}", &segments[index][4..]);
            segments[index] = &changed;
            assert_eq!(open(&segments.join("."), &sender.keys()), Err(Error::DecryptionFailed), "{alg}");
        }
    }
}

#[test]
fn rfc7516_11_5_wrong_padding_of_cbc_takes_as_many_instructions_as_a_wrong_tag() {
    for enc in ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"] {
        let (sender, good) = padded(enc, &[b"fifteen letters"[..].to_vec(), vec![1]].concat());
        let wrong_tag = with_wrong_tag(&good);
        let mut tokens = vec![wrong_tag];
        for last in [[0, 0], [0, 17], [1, 2], [0xFF, 0xFF]] {
            tokens.push(padded(enc, &[&[b'x'; 14][..], &last].concat()).1);
        }
        take_the_same(&sender, &tokens);
    }
}

#[test]
fn rfc7516_11_5_wrong_padding_of_oaep_is_the_same_error_as_a_wrong_tag() {
    for alg in ["RSA-OAEP", "RSA-OAEP-256"] {
        for enc in ["A128GCM", "A256CBC-HS512"] {
            let sender = Encrypter::new(alg, enc, AgreementCurve::P256);
            let keys = sender.keys();
            for token in badly_encoded(&sender) {
                assert_eq!(open(&token, &keys), Err(Error::DecryptionFailed), "{alg} {enc}");
            }
        }
    }
}

#[test]
fn rfc7516_11_5_wrong_padding_of_oaep_takes_as_many_instructions_as_a_wrong_tag() {
    for (alg, enc) in [("RSA-OAEP", "A128GCM"), ("RSA-OAEP-256", "A128CBC-HS256")] {
        let sender = Encrypter::new(alg, enc, AgreementCurve::P256);
        take_the_same(&sender, &badly_encoded(&sender));
    }
}

/// Tokens of one length: the first has a wrong tag, and each of the others one thing wrong with its encrypted key.
fn badly_encoded(sender: &Encrypter) -> Vec<String> {
    let content = CONTENT_ENCRYPTIONS.iter().find(|content| content.name() == sender.content_encryption()).unwrap();
    let bytes = content.key_bytes();
    let (label, padding, message) = (sender.oaep_label(), sender.oaep_padding(bytes), vec![5; bytes]);
    let jwe = |encoded| sender.jwe_of(&sender.rsa_power(&encoded), &message, b"open the valve");
    let good = jwe(sender.oaep(0, &label, &padding, &message));
    assert_eq!(open(&good, &sender.keys()).as_deref(), Ok(&b"open the valve"[..]));
    let mut other_label = label.clone();
    other_label[0] ^= 1;
    let with = |at: usize, byte: u8| {
        let mut padding = padding.clone();
        padding[at] = byte;
        padding
    };
    let last = padding.len() - 1;
    let (shorter, longer) = (sender.oaep_padding(bytes - 1), sender.oaep_padding(bytes + 1));
    vec![
        with_wrong_tag(&good),
        jwe(sender.oaep(1, &label, &padding, &message)),
        jwe(sender.oaep(0, &other_label, &padding, &message)),
        jwe(sender.oaep(0, &label, &with(0, 1), &message)),
        jwe(sender.oaep(0, &label, &with(last, 2), &message)),
        jwe(sender.oaep(0, &label, &with(last, 0), &message)),
        jwe(sender.oaep(0, &label, &shorter, &message[1..])),
        jwe(sender.oaep(0, &label, &longer, &[&message[..], &[5]].concat())),
    ]
}

fn with_wrong_tag(token: &str) -> String {
    let (rest, tag) = token.rsplit_once('.').unwrap();
    let mut tag = from_base64url(tag);
    tag[3] ^= 0x10;
    format!("{rest}.{}", base64url(&tag))
}

/// Whether each of these tokens is refused, and by as many instructions as the first.
fn take_the_same(sender: &Encrypter, tokens: &[String]) {
    let counts: Vec<_> = tokens.iter().map(|token| instructions(sender, token)).collect();
    assert!(counts.iter().all(|count| *count == counts[0] && *count > 10_000), "{sender:?} {counts:?}");
}

/// The example `open-jwe` of core, optimised.
static OPENER: LazyLock<PathBuf> = LazyLock::new(|| counted::example("open-jwe", env!("CARGO_TARGET_TMPDIR")));

/// How many instructions it takes to refuse a token.
fn instructions(sender: &Encrypter, token: &str) -> u64 {
    let input = format!("{}\n{token}\n", sender.jwk());
    let (said, count) = counted::run(&OPENER, "*counted_opening*", &[], &input);
    assert_eq!(said, "Err(DecryptionFailed)");
    count
}
