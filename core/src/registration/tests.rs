mod credentials;
mod management;
mod record;

use std::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    ClientAuthentication, ClientConfiguration, ClientInformation, ClientKeys, ClientMetadata, CredentialsError,
    GrantType, Registration, RegistrationError, RegistrationRecordError, RegistrationRequest, is_same_authority,
};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::{Answer, Method},
    call_error::CallError,
    json::{JsonError, Object, Value},
    time::UnixTime,
};

const JSON: Option<&str> = Some("application/json");
const ISSUER: &str = "https://as.example";
const AUTHORITY: &str = "as.example";
const BASIC: ClientMetadata<'_> =
    ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic);

/// A good answer, with all that this library reads.
const ANSWER: &str = r#"{"client_id":"s6BhdRkqt3","client_secret":"cf136dc3c1fc93f31185e5885805d","client_id_issued_at":2893256800,"client_secret_expires_at":2893276800,"registration_access_token":"this.is.an.access.token.value.ffx83","registration_client_uri":"https:\/\/as.example\/register\/s6BhdRkqt3","grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic","scope":"b a"}"#;

fn answer(status: u16, body: &str) -> Answer<'static> {
    Answer { status, content_type: JSON, body: body.as_bytes().to_vec().leak() }
}

fn read(body: &str) -> Result<ClientInformation<'static>, RegistrationError> {
    RegistrationRequest::read(answer(201, body), AUTHORITY)
}

/// The good answer with a member set, or taken away.
fn set(name: &str, value: Option<&str>) -> String {
    let object = Object::read(ANSWER.as_bytes()).unwrap();
    let others = object.members().filter(|(own, _)| *own != name);
    let mut members: Vec<_> = others.map(|(name, value)| format!("\"{name}\":{}", value.as_json())).collect();
    members.extend(value.map(|value| format!("\"{name}\":{value}")));
    format!("{{{}}}", members.join(","))
}

fn registration(body: &str) -> Registration {
    Registration::new(&read(body).unwrap(), ISSUER).unwrap()
}

fn document(metadata: ClientMetadata<'_>) -> Result<String, CallError> {
    let mut buffer = [0; 1024];
    let request = RegistrationRequest::new(metadata).write(&mut buffer)?;
    assert_eq!((request.method(), request.content_type()), (Method::Post, JSON));
    Ok(String::from_utf8(request.body().to_vec()).unwrap())
}

fn member(name: &'static str) -> RegistrationError {
    AnswerError::Member(name).into()
}

