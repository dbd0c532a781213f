use std::{format, string::String};

use super::{Client, Fresh, Signer};
use crate::{
    call::{Method, Request},
    call_error::{CallError, SignerError},
    limits,
    time::UnixTime,
};

const NOW: u64 = 1_800_000_000;
const FRESH: Fresh = Fresh { now: UnixTime::from_seconds(NOW), nonce: [0xa5; 16] };
const AUDIENCE: &str = "https://authority.example";

/// Signs with nothing, in so many bytes.
struct Stub(Result<usize, SignerError>);

impl Signer for Stub {
    fn algorithm(&self) -> &'static str {
        "stub"
    }

    fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<usize, SignerError> {
        self.0
    }
}

fn post<'b>(client: &Client<'_>, buffer: &'b mut [u8]) -> Request<'b> {
    client.post(Some(FRESH), "application/json", &[("token", Some("a+b")), ("absent", None)], buffer).unwrap()
}

fn form(request: &Request<'_>) -> String {
    String::from_utf8(request.body().to_vec()).unwrap()
}

#[test]
fn rfc6749_2_3_1_example_of_the_basic_scheme() {
    let mut buffer = [0; 256];
    let request = post(&Client::secret_basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"), &mut buffer);
    assert_eq!(request.authorization(), Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"));
    assert_eq!(form(&request), "token=a%2Bb");
    assert_eq!((request.method(), request.accept()), (Method::Post, "application/json"));
}

#[test]
fn rfc6749_2_3_1_identifier_and_secret_are_encoded_as_in_a_form_first() {
    let mut buffer = [0; 256];
    let request = post(&Client::secret_basic("https://v:1", "a b:\u{20ac}"), &mut buffer);
    // https%3A%2F%2Fv%3A1:a+b%3A%E2%82%AC
    assert_eq!(request.authorization(), Some("Basic aHR0cHMlM0ElMkYlMkZ2JTNBMTphK2IlM0ElRTIlODIlQUM="));
}

#[test]
fn rfc6749_2_3_1_parameters_in_the_form() {
    let mut buffer = [0; 256];
    let request = post(&Client::secret_post("s6BhdRkqt3", "7F/&"), &mut buffer);
    assert_eq!(request.authorization(), None);
    assert_eq!(form(&request), "token=a%2Bb&client_id=s6BhdRkqt3&client_secret=7F%2F%26");
}

#[test]
fn rfc8705_2_the_client_is_named_beside_its_certificate() {
    let mut buffer = [0; 256];
    for client in [Client::tls("s6Bh"), Client::none("s6Bh")] {
        let request = post(&client, &mut buffer);
        assert_eq!(request.authorization(), None);
        assert_eq!(form(&request), "token=a%2Bb&client_id=s6Bh");
    }
}

#[test]
fn an_assertion_needs_the_time_and_nothing_else_does() {
    let stub = Stub(Ok(1));
    let signing = Client::private_key_jwt("v", AUDIENCE, &stub);
    assert!(signing.needs_fresh());
    let mut buffer = [0xff; 512];
    let refused = signing.post(None, "", &[("token", Some("a"))], &mut buffer);
    assert_eq!(refused.err(), Some(CallError::TimeUnavailable));
    for client in [Client::tls("v"), Client::none("v"), Client::secret_basic("v", "s"), Client::secret_post("v", "s")] {
        assert!(!client.needs_fresh());
        assert!(client.post(None, "", &[], &mut buffer).is_ok());
    }
}

#[test]
fn a_signer_that_refuses_or_counts_wrong_makes_no_request() {
    let mut buffer = [0; 512];
    for stub in [Stub(Err(SignerError)), Stub(Ok(limits::SIGNATURE_BYTES + 1))] {
        let client = Client::private_key_jwt("v", AUDIENCE, &stub);
        let refused = client.post(Some(FRESH), "", &[("token", Some("a"))], &mut buffer);
        assert_eq!(refused.err(), Some(CallError::Signer(SignerError)));
        assert_eq!(buffer, [0; 512]);
    }
}

#[test]
fn a_buffer_that_is_too_small_is_wiped() {
    let stub = Stub(Ok(64));
    for client in [
        Client::secret_basic("valve", "s3cret"),
        Client::secret_post("valve", "s3cret"),
        Client::private_key_jwt("valve", AUDIENCE, &stub),
        Client::tls("valve"),
    ] {
        let mut buffer = [0; 700];
        let request = post(&client, &mut buffer);
        let needed = request.authorization().map_or(0, str::len) + request.body().len();
        for length in 0..needed {
            let mut buffer = std::vec![0xff; length];
            let refused = client.post(Some(FRESH), "", &[("token", Some("a+b")), ("absent", None)], &mut buffer);
            assert_eq!(refused.err(), Some(CallError::BufferTooSmall), "{client:?} in {length}");
            assert!(buffer.iter().all(|byte| *byte == 0), "{client:?} in {length}");
        }
        assert!(
            client
                .post(Some(FRESH), "", &[("token", Some("a+b")), ("absent", None)], &mut std::vec![0; needed])
                .is_ok()
        );
    }
}

#[test]
fn credentials_are_added_to_a_form_as_its_own_requests_have_them() {
    let stub = Stub(Ok(64));
    for client in [
        Client::secret_basic("valve", "s3cret"),
        Client::secret_post("valve", "s3cret"),
        Client::private_key_jwt("valve", AUDIENCE, &stub),
        Client::tls("valve"),
        Client::none("valve"),
    ] {
        let (mut own, mut added) = ([0; 700], [0; 700]);
        let own = post(&client, &mut own);
        let form = Request::post_form("application/json", b"token=a%2Bb");
        let added = client.authenticate(&form, Some(FRESH), &mut added).unwrap();
        assert_eq!((added.body(), added.authorization()), (own.body(), own.authorization()), "{client:?}");
        assert_eq!((added.method(), added.accept()), (own.method(), own.accept()));
    }
}

#[test]
fn rfc6749_2_3_no_request_has_two_methods_of_authentication() {
    let refused = |request: Request<'static>| {
        Client::secret_basic("valve", "s3cret").authenticate(&request, None, &mut [0; 256]).err()
    };
    let form = |body: &'static str| Request::post_form("*/*", body.as_bytes());
    for body in ["client_id=v", "a=b&client_secret=s", "client%5Fassertion=a", "client_assertion_type", "a=\u{e4}"] {
        assert_eq!(refused(form(body)), Some(CallError::NotForClient), "{body}");
    }
    assert_eq!(refused(form("a=b").with_authorization("Bearer a")), Some(CallError::NotForClient));
    for request in [Request::get("*/*"), Request::post_json("*/*", b"{}"), Request::delete("*/*")] {
        assert_eq!(refused(request), Some(CallError::NotForClient));
    }
    assert_eq!(refused(form("my_client_id=v&a=client_id")), None);
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?} {:?}", Client::secret_basic("v", "s3cret"), Client::secret_post("v", "s3cret"));
    assert!(!shown.contains("s3cret"));
    assert!(shown.contains("client_secret_basic") && shown.contains("client_secret_post"));
}

