//! The device makes itself a client, and manages that.

use bearward_core::{
    BearerToken, ClientAuthentication, ClientKeys, ClientMetadata, Es256Signer, GrantType, Metadata, Registration,
    RegistrationError, RegistrationRequest, TokenRequest, base64url::Encoded,
};
use bearward_net::{Failure, FailureKind, Url};
use tests::authority::INITIAL_ACCESS_TOKEN;

use crate::{
    endpoints::discover,
    support::{Caller, Http, P256, system_now},
};

const METADATA: ClientMetadata<'_> =
    ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic)
        .with_client_name("Žofie's \"valve\"")
        .with_scope("valve:open");

fn run(test: impl AsyncFnOnce(&mut Http<'_>, &Metadata, &str)) {
    P256.run(async |authority| {
        let issuer = authority.issuer().to_owned();
        Caller::new(&P256.pki)
            .call(async |http| {
                let metadata = discover(http, authority).await;
                test(http, &metadata, &issuer).await;
            })
            .await;
    });
}

async fn register(
    http: &mut Http<'_>,
    metadata: &Metadata,
    issuer: &str,
    asked: ClientMetadata<'_>,
    token: &str,
) -> Result<Registration, Failure> {
    let request = RegistrationRequest::new(asked).with_initial_access_token(BearerToken::new(token).unwrap());
    let endpoint = Url::parse(metadata.registration_endpoint().unwrap()).unwrap();
    let mut buffer = [0; 4096];
    let information = http.register(&endpoint, &request, &mut buffer).await?;
    assert_eq!(asked.changes(&information).next(), None);
    Ok(Registration::new(&information, issuer).unwrap())
}

/// Whether the client gets a token of its own.
async fn gets_token(http: &mut Http<'_>, metadata: &Metadata, client: &bearward_core::Client<'_>) -> bool {
    let endpoint = Url::parse(metadata.token_endpoint().unwrap()).unwrap();
    let request = TokenRequest::client_credentials().with_scope("valve:open").with_resource("https://tank.example");
    http.token(&endpoint, client, [7; 16], &request, &mut [0; 2048]).await.is_ok()
}

#[test]
fn rfc7591_a_registered_client_gets_tokens_also_after_a_restart() {
    run(async |http, metadata, issuer| {
        let registration = register(http, metadata, issuer, METADATA, INITIAL_ACCESS_TOKEN).await.unwrap();
        let flash = registration.as_bytes().to_vec();
        drop(registration);
        let registration = Registration::<512>::import(&flash, issuer).unwrap();
        assert!(!registration.must_renew(system_now(), 86_400));
        assert!(gets_token(http, metadata, &registration.client(system_now()).unwrap()).await);
    });
}

#[test]
fn rfc7591_a_client_with_a_key_of_its_own_is_issued_no_secret() {
    run(async |http, metadata, issuer| {
        let signer = Es256Signer::new(&[9; 32]).unwrap();
        let (x, y) = signer.public_key();
        let jwks = format!(r#"{{"keys":[{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}]}}"#, Encoded(&x), Encoded(&y));
        let asked = ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::PrivateKeyJwt)
            .with_keys(ClientKeys::Jwks(&jwks))
            .with_token_endpoint_auth_signing_alg("ES256")
            .with_scope("valve:open");
        let registration = register(http, metadata, issuer, asked, INITIAL_ACCESS_TOKEN).await.unwrap();
        assert!(registration.client(system_now()).is_err());
        assert!(gets_token(http, metadata, &registration.signing_client(&signer).unwrap()).await);
        let other = Es256Signer::new(&[8; 32]).unwrap();
        assert!(!gets_token(http, metadata, &registration.signing_client(&other).unwrap()).await);
    });
}

#[test]
fn rfc7592_a_client_is_read_replaced_and_deleted() {
    run(async |http, metadata, issuer| {
        let mut buffer = [0; 4096];
        let mut registration = register(http, metadata, issuer, METADATA, INITIAL_ACCESS_TOKEN).await.unwrap();
        let before = registration.as_bytes().to_vec();

        let configuration = registration.configuration().unwrap();
        let information = http.read_registration(&configuration, &mut buffer).await.unwrap();
        assert_eq!(METADATA.changes(&information).next(), None);
        registration.update(&information).unwrap();
        assert_eq!(
            registration.client_id().as_bytes(),
            Registration::<512>::import(&before, issuer).unwrap().client_id().as_bytes()
        );

        let asked = METADATA.with_client_name("valve 8");
        let configuration = registration.configuration().unwrap();
        let information = http.update_registration(&configuration, &asked, &mut buffer).await.unwrap();
        assert_eq!(asked.changes(&information).next(), None);
        assert_eq!(METADATA.changes(&information).collect::<Vec<_>>(), ["client_name"]);
        registration.update(&information).unwrap();
        assert!(gets_token(http, metadata, &registration.client(system_now()).unwrap()).await);

        let configuration = registration.configuration().unwrap();
        http.delete_registration(&configuration, &mut buffer).await.unwrap();
        assert!(!gets_token(http, metadata, &registration.client(system_now()).unwrap()).await);
        let gone = http.read_registration(&configuration, &mut buffer).await.unwrap_err();
        assert_eq!(gone.kind, FailureKind::Registration(RegistrationError::TokenRefused));
        let gone = http.delete_registration(&configuration, &mut buffer).await.unwrap_err();
        assert_eq!(gone.kind, FailureKind::Registration(RegistrationError::TokenRefused));
    });
}

#[test]
fn rfc7591_3_2_2_who_may_not_register_and_what_is_not_taken_is_told() {
    run(async |http, metadata, issuer| {
        let refused = register(http, metadata, issuer, METADATA, "another").await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Registration(RegistrationError::TokenRefused));
        let asked = METADATA.with_id_token_signed_response_alg("none of these");
        let refused = register(http, metadata, issuer, asked, INITIAL_ACCESS_TOKEN).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Registration(RegistrationError::InvalidClientMetadata));
    });
}