#[test]
fn rfc7591_3_1_the_metadata_is_a_json_document() {
    let metadata = BASIC
        .with_client_name("Ventil \"7\" \\ Žofie\n")
        .with_client_uri("https://valve.example/")
        .with_scope("a b")
        .with_contacts(&["ops@valve.example", "a\"b"])
        .with_keys(ClientKeys::JwksUri("https://valve.example/jwks"))
        .with_software_id("4NRB1-0XZABZI9E6-5SM3R")
        .with_software_version("1.2")
        .with_software_statement("a.b.c")
        .with_token_endpoint_auth_signing_alg("ES256")
        .with_tls_client_auth_san_dns("valve.example")
        .with_userinfo_signed_response_alg("ES256")
        .with_userinfo_encrypted_response_alg("ECDH-ES")
        .with_userinfo_encrypted_response_enc("A256GCM")
        .with_id_token_signed_response_alg("EdDSA");
    let text = document(metadata).unwrap();
    let object = Object::read(text.as_bytes()).unwrap();
    let get = |name| object.get(name).and_then(Value::as_text).map(|text| text.to_string()).unwrap();
    for (name, value) in [
        ("client_name", "Ventil \"7\" \\ Žofie\n"),
        ("client_uri", "https://valve.example/"),
        ("scope", "a b"),
        ("jwks_uri", "https://valve.example/jwks"),
        ("software_id", "4NRB1-0XZABZI9E6-5SM3R"),
        ("software_version", "1.2"),
        ("software_statement", "a.b.c"),
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_signing_alg", "ES256"),
        ("tls_client_auth_san_dns", "valve.example"),
        ("userinfo_signed_response_alg", "ES256"),
        ("userinfo_encrypted_response_alg", "ECDH-ES"),
        ("userinfo_encrypted_response_enc", "A256GCM"),
        ("id_token_signed_response_alg", "EdDSA"),
    ] {
        assert_eq!(get(name), value);
    }
    assert_eq!(object.get("contacts").unwrap().as_json(), r#"["ops@valve.example","a\"b"]"#);
    assert_eq!(object.get("grant_types").unwrap().as_json(), r#"["client_credentials"]"#);
    assert_eq!(object.get("response_types").unwrap().as_json(), "[]");
    assert_eq!(object.members().count(), 17);
    assert!(object.get("redirect_uris").is_none());
}

#[test]
fn what_is_not_said_is_not_written() {
    let resource_server = ClientMetadata::new(&[], ClientAuthentication::PrivateKeyJwt);
    let expected = r#"{"response_types":[],"grant_types":[],"token_endpoint_auth_method":"private_key_jwt"}"#;
    assert_eq!(document(resource_server).unwrap(), expected);
    let all = ClientMetadata::new(
        &[GrantType::ClientCredentials, GrantType::RefreshToken, GrantType::DeviceCode],
        ClientAuthentication::None,
    );
    let names = r#"["client_credentials","refresh_token","urn:ietf:params:oauth:grant-type:device_code"]"#;
    assert!(document(all).unwrap().contains(names));
}

#[test]
fn rfc7591_1_2_the_initial_access_token_authorizes() {
    let mut buffer = [0; 256];
    let token = BearerToken::new("initial.token").unwrap();
    let request = RegistrationRequest::new(BASIC).with_initial_access_token(token);
    let written = request.write(&mut buffer).unwrap();
    assert_eq!(written.authorization(), Some("Bearer initial.token"));
    assert!(written.body().starts_with(b"{") && written.body().ends_with(b"}"));
    assert_eq!(RegistrationRequest::new(BASIC).write(&mut buffer).unwrap().authorization(), None);
}

#[test]
fn a_buffer_that_is_too_small_is_wiped() {
    let token = BearerToken::new("initial.token").unwrap();
    let request = RegistrationRequest::new(BASIC).with_initial_access_token(token);
    let needed = {
        let mut buffer = [0; 256];
        let written = request.write(&mut buffer).unwrap();
        written.authorization().unwrap().len() + written.body().len()
    };
    for length in 0..needed {
        let mut buffer = vec![0xff; length];
        assert_eq!(request.write(&mut buffer).err(), Some(CallError::BufferTooSmall), "{length}");
        assert!(buffer.iter().all(|byte| *byte == 0), "{length}");
    }
    assert!(request.write(&mut vec![0; needed]).is_ok());
}

#[test]
fn metadata_outside_of_their_grammar_are_not_sent() {
    let refused = |metadata: ClientMetadata<'_>, name| {
        assert_eq!(document(metadata), Err(CallError::ClientMetadata(name)), "{name}");
    };
    refused(BASIC.with_scope("a\"b"), "scope");
    refused(BASIC.with_scope(""), "scope");
    refused(BASIC.with_client_uri("http://valve.example"), "client_uri");
    refused(BASIC.with_client_name(""), "client_name");
    refused(BASIC.with_keys(ClientKeys::JwksUri("http://valve.example/jwks")), "jwks_uri");
    for jwks in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[{}]}"#, r#"{"keys":[]},"x":{}"#] {
        refused(BASIC.with_keys(ClientKeys::Jwks(jwks)), "jwks");
    }
}

#[test]
fn a_private_key_is_never_registered() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "\\u0064"] {
        let jwks = format!(r#"{{"keys":[{{"kty":"EC"}},{{"kty":"EC","{name}":"AAAA"}}]}}"#);
        let metadata = BASIC.with_keys(ClientKeys::Jwks(&jwks));
        assert_eq!(document(metadata), Err(CallError::ClientMetadata("jwks")), "{name}");
    }
    let jwks = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"d"}]}"#;
    assert!(document(BASIC.with_keys(ClientKeys::Jwks(jwks))).unwrap().contains(jwks));
}

#[test]
fn rfc7591_3_2_1_what_was_issued_is_read() {
    let information = read(ANSWER).unwrap();
    assert_eq!(information.client_id(), *"s6BhdRkqt3");
    assert!(information.client_secret().unwrap() == "cf136dc3c1fc93f31185e5885805d");
    assert_eq!(information.client_secret_expires_at(), Some(UnixTime::from_seconds(2_893_276_800)));
    assert_eq!(information.client_id_issued_at(), Some(UnixTime::from_seconds(2_893_256_800)));
    assert_eq!(information.registration_client_uri(), Some("https://as.example/register/s6BhdRkqt3"));
    let token = information.registration_access_token().unwrap();
    assert_eq!(token.as_str(), "this.is.an.access.token.value.ffx83");
    assert_eq!(information.authentication(), Some(ClientAuthentication::SecretBasic));
    assert!(information.member(&["scope"]).is_some_and(|scope| scope.as_text().unwrap() == "b a"));
    let shown = format!("{information:?} {:?}", registration(ANSWER).configuration().unwrap());
    assert!(!shown.contains("cf136") && !shown.contains("ffx83"), "{shown}");
}

