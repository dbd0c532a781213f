//! No chain is good but one to the good certificate; and where every signature is believed, the server's certificate is
//! for that server, now, as another library reads it.
#![no_main]

use bearward_core::{Algorithm, Es256};
use bearward_net::Trust;
use fuzz::{
    Es256Believer,
    server::{LEAF, NAME, NOW, ROOT},
};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

static SIGNED: &[&dyn Algorithm] = &[&Es256];
static BELIEVED: &[&dyn Algorithm] = &[&Es256Believer];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let chain = split(data);
    let anchors = [ROOT];
    let trust = Trust::anchors(&anchors);
    if trust.verify_chain(&chain, SIGNED, NAME, Some(NOW)).is_ok() {
        assert_eq!(chain[0], LEAF);
    }
    assert!(trust.verify_chain(&chain, SIGNED, NAME, None).is_err());
    assert!(trust.verify_chain(&chain, SIGNED, "authority.other", Some(NOW)).is_err());

    if trust.verify_chain(&chain, BELIEVED, NAME, Some(NOW)).is_ok() {
        assert!(trust.verify_chain(&chain, BELIEVED, NAME, None).is_err());
        // What it has no use for, webpki reads over, and the other library may not understand.
        if let Ok((rest, certificate)) = X509Certificate::from_der(chain[0]) {
            assert!(rest.is_empty());
            check(&certificate);
        }
    }

    let pins = [Sha256::digest(spki(LEAF).unwrap()).into()];
    if Trust::keys(&pins).verify_chain(&chain, SIGNED, NAME, None).is_ok() {
        // Whatever else the certificate says, or is.
        let pinned = spki(LEAF).unwrap();
        assert!(chain[0].windows(pinned.len()).any(|part| part == pinned));
    }
});

/// The server's certificate is for this server, and now.
fn check(certificate: &X509Certificate<'_>) {
    let validity = certificate.validity();
    let now = i64::try_from(NOW.seconds()).unwrap();
    assert!(validity.not_before.timestamp() <= now && now <= validity.not_after.timestamp());
    // webpki passes over a name of a kind that is not asked for, and x509-parser reads none if it does not understand one.
    if let Ok(names) = certificate.subject_alternative_name() {
        let is_named = |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(name) if names_server(name));
        assert!(names.unwrap().value.general_names.iter().any(is_named));
    }
    assert!(certificate.extended_key_usage().unwrap().unwrap().value.server_auth);
    assert!(!certificate.is_ca());
}

fn names_server(name: &str) -> bool {
    name.eq_ignore_ascii_case(NAME)
        || name.strip_prefix("*.").is_some_and(|rest| NAME.split_once('.').unwrap().1 == rest)
}

fn spki(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(X509Certificate::from_der(certificate).ok()?.1.public_key().raw.to_vec())
}

/// Certificates stand one behind the other, each as long as it says.
fn split(mut data: &[u8]) -> Vec<&[u8]> {
    let mut chain = Vec::new();
    while let [_, 0x82, high, low, ..] = data {
        let length = usize::from(u16::from_be_bytes([*high, *low])) + 4;
        let (certificate, rest) = data.split_at(length.min(data.len()));
        chain.push(certificate);
        data = rest;
    }
    if !data.is_empty() || chain.is_empty() {
        chain.push(data);
    }
    chain
}
