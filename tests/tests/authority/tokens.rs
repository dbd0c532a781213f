//! Tokens of the device's own: as the client, by a user's leave, and by refreshing.

use std::time::Duration;

use bearward_core::{
    AccessToken, BearerToken, CallError, Claim, Client, Decryption, DeviceAuthorizationRequest, Error, Es256Signer,
    IdToken, IdTokenPolicy, Keys, Metadata, Policy, Reason, Secret, SecretSet, TokenError, TokenRequest,
    UserInfoEndpoint,
};
use bearward_net::{DevicePolling, Failure, FailureKind, NetError, TlsError, Url};
use rand::Rng as _;
use serde_json::json;
use tests::{
    authority::{Authority, CLIENT_AUTHENTICATION, CLIENT_NAME, CLIENT_SECRET, client_id, client_key, userinfo_client},
    encrypter::{CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS},
    grid::Combination,
    signer::ALGORITHMS,
};
use tokio::{join, time::sleep};

use crate::{
    endpoints::{KeySet, discover, fetch_keys},
    support::{AUDIENCE, Caller, ED25519, Http, P256, PUBLIC_ALGORITHMS, RSA, Server, Time, client, rng, system_now},
};

/// A resource whose tokens are opaque here; those for the valve are JWTs.
pub const TANK: &str = "https://tank.example";
pub const USER: &str = "zofie";

fn nonce() -> [u8; 16] {
    let mut nonce = [0; 16];
    rng().fill_bytes(&mut nonce);
    nonce
}

/// What the device keeps of an answer.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub access_token: String,
    pub refresh_token: Option<String>,
    id_token: Option<String>,
    scope: Vec<String>,
    expires_in: Option<u32>,
}

/// Asks the token endpoint.
async fn ask(
    http: &mut Http<'_>,
    metadata: &Metadata,
    client: &Client<'_>,
    request: &TokenRequest<'_>,
) -> Result<Kept, FailureKind> {
    let endpoint = Url::parse(metadata.token_endpoint().unwrap()).unwrap();
    let mut buffer = [0; 3072];
    let token = http.token(&endpoint, client, nonce(), request, &mut buffer).await;
    token.map(|token| keep(&token)).map_err(|failure| failure.kind)
}

fn keep(token: &bearward_core::TokenResponse<'_>) -> Kept {
    Kept {
        access_token: token.access_token().into(),
        refresh_token: token.refresh_token().map(Into::into),
        id_token: token.id_token().map(Into::into),
        scope: token.scope().map(|scope| scope.iter().map(Into::into).collect()).unwrap_or_default(),
        expires_in: token.expires_in(),
    }
}

/// Gets a token by the leave of a user, who decides after a while as `decide` says, with the user code.
pub async fn log_in(
    http: &mut Http<'_>,
    metadata: &Metadata,
    client: &Client<'_>,
    request: &DeviceAuthorizationRequest<'_>,
    decide: impl FnOnce(&str),
) -> Result<Kept, Failure> {
    let (mut codes, mut buffer) = ([0; 1024], [0; 3072]);
    let endpoint = Url::parse(metadata.device_authorization_endpoint().unwrap()).unwrap();
    let codes = http.authorize_device(&endpoint, client, nonce(), request, &mut codes).await?;
    assert!(codes.verification_uri().ends_with("/device"));
    assert!(codes.verification_uri_complete().unwrap().ends_with(&format!("?user_code={}", codes.user_code())));
    assert_eq!((codes.expires_in(), codes.interval()), (600, 5));

    let endpoint = Url::parse(metadata.token_endpoint().unwrap()).unwrap();
    let mut polling = DevicePolling::new(&codes, bearward_net::Timer::elapsed(http.timer()));
    let mut rng = rng();
    let user = async {
        // Past the first request, which is answered with authorization_pending.
        sleep(Duration::from_millis(250)).await;
        decide(codes.user_code());
    };
    let (token, ()) = join!(http.poll_for_token(&endpoint, client, &mut rng, &mut polling, &mut buffer), user);
    token.map(|token| keep(&token))
}

