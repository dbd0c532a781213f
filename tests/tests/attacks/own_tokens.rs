//! Answers that would have the device use a token of its own as what it is not.

use bearward_core::{
    Answer, AnswerError, Claim, DeviceAuthorizationRequest, Error, IdTokenPolicy, Reason, TokenError, TokenRequest,
    UnixTime, base64url::Encoded,
};
use sha2::{Digest as _, Sha256};
use tests::signer::{ALGORITHMS, Signer};

use crate::{CLAIMS, ISSUER, NOW};

const CLIENT: &str = "app";
const ID_CLAIMS: &str = r#"{"iss":"https://as.example","sub":"jane","aud":"app","iat":1795318692,"exp":1795319292}"#;

fn answered(status: u16, json: &str) -> Result<String, TokenError> {
    let mut body = json.as_bytes().to_vec();
    let answer = Answer { status, content_type: Some("application/json"), body: &mut body };
    TokenRequest::read(answer).map(|token| token.access_token().to_owned())
}

/// The subject of an ID token with this header and these claims, beside this access token.
fn subject(header: &str, claims: &str, access_token: Option<&str>) -> Result<String, Error> {
    let signer = Signer::new("ES256");
    let token = signer.jws(header, claims.as_bytes());
    let (policy, mut buffer) = (IdTokenPolicy::new(ISSUER, CLIENT, &ALGORITHMS), vec![0; token.len()]);
    let token = policy.verify(&token, access_token, &signer.keys(), UnixTime::from_seconds(NOW), &mut buffer)?;
    Ok(token.subject().to_string())
}

fn claim<T>(claim: Claim, reason: Reason) -> Result<T, Error> {
    Err(Error::Claim { claim, reason })
}

