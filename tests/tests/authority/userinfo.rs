//! What the server tells about users.

use bearward_core::{
    AnswerError, BearerToken, Claim, Error, Metadata, Reason, Secret, SecretSet, UserInfoEndpoint, UserInfoError,
};
use bearward_net::Url;
use tests::{
    authority::{Authority, CLIENT_SECRET, userinfo_client},
    signer::ALGORITHMS,
};

use crate::{
    endpoints::{KeySet, discover, fetch_keys},
    support::{Caller, ED25519, Http, system_now},
};

const USER: &str = "zofie";
const SCOPE: &str = "openid profile address";

/// Runs a test with a client, what the server says of itself, and its keys.
fn run(test: impl AsyncFnOnce(&mut Authority, &mut Http<'_>, &Metadata, &KeySet)) {
    ED25519.run(async |authority| {
        Caller::new(&ED25519.pki)
            .call(async |http| {
                let metadata = discover(http, authority).await;
                let keys = fetch_keys(http, &metadata).await;
                test(authority, http, &metadata, &keys).await;
            })
            .await;
    });
}

/// Asks about a token's user, and reads the answer: the name of the algorithm if all is well.
async fn ask(
    http: &mut Http<'_>,
    metadata: &Metadata,
    keys: &KeySet,
    endpoint: &UserInfoEndpoint<'_>,
    token: &str,
    user: &str,
) -> Result<Option<&'static str>, UserInfoError> {
    let url = Url::parse(metadata.userinfo_endpoint().unwrap()).unwrap();
    let (mut buffer, mut claims) = ([0; 2048], [0; 2048]);
    let answer = http.userinfo(&url, endpoint, BearerToken::new(token).unwrap(), &mut buffer).await.unwrap();
    let secrets = SecretSet::<1>::new().with(Secret::new(CLIENT_SECRET.as_bytes()), None, None).unwrap();
    keys.with(|keys| {
        let is_secret = answer.body.starts_with(b"eyJhbGciOiJIUz");
        let keys: &dyn bearward_core::Keys = if is_secret { &secrets } else { keys };
        let user = endpoint.read(answer, user, keys, system_now(), &mut claims)?;
        assert_eq!(user.subject(), *USER);
        let claim = |path: &[&str]| user.claim(path).and_then(|value| value.as_text()).map(|text| text.to_string());
        assert_eq!(claim(&["name"]).unwrap(), "Žofie \"Zo\\e\" 🔑");
        assert_eq!(claim(&["address", "street_address"]).unwrap(), "Ringstraße 1\n3. Stock");
        Ok(user.algorithm())
    })
    .await
}

#[test]
fn userinfo_is_read_as_json_and_as_a_jwt_of_each_algorithm() {
    run(async |authority, http, metadata, keys| {
        let token = authority.user_token(&userinfo_client(None), USER, SCOPE);
        assert_eq!(ask(http, metadata, keys, &UserInfoEndpoint::json(), &token, USER).await, Ok(None));
        for algorithm in ALGORITHMS.map(|algorithm| algorithm.name()) {
            let client = userinfo_client(Some(algorithm));
            let token = authority.user_token(&client, USER, SCOPE);
            let endpoint = UserInfoEndpoint::signed(authority.issuer(), &client, &ALGORITHMS);
            assert_eq!(ask(http, metadata, keys, &endpoint, &token, USER).await, Ok(Some(algorithm)));
        }
    });
}

#[test]
fn openid_core_5_3_2_an_answer_about_another_user_is_not_used() {
    run(async |authority, http, metadata, keys| {
        let issuer = authority.issuer().to_owned();
        let client = userinfo_client(Some("ES256"));
        let signed = UserInfoEndpoint::signed(&issuer, &client, &ALGORITHMS);
        let json = UserInfoEndpoint::json();
        for (endpoint, client) in [(json, userinfo_client(None)), (signed, client.clone())] {
            let token = authority.user_token(&client, USER, SCOPE);
            let result = ask(http, metadata, keys, &endpoint, &token, "somebody").await;
            assert_eq!(result, Err(UserInfoError::SubjectMismatch));
        }
    });
}

#[test]
fn only_the_form_that_the_client_registered_is_taken() {
    run(async |authority, http, metadata, keys| {
        let issuer = authority.issuer().to_owned();
        let [plain, es256] = [None, Some("ES256")].map(userinfo_client);
        let [plain_token, es256_token] = [&plain, &es256].map(|client| authority.user_token(client, USER, SCOPE));
        let signed = UserInfoEndpoint::signed(&issuer, &es256, &ALGORITHMS);
        let result = ask(http, metadata, keys, &signed, &plain_token, USER).await;
        assert_eq!(result, Err(UserInfoError::NotSigned));
        let result = ask(http, metadata, keys, &UserInfoEndpoint::json(), &es256_token, USER).await;
        assert_eq!(result, Err(AnswerError::ContentType.into()));
        // For another client, by another issuer, under another algorithm.
        let mismatch = |claim| Err(UserInfoError::Jwt(Error::Claim { claim, reason: Reason::Mismatch }));
        let other = UserInfoEndpoint::signed(&issuer, &plain, &ALGORITHMS);
        assert_eq!(ask(http, metadata, keys, &other, &es256_token, USER).await, mismatch(Claim::Audience));
        let other = UserInfoEndpoint::signed("https://as.example", &es256, &ALGORITHMS);
        assert_eq!(ask(http, metadata, keys, &other, &es256_token, USER).await, mismatch(Claim::Issuer));
        let other = UserInfoEndpoint::signed(&issuer, &es256, &ALGORITHMS[..6]);
        let result = ask(http, metadata, keys, &other, &es256_token, USER).await;
        assert_eq!(result, Err(UserInfoError::Jwt(Error::AlgorithmNotAllowed)));
    });
}

#[test]
fn openid_core_5_3_3_a_token_that_the_server_does_not_take_is_told() {
    run(async |authority, http, metadata, keys| {
        let json = UserInfoEndpoint::json();
        let client = userinfo_client(None);
        let revoked = authority.user_token(&client, USER, SCOPE);
        authority.revoke(&revoked);
        let nobody = authority.user_token(&client, "nobody", SCOPE);
        for token in [&*revoked, &nobody, "never-issued"] {
            let result = ask(http, metadata, keys, &json, token, USER).await;
            assert_eq!(result, Err(UserInfoError::TokenRefused));
        }
        let narrow = authority.user_token(&client, USER, "profile");
        let result = ask(http, metadata, keys, &json, &narrow, USER).await;
        assert_eq!(result, Err(UserInfoError::InsufficientScope));
    });
}
