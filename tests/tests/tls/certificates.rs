//! Faults of certificates (RFC 5280, RFC 9525), shown by servers that keep to the protocol otherwise.

use bearward_net::TlsError;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints,
};
use tests::pki::{Authority, Identity, KeyType, Pki, authority_params, server_params};

use super::{
    client::{Client, SERVER, assert_only_client_hello},
    server::{serve, serve_chain},
};

/// What becomes of a server whose parameters are changed.
fn refused(change: impl FnOnce(&mut CertificateParams)) -> TlsError {
    let pki = Pki::new(KeyType::P256);
    let mut params = server_params(&[SERVER]);
    change(&mut params);
    Client::new(&pki).refusal(serve(&pki.server_with(params)))
}

/// What becomes of a server that this authority below the root has issued, with the chain of both.
fn refused_below(params: CertificateParams, names: &[&str], asked: &str) -> Result<(), TlsError> {
    let pki = Pki::new(KeyType::P256);
    let authority = pki.root.subordinate(params, KeyType::P256.key());
    let key = KeyType::P256.key();
    let chain = vec![authority.issue(&server_params(names), &key), authority.certificate];
    let client = Client { server: asked, ..Client::new(&pki) };
    match client.call(serve(&Identity { chain, key })) {
        outcome if outcome.is_open => Ok(()),
        outcome => {
            assert_only_client_hello(&outcome.sent);
            Err(outcome.response.unwrap_err())
        }
    }
}

#[test]
fn another_name() {
    assert_eq!(refused(|params| *params = server_params(&["other.example.test"])), TlsError::WrongName);
    assert_eq!(refused(|params| *params = server_params(&["*.authority.example.test"])), TlsError::WrongName);
    assert_eq!(refused(|params| *params = server_params(&["*.test"])), TlsError::WrongName);
    assert_eq!(refused(|params| *params = server_params(&["127.0.0.1"])), TlsError::WrongName);
}

#[test]
fn a_dns_name_does_not_stand_for_an_ip_address() {
    let pki = Pki::new(KeyType::P256);
    let client = Client { server: "127.0.0.1", ..Client::new(&pki) };
    assert_eq!(client.refusal(serve(&pki.server(&[SERVER]))), TlsError::WrongName);
    assert_eq!(client.refusal(serve(&pki.server(&["127.0.0.2"]))), TlsError::WrongName);
}

#[test]
fn a_common_name_only() {
    // RFC 9525 §2: it is no name of the server.
    let change = |params: &mut CertificateParams| {
        params.subject_alt_names.clear();
        params.distinguished_name.push(rcgen::DnType::CommonName, SERVER);
    };
    assert_eq!(refused(change), TlsError::WrongName);
}

#[test]
fn expired() {
    assert_eq!(refused(|params| params.not_after = rcgen::date_time_ymd(2026, 11, 1)), TlsError::Expired);
    let mut authority = authority_params("Expired", Some(0));
    authority.not_after = rcgen::date_time_ymd(2026, 11, 1);
    assert_eq!(refused_below(authority, &[SERVER], SERVER), Err(TlsError::Expired));
}

#[test]
fn not_yet_valid() {
    assert_eq!(refused(|params| params.not_before = rcgen::date_time_ymd(2027, 1, 1)), TlsError::NotYetValid);
    let mut authority = authority_params("Early", Some(0));
    authority.not_before = rcgen::date_time_ymd(2027, 1, 1);
    assert_eq!(refused_below(authority, &[SERVER], SERVER), Err(TlsError::NotYetValid));
}

#[test]
fn the_clock_decides_to_the_second() {
    let pki = Pki::new(KeyType::P256);
    let server = || serve(&pki.server(&[SERVER]));
    // 2020-01-01 and 2048-12-31, both at midnight.
    let (first, last) = (1_577_836_800, 2_492_985_600);
    for (now, expected) in [
        (0, Some(TlsError::NotYetValid)),
        (first - 1, Some(TlsError::NotYetValid)),
        (first, None),
        (last, None),
        (last + 1, Some(TlsError::Expired)),
        (u64::MAX, Some(TlsError::Expired)),
    ] {
        let outcome = Client { now: Some(now), ..Client::new(&pki) }.call(server());
        assert_eq!(outcome.response.err(), expected, "{now}");
    }
}

