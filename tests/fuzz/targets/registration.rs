//! What a server issues is read as serde_json reads it, stays with that server, and comes back from flash as it was.
#![no_main]

use bearward_core::{
    Answer, ClientAuthentication, ClientMetadata, GrantType, Registration, RegistrationRequest, UnixTime,
};
use serde_json::Value;

const ISSUER: &str = "https://authority.example";
const METADATA: ClientMetadata<'_> =
    ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic).with_scope("a b");

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut body = data.to_vec();
    let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body };
    if let Ok(information) = RegistrationRequest::read(answer, "authority.example") {
        let theirs: Value = serde_json::from_slice(data).unwrap();
        assert_eq!(information.client_id().to_string(), theirs["client_id"].as_str().unwrap());
        assert_eq!(
            information.client_secret().map(|secret| secret.to_string()).as_deref(),
            theirs["client_secret"].as_str()
        );
        if let Some(uri) = information.registration_client_uri() {
            assert_eq!(uri, theirs["registration_client_uri"].as_str().unwrap());
            let rest = uri.strip_prefix("https://").unwrap().to_ascii_lowercase();
            let host = rest.split(['/', '?']).next().unwrap();
            assert!(["authority.example", "authority.example:443"].contains(&host));
        }
        let is_same = METADATA.changes(&information).next().is_none();
        assert!(!is_same || theirs["grant_types"] == "client_credentials" || theirs["grant_types"].is_array());
        if let Ok(mut registration) = Registration::<1024>::new(&information, ISSUER) {
            assert_eq!(registration.client_id(), information.client_id().to_string());
            let before = registration.as_bytes().to_vec();
            assert_eq!(Registration::<1024>::import(&before, ISSUER).unwrap().as_bytes(), before);
            registration.update(&information).unwrap();
            assert_eq!(registration.as_bytes(), before);
        }
    }
    if let Ok(registration) = Registration::<1024>::import(data, ISSUER) {
        assert_eq!(registration.as_bytes(), data);
        assert_eq!(registration.issuer(), ISSUER);
        if let Some(configuration) = registration.configuration() {
            assert!(configuration.uri().starts_with("https://"));
        }
        let _ = registration.client(UnixTime::from_seconds(0)).map(|client| client.id().len());
    }
});
