//! Every byte of a token, changed.

use bearward_core::{Error, Part};
use tests::encrypter::Encrypter;

use crate::open;

#[test]
fn rfc7516_5_2_every_byte_changed_in_each_of_the_five_segments_is_refused() {
    for sender in Encrypter::all() {
        let keys = sender.keys();
        let token = sender.jwe("", b"open the valve");
        assert!(open(&token, &keys).is_ok());
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            // Another character of base64url, or a dot that is one more, or one less.
            changed[at] = match changed[at] {
                b'.' => b'A',
                b'A' => b'B',
                _ => b'A',
            };
            let changed = String::from_utf8(changed).unwrap();
            assert!(open(&changed, &keys).is_err(), "{sender:?} {at}");
        }
    }
}

#[test]
fn a_segment_that_is_shorter_or_longer_is_refused() {
    for sender in Encrypter::all() {
        let keys = sender.keys();
        let token = sender.jwe("", b"open the valve");
        for index in 0..5 {
            for change in [|segment: &str| format!("{segment}AAAA"), |segment: &str| segment[4..].to_owned()] {
                let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
                if segments[index].is_empty() {
                    segments[index] = "AAAA".to_owned();
                } else {
                    segments[index] = change(&segments[index]);
                }
                let verdict = open(&segments.join("."), &keys);
                let expected = if index == 0 { verdict.clone() } else { Err(Error::DecryptionFailed) };
                assert!(verdict.is_err() && verdict == expected, "{sender:?} {index} {verdict:?}");
            }
        }
    }
}

#[test]
fn segments_swapped_with_those_of_another_token_are_refused() {
    for sender in Encrypter::all() {
        let keys = sender.keys();
        let (one, other) = (sender.jwe("", b"open the valve"), sender.jwe(r#","x":1"#, b"shut the valve"));
        let (one, other): (Vec<_>, Vec<_>) = (one.split('.').collect(), other.split('.').collect());
        for index in 0..5 {
            let mut mixed = one.clone();
            mixed[index] = other[index];
            let verdict = open(&mixed.join("."), &keys);
            // Keys and vectors are the same in both.
            assert_eq!(verdict.is_ok(), mixed == one, "{sender:?} {index}");
        }
    }
}

#[test]
fn what_is_not_base64url_is_told_of_its_segment_and_of_nothing_else() {
    let parts =
        [Part::Header, Part::EncryptedKey, Part::InitializationVector, Part::Ciphertext, Part::AuthenticationTag];
    let sender = Encrypter::new("A128KW", "A128GCM", tests::encrypter::AgreementCurve::P256);
    let token = sender.jwe("", b"open the valve");
    for (index, part) in parts.into_iter().enumerate() {
        let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
        segments[index].replace_range(..1, "+");
        assert_eq!(open(&segments.join("."), &sender.keys()), Err(Error::Base64(part)));
    }
}
