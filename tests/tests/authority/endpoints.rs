//! Discovery, keys, and the tokens that they verify.

use bearward_core::{BearerToken, Metadata, Policy, Secret, SecretSet};
use bearward_net::{FailureKind, RemoteJwkSet, Url};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use tests::{
    authority::{Authority, HMAC_SECRET, TokenFormat, client_id},
    signer::ALGORITHMS,
};

use crate::support::{
    AUDIENCE, Caller, Device, ED25519, Http, P256, PUBLIC_ALGORITHMS, SCOPE, client, servers, system_now,
};

pub type KeySet = RemoteJwkSet<NoopRawMutex, 16>;

pub async fn discover(http: &mut Http<'_>, authority: &Authority) -> Metadata {
    let mut metadata = Metadata::new();
    http.discover(authority.issuer(), &mut metadata).await.unwrap();
    metadata
}

/// The server's keys, found by its metadata.
pub async fn fetch_keys(http: &mut Http<'_>, metadata: &Metadata) -> KeySet {
    let keys = KeySet::new(Default::default());
    keys.reload(http, &Url::parse(metadata.jwks_uri().unwrap()).unwrap()).await.unwrap();
    keys
}

#[test]
fn rfc8446_chains_of_every_kind_of_key_carry_discovery_keys_and_introspection() {
    for server in servers() {
        server.run(async |authority| {
            let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
            let caller = Caller::new(&server.pki);
            caller
                .call(async |http| {
                    let metadata = discover(http, authority).await;
                    let keys = fetch_keys(http, &metadata).await;
                    assert!(keys.with(|keys| keys.len()).await >= 5);
                    let endpoint = Url::parse(metadata.introspection_endpoint().unwrap()).unwrap();
                    let policy = Policy::new(authority.issuer(), AUDIENCE, &[]);
                    let (token, mut buffer) = (BearerToken::new(&token).unwrap(), [0; 1024]);
                    let token =
                        http.introspect(&endpoint, &client(), [0; 16], &policy, token, &mut buffer).await.unwrap();
                    token.require_scope("valve:open").unwrap();
                })
                .await;
        });
    }
}

#[test]
fn rfc8414_2_the_metadata_names_the_endpoints() {
    P256.run(async |authority| {
        let metadata = Caller::new(&P256.pki).call(async |http| discover(http, authority).await).await;
        let at = |path| Some(format!("{}{path}", authority.issuer()));
        for (url, path) in [
            (metadata.jwks_uri(), "/jwks"),
            (metadata.introspection_endpoint(), "/token/introspection"),
            (metadata.revocation_endpoint(), "/token/revocation"),
            (metadata.userinfo_endpoint(), "/me"),
            (metadata.token_endpoint(), "/token"),
            (metadata.device_authorization_endpoint(), "/device/auth"),
            (metadata.registration_endpoint(), "/reg"),
        ] {
            assert_eq!(url.map(str::to_owned), at(path));
        }
    });
}

#[test]
fn rfc8414_3_3_the_metadata_of_a_server_under_another_name_is_not_used() {
    P256.run(async |authority| {
        // Its certificate is for the address too.
        let other = format!("https://127.0.0.1:{}", authority.port());
        let mut metadata = Metadata::<128>::new();
        let result = Caller::new(&P256.pki).call(async |http| http.discover(&other, &mut metadata).await).await;
        assert_eq!(result.unwrap_err().kind, FailureKind::Metadata(bearward_core::MetadataError::IssuerMismatch));
        assert_eq!(metadata, Metadata::new());
    });
}

#[test]
fn a_token_of_each_public_key_algorithm_is_let_in() {
    ED25519.run(async |authority| {
        let device = Device::new(Caller::new(&ED25519.pki), authority, |server| server);
        for algorithm in PUBLIC_ALGORITHMS.iter().map(|algorithm| algorithm.name()) {
            let token = authority.access_token(TokenFormat::Jwt(algorithm), SCOPE, AUDIENCE);
            assert_eq!(device.authorize(&token).await, Ok(client_id("client_secret_basic")), "{algorithm}");
        }
    });
}

#[test]
fn a_token_of_each_hmac_algorithm_is_verified_with_the_secret() {
    ED25519.run(async |authority| {
        let secrets = SecretSet::<1>::new().with(Secret::new(HMAC_SECRET.as_bytes()), None, None).unwrap();
        for algorithm in ["HS256", "HS384", "HS512"] {
            let token = authority.access_token(TokenFormat::Jwt(algorithm), SCOPE, AUDIENCE);
            let mut buffer = vec![0; token.len()];
            let policy = Policy::new(authority.issuer(), AUDIENCE, &ALGORITHMS);
            let token = policy.verify(BearerToken::new(&token).unwrap(), &secrets, system_now(), &mut buffer).unwrap();
            assert_eq!(token.algorithm(), algorithm);
        }
    });
}