#[test]
fn no_server_usage() {
    let client_only = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    assert_eq!(refused(client_only), TlsError::WrongUsage);
    let mut authority = authority_params("Clients only", Some(0));
    authority.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    assert_eq!(refused_below(authority, &[SERVER], SERVER), Err(TlsError::WrongUsage));
}

#[test]
fn missing_extended_key_usage() {
    assert_eq!(refused(|params| params.extended_key_usages.clear()), TlsError::WrongUsage);
    // The identifier elsewhere in the certificate is not the extension.
    let elsewhere = |params: &mut CertificateParams| {
        params.extended_key_usages.clear();
        let content = vec![0x04, 0x05, 0x06, 0x03, 0x55, 0x1d, 0x25];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], content)];
    };
    assert_eq!(refused(elsewhere), TlsError::WrongUsage);
}

#[test]
fn an_untrusted_root() {
    let (pki, other) = (Pki::new(KeyType::P256), Pki::new(KeyType::P256));
    // Its names are those of the trusted one: only the key tells them apart.
    assert_eq!(Client::new(&pki).refusal(serve(&other.server(&[SERVER]))), TlsError::BadCertificateSignature);
    let root = Authority::self_signed(authority_params("Unknown Root", None), KeyType::P256.key());
    let key = KeyType::P256.key();
    let chain = vec![root.issue(&server_params(&[SERVER]), &key), root.certificate];
    assert_eq!(Client::new(&pki).refusal(serve(&Identity { chain, key })), TlsError::UnknownIssuer);
}

#[test]
fn a_self_signed_certificate() {
    let pki = Pki::new(KeyType::P256);
    let key = KeyType::P256.key();
    let chain = vec![server_params(&[SERVER]).self_signed(&key).unwrap()];
    assert_eq!(Client::new(&pki).refusal(serve(&Identity { chain, key })), TlsError::UnknownIssuer);
}

#[test]
fn a_missing_intermediate() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    let leaf = vec![server.chain_der().remove(0)];
    assert_eq!(Client::new(&pki).refusal(serve_chain(leaf, server.key_der())), TlsError::UnknownIssuer);
}

#[test]
fn a_server_as_an_authority() {
    // RFC 5280 §4.2.1.9: with basicConstraints that say no, and without any.
    for is_ca in [IsCa::ExplicitNoCa, IsCa::NoCa] {
        let mut params = server_params(&["thief.example.test"]);
        params.is_ca = is_ca;
        assert_eq!(refused_below(params, &[SERVER], SERVER), Err(TlsError::IssuerNotAuthority));
    }
}

#[test]
fn an_authority_as_a_server() {
    let authority = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(refused(authority), TlsError::ServerIsAuthority);
}

#[test]
fn name_constraints() {
    let authority = |permitted: &[&str], excluded: &[&str]| {
        let subtrees = |names: &[&str]| names.iter().map(|name| GeneralSubtree::DnsName(String::from(*name))).collect();
        let mut params = authority_params("Constrained", Some(0));
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: subtrees(permitted), excluded_subtrees: subtrees(excluded) });
        params
    };
    assert_eq!(refused_below(authority(&["example.test"], &[]), &[SERVER], SERVER), Ok(()));
    for params in [authority(&["allowed.test"], &[]), authority(&[], &["example.test"])] {
        assert_eq!(refused_below(params, &[SERVER], SERVER), Err(TlsError::NameConstraint));
    }
    // One forbidden name among allowed ones is too many.
    let params = authority(&["example.test"], &[]);
    assert_eq!(refused_below(params, &[SERVER, "bank.test"], SERVER), Err(TlsError::NameConstraint));
}

#[test]
fn path_length() {
    let pki = Pki::new(KeyType::P256);
    let below = pki.intermediate.subordinate(authority_params("Below", Some(0)), KeyType::P256.key());
    let key = KeyType::P256.key();
    let chain = vec![
        below.issue(&server_params(&[SERVER]), &key),
        below.certificate.clone(),
        pki.intermediate.certificate.clone(),
    ];
    assert_eq!(Client::new(&pki).refusal(serve(&Identity { chain, key })), TlsError::PathLength);
}