#[test]
fn each_method_has_its_name_in_the_registry() {
    let stub = Stub(Ok(1));
    for (client, name) in [
        (Client::none("v"), "none"),
        (Client::tls("v"), "tls_client_auth"),
        (Client::secret_basic("v", "s"), "client_secret_basic"),
        (Client::secret_post("v", "s"), "client_secret_post"),
        (Client::private_key_jwt("v", AUDIENCE, &stub), "private_key_jwt"),
    ] {
        assert_eq!((client.id(), client.method()), ("v", name));
    }
}

/// What is signed, read back.
#[cfg(any(feature = "hmac", feature = "p256"))]
mod assertions {
    use std::vec::Vec;

    use super::*;
    use crate::{
        base64url,
        json::{Object, Value},
    };

    /// The header and the claims of the assertion in a form, and the assertion itself.
    fn assertion(form: &str) -> (Vec<u8>, Vec<u8>, &str) {
        let (rest, assertion) = form.rsplit_once("&client_assertion=").unwrap();
        // RFC 7523 §2.2, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" encoded.
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        assert_eq!(rest, format!("token=a%2Bb&client_assertion_type={kind}"));
        let mut parts = assertion.split('.').map(|part| {
            let mut out = std::vec![0; part.len()];
            base64url::decode(part.as_bytes(), &mut out).unwrap().to_vec()
        });
        let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
        assert_eq!(parts.count(), 1);
        (header, claims, assertion)
    }