/// A token that is bound to a key is refused where it is sent as a bearer token, or worse, taken.
#[test]
fn token_type_confusion() {
    let of = |kind: &str| answered(200, &format!(r#"{{"access_token":"token","token_type":"{kind}"}}"#));
    assert_eq!(of("Bearer").as_deref(), Ok("token"));
    for kind in ["DPoP", "mac", "N_A", "Bearer DPoP", "BearerDPoP", ""] {
        assert_eq!(of(kind), Err(TokenError::TokenType), "{kind}");
    }
    let twice = r#"{"access_token":"token","token_type":"DPoP","token_type":"Bearer"}"#;
    assert!(matches!(answered(200, twice), Err(TokenError::Answer(AnswerError::Json(_)))));
}

/// A token with line ends would write fields of its own into the request that carries it.
#[test]
fn access_token_that_breaks_out_of_its_field() {
    let of = |token: &str| answered(200, &format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#));
    for token in [r"a\r\nHost: evil.example", r"a\u000d\u000ax", "a b", r"a\u0000", "a,b", r#"a\"b"#] {
        assert_eq!(of(token), Err(AnswerError::Member("access_token").into()), "{token}");
    }
    assert_eq!(of("a.b-c_d~e+f/==").as_deref(), Ok("a.b-c_d~e+f/=="));
}

/// Whoever looks for the token first takes a refusal for success.
#[test]
fn token_beside_an_error() {
    let both = r#"{"error":"access_denied","access_token":"token","token_type":"Bearer"}"#;
    for status in [200, 400] {
        assert_eq!(answered(status, both), Err(TokenError::AccessDenied));
    }
    let without = both.replace(r#""error":"access_denied","#, "");
    assert_eq!(answered(200, &without).as_deref(), Ok("token"));
    assert_eq!(answered(400, &without), Err(AnswerError::Status(400).into()));
}

/// A resource server that got an access token would log in with it.
#[test]
fn access_token_as_id_token() {
    let own = CLAIMS.replace("https://valve.example", CLIENT);
    assert_eq!(subject(r#"{"alg":"ES256","typ":"at+jwt"}"#, &own, None), Err(Error::TokenType));
    // From a server that gives its access tokens no type: by what is in them.
    let old = own.replacen('{', r#"{"scope":"openid","#, 1);
    assert_eq!(subject(r#"{"alg":"ES256"}"#, &old, None), claim(Claim::Scope, Reason::Unexpected));
    let keycloak = own.replacen('{', r#"{"typ":"Bearer","#, 1);
    assert_eq!(subject(r#"{"alg":"ES256"}"#, &keycloak, None), Err(Error::TokenType));
    assert_eq!(subject(r#"{"alg":"ES256"}"#, ID_CLAIMS, None).as_deref(), Ok("jane"));
}

/// Another client of the same server got it from the same user.
#[test]
fn id_token_of_another_client() {
    let of = |aud: &str| subject(r#"{"alg":"ES256"}"#, &ID_CLAIMS.replace(r#""aud":"app""#, aud), None);
    assert_eq!(of(r#""aud":"other""#), claim(Claim::Audience, Reason::Mismatch));
    assert_eq!(of(r#""aud":["app","other"],"azp":"other""#), claim(Claim::Audience, Reason::Mismatch));
    assert_eq!(of(r#""aud":"app","azp":"other""#), claim(Claim::AuthorizedParty, Reason::Mismatch));
    assert_eq!(of(r#""aud":["app"],"azp":"app""#).as_deref(), Ok("jane"));
}

/// A user is shown as logged in, while the device works with the attacker's token.
#[test]
fn access_token_exchanged_beside_an_id_token() {
    let digest = Sha256::digest(b"token");
    let claims = ID_CLAIMS.replacen('{', &format!(r#"{{"at_hash":"{}","#, Encoded(&digest[..16])), 1);
    let beside = |access_token| subject(r#"{"alg":"ES256"}"#, &claims, Some(access_token));
    assert_eq!(beside("token").as_deref(), Ok("jane"));
    assert_eq!(beside("other"), claim(Claim::AccessTokenHash, Reason::Mismatch));
}

/// An old ID token, sent once more; or one that answers another request.
#[test]
fn id_token_replayed() {
    let with = |nonce: &str| ID_CLAIMS.replacen('{', &format!(r#"{{"nonce":"{nonce}","#), 1);
    let signer = Signer::new("ES256");
    let verify = |claims: &str| {
        let token = signer.jws(r#"{"alg":"ES256"}"#, claims.as_bytes());
        let policy = IdTokenPolicy::new(ISSUER, CLIENT, &ALGORITHMS).with_nonce("n-0S6");
        policy.verify(&token, None, &signer.keys(), UnixTime::from_seconds(NOW), &mut [0; 512]).map(drop)
    };
    assert_eq!(verify(&with("n-0S6")), Ok(()));
    assert_eq!(verify(&with("n-0S5")), claim(Claim::Nonce, Reason::Mismatch));
    assert_eq!(verify(ID_CLAIMS), claim(Claim::Nonce, Reason::Missing));
    assert_eq!(subject(r#"{"alg":"ES256"}"#, &with("n-0S6"), None), claim(Claim::Nonce, Reason::Unexpected));
}

/// What the device shows, or puts in a QR code, is opened by its user.
#[test]
fn verification_uri_that_leads_astray() {
    let show = |uri: &str| {
        let json = format!(r#"{{"device_code":"d","user_code":"u","verification_uri":"{uri}","expires_in":60}}"#);
        let mut body = json.into_bytes();
        let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
        DeviceAuthorizationRequest::read(answer).map(|codes| codes.verification_uri().to_owned())
    };
    assert_eq!(show("https://as.example/device").as_deref(), Ok("https://as.example/device"));
    for uri in ["javascript:alert(1)", "http://as.example/device", r"https://as.example/\u202edevice", "tel:900"] {
        assert_eq!(show(uri), Err(AnswerError::Member("verification_uri").into()), "{uri}");
    }
}