/// A caller whose five seconds of interval pass in a twentieth of one.
fn patient(server: &Server) -> Caller {
    Caller { time: Time::new().with_pace(100), ..Caller::new(&server.pki) }
}

/// Runs a test with a client that is in no hurry, what the server says of itself, and its keys.
fn run(server: &Server, test: impl AsyncFnOnce(&mut Authority, &mut Http<'_>, &Metadata, &KeySet)) {
    server.run(async |authority| {
        patient(server)
            .call(async |http| {
                let metadata = discover(http, authority).await;
                let keys = fetch_keys(http, &metadata).await;
                test(authority, http, &metadata, &keys).await;
            })
            .await;
    });
}

/// Whether an opaque token is good at this resource, as the server says.
async fn is_good_at(
    http: &mut Http<'_>,
    authority: &Authority,
    metadata: &Metadata,
    audience: &str,
    token: &str,
) -> bool {
    let endpoint = Url::parse(metadata.introspection_endpoint().unwrap()).unwrap();
    let policy = Policy::new(authority.issuer(), audience, &[]);
    let token = BearerToken::new(token).unwrap();
    http.introspect(&endpoint, &client(), nonce(), &policy, token, &mut [0; 1024]).await.is_ok()
}

#[test]
fn rfc6749_4_4_each_method_of_client_authentication_gets_a_token_of_its_own() {
    P256.run(async |authority| {
        let caller = Caller::new(&P256.pki).with_certificate(&P256.pki.client(CLIENT_NAME));
        let key_id = client_key().key_id().to_owned();
        let signer = Es256Signer::new(&[7; 32]).unwrap().with_key_id(&key_id);
        let [basic, post, jwt, key, tls, none] = CLIENT_AUTHENTICATION.map(client_id);
        let issuer = authority.issuer();
        let clients = [
            Client::secret_basic(&basic, CLIENT_SECRET),
            Client::secret_post(&post, CLIENT_SECRET),
            Client::secret_jwt(&jwt, issuer, Secret::new(CLIENT_SECRET.as_bytes())),
            Client::private_key_jwt(&key, issuer, &signer),
            Client::tls(&tls),
        ];
        let request = TokenRequest::client_credentials().with_scope("tank:read").with_resource(TANK);
        caller
            .call(async |http| {
                let mut metadata = Metadata::<128>::new();
                for client in &clients {
                    http.discover_as(client, issuer, &mut metadata).await.unwrap();
                    let token = ask(http, &metadata, client, &request).await;
                    let token = token.unwrap_or_else(|failure| panic!("{}: {failure:?}", client.method()));
                    assert_eq!((token.expires_in, &*token.scope), (Some(600), &["tank:read".to_owned()][..]));
                    assert!(token.refresh_token.is_none() && token.id_token.is_none(), "RFC 6749 §4.4.3");
                    http.discover(issuer, &mut metadata).await.unwrap();
                    assert!(is_good_at(http, authority, &metadata, TANK, &token.access_token).await);
                }
                // "The client credentials grant type MUST only be used by confidential clients."
                let refused = ask(http, &metadata, &Client::none(&none), &request).await;
                assert_eq!(refused.err(), Some(FailureKind::Token(TokenError::InvalidRequest)));
            })
            .await;
    });
}

#[test]
fn rfc6749_5_2_a_client_that_does_not_prove_who_it_is_gets_none() {
    P256.run(async |authority| {
        let signer = Es256Signer::new(&[8; 32]).unwrap();
        let [basic, post, jwt, key, tls, _] = CLIENT_AUTHENTICATION.map(client_id);
        let (issuer, secret) = (authority.issuer(), "another secret of 32 bytes or more");
        let clients = [
            Client::secret_basic(&basic, secret),
            Client::secret_post(&post, secret),
            Client::secret_jwt(&jwt, issuer, Secret::new(secret.as_bytes())),
            Client::private_key_jwt(&key, issuer, &signer),
            Client::tls(&tls),
            Client::secret_basic("nobody", CLIENT_SECRET),
        ];
        Caller::new(&P256.pki)
            .call(async |http| {
                let mut metadata = Metadata::<128>::new();
                for client in &clients {
                    http.discover_as(client, issuer, &mut metadata).await.unwrap();
                    let refused = ask(http, &metadata, client, &TokenRequest::client_credentials()).await;
                    assert_eq!(refused.err(), Some(FailureKind::Token(TokenError::InvalidClient)), "{client:?}");
                }
            })
            .await;
    });
}

#[test]
fn rfc8707_2_a_token_is_good_at_the_resource_that_was_asked_for_and_nowhere_else() {
    run(&P256, async |authority, http, metadata, keys| {
        let request = TokenRequest::client_credentials().with_scope("valve:open tank:read");
        let jwt = ask(http, metadata, &client(), &request.with_resource(AUDIENCE)).await.unwrap().access_token;
        let verify = async |audience: &str| {
            let policy = Policy::new(authority.issuer(), audience, PUBLIC_ALGORITHMS);
            let mut buffer = [0; 2048];
            keys.with(|keys| policy.verify(BearerToken::new(&jwt).unwrap(), keys, system_now(), &mut buffer).map(drop))
                .await
        };
        assert_eq!(verify(AUDIENCE).await, Ok(()));
        let mismatch = Error::Claim { claim: Claim::Audience, reason: Reason::Mismatch };
        assert_eq!(verify(TANK).await, Err(mismatch));

        let opaque = ask(http, metadata, &client(), &request.with_resource(TANK)).await.unwrap().access_token;
        assert!(is_good_at(http, authority, metadata, TANK, &opaque).await);
        assert!(!is_good_at(http, authority, metadata, AUDIENCE, &opaque).await);

        let unknown = ask(http, metadata, &client(), &request.with_resource("https://nowhere.example")).await;
        assert_eq!(unknown.err(), Some(FailureKind::Token(TokenError::InvalidTarget)));
    });
}

#[test]
fn rfc8628_3_a_user_lets_in_a_device_with_any_client_authentication() {
    run(&P256, async |authority, http, metadata, keys| {
        let key_id = client_key().key_id().to_owned();
        let signer = Es256Signer::new(&[7; 32]).unwrap().with_key_id(&key_id);
        let [basic, _, jwt, key, _, none] = CLIENT_AUTHENTICATION.map(client_id);
        let issuer = authority.issuer().to_owned();
        for client in [
            Client::none(&none),
            Client::secret_basic(&basic, CLIENT_SECRET),
            Client::secret_jwt(&jwt, &issuer, Secret::new(CLIENT_SECRET.as_bytes())),
            Client::private_key_jwt(&key, &issuer, &signer),
        ] {
            let request = DeviceAuthorizationRequest::new().with_scope("openid profile");
            let token =
                log_in(http, metadata, &client, &request, |code| authority.decide(code, Some(USER))).await.unwrap();
            let policy = IdTokenPolicy::new(&issuer, client.id(), PUBLIC_ALGORITHMS);
            let mut buffer = [0; 2048];
            keys.with(|keys| {
                let (id_token, access_token) = (token.id_token.as_deref().unwrap(), Some(&*token.access_token));
                let id_token = policy.verify(id_token, access_token, keys, system_now(), &mut buffer).unwrap();
                assert_eq!((id_token.subject().as_str(), id_token.algorithm()), (Some(USER), "ES256"));
                assert!(id_token.authentication_time().is_some());
            })
            .await;
            // The access token is the user's.
            let (url, mut buffer) = (Url::parse(metadata.userinfo_endpoint().unwrap()).unwrap(), [0; 2048]);
            let access_token = BearerToken::new(&token.access_token).unwrap();
            let answer = http.userinfo(&url, &UserInfoEndpoint::json(), access_token, &mut buffer).await.unwrap();
            keys.with(|keys| UserInfoEndpoint::json().read(answer, USER, keys, None, &mut []).map(drop)).await.unwrap();
        }
    });
}

#[test]
fn rfc8628_3_5_a_user_who_refuses_or_never_comes_lets_nothing_in() {
    run(&P256, async |authority, http, metadata, _| {
        let request = DeviceAuthorizationRequest::new().with_scope("openid");
        let refused = log_in(http, metadata, &client(), &request, |code| authority.decide(code, None)).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::Token(TokenError::AccessDenied));
        // By the server's clock, long before the device's own.
        let expired = log_in(http, metadata, &client(), &request, |_| authority.shift_clock(601)).await;
        authority.shift_clock(-601);
        assert_eq!(expired.unwrap_err().kind, FailureKind::Token(TokenError::ExpiredToken));
        // A code of nobody's.
        let unknown = ask(http, metadata, &client(), &TokenRequest::device_code("unknown")).await;
        assert_eq!(unknown.err(), Some(FailureKind::Token(TokenError::InvalidGrant)));
    });
}

