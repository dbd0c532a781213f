use std::{format, string::String};

use super::{Metadata, MetadataError, MetadataReader, WellKnown};
use crate::{call_error::CallError, json::JsonError};

const ISSUER: &str = "https://server.example.com";

/// RFC 8414 §3.2, with what it leaves out.
const EXAMPLE: &str = r#"{
  "issuer": "https://server.example.com",
  "authorization_endpoint": "https://server.example.com/authorize",
  "token_endpoint": "https://server.example.com/token",
  "device_authorization_endpoint": "https://server.example.com/device",
  "registration_endpoint": "https://server.example.com/register",
  "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
  "userinfo_endpoint": "https:\/\/server.example.com\/userinfo",
  "jwks_uri": "https://server.example.com/jwks.json",
  "scopes_supported": ["openid", "issuer", "jwks_uri"],
  "service_documentation": "http://server.example.com/service_documentation.html",
  "nested": {"jwks_uri": "http://evil.example", "issuer": "evil", "deep": [{"token_endpoint": 1}]},
  "introspection_endpoint": "https://server.example.com/introspect?a=b",
  "revocation_endpoint": "https://server.example.com:8443/revoke",
  "mtls_endpoint_aliases": {
    "token_endpoint": "https://mtls.example.com/token",
    "introspection_endpoint": "https://mtls.example.com/introspect",
    "more": {"revocation_endpoint": "http://evil.example"}
  }
}"#;

fn read(json: &str) -> Result<Metadata<64>, MetadataError> {
    let mut metadata = Metadata::new();
    let mut reader = MetadataReader::new(&mut metadata, ISSUER);
    reader.feed(json.as_bytes())?;
    reader.finish()?;
    Ok(metadata)
}

