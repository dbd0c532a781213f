//! Opaque tokens: asked about as every kind of client, and taken back.

use bearward_core::{
    AnswerError, BearerToken, Claim, Client, Error, ErrorCode, Es256Signer, IntrospectionError, Metadata, Policy,
    Reason, RevocationRequest, Secret, TokenTypeHint,
};
use bearward_net::{Failure, FailureKind, Url};
use rand::Rng as _;
use tests::{
    authority::{Authority, CLIENT_AUTHENTICATION, CLIENT_NAME, CLIENT_SECRET, TokenFormat, client_id, client_key},
    pki::{KeyType, Pki},
};

use crate::{
    endpoints::discover,
    support::{AUDIENCE, Caller, Device, P256, RSA, SCOPE, Server, client, rng},
};

const REFUSED: FailureKind = FailureKind::Introspection(IntrospectionError::Answer(AnswerError::ClientRefused));

fn nonce() -> [u8; 16] {
    let mut nonce = [0; 16];
    rng().fill_bytes(&mut nonce);
    nonce
}

fn opaque(authority: &mut Authority) -> String {
    authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE)
}

/// Finds the endpoint as this client does, and asks about the token.
async fn ask(caller: &Caller, authority: &Authority, client: &Client<'_>, token: &str) -> Result<(), FailureKind> {
    caller
        .call(async |http| {
            let mut metadata = Metadata::<128>::new();
            http.discover_as(client, authority.issuer(), &mut metadata).await.unwrap();
            let endpoint = Url::parse(metadata.introspection_endpoint().unwrap()).unwrap();
            let policy = Policy::new(authority.issuer(), AUDIENCE, &[]);
            let (token, mut buffer) = (BearerToken::new(token).unwrap(), [0; 1024]);
            let token = http.introspect(&endpoint, client, nonce(), &policy, token, &mut buffer).await;
            let token = token.map_err(|failure| failure.kind)?;
            assert_eq!(token.client_id().unwrap(), *client_id("client_secret_basic"));
            token.require_scope("valve:open").unwrap();
            Ok(())
        })
        .await
}

#[test]
fn rfc7662_2_1_each_method_of_client_authentication_is_let_in() {
    P256.run(async |authority| {
        let token = opaque(authority);
        let caller = Caller::new(&P256.pki).with_certificate(&P256.pki.client(CLIENT_NAME));
        let key_id = client_key().key_id().to_owned();
        let signer = Es256Signer::new(&[7; 32]).unwrap().with_key_id(&key_id);
        let [basic, post, jwt, key, tls, none] = CLIENT_AUTHENTICATION.map(client_id);
        let issuer = authority.issuer();
        for client in [
            Client::secret_basic(&basic, CLIENT_SECRET),
            Client::secret_post(&post, CLIENT_SECRET),
            Client::secret_jwt(&jwt, issuer, Secret::new(CLIENT_SECRET.as_bytes())),
            Client::private_key_jwt(&key, issuer, &signer),
            Client::tls(&tls),
        ] {
            assert_eq!(ask(&caller, authority, &client, &token).await, Ok(()), "{}", client.method());
        }
        // Who has not authenticated learns nothing of the tokens of others.
        let inactive = FailureKind::Introspection(IntrospectionError::Inactive);
        assert_eq!(ask(&caller, authority, &Client::none(&none), &token).await, Err(inactive));
    });
}

#[test]
fn a_client_that_does_not_prove_who_it_is_is_refused() {
    P256.run(async |authority| {
        let token = opaque(authority);
        let caller = Caller::new(&P256.pki);
        let signer = Es256Signer::new(&[8; 32]).unwrap();
        let [basic, post, jwt, key, tls, _] = CLIENT_AUTHENTICATION.map(client_id);
        let (issuer, secret) = (authority.issuer(), "another secret of 32 bytes or more");
        for client in [
            Client::secret_basic(&basic, secret),
            Client::secret_post(&post, secret),
            Client::secret_jwt(&jwt, issuer, Secret::new(secret.as_bytes())),
            Client::private_key_jwt(&key, issuer, &signer),
            Client::tls(&tls),
        ] {
            assert_eq!(ask(&caller, authority, &client, &token).await, Err(REFUSED), "{}", client.method());
        }
        for identity in [P256.pki.client("other.example"), Pki::new(KeyType::P256).client(CLIENT_NAME)] {
            let caller = caller.clone().with_certificate(&identity);
            assert_eq!(ask(&caller, authority, &Client::tls(&tls), &token).await, Err(REFUSED));
        }
    });
}