#[test]
fn rfc8707_2_1_a_users_token_is_for_the_resource_of_the_device_authorization() {
    run(&P256, async |authority, http, metadata, _| {
        let request = DeviceAuthorizationRequest::new().with_scope("tank:read").with_resource(TANK);
        let token =
            log_in(http, metadata, &client(), &request, |code| authority.decide(code, Some(USER))).await.unwrap();
        assert_eq!(token.scope, ["tank:read"]);
        assert!(is_good_at(http, authority, metadata, TANK, &token.access_token).await);
        assert!(!is_good_at(http, authority, metadata, AUDIENCE, &token.access_token).await);
    });
}

#[test]
fn rfc6749_6_a_refresh_token_brings_a_new_access_token_and_is_good_once() {
    run(&RSA, async |authority, http, metadata, keys| {
        let request = DeviceAuthorizationRequest::new().with_scope("openid profile");
        let first =
            log_in(http, metadata, &client(), &request, |code| authority.decide(code, Some(USER))).await.unwrap();
        let old = first.refresh_token.unwrap();
        let wider = TokenRequest::refresh_token(&old).with_scope("openid profile email");
        let refused = ask(http, metadata, &client(), &wider).await;
        assert_eq!(refused.err(), Some(FailureKind::Token(TokenError::InvalidScope)));
        let second = ask(http, metadata, &client(), &TokenRequest::refresh_token(&old)).await.unwrap();
        assert_ne!(second.access_token, first.access_token);
        let new = second.refresh_token.unwrap();
        assert_ne!(new, old);

        // OpenID Connect Core §12.2.
        let (id, (mut before, mut after)) = (client_id("client_secret_basic"), ([0; 2048], [0; 2048]));
        let policy = IdTokenPolicy::new(authority.issuer(), &id, PUBLIC_ALGORITHMS);
        let [first_id, second_id] = [&first.id_token, &second.id_token].map(|token| token.as_deref().unwrap());
        keys.with(|keys| {
            let now = system_now();
            let original = policy.verify(first_id, None, keys, now, &mut before).unwrap();
            let token = policy.verify_refreshed(second_id, None, &original, keys, now, &mut after).unwrap();
            assert!(original.authentication_time().is_some());
            assert_eq!(token.authentication_time(), original.authentication_time());
        })
        .await;

        // RFC 9700 §4.14.2: who uses the old one has stolen it, or was stolen from. Both become worthless.
        let again = ask(http, metadata, &client(), &TokenRequest::refresh_token(&old)).await;
        assert_eq!(again.err(), Some(FailureKind::Token(TokenError::InvalidGrant)));
        let again = ask(http, metadata, &client(), &TokenRequest::refresh_token(&new)).await;
        assert_eq!(again.err(), Some(FailureKind::Token(TokenError::InvalidGrant)));
    });
}