/// A document of this issuer with these members more.
fn with(members: &str) -> Result<Metadata<64>, MetadataError> {
    read(&format!(r#"{{"issuer":"{ISSUER}",{members}}}"#))
}

fn read_mtls(json: &str) -> Result<Metadata<64>, MetadataError> {
    let mut metadata = Metadata::new();
    let mut reader = MetadataReader::new(&mut metadata, ISSUER).with_mtls_aliases();
    reader.feed(json.as_bytes())?;
    reader.finish()?;
    Ok(metadata)
}

#[test]
fn rfc8414_3_2_example() {
    let metadata = read(EXAMPLE).unwrap();
    assert_eq!(metadata.jwks_uri(), Some("https://server.example.com/jwks.json"));
    assert_eq!(metadata.introspection_endpoint(), Some("https://server.example.com/introspect?a=b"));
    assert_eq!(metadata.userinfo_endpoint(), Some("https://server.example.com/userinfo"));
    assert_eq!(metadata.revocation_endpoint(), Some("https://server.example.com:8443/revoke"));
    assert_eq!(metadata.token_endpoint(), Some("https://server.example.com/token"));
    assert_eq!(metadata.device_authorization_endpoint(), Some("https://server.example.com/device"));
    assert_eq!(metadata.registration_endpoint(), Some("https://server.example.com/register"));
}

#[test]
fn a_document_reads_the_same_however_it_is_cut() {
    let whole = read(EXAMPLE).unwrap();
    for cut in 0..=EXAMPLE.len() {
        let mut metadata = Metadata::<64>::new();
        let mut reader = MetadataReader::new(&mut metadata, ISSUER);
        let (first, second) = EXAMPLE.as_bytes().split_at(cut);
        reader.feed(first).unwrap();
        reader.feed(second).unwrap();
        reader.finish().unwrap();
        assert_eq!(metadata, whole);
    }
}

#[test]
fn half_a_document_gives_nothing() {
    for length in 0..EXAMPLE.len() {
        let mut metadata = read(EXAMPLE).unwrap();
        let mut reader = MetadataReader::new(&mut metadata, ISSUER);
        reader.feed(&EXAMPLE.as_bytes()[..length]).unwrap();
        assert_eq!(reader.finish(), Err(JsonError::UnexpectedEnd.into()));
        assert_eq!(metadata, Metadata::new());
    }
    let mut metadata = read(EXAMPLE).unwrap();
    drop(MetadataReader::new(&mut metadata, ISSUER));
    assert_eq!(metadata, Metadata::new());
}

#[test]
fn rfc8414_3_3_the_issuer_is_identical_or_nothing_is_used() {
    for issuer in ["https://server.example.com/", "https://server.example.co", "https://Server.example.com", "", "x"] {
        let json = format!(r#"{{"jwks_uri":"https://a.example","issuer":"{issuer}"}}"#);
        assert_eq!(read(&json), Err(MetadataError::IssuerMismatch), "{issuer}");
    }
    assert_eq!(read(r#"{"jwks_uri":"https://a.example"}"#), Err(MetadataError::Missing("issuer")));
    assert_eq!(read(r#"{"nested":{"issuer":"https://server.example.com"}}"#), Err(MetadataError::Missing("issuer")));
    // An escape is another spelling of the same.
    assert!(read(r#"{"issuer":"https:\/\/server.ex\u0061mple.com"}"#).is_ok());
}

#[test]
fn rfc8414_2_endpoints_are_https() {
    for name in super::MEMBERS {
        let url = with(&format!(r#""{name}":"http://server.example.com/x""#));
        assert_eq!(url, Err(MetadataError::NotHttps(name)));
        for bad in [
            "",
            "server.example.com/x",
            "https:///x",
            "https://",
            "https://?a",
            "ftp://server.example.com",
            "HTTPS://server.example.com",
            "https://user@server.example.com/x",
            "https://server.example.com/x#y",
            "https://server.example.com/a b",
            "https://server.example.com/\\r\\nHost: evil",
            "https://server.example.com/\u{fc}",
            "https://server.example.com\\\\x",
        ] {
            let url = with(&format!(r#""{name}":"{bad}""#));
            assert_eq!(url, Err(MetadataError::Malformed(name)), "{bad}");
        }
    }
}

#[test]
fn http_is_taken_only_by_its_dangerous_name() {
    let json = r#"{"issuer":"http://localhost:3000","jwks_uri":"http://localhost:3000/jwks"}"#;
    let mut metadata = Metadata::<64>::new();
    let mut reader = MetadataReader::new(&mut metadata, "http://localhost:3000").danger_http();
    reader.feed(json.as_bytes()).unwrap();
    reader.finish().unwrap();
    assert_eq!(metadata.jwks_uri(), Some("http://localhost:3000/jwks"));
}

#[test]
fn a_member_of_a_wrong_type_is_an_error_and_not_absent() {
    for name in super::MEMBERS {
        for value in ["null", "7", "true", "{}", "[]", r#"["https://a.example"]"#] {
            assert_eq!(with(&format!(r#""{name}":{value}"#)), Err(MetadataError::Malformed(name)), "{value}");
        }
    }
    assert_eq!(read(r#"{"issuer":["https://server.example.com"]}"#), Err(MetadataError::Malformed("issuer")));
    let aliases = format!(r#"{{"issuer":"{ISSUER}","mtls_endpoint_aliases":[]}}"#);
    assert_eq!(read_mtls(&aliases), Err(MetadataError::Malformed("mtls_endpoint_aliases")));
    assert!(read(&aliases).is_ok());
}

#[test]
fn a_member_that_comes_twice_is_refused() {
    let twice = Err(JsonError::DuplicateName.into());
    assert_eq!(with(&format!(r#""\u0069ssuer":"{ISSUER}""#)), twice);
    for name in super::MEMBERS {
        let member = format!(r#""{name}":"https://a.example""#);
        assert_eq!(with(&format!("{member},{member}")), twice);
        let aliases = format!(r#"{{"issuer":"{ISSUER}","mtls_endpoint_aliases":{{{member},{member}}}}}"#);
        assert_eq!(read_mtls(&aliases), twice);
    }
    let aliases = format!(r#"{{"issuer":"{ISSUER}","mtls_endpoint_aliases":{{}},"mtls_endpoint_aliases":{{}}}}"#);
    assert_eq!(read_mtls(&aliases), twice);
}

#[test]
fn a_url_that_finds_no_room_is_an_error() {
    let url = |length: usize| format!("https://{}", "x".repeat(length - 8));
    assert_eq!(with(&format!(r#""jwks_uri":"{}""#, url(64))).unwrap().jwks_uri(), Some(url(64).as_str()));
    assert_eq!(with(&format!(r#""jwks_uri":"{}""#, url(65))), Err(MetadataError::TooLong("jwks_uri")));
    // What is not kept may be as long as it likes, names too.
    assert!(with(&format!(r#""{}":"{}""#, "x".repeat(1000), url(1000))).is_ok());
    assert!(with(r#""introspection_endpoint_x":"http://a.example""#).unwrap().introspection_endpoint().is_none());
}

#[test]
fn rfc8705_5_aliases_go_before_for_a_client_with_a_certificate() {
    let metadata = read_mtls(EXAMPLE).unwrap();
    assert_eq!(metadata.token_endpoint(), Some("https://mtls.example.com/token"));
    assert_eq!(metadata.introspection_endpoint(), Some("https://mtls.example.com/introspect"));
    // "When not present, it is to use the conventional endpoint".
    assert_eq!(metadata.revocation_endpoint(), Some("https://server.example.com:8443/revoke"));
    // Whichever comes first.
    let (alias, plain) = (r#""mtls_endpoint_aliases":{"token_endpoint":"https://mtls.example"}"#, "https://a.example");
    let first = format!(r#"{{"issuer":"{ISSUER}",{alias},"token_endpoint":"{plain}"}}"#);
    assert_eq!(read_mtls(&first).unwrap().token_endpoint(), Some("https://mtls.example"));
    assert_eq!(read(&first).unwrap().token_endpoint(), Some(plain));
}

#[test]
fn what_is_not_strict_json_is_refused_for_good() {
    for (json, error) in [
        ("[]", JsonError::NotAnObject),
        (r#"{"issuer":"https://server.example.com",}"#, JsonError::UnexpectedByte),
        (r#"{"issuer":"https://server.example.com"}{}"#, JsonError::TrailingBytes),
        ("\u{feff}{}", JsonError::UnexpectedByte),
    ] {
        assert_eq!(read(json), Err(error.into()), "{json}");
    }
    let mut metadata = Metadata::<64>::new();
    let mut reader = MetadataReader::new(&mut metadata, ISSUER);
    assert!(reader.feed(b"{]").is_err());
    assert_eq!(reader.feed(b"}"), Err(JsonError::UnexpectedByte.into()));
    assert_eq!(reader.finish(), Err(JsonError::UnexpectedByte.into()));
}

fn url(place: WellKnown, issuer: &str) -> Result<String, CallError> {
    place.write(issuer, &mut [0; 128]).map(String::from)
}

#[test]
fn rfc8414_3_1_the_place_is_between_host_and_path() {
    for (issuer, expected) in [
        ("https://example.com", "https://example.com/.well-known/oauth-authorization-server"),
        // "any terminating "/" MUST be removed before inserting"
        ("https://example.com/", "https://example.com/.well-known/oauth-authorization-server"),
        ("https://example.com/issuer1", "https://example.com/.well-known/oauth-authorization-server/issuer1"),
        ("https://example.com:8443/a/b/", "https://example.com:8443/.well-known/oauth-authorization-server/a/b"),
        ("http://[::1]:3000/a", "http://[::1]:3000/.well-known/oauth-authorization-server/a"),
    ] {
        assert_eq!(url(WellKnown::OAuth, issuer).as_deref(), Ok(expected));
    }
}

#[test]
fn oidc_discovery_4_the_place_is_behind_the_issuer() {
    for (issuer, expected) in [
        ("https://example.com", "https://example.com/.well-known/openid-configuration"),
        ("https://example.com/", "https://example.com/.well-known/openid-configuration"),
        ("https://example.com/issuer1", "https://example.com/issuer1/.well-known/openid-configuration"),
        ("https://example.com/a/b/", "https://example.com/a/b/.well-known/openid-configuration"),
    ] {
        assert_eq!(url(WellKnown::OpenId, issuer).as_deref(), Ok(expected));
    }
}

#[test]
fn rfc8414_2_an_issuer_is_a_url_without_query_and_fragment() {
    for issuer in [
        "",
        "example.com",
        "https://",
        "https:///a",
        "https://a?b",
        "https://a#b",
        "https://a b",
        "://a",
        "https://\u{fc}",
    ] {
        assert_eq!(url(WellKnown::OAuth, issuer), Err(CallError::Issuer), "{issuer}");
        assert_eq!(url(WellKnown::OpenId, issuer), Err(CallError::Issuer), "{issuer}");
    }
}

#[test]
fn the_buffer_takes_the_issuer_and_39_bytes() {
    let issuer = "https://example.com/a";
    for place in [WellKnown::OAuth, WellKnown::OpenId] {
        let needed = url(place, issuer).unwrap().len();
        assert!(needed <= issuer.len() + 39);
        assert!(place.write(issuer, &mut [0; 128][..needed]).is_ok());
        let short = place.write(issuer, &mut [0; 128][..needed - 1]).map(String::from);
        assert_eq!(short, Err(CallError::BufferTooSmall));
    }
}
