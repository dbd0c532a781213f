//! What the server signs, and then encrypts to the device: answers about users and tokens, and access tokens.

use std::convert::Infallible;

use bearward_core::{
    AnswerError, BearerToken, Claim, Client, Decryption, DeviceKeys, Error, IntrospectionError, IntrospectionRequest,
    IntrospectionResponse, KeyPurpose, Keys, Metadata, Policy, Reason, Secret, SecretSet, UserInfoEndpoint,
    UserInfoError,
};
use bearward_net::{AuthorizationServer, FailureKind, ResourceServer, Url};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use tests::{
    authority::{Authority, CLIENT_SECRET, OldKeys, TokenFormat, client_id, userinfo_client},
    encrypter::{CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS},
    grid::Combination,
    signer::ALGORITHMS,
};

use crate::{
    endpoints::{KeySet, discover, fetch_keys},
    support::{AUDIENCE, Caller, Device, ED25519, Http, P384, PUBLIC_ALGORITHMS, SCOPE, client, rng, system_now},
};

const USER: &str = "zofie";

/// Signature, key management and content encryption.
type Names = (&'static str, Option<&'static str>, Option<&'static str>);

/// A client, what the server says of itself, and its keys.
struct Bench<'h, 'n> {
    http: &'h mut Http<'n>,
    metadata: Metadata,
    keys: KeySet,
}

fn run(test: impl AsyncFnOnce(&mut Authority, &mut Bench<'_, '_>)) {
    ED25519.run(async |authority| {
        Caller::new(&ED25519.pki)
            .call(async |http| {
                let metadata = discover(http, authority).await;
                let keys = fetch_keys(http, &metadata).await;
                test(authority, &mut Bench { http, metadata, keys }).await;
            })
            .await;
    });
}

fn opaque(authority: &mut Authority) -> String {
    authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE)
}

impl Bench<'_, '_> {
    async fn userinfo(&mut self, endpoint: &UserInfoEndpoint<'_>, token: &str) -> Result<Names, UserInfoError> {
        let url = Url::parse(self.metadata.userinfo_endpoint().unwrap()).unwrap();
        let (mut buffer, mut claims) = ([0; 2048], [0; 1536]);
        let answer = self.http.userinfo(&url, endpoint, BearerToken::new(token).unwrap(), &mut buffer).await.unwrap();
        self.keys
            .with(|keys| {
                let user = endpoint.read(answer, USER, keys, system_now(), &mut claims)?;
                assert!(user.claim(&["name"]).unwrap().as_text().unwrap() == "Žofie \"Zo\\e\" 🔑");
                Ok((user.algorithm().unwrap(), user.key_management(), user.content_encryption()))
            })
            .await
    }

    /// Asks about a token as this client, and reads the answer in this form.
    async fn introspect(
        &mut self,
        issuer: &str,
        client: &str,
        response: &IntrospectionResponse<'_>,
        token: &str,
    ) -> Result<Names, IntrospectionError> {
        let endpoint = Url::parse(self.metadata.introspection_endpoint().unwrap()).unwrap();
        let (mut buffer, mut claims) = ([0; 2048], [0; 1536]);
        let request = IntrospectionRequest::new(BearerToken::new(token).unwrap()).with_response(response);
        let client = Client::secret_basic(client, CLIENT_SECRET);
        let answer = self.http.introspection_answer(&endpoint, &client, [0; 16], &request, &mut buffer).await.unwrap();
        let secrets = SecretSet::<1>::new().with(Secret::new(CLIENT_SECRET.as_bytes()), None, None).unwrap();
        let is_secret = answer.body.starts_with(b"eyJhbGciOiJIUz");
        let policy = Policy::new(issuer, AUDIENCE, &[]);
        self.keys
            .with(|keys| {
                let keys: &dyn Keys = if is_secret { &secrets } else { keys };
                let token = policy.introspect_as(response, answer, keys, system_now(), &mut claims)?;
                token.require_scope("valve:open").map_err(IntrospectionError::Token)?;
                assert!(token.client_id().unwrap() == *client_id("client_secret_basic"));
                let protection = token.answer_protection().unwrap();
                Ok((protection.algorithm(), protection.key_management(), protection.content_encryption()))
            })
            .await
    }
}

