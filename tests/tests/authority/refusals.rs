//! A server that is not to be trusted, or not as it is asked (RFC 5280 §6, RFC 9525): each reason by its name.

use bearward_core::{Error, Metadata, UnixTime};
use bearward_net::{FailureKind, NetError, TlsError};
use rcgen::PublicKeyData as _;
use sha2::{Digest, Sha256};
use tests::{
    authority::TokenFormat,
    pki::{self, KeyType, authority_params},
};

use crate::support::{AUDIENCE, Caller, Device, P256, SCOPE, Time, client, servers};

const YEAR: u64 = 365 * 86_400;

/// A device that trusts another root of this name.
fn stranger(root: &str) -> Caller {
    let root = pki::Authority::self_signed(authority_params(root, None), KeyType::P256.key());
    Caller { anchors: Some(vec![root.certificate.der().to_vec()]), ..Caller::new(&P256.pki) }
}

async fn discover(caller: &Caller, issuer: &str) -> Result<(), FailureKind> {
    let mut metadata = Metadata::<128>::new();
    let result = caller.call(async |http| http.discover(issuer, &mut metadata).await).await;
    result.map_err(|failure| failure.kind)
}

const fn tls(error: TlsError) -> Result<(), FailureKind> {
    Err(FailureKind::Net(NetError::Tls(error)))
}

#[test]
fn rfc5280_6_1_a_chain_to_another_root_is_refused() {
    for (server, key_type) in servers().into_iter().zip(KeyType::ALL) {
        server.run(async |authority| {
            let result = discover(&stranger("Other Root"), authority.issuer()).await;
            assert_eq!(result, tls(TlsError::UnknownIssuer), "{key_type:?}");
        });
    }
    // Its name is not what makes a root.
    P256.run(async |authority| {
        let result = discover(&stranger("Test Root"), authority.issuer()).await;
        assert_eq!(result, tls(TlsError::BadCertificateSignature));
    });
}

#[test]
fn rfc9525_6_a_server_under_another_name_is_refused() {
    P256.run(async |authority| {
        let other = format!("https://authority.example:{}", authority.port());
        assert_eq!(discover(&Caller::new(&P256.pki), &other).await, tls(TlsError::WrongName));
    });
}

#[test]
fn rfc5280_4_1_2_5_the_devices_clock_decides_whether_certificates_are_good() {
    P256.run(async |authority| {
        for (wall, expected) in [
            (Some(48 * YEAR), TlsError::NotYetValid),
            (Some(80 * YEAR), TlsError::Expired),
            (None, TlsError::TimeUnavailable),
        ] {
            let time = Time::with_wall(wall.map(UnixTime::from_seconds));
            let caller = Caller { time, ..Caller::new(&P256.pki) };
            assert_eq!(discover(&caller, authority.issuer()).await, tls(expected));
        }
    });
}

#[test]
fn rfc7469_2_6_a_pinned_key_must_be_in_the_path() {
    P256.run(async |authority| {
        let pin = |key: &rcgen::KeyPair| Sha256::digest(key.subject_public_key_info()).into();
        let pinned = |pins| Caller { pins, ..Caller::new(&P256.pki) };
        for key in [P256.pki.root.key(), P256.pki.intermediate.key()] {
            assert_eq!(discover(&pinned(vec![[7; 32], pin(key)]), authority.issuer()).await, Ok(()));
        }
        assert_eq!(discover(&pinned(vec![[7; 32]]), authority.issuer()).await, tls(TlsError::NotPinned));
        // Without anchors, only the server's own key counts.
        let closed = Caller { anchors: None, ..pinned(vec![pin(P256.pki.root.key())]) };
        assert_eq!(discover(&closed, authority.issuer()).await, tls(TlsError::NotPinned));
    });
}

#[test]
fn an_authority_that_cannot_be_trusted_is_an_outage_and_lets_nothing_in() {
    P256.run(async |authority| {
        let device = Device::new(stranger("Other Root"), authority, |server| server.with_introspection(client()));
        for format in [TokenFormat::Jwt("ES256"), TokenFormat::Opaque] {
            let refusal = device.refusal(&authority.access_token(format, SCOPE, AUDIENCE)).await;
            assert_eq!((refusal.error, refusal.error.status()), (Error::AuthorityUnavailable, 503));
            assert!(refusal.retry_after.is_some());
            assert_eq!(refusal.cause.map(|cause| cause.kind), tls(TlsError::UnknownIssuer).err());
        }
    });
}

#[test]
fn a_device_without_the_time_says_so() {
    P256.run(async |authority| {
        let caller = Caller { time: Time::with_wall(None), ..Caller::new(&P256.pki) };
        let device = Device::new(caller, authority, |server| server.with_introspection(client()));
        for format in [TokenFormat::Jwt("ES256"), TokenFormat::Opaque] {
            let token = authority.access_token(format, SCOPE, AUDIENCE);
            assert_eq!(device.error(&token).await, Error::TimeUnavailable);
        }
    });
}
