//! The client that a registration gives.

use super::*;
#[cfg(feature = "p256")]
use crate::client::Es256Signer;

fn with_method(method: &str) -> Registration {
    registration(&set("token_endpoint_auth_method", Some(&format!("\"{method}\""))))
}

const EXPIRES_AT: u64 = 2_893_276_800;

#[test]
fn rfc7591_3_2_1_a_secret_is_not_used_from_its_expiry_on() {
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        if method == "client_secret_jwt" && cfg!(not(feature = "hmac")) {
            continue;
        }
        let registration = with_method(method);
        let client = |now: u64| registration.client(UnixTime::from_seconds(now)).map(|client| client.method());
        assert_eq!(client(EXPIRES_AT - 1), Ok(method));
        assert_eq!(client(EXPIRES_AT), Err(CredentialsError::SecretExpired));
        assert_eq!(client(u64::MAX), Err(CredentialsError::SecretExpired));
        assert_eq!(registration.client(None).err(), Some(CredentialsError::TimeUnavailable));
    }
}

#[test]
fn a_secret_is_to_be_renewed_before_it_expires() {
    let registration = with_method("client_secret_basic");
    let must_renew = |now, ahead| registration.must_renew(UnixTime::from_seconds(now), ahead);
    assert!(!must_renew(EXPIRES_AT - 61, 60) && must_renew(EXPIRES_AT - 60, 60));
    assert!(!must_renew(EXPIRES_AT - 1, 0) && must_renew(EXPIRES_AT, 0) && must_renew(u64::MAX, u32::MAX));
    assert!(registration.must_renew(None, 0));
}

#[test]
fn methods_without_a_secret_need_no_time() {
    for (method, name) in
        [("none", "none"), ("tls_client_auth", "tls_client_auth"), ("self_signed_tls_client_auth", "tls_client_auth")]
    {
        assert_eq!(with_method(method).client(None).map(|client| client.method()), Ok(name));
    }
    let no_secret = registration(r#"{"client_id":"a"}"#);
    assert_eq!(no_secret.client(None).err(), Some(CredentialsError::NoSecret));
}

#[cfg(feature = "p256")]
#[test]
fn a_method_that_was_not_registered_or_is_not_known_gives_no_client() {
    let signer = Es256Signer::new(&[7; 32]).unwrap();
    let private = with_method("private_key_jwt");
    assert_eq!(private.signing_client(&signer).unwrap().method(), "private_key_jwt");
    assert_eq!(private.client(None).err(), Some(CredentialsError::Method));
    let now = UnixTime::from_seconds(0);
    let unknown = with_method("client_secret_future");
    assert_eq!(unknown.authentication(), None);
    assert_eq!(unknown.client(now).err(), Some(CredentialsError::Method));
    // It can still be managed.
    assert!(unknown.configuration().is_some());
    for method in ["none", "client_secret_basic", "client_secret_future"] {
        assert_eq!(with_method(method).signing_client(&signer).err(), Some(CredentialsError::Method));
    }
}