#[test]
fn userinfo_and_introspection_are_read_in_each_combination() {
    run(async |authority, bench| {
        let issuer = authority.issuer().to_owned();
        let token = opaque(authority);
        let mut count = 0;
        for combination in Combination::all() {
            let (client, own) = (combination.client(), combination.keys());
            let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
            let names = ("ES256", Some(combination.alg), Some(combination.enc));
            let endpoint = UserInfoEndpoint::signed_and_encrypted(&issuer, &client, &ALGORITHMS, decryption);
            let user_token = authority.user_token(&client, USER, "openid profile address");
            assert_eq!(bench.userinfo(&endpoint, &user_token).await, Ok(names), "{combination:?}");
            let response = IntrospectionResponse::signed_and_encrypted(&issuer, &client, &ALGORITHMS, decryption);
            let introspected = bench.introspect(&issuer, &client, &response, &token).await;
            assert_eq!(introspected, Ok(names), "{combination:?}");
            count += 1;
        }
        assert_eq!(count, 52);
    });
}

#[test]
fn rfc9701_introspection_is_read_as_a_jwt_of_each_algorithm() {
    run(async |authority, bench| {
        let issuer = authority.issuer().to_owned();
        let token = opaque(authority);
        for algorithm in ALGORITHMS.map(|algorithm| algorithm.name()) {
            let client = userinfo_client(Some(algorithm));
            let response = IntrospectionResponse::signed(&issuer, &client, &ALGORITHMS);
            let read = bench.introspect(&issuer, &client, &response, &token).await;
            assert_eq!(read, Ok((algorithm, None, None)));
            let inactive = bench.introspect(&issuer, &client, &response, "never-issued").await;
            assert_eq!(inactive, Err(IntrospectionError::Inactive));
        }
    });
}

#[test]
fn rfc9701_6_an_answer_in_another_form_for_another_client_or_by_another_issuer_is_refused() {
    run(async |authority, bench| {
        let issuer = authority.issuer().to_owned();
        let token = opaque(authority);
        let combination = Combination::of("ECDH-ES");
        let own = combination.keys();
        let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &own);
        let [encrypting, signing] = [combination.client(), userinfo_client(Some("ES256"))];
        let jwt = |error| Err(IntrospectionError::Jwt(error));

        let nested = IntrospectionResponse::signed_and_encrypted(&issuer, &signing, &ALGORITHMS, decryption);
        assert_eq!(bench.introspect(&issuer, &signing, &nested, &token).await, jwt(Error::NotEncrypted));
        let signed = IntrospectionResponse::signed(&issuer, &encrypting, &ALGORITHMS);
        assert_eq!(bench.introspect(&issuer, &encrypting, &signed, &token).await, jwt(Error::Encrypted));
        let json = IntrospectionResponse::json();
        // This server does not even answer in clear to whom it has to encrypt.
        let refused = Err(AnswerError::Status(400).into());
        assert_eq!(bench.introspect(&issuer, &encrypting, &json, &token).await, refused);

        for (issuer_of, audience, claim) in
            [(&*issuer, "app:json", Claim::Audience), ("https://as.example", &*signing, Claim::Issuer)]
        {
            let other = IntrospectionResponse::signed(issuer_of, audience, &ALGORITHMS);
            let mismatch = Error::Claim { claim, reason: Reason::Mismatch };
            assert_eq!(bench.introspect(&issuer, &signing, &other, &token).await, jwt(mismatch));
        }
        let other = IntrospectionResponse::signed(&issuer, &signing, &ALGORITHMS[..6]);
        assert_eq!(bench.introspect(&issuer, &signing, &other, &token).await, jwt(Error::AlgorithmNotAllowed));
        // Keys of another device open nothing.
        let other = Combination::of("ECDH-ES+A128KW").keys();
        let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &other);
        let nested = IntrospectionResponse::signed_and_encrypted(&issuer, &encrypting, &ALGORITHMS, decryption);
        assert_eq!(bench.introspect(&issuer, &encrypting, &nested, &token).await, jwt(Error::UnknownKey));
    });
}