#[test]
fn rfc6749_6_a_refresh_token_is_good_for_its_client_alone() {
    run(&RSA, async |authority, http, metadata, _| {
        let request = DeviceAuthorizationRequest::new().with_scope("openid");
        let token =
            log_in(http, metadata, &client(), &request, |code| authority.decide(code, Some(USER))).await.unwrap();
        let token = token.refresh_token.unwrap();
        let post = client_id("client_secret_post");
        let thief = Client::secret_post(&post, CLIENT_SECRET);
        let refused = ask(http, metadata, &thief, &TokenRequest::refresh_token(&token)).await;
        assert_eq!(refused.err(), Some(FailureKind::Token(TokenError::InvalidGrant)));
    });
}

#[test]
fn oidc_core_3_1_3_7_an_id_token_of_each_algorithm_is_verified_and_under_another_is_not() {
    run(&ED25519, async |authority, http, metadata, keys| {
        let issuer = authority.issuer().to_owned();
        let secrets = SecretSet::<1>::new().with(Secret::new(CLIENT_SECRET.as_bytes()), None, None).unwrap();
        let request = DeviceAuthorizationRequest::new().with_scope("openid");
        for algorithm in ALGORITHMS {
            let name = algorithm.name();
            let id = userinfo_client(Some(name));
            let client = Client::secret_basic(&id, CLIENT_SECRET);
            let token =
                log_in(http, metadata, &client, &request, |code| authority.decide(code, Some(USER))).await.unwrap();
            let id_token = token.id_token.unwrap();
            let (own, mut buffer) = ([algorithm], [0; 2048]);
            let others: Vec<_> = ALGORITHMS.into_iter().filter(|other| other.name() != name).collect();
            keys.with(|keys| {
                let keys: &dyn Keys = if name.starts_with("HS") { &secrets } else { keys };
                let mut verify = |client, algorithms| {
                    let policy = IdTokenPolicy::new(&issuer, client, algorithms);
                    let token = policy.verify(&id_token, Some(&token.access_token), keys, system_now(), &mut buffer);
                    token.map(|token: IdToken<'_>| token.algorithm())
                };
                assert_eq!(verify(&id, &own), Ok(name));
                assert_eq!(verify(&id, &others), Err(Error::AlgorithmNotAllowed), "{name}");
                let mismatch = Error::Claim { claim: Claim::Audience, reason: Reason::Mismatch };
                assert_eq!(verify("another client", &own), Err(mismatch), "{name}");
            })
            .await;
        }
    });
}

#[test]
fn oidc_core_10_2_an_id_token_that_is_encrypted_to_the_device_is_opened_and_verified() {
    run(&P256, async |authority, http, metadata, keys| {
        let issuer = authority.issuer().to_owned();
        let request = DeviceAuthorizationRequest::new().with_scope("openid");
        for alg in ["ECDH-ES", "RSA-OAEP"] {
            let combination = Combination::of(alg);
            let id = format!("id:{alg}");
            authority.add_client(json!({
                "client_id": id, "client_secret": CLIENT_SECRET,
                "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
                "jwks": {"keys": [combination.public_key()]},
                "id_token_signed_response_alg": "ES256",
                "id_token_encrypted_response_alg": combination.alg,
                "id_token_encrypted_response_enc": combination.enc,
            }));
            let client = Client::secret_basic(&id, CLIENT_SECRET);
            let token =
                log_in(http, metadata, &client, &request, |code| authority.decide(code, Some(USER))).await.unwrap();
            let id_token = token.id_token.unwrap();
            assert_eq!(id_token.split('.').count(), 5);
            let [own, other] = [combination, Combination::of("ECDH-ES+A128KW")].map(|combination| combination.keys());
            let opened_by = |own| Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, own);
            let policy = IdTokenPolicy::new(&issuer, &id, PUBLIC_ALGORITHMS);
            let mut buffer = [0; 3072];
            keys.with(|keys| {
                let mut verify = |policy: IdTokenPolicy<'_>, id_token: &str| {
                    let access_token = Some(&*token.access_token);
                    let token = policy.verify(id_token, access_token, keys, system_now(), &mut buffer)?;
                    assert_eq!(token.subject().as_str(), Some(USER));
                    Ok((token.algorithm(), token.key_management(), token.content_encryption()))
                };
                let names = ("ES256", Some(combination.alg), Some(combination.enc));
                let demanding = policy.with_decryption(opened_by(&own));
                assert_eq!(verify(demanding, &id_token), Ok(names));
                let tampered = format!("{}AAAA", &id_token[..id_token.len() - 4]);
                assert_eq!(verify(demanding, &tampered), Err(Error::DecryptionFailed));
                assert_eq!(verify(policy, &id_token), Err(Error::Encrypted));
                assert_eq!(verify(policy.with_decryption(opened_by(&other)), &id_token), Err(Error::UnknownKey));
                let elsewhere = IdTokenPolicy::new(&issuer, "another client", PUBLIC_ALGORITHMS);
                let mismatch = Error::Claim { claim: Claim::Audience, reason: Reason::Mismatch };
                assert_eq!(verify(elsewhere.with_decryption(opened_by(&own)), &id_token), Err(mismatch));
            })
            .await;
        }
    });
}