#[test]
fn a_path_of_too_many_authorities() {
    let pki = Pki::new(KeyType::P256);
    let mut authority = Authority::self_signed(authority_params("Authority 0", None), KeyType::P256.key());
    let root = authority.certificate.der().to_vec();
    let mut chain = Vec::new();
    for depth in 1..=7 {
        let params = authority_params(&format!("Authority {depth}"), None);
        authority = authority.subordinate(params, KeyType::P256.key());
        chain.insert(0, authority.certificate.clone());
    }
    let key = KeyType::P256.key();
    chain.insert(0, authority.issue(&server_params(&[SERVER]), &key));
    let client = Client { anchors: Some(vec![root]), ..Client::new(&pki) };
    assert_eq!(client.refusal(serve(&Identity { chain, key })), TlsError::ChainTooLong);
}

#[test]
fn more_certificates_than_are_looked_at() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    for (count, expected) in [(16, None), (17, Some(TlsError::ChainTooLong))] {
        let mut chain = server.chain_der();
        while chain.len() < count {
            chain.push(chain[1].clone());
        }
        let outcome = Client::new(&pki).call(serve_chain(chain, server.key_der()));
        assert_eq!(outcome.response.err(), expected, "{count}");
        assert_eq!(outcome.is_open, expected.is_none());
    }
}

#[test]
fn a_chain_that_fills_more_than_a_record() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    let mut chain = server.chain_der();
    chain.push(vec![0x30; 17_000]);
    assert_eq!(Client::new(&pki).refusal(serve_chain(chain, server.key_der())), TlsError::Fragmented);
}

#[test]
fn another_key_than_the_certificates() {
    for key_type in [KeyType::P256, KeyType::P384, KeyType::Ed25519] {
        let pki = Pki::new(key_type);
        let address = serve_chain(pki.server(&[SERVER]).chain_der(), pki.server(&[SERVER]).key_der());
        assert_eq!(Client::new(&pki).refusal(address), TlsError::BadCertificateVerify, "{key_type:?}");
    }
}

#[test]
fn a_key_of_another_type_than_the_certificates() {
    let pki = Pki::new(KeyType::P256);
    for key_type in [KeyType::P384, KeyType::Rsa, KeyType::Ed25519] {
        let key = key_type.key();
        let address = serve_chain(pki.server(&[SERVER]).chain_der(), key.serialized_der());
        assert_eq!(Client::new(&pki).refusal(address), TlsError::BadCertificateVerify, "{key_type:?}");
    }
}

#[test]
fn a_changed_certificate() {
    for key_type in KeyType::ALL {
        let pki = Pki::new(key_type);
        let server = pki.server(&[SERVER]);
        for index in [0, 1] {
            let mut chain = server.chain_der();
            // The signature comes last.
            let last = chain[index].last_mut().unwrap();
            *last ^= 1;
            let error = Client::new(&pki).refusal(serve_chain(chain, server.key_der()));
            assert_eq!(error, TlsError::BadCertificateSignature, "{key_type:?}, {index}");
        }
    }
}

#[test]
fn no_byte_of_a_chain_can_be_changed() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    let chain = server.chain_der();
    for index in [0, 1] {
        // Each byte takes a connection: every eleventh, and all of them over time, as keys and lengths differ.
        for place in (0..chain[index].len()).step_by(11) {
            let mut chain = chain.clone();
            chain[index][place] ^= 0x10;
            let outcome = Client::new(&pki).call(serve_chain(chain, server.key_der()));
            assert!(!outcome.is_open, "certificate {index}, byte {place}");
            assert_only_client_hello(&outcome.sent);
        }
    }
}

#[test]
fn what_is_no_certificate() {
    let pki = Pki::new(KeyType::P256);
    let server = pki.server(&[SERVER]);
    for leaf in [vec![], vec![0x30, 0], b"certificate".to_vec(), {
        let mut cut = server.chain_der().remove(0);
        cut.pop();
        cut
    }] {
        let chain = vec![leaf, pki.intermediate.certificate.der().to_vec()];
        let error = Client::new(&pki).refusal(serve_chain(chain, server.key_der()));
        assert_eq!(error, TlsError::MalformedCertificate);
    }
}

#[test]
fn a_critical_extension_that_is_unknown() {
    let change = |params: &mut CertificateParams| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55555, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    };
    assert_eq!(refused(change), TlsError::UnsupportedExtension);
}