#[test]
fn rfc8705_5_a_resource_server_with_a_certificate_asks_where_it_is_asked_for() {
    P256.run(async |authority| {
        let caller = Caller::new(&P256.pki).with_certificate(&P256.pki.client(CLIENT_NAME));
        let client = Client::tls(client_id("tls_client_auth").leak());
        let device = Device::new(caller, authority, |server| server.with_introspection(client));
        let [first, second] = [(); 2].map(|()| opaque(authority));
        device.authorize(&first).await.unwrap();
        device.authorize(&authority.access_token(TokenFormat::Jwt("RS256"), SCOPE, AUDIENCE)).await.unwrap();
        device.authorize(&second).await.unwrap();
    });
}

#[test]
fn a_token_that_was_never_issued_or_has_expired_is_inactive() {
    RSA.run(async |authority| {
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| server.with_introspection(client()));
        assert_eq!(device.error("never-issued").await, Error::Inactive);
        let token = opaque(authority);
        device.authorize(&token).await.unwrap();
        // By the device's clock, then by the server's.
        device.time.skip(601);
        let expired = Error::Claim { claim: Claim::ExpirationTime, reason: Reason::Expired };
        assert_eq!(device.error(&token).await, expired);
        authority.shift_clock(601);
        device.time.skip(1);
        assert_eq!(device.error(&token).await, Error::Inactive);
        authority.shift_clock(-601);
    });
}

#[test]
fn an_introspected_token_must_be_for_this_resource_server() {
    RSA.run(async |authority| {
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| server.with_introspection(client()));
        let token = authority.access_token(TokenFormat::Opaque, SCOPE, "https://pump.example");
        let refusal = device.refusal(&token).await;
        assert_eq!((refusal.error.status(), refusal.error.code()), (401, Some(ErrorCode::InvalidToken)));
        let token = authority.access_token(TokenFormat::Opaque, "valve:close", AUDIENCE);
        assert_eq!(device.error(&token).await, Error::InsufficientScope);
    });
}

async fn revoke(server: &Server, authority: &Authority, client: &Client<'_>, token: &str) -> Result<(), Failure> {
    Caller::new(&server.pki)
        .call(async |http| {
            let metadata = discover(http, authority).await;
            let endpoint = Url::parse(metadata.revocation_endpoint().unwrap()).unwrap();
            let request = RevocationRequest::new(token).with_token_type_hint(TokenTypeHint::AccessToken);
            http.revoke(&endpoint, client, nonce(), &request, &mut [0; 1024]).await
        })
        .await
}

#[test]
fn rfc7009_2_a_revoked_token_is_refused_at_once_where_no_answer_is_believed_twice() {
    RSA.run(async |authority| {
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| {
            server.with_introspection(client()).with_introspection_age(0)
        });
        let [by_client, by_owner, kept] = [(); 3].map(|()| opaque(authority));
        for token in [&by_client, &by_owner, &kept] {
            device.authorize(token).await.unwrap();
        }
        revoke(&RSA, authority, &client(), &by_client).await.unwrap();
        authority.revoke(&by_owner);
        assert_eq!(device.error(&by_client).await, Error::Inactive);
        assert_eq!(device.error(&by_owner).await, Error::Inactive);
        device.authorize(&kept).await.unwrap();
        // RFC 7009 §2.2: it is no error to revoke what is no token.
        revoke(&RSA, authority, &client(), &by_client).await.unwrap();
    });
}

#[test]
fn rfc7662_4_a_revoked_token_is_let_in_only_as_long_as_an_answer_is_believed() {
    RSA.run(async |authority| {
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| {
            server.with_introspection(client()).with_introspection_age(60)
        });
        let token = opaque(authority);
        device.authorize(&token).await.unwrap();
        revoke(&RSA, authority, &client(), &token).await.unwrap();
        device.authorize(&token).await.unwrap();
        device.time.skip(60);
        assert_eq!(device.error(&token).await, Error::Inactive);
    });
}

#[test]
fn rfc7009_2_1_who_is_not_the_client_revokes_nothing() {
    RSA.run(async |authority| {
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| {
            server.with_introspection(client()).with_introspection_age(0)
        });
        let token = opaque(authority);
        let id = client_id("client_secret_basic");
        let thief = Client::secret_basic(&id, "another secret");
        let failure = revoke(&RSA, authority, &thief, &token).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Answer(AnswerError::ClientRefused));
        device.authorize(&token).await.unwrap();
    });
}

#[test]
fn rfc7009_2_2_1_a_token_that_the_server_does_not_revoke_is_told() {
    RSA.run(async |authority| {
        let token = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
        let failure = revoke(&RSA, authority, &client(), &token).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Answer(AnswerError::UnsupportedTokenType));
    });
}