#[test]
fn rfc7591_3_2_1_only_201_is_a_registration() {
    for status in [200, 202, 204, 301, 302, 307, 404] {
        let refused = RegistrationRequest::read(answer(status, ANSWER), AUTHORITY).err();
        assert_eq!(refused, Some(AnswerError::Status(status).into()));
    }
    for (status, error) in [
        (401, RegistrationError::TokenRefused),
        (403, RegistrationError::Forbidden),
        (405, RegistrationError::NotSupported),
        (429, AnswerError::Unavailable.into()),
        (503, AnswerError::Unavailable.into()),
    ] {
        assert_eq!(RegistrationRequest::read(answer(status, ANSWER), AUTHORITY).err(), Some(error));
    }
    for content_type in [None, Some("text/html")] {
        let answer = Answer { content_type, ..answer(201, ANSWER) };
        let refused = RegistrationRequest::read(answer, AUTHORITY).err();
        assert_eq!(refused, Some(AnswerError::ContentType.into()));
    }
}

#[test]
fn rfc7591_3_2_2_each_error_has_its_code() {
    for (code, error) in [
        ("invalid_redirect_uri", RegistrationError::InvalidRedirectUri),
        ("invalid_client_metadata", RegistrationError::InvalidClientMetadata),
        ("invalid_software_statement", RegistrationError::InvalidSoftwareStatement),
        ("unapproved_software_statement", RegistrationError::UnapprovedSoftwareStatement),
        ("invalid_request", AnswerError::Status(400).into()),
    ] {
        let body = format!(r#"{{"error":"{code}","error_description":"no"}}"#);
        assert_eq!(RegistrationRequest::read(answer(400, &body), AUTHORITY).err(), Some(error));
        // A code is believed with its status and its type only.
        let refused = RegistrationRequest::read(answer(500, &body), AUTHORITY).err();
        assert_eq!(refused, Some(AnswerError::Unavailable.into()));
        let html = Answer { content_type: Some("text/html"), ..answer(400, &body) };
        assert_eq!(RegistrationRequest::read(html, AUTHORITY).err(), Some(AnswerError::Status(400).into()));
    }
    for body in ["", "[]", r#"{"error":1}"#, r#"{"error":"invalid_client_metadata""#] {
        assert_eq!(
            RegistrationRequest::read(answer(400, body), AUTHORITY).err(),
            Some(AnswerError::Status(400).into())
        );
    }
}

#[test]
fn rfc7591_3_2_1_an_answer_outside_of_the_grammar_is_refused() {
    assert_eq!(read("[]").err(), Some(AnswerError::Json(JsonError::NotAnObject).into()));
    for (name, values) in [
        ("client_id", &["", "\"\"", "1", "null", r#""a\u0000""#, r#""a\n""#, "\"ä\""][..]),
        ("client_secret", &["\"\"", "1", "null", r#""a\r\nX: y""#, "\"ä\""]),
        ("client_secret_expires_at", &["", "\"0\"", "-1", "1.5", "null", "1e30"]),
        ("client_id_issued_at", &["\"0\"", "-1", "null"]),
        ("registration_access_token", &["", "\"\"", "\"a b\"", r#""a\r\nX: y""#, "1"]),
        (
            "registration_client_uri",
            &[
                "",
                "\"\"",
                "1",
                "\"http://as.example/r\"",
                "\"//as.example\"",
                r#""https://as.example/\r\n""#,
                "\"https://u@as.example/\"",
                "\"https://as.example/#f\"",
                "\"javascript:1\"",
            ],
        ),
        ("token_endpoint_auth_method", &["1", "null", "[\"none\"]"]),
    ] {
        for value in values {
            let body = set(name, Some(*value).filter(|value| !value.is_empty()));
            assert_eq!(read(&body).err(), Some(member(name)), "{name}: {value}");
        }
    }
}

#[test]
fn rfc7591_3_2_1_a_secret_says_when_it_expires_and_0_is_never() {
    let forever = registration(&set("client_secret_expires_at", Some("0")));
    assert_eq!(forever.client_secret_expires_at(), None);
    assert!(forever.client(None).is_ok() && !forever.must_renew(None, u32::MAX));
    let none = read(r#"{"client_id":"a","token_endpoint_auth_method":"none"}"#).unwrap();
    assert_eq!((none.client_secret_expires_at(), none.registration_client_uri()), (None, None));
}

#[test]
fn rfc7592_3_the_token_of_management_stays_with_the_server_that_gave_it() {
    for (uri, authority, is_good) in [
        ("https://as.example/r", "as.example", true),
        ("https://AS.example:443/r", "as.example", true),
        ("https://as.example/r", "as.example:443", true),
        ("https://as.example:8443", "as.example:8443", true),
        ("https://as.example?r", "as.example", true),
        ("https://as.example:8443/r", "as.example", false),
        ("https://evil.example/r", "as.example", false),
        ("https://as.example.evil.example/r", "as.example", false),
        ("https://evil.example/as.example", "as.example", false),
        ("https://as.example/r", "", false),
        ("https://:443/r", "", false),
    ] {
        let body = set("registration_client_uri", Some(&format!("\"{uri}\"")));
        let read = RegistrationRequest::read(answer(201, &body), authority);
        let expected = if is_good { None } else { Some(RegistrationError::OtherOrigin) };
        assert_eq!(read.err(), expected, "{uri} {authority}");
    }
    assert!(!is_same_authority("", ""));
}

#[test]
fn rfc7591_3_2_1_what_the_server_changed_is_told() {
    let asked = BASIC.with_scope("a b").with_client_name("valve");
    assert!(asked.changes(&read(&set("client_name", Some("\"valve\""))).unwrap()).next().is_none());
    let changes = |metadata: ClientMetadata<'_>, name, value| -> Vec<_> {
        metadata.changes(&read(&set(name, value)).unwrap()).collect()
    };
    assert_eq!(changes(BASIC.with_scope("a b"), "scope", Some("\"a\"")), ["scope"]);
    assert_eq!(changes(BASIC.with_scope("a b"), "scope", Some("\"a b c\"")), ["scope"]);
    assert_eq!(changes(BASIC.with_scope("a b"), "scope", None), ["scope"]);
    assert_eq!(changes(BASIC, "grant_types", Some(r#"["client_credentials","password"]"#)), ["grant_types"]);
    assert_eq!(changes(BASIC, "grant_types", Some("[]")), ["grant_types"]);
    assert_eq!(changes(BASIC, "token_endpoint_auth_method", Some("\"none\"")), ["token_endpoint_auth_method"]);
    assert_eq!(changes(BASIC, "token_endpoint_auth_method", None), ["token_endpoint_auth_method"]);
    let resource_server = ClientMetadata::new(&[], ClientAuthentication::SecretBasic);
    assert_eq!(changes(resource_server, "grant_types", Some("[]")), [""; 0]);
    assert_eq!(changes(resource_server, "scope", None), ["grant_types"]);
    let contacts = BASIC.with_contacts(&["a", "b"]);
    assert_eq!(changes(contacts, "contacts", Some(r#"["b","\u0061"]"#)), [""; 0]);
    assert_eq!(changes(contacts, "contacts", Some(r#"["b"]"#)), ["contacts"]);

    let keys = BASIC.with_keys(ClientKeys::Jwks(r#"{"keys":[{"kty":"EC","x":"a","key_ops":["verify"]}]}"#));
    for (jwks, expected) in [
        (Some(r#"{"keys":[{"x":"\u0061","kid":"1","key_ops":["verify"],"kty":"EC"}]}"#), &[""; 0][..]),
        (Some(r#"{"keys":[{"kty":"EC","x":"b","key_ops":["verify"]}]}"#), &["jwks"]),
        (Some(r#"{"keys":[{"kty":"EC","x":"a"}]}"#), &["jwks"]),
        (Some(r#"{"keys":[]}"#), &["jwks"]),
        (Some(r#"{"keys":[{"kty":"EC","x":"a","key_ops":["verify"]},{"kty":"EC"}]}"#), &["jwks"]),
        (Some("[]"), &["jwks"]),
        (None, &["jwks"]),
    ] {
        assert_eq!(changes(keys, "jwks", jwks), expected, "{jwks:?}");
    }
}