#[test]
fn an_id_token_opens_nothing_and_an_access_token_says_nothing_of_the_user() {
    run(&P256, async |authority, http, metadata, keys| {
        let request = DeviceAuthorizationRequest::new().with_scope("openid");
        let token =
            log_in(http, metadata, &client(), &request, |code| authority.decide(code, Some(USER))).await.unwrap();
        let own = TokenRequest::client_credentials().with_scope("valve:open").with_resource(AUDIENCE);
        let access_token = ask(http, metadata, &client(), &own).await.unwrap().access_token;
        let id_token = token.id_token.unwrap();
        let id = client_id("client_secret_basic");
        let (issuer, now, mut buffer) = (authority.issuer(), system_now(), [0; 2048]);
        keys.with(|keys| {
            // Even for a resource server that has the name of the client.
            let policy = Policy::new(issuer, &id, PUBLIC_ALGORITHMS);
            let bearer = BearerToken::new(&id_token).unwrap();
            let verified: Result<AccessToken<'_>, _> = policy.verify(bearer, keys, now, &mut buffer);
            assert_eq!(verified.err(), Some(Error::TokenType));
            let policy = IdTokenPolicy::new(issuer, AUDIENCE, PUBLIC_ALGORITHMS);
            assert_eq!(policy.verify(&access_token, None, keys, now, &mut buffer).err(), Some(Error::TokenType));
        })
        .await;
        // Nor does the server take it.
        assert!(!is_good_at(http, authority, metadata, &id, &id_token).await);
    });
}