#[test]
fn the_front_door_reads_signed_answers_and_finds_new_keys_for_them() {
    P384.run(async |authority| {
        let issuer: &'static str = authority.issuer().to_owned().leak();
        let app: &'static str = userinfo_client(Some("PS256")).leak();
        let device = Device::new(Caller::new(&P384.pki), authority, |server| {
            server
                .with_introspection(Client::secret_basic(app, CLIENT_SECRET))
                .with_introspection_response(IntrospectionResponse::signed(issuer, app, &ALGORITHMS))
        });
        let algorithm = async |token: &str| {
            device.ask(token, |token| token.answer_protection().map(|protection| protection.algorithm())).await
        };
        let [first, second, third] = [(); 3].map(|()| opaque(authority));
        assert_eq!(algorithm(&first).await, Ok(Some("PS256")));
        // Of an answer that is kept, it is told as well.
        assert_eq!(algorithm(&first).await, Ok(Some("PS256")));
        authority.rotate(OldKeys::Go);
        // The keys were fetched a moment ago.
        assert_eq!(device.error(&second).await, Error::AuthorityUnavailable);
        device.time.skip(31);
        assert_eq!(algorithm(&second).await, Ok(Some("PS256")));
        authority.revoke(&third);
        assert_eq!(device.error(&third).await, Error::Inactive);
        // JWTs are verified by the same keys, and no answer about a token is one.
        let token = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
        assert_eq!(algorithm(&token).await, Ok(None));
    });
}

#[test]
fn the_front_door_reads_encrypted_answers_and_those_signed_with_the_secret() {
    P384.run(async |authority| {
        let issuer: &'static str = authority.issuer().to_owned().leak();
        let token = opaque(authority);
        let combination = Combination::of("ECDH-ES+A256KW");
        let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, Box::leak(Box::new(combination.keys())));
        let app: &'static str = combination.client().leak();
        let device = Device::new(Caller::new(&P384.pki), authority, |server| {
            let response = IntrospectionResponse::signed_and_encrypted(issuer, app, &ALGORITHMS, decryption);
            server.with_introspection(Client::secret_basic(app, CLIENT_SECRET)).with_introspection_response(response)
        });
        let names = device
            .ask(&token, |token| {
                let protection = token.answer_protection().unwrap();
                (protection.algorithm(), protection.key_management(), protection.content_encryption())
            })
            .await;
        assert_eq!(names, Ok(("ES256", Some("ECDH-ES+A256KW"), Some("A128GCM"))));

        let secrets = SecretSet::<1>::new().with(Secret::new(CLIENT_SECRET.as_bytes()), None, None).unwrap();
        let secrets: &'static SecretSet<'static, 1> = Box::leak(Box::new(secrets));
        let app: &'static str = userinfo_client(Some("HS256")).leak();
        let device = Device::new(Caller::new(&P384.pki), authority, |server| {
            server
                .with_introspection(Client::secret_basic(app, CLIENT_SECRET))
                .with_introspection_response(IntrospectionResponse::signed(issuer, app, &ALGORITHMS))
                .with_introspection_keys(secrets)
        });
        let algorithm = device.ask(&token, |token| token.answer_protection().unwrap().algorithm()).await;
        assert_eq!(algorithm, Ok("HS256"));
        // What this client asks for is no encrypted answer.
        let device = Device::new(Caller::new(&P384.pki), authority, |server| {
            let response = IntrospectionResponse::signed_and_encrypted(issuer, app, &ALGORITHMS, decryption);
            server.with_introspection(Client::secret_basic(app, CLIENT_SECRET)).with_introspection_response(response)
        });
        let refusal = device.refusal(&token).await;
        let not_encrypted = FailureKind::Introspection(IntrospectionError::Jwt(Error::NotEncrypted));
        assert_eq!((refusal.error.status(), refusal.cause.unwrap().kind), (503, not_encrypted));
    });
}

#[test]
fn rfc9068_6_the_front_door_opens_access_tokens_that_are_encrypted_to_the_device() {
    P384.run(async |authority| {
        let combinations: Vec<_> =
            Combination::all().filter(|combination| combination.private_key().is_some()).collect();
        assert_eq!(combinations.len(), 32);
        for combination in combinations {
            let own = Box::leak(Box::new(combination.keys()));
            let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, own);
            let device = Device::new(Caller::new(&P384.pki), authority, |server| server.with_decryption(decryption));
            let token = authority.encrypted_access_token(&combination, SCOPE, AUDIENCE);
            for _ in 0..2 {
                let names = device
                    .ask(&token, |token| (token.algorithm(), token.key_management(), token.content_encryption()))
                    .await;
                assert_eq!(names, Ok(("ES256", Some(combination.alg), Some(combination.enc))));
            }
            // One that is only signed is let in as ever.
            let signed = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
            assert_eq!(device.ask(&signed, |token| token.key_management()).await, Ok(None));
        }
    });
}