    fn check_claims(claims: &[u8], id: &str) {
        let claims = Object::read(claims).unwrap();
        let text = |name| claims.get(name).and_then(Value::as_text).unwrap();
        let number = |name| claims.get(name).and_then(Value::as_number).and_then(|number| number.as_u64());
        // RFC 7523 §3: 1. iss, 2. sub: "the subject MUST be the client_id", 3. aud, 4. exp; OpenID Connect Core §9: jti.
        assert!(text("iss") == id && text("sub") == id && text("aud") == AUDIENCE);
        assert!(text("jti") == "paWlpaWlpaWlpaWlpaWlpQ");
        assert_eq!(number("iat"), Some(NOW));
        assert_eq!(number("exp"), Some(NOW + limits::ASSERTION_SECONDS));
        assert_eq!(claims.members().count(), 6);
    }

    #[cfg(feature = "p256")]
    #[test]
    fn rfc7523_3_an_assertion_by_the_devices_own_key() {
        use super::super::Es256Signer;
        use crate::{Es256, Jwk, verify_jws};

        let signer = Es256Signer::new(&[7; 32]).unwrap().with_key_id("valve\"1");
        let id = "valve\\\"";
        let client = Client::private_key_jwt(id, AUDIENCE, &signer);
        let mut buffer = [0; 700];
        let request = post(&client, &mut buffer);
        assert_eq!(request.authorization(), None);
        let form = form(&request);
        // What the docs of `IntrospectionRequest::write` say.
        assert!((400..=460).contains(&(form.len() - "token=a%2Bb".len())), "{}", form.len());
        let (header, claims, assertion) = assertion(&form);
        let header = Object::read(&header).unwrap();
        assert!(header.get("alg").and_then(Value::as_text).unwrap() == "ES256");
        assert!(header.get("kid").and_then(Value::as_text).unwrap() == "valve\"1");
        check_claims(&claims, id);

        let (x, y) = signer.public_key();
        let [x, y] = [x, y].map(|bytes| format!("{}", base64url::Encoded(&bytes)));
        let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let key = Jwk::<64>::read(jwk.as_bytes()).unwrap();
        assert!(verify_jws(assertion.as_bytes(), &[&Es256], &key, &mut [0; 700]).is_ok());
        assert!(format!("{signer:?}").contains("valve"));
    }

    #[cfg(feature = "p256")]
    #[test]
    fn a_private_key_is_above_zero_and_below_the_order() {
        use super::super::Es256Signer;

        assert_eq!(Es256Signer::new(&[0; 32]).err(), Some(SignerError));
        assert_eq!(Es256Signer::new(&[0xff; 32]).err(), Some(SignerError));
        let signer = Es256Signer::new(&[1; 32]).unwrap();
        assert_eq!(signer.sign(b"a", &mut [0; 63]), Err(SignerError));
        assert_eq!(signer.sign(b"a", &mut [0; 64]), Ok(64));
        assert_eq!(signer.key_id(), None);
    }

    #[cfg(feature = "hmac")]
    #[test]
    fn oidc_core_9_an_assertion_under_the_secret() {
        use crate::{Hs256, Key, KeyEntry, Keys, Secret, verify_jws};

        struct Shared;

        impl Keys for Shared {
            fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
                let key = Key::Secret(Secret::new(&[7; 32]));
                (index == 0).then_some(KeyEntry { id: None, algorithm: None, key })
            }
        }

        let client = Client::secret_jwt("valve", AUDIENCE, Secret::new(&[7; 32]));
        assert!(client.needs_fresh());
        let mut buffer = [0; 700];
        let request = post(&client, &mut buffer);
        let form = form(&request);
        let (header, claims, assertion) = assertion(&form);
        assert_eq!(header, br#"{"alg":"HS256","typ":"JWT"}"#);
        check_claims(&claims, "valve");
        assert!(verify_jws(assertion.as_bytes(), &[&Hs256], &Shared, &mut [0; 700]).is_ok());
    }

    #[cfg(feature = "hmac")]
    #[test]
    fn rfc7518_3_2_a_secret_shorter_than_the_hash_is_refused() {
        use crate::Secret;

        let mut buffer = [0; 700];
        let short = Client::secret_jwt("valve", AUDIENCE, Secret::new(&[7; 31]));
        assert_eq!(short.post(Some(FRESH), "", &[], &mut buffer).err(), Some(CallError::SecretTooShort));
        let named = Client::secret_jwt("valve", AUDIENCE, Secret::danger_short(&[7; 31]));
        assert!(named.post(Some(FRESH), "", &[], &mut buffer).is_ok());
    }
}