#[test]
fn without_a_wall_clock_a_token_comes_over_a_pinned_key_and_by_a_secret() {
    P256.run(async |authority| {
        let metadata = Caller::new(&P256.pki).call(async |http| discover(http, authority).await).await;
        let own = TokenRequest::client_credentials().with_scope("tank:read").with_resource(TANK);
        let time = Time::with_wall(None);
        let pinned =
            Caller { anchors: None, pins: vec![authority.pin()], time: time.clone(), ..Caller::new(&P256.pki) };
        pinned
            .call(async |http| {
                let began = bearward_net::Timer::elapsed(http.timer());
                let token = ask(http, &metadata, &client(), &own).await.unwrap();
                assert!(began < Duration::from_secs(60) && token.expires_in == Some(600));
                // An assertion says when it was made.
                let signer = Es256Signer::new(&[7; 32]).unwrap();
                let id = client_id("private_key_jwt");
                let client = Client::private_key_jwt(&id, authority.issuer(), &signer);
                let refused = ask(http, &metadata, &client, &own).await;
                assert_eq!(refused.err(), Some(FailureKind::Request(CallError::TimeUnavailable)));
            })
            .await;
        // And so does a certificate.
        let anchored = Caller { time, ..Caller::new(&P256.pki) };
        let refused = anchored.call(async |http| ask(http, &metadata, &client(), &own).await).await;
        assert_eq!(refused.err(), Some(FailureKind::Net(NetError::Tls(TlsError::TimeUnavailable))));
    });
}