#[test]
fn an_encrypted_access_token_is_refused_with_one_error_where_it_cannot_be_opened() {
    P384.run(async |authority| {
        let combination = Combination::of("ECDH-ES");
        let own = Box::leak(Box::new(combination.keys()));
        let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, own);
        let token = authority.encrypted_access_token(&combination, SCOPE, AUDIENCE);
        let other = authority.encrypted_access_token(&Combination::of("RSA-OAEP"), SCOPE, AUDIENCE);
        let elsewhere = authority.encrypted_access_token(&combination, SCOPE, "https://pump.example");

        let without = Device::new(Caller::new(&P384.pki), authority, |server| server);
        assert_eq!(without.error(&token).await, Error::Encrypted);
        // Without keys of its own a device can ask. This server does not tell about structured tokens: nobody knows this one.
        let asking = Device::new(Caller::new(&P384.pki), authority, |server| server.with_introspection(client()));
        assert_eq!(asking.error(&token).await, Error::Encrypted);

        let both = |server: bearward_net::AuthorizationServer<'static>| {
            server.with_decryption(decryption).with_introspection(client())
        };
        let device = Device::new(Caller::new(&P384.pki), authority, both);
        assert_eq!(device.error(&other).await, Error::UnknownKey);
        let mismatch = Error::Claim { claim: Claim::Audience, reason: Reason::Mismatch };
        assert_eq!(device.error(&elsewhere).await, mismatch);
        let tampered = format!("{}AAAA", &token[..token.len() - 4]);
        assert_eq!(device.error(&tampered).await, Error::DecryptionFailed);
        device.authorize(&token).await.unwrap();
        device.authorize(&opaque(authority)).await.unwrap();
        // After a good signature it is still asked about where that is wanted, and not before.
        let always = Device::new(Caller::new(&P384.pki), authority, |server| both(server).always_introspecting());
        assert_eq!(always.error(&elsewhere).await, mismatch);
        assert_eq!(always.error(&token).await, Error::AuthorityUnavailable);
    });
}

#[test]
fn the_devices_own_keys_rotate_without_its_restart() {
    P384.run(async |authority| {
        let combination = Combination::of("ECDH-ES");
        let issuer = authority.issuer().to_owned();
        let under_way = authority.encrypted_access_token(&combination, SCOPE, AUDIENCE);
        let mut keys = DeviceKeys::<3>::new();
        keys.read_local(combination.private_key().unwrap().to_string().as_bytes()).unwrap();
        let purpose = KeyPurpose::EncryptionP256;
        let mut verdicts = Vec::new();
        for seed in 1..=3 {
            // It borrows the keys until it ends, and the next one sees what has become of them.
            let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &keys);
            let server: ResourceServer<'_, NoopRawMutex, 16, 4, 1536> = ResourceServer::new(
                Policy::new(&issuer, AUDIENCE, PUBLIC_ALGORITHMS),
                AuthorizationServer::new(&issuer).with_decryption(decryption),
            );
            let verdict = async |http: &mut Http<'_>| {
                let (time, mut rng, mut buffer, mut claims) = (http.timer().clone(), rng(), [0; 3072], [0; 3072]);
                let token = BearerToken::new(&under_way)?;
                let token = tokio::select! {
                    never = server.run(http, &mut rng, &mut buffer) => match never {},
                    token = server.authorize(token, &time, &time, &mut claims) => token,
                };
                token.map(|token| token.key_management()).map_err(|refusal| refusal.error)
            };
            verdicts.push(Caller::new(&P384.pki).call(verdict).await);
            drop(server);
            let fill = |bytes: &mut [u8]| {
                bytes.fill(seed);
                Ok::<(), Infallible>(())
            };
            keys.generate(purpose, fill).unwrap();
            keys.rotate(purpose).unwrap();
        }
        assert_eq!(verdicts, [Ok(Some("ECDH-ES")), Ok(Some("ECDH-ES")), Err(Error::UnknownKey)]);
    });
}
