//! The gateway with a real authorization server, which it calls.

use std::{
    net::TcpListener,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tests::{
    authority::{Authority, CLIENT_SECRET, TokenFormat, client_id, userinfo_client},
    grid::Combination,
    pki::{self, KeyType, Pki, authority_params},
};

use crate::support::{Answer, Server, TemporaryFile, at_free_port, failure};

const AUDIENCE: &str = "https://valve.example";
const SCOPE: &str = "sensor:read";
const JWT: TokenFormat = TokenFormat::Jwt("ES256");

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new(KeyType::P256));
static AUTHORITY: LazyLock<Mutex<Authority>> = LazyLock::new(|| Mutex::new(Authority::start(&PKI)));

/// The server of all tests that leave it running, for one of them at a time.
fn authority() -> MutexGuard<'static, Authority> {
    AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn discovering(authority: &Authority, more: &[&str]) -> Server {
    Server::discovering(authority.issuer(), PKI.root.certificate.pem(), more)
}

/// One that asks about tokens, in this way and with what else is said of the client.
fn asking(authority: &Authority, way: &str, method: &str, secret: &str, more: &[&str]) -> Server {
    let file = TemporaryFile::new(secret);
    let id = client_id(method);
    // The file is read at start.
    discovering(authority, &[&[way, "--client-id", &id, "--client-secret-file", file.path()], more].concat())
}

fn introspecting(authority: &Authority) -> Server {
    // An editor ends the line.
    asking(authority, "--introspect", "client_secret_basic", &format!("{CLIENT_SECRET}\n"), &[])
}

fn sensor(server: &Server, token: &str) -> Answer {
    server.get("/sensor", &[&format!("Bearer {token}")])
}

fn status(server: &Server, token: &str) -> u16 {
    sensor(server, token).status
}

#[test]
fn keys_are_found_by_the_issuer_alone() {
    let mut authority = authority();
    let server = discovering(&authority, &[]);
    assert!(server.printed().contains("keys      by discovery"), "{}", server.printed());
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        let token = authority.access_token(TokenFormat::Jwt(algorithm), SCOPE, AUDIENCE);
        assert_eq!(status(&server, &token), 200, "{algorithm}");
    }
    let elsewhere = authority.access_token(JWT, SCOPE, "https://other.example");
    let answer = sensor(&server, &elsewhere);
    assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
    let other = authority.access_token(JWT, "led:set", AUDIENCE);
    let answer = sensor(&server, &other);
    assert_eq!((answer.status, answer.error_code()), (403, Some("insufficient_scope")));
    // Nobody is asked about it.
    let opaque = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    let answer = sensor(&server, &opaque);
    assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
    assert_eq!(server.log(), [""; 0]);
}

#[test]
fn a_certificate_authority_may_be_in_der_or_one_of_several() {
    let mut authority = authority();
    let token = authority.access_token(JWT, SCOPE, AUDIENCE);
    let server = Server::discovering(authority.issuer(), PKI.root.certificate.der(), &[]);
    assert_eq!(status(&server, &token), 200);
    let other = Pki::new(KeyType::P384).root.certificate.pem();
    let bundle = format!("# Two of them\n{other}\n{}", PKI.root.certificate.pem());
    let server = Server::discovering(authority.issuer(), bundle, &[]);
    assert!(server.printed().contains("trusts    2 certificate authorities"), "{}", server.printed());
    assert_eq!(status(&server, &token), 200);
}

#[test]
fn the_server_is_asked_about_opaque_tokens() {
    let mut authority = authority();
    let server = introspecting(&authority);
    let [good, revoked] = [(); 2].map(|()| authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE));
    assert_eq!(status(&server, &good), 200);
    authority.revoke(&revoked);
    let elsewhere = authority.access_token(TokenFormat::Opaque, SCOPE, "https://other.example");
    for bad in [&*revoked, &elsewhere, "no-token"] {
        let answer = sensor(&server, bad);
        assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
    }
    assert_eq!(status(&server, &authority.access_token(JWT, SCOPE, AUDIENCE)), 200);
    assert_eq!(server.log(), [""; 0]);
}

#[test]
fn the_client_authenticates_as_it_is_told() {
    let mut authority = authority();
    for (method, option) in
        [("client_secret_basic", "basic"), ("client_secret_post", "post"), ("client_secret_jwt", "jwt")]
    {
        let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
        let server = asking(&authority, "--introspect", method, CLIENT_SECRET, &["--client-auth", option]);
        assert!(server.printed().contains(method), "{}", server.printed());
        assert_eq!(status(&server, &token), 200, "{method}");
    }
}

#[test]
fn a_client_that_the_server_refuses_is_told_of_once_and_is_not_the_tokens_fault() {
    let mut authority = authority();
    let server = asking(&authority, "--introspect", "client_secret_basic", "wrong", &[]);
    let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    for _ in 0..2 {
        assert_unavailable(&sensor(&server, &token));
        assert_eq!(status(&server, &authority.access_token(JWT, SCOPE, AUDIENCE)), 200);
    }
    let log = server.log();
    assert!(log.len() == 1 && log[0].contains("cannot be asked") && log[0].contains("client"), "{log:?}");
}

#[test]
fn a_secret_on_the_command_line_serves_and_is_warned_about() {
    let mut authority = authority();
    let id = client_id("client_secret_basic");
    let server = discovering(&authority, &["--introspect", "--client-id", &id, "--client-secret", CLIENT_SECRET]);
    let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    assert_eq!(status(&server, &token), 200);
    assert!(!server.printed().contains(CLIENT_SECRET));
    let log = server.log();
    assert!(log.len() == 1 && log[0].contains("--client-secret-file") && !log[0].contains(CLIENT_SECRET), "{log:?}");
}

#[test]
fn always_introspecting_asks_after_a_good_signature_and_not_after_a_bad_one() {
    let mut authority = authority();
    let server = asking(&authority, "--always-introspect", "client_secret_basic", CLIENT_SECRET, &[]);
    assert_eq!(status(&server, &authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE)), 200);
    // This server tells nothing of its JWTs, which shows that it was asked.
    let token = authority.access_token(JWT, SCOPE, AUDIENCE);
    assert_unavailable(&sensor(&server, &token));
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    let answer = sensor(&server, &forged);
    assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
}

fn decryption_keys(combination: &Combination) -> TemporaryFile {
    TemporaryFile::new(combination.private_key().unwrap().to_string())
}

#[test]
fn rfc9068_6_encrypted_access_tokens_are_taken_with_the_gateways_own_key() {
    let mut authority = authority();
    for alg in ["ECDH-ES", "ECDH-ES+A256KW", "RSA-OAEP-256"] {
        let combination = Combination::of(alg);
        let keys = decryption_keys(&combination);
        let server = discovering(&authority, &["--decryption-keys", keys.path()]);
        assert!(server.printed().contains("opens     what is encrypted to a key of its own"), "{}", server.printed());
        let good = authority.encrypted_access_token(&combination, SCOPE, AUDIENCE);
        assert_eq!((status(&server, &good), status(&server, &good)), (200, 200), "{alg}");
        assert_eq!(status(&server, &authority.access_token(JWT, SCOPE, AUDIENCE)), 200);
        let elsewhere = authority.encrypted_access_token(&combination, SCOPE, "https://other.example");
        let tampered = format!("{}AAAA", &good[..good.len() - 4]);
        let other = authority.encrypted_access_token(&Combination::of("RSA-OAEP"), SCOPE, AUDIENCE);
        for bad in [elsewhere, tampered, other] {
            let answer = sensor(&server, &bad);
            assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
        }
        let narrow = authority.encrypted_access_token(&combination, "led:set", AUDIENCE);
        assert_eq!(status(&server, &narrow), 403);
        assert_eq!(server.log(), [""; 0]);
        // Without the key it is refused.
        let answer = sensor(&discovering(&authority, &[]), &good);
        assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
        assert!(answer.body.contains("encrypted"), "{}", answer.body);
    }
}

#[test]
fn rfc9701_the_server_is_asked_for_answers_in_the_form_that_is_registered() {
    let mut authority = authority();
    let secret = TemporaryFile::new(CLIENT_SECRET);
    let combination = Combination::of("ECDH-ES+A128KW");
    let keys = decryption_keys(&combination);
    let asking = |authority: &Authority, client: &str, form: &str| {
        let client = ["--introspect", "--client-id", client, "--client-secret-file", secret.path()];
        let form = ["--introspection-response", form, "--decryption-keys", keys.path()];
        discovering(authority, &[&client[..], &form].concat())
    };
    let [signing, encrypting] = [userinfo_client(Some("ES256")), combination.client()];
    for (client, form, printed) in
        [(&signing, "jwt", "for signed answers"), (&encrypting, "encrypted-jwt", "for signed and encrypted answers")]
    {
        let server = asking(&authority, client, form);
        assert!(server.printed().contains(printed), "{}", server.printed());
        let [good, revoked] = [(); 2].map(|()| authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE));
        assert_eq!((status(&server, &good), status(&server, &good)), (200, 200), "{form}");
        authority.revoke(&revoked);
        assert_eq!(status(&server, &revoked), 401);
        assert_eq!(server.log(), [""; 0]);
    }
    for (client, form, told) in [
        (&signing, "encrypted-jwt", "the token is not encrypted"),
        (&encrypting, "jwt", "the token is encrypted"),
        (&signing, "keycloak", "the answer about the token is not signed"),
    ] {
        let server = asking(&authority, client, form);
        let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
        assert_unavailable(&sensor(&server, &token));
        let log = server.log();
        assert!(log.len() == 1 && log[0].contains(told), "{form}: {log:?}");
    }
}

#[test]
fn an_outage_leaves_jwts_good_is_503_for_opaque_tokens_and_passes() {
    let mut authority = Authority::start(&PKI);
    let server = introspecting(&authority);
    let jwt = authority.access_token(JWT, SCOPE, AUDIENCE);
    let [first, second, third] = [(); 3].map(|()| authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE));
    assert_eq!((status(&server, &jwt), status(&server, &first)), (200, 200));
    let later = authority.access_token(JWT, SCOPE, AUDIENCE);
    authority.kill();
    for _ in 0..2 {
        assert_unavailable(&sensor(&server, &second));
        assert_eq!((status(&server, &jwt), status(&server, &later)), (200, 200));
    }
    authority.restart();
    assert_eq!((status(&server, &second), status(&server, &jwt)), (200, 200));
    authority.revoke(&third);
    assert_eq!(status(&server, &third), 401);
    let log = server.log();
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[0].contains("cannot be asked: the host did not take the connection"), "{log:?}");
    assert!(log[1].contains("can be asked again"), "{log:?}");
    assert!(!log.concat().contains(&second), "{log:?}");
}

#[test]
fn a_server_that_is_not_trusted_is_asked_nothing() {
    let mut authority = authority();
    let secret = TemporaryFile::new(CLIENT_SECRET);
    let id = client_id("client_secret_basic");
    let more = ["--introspect", "--client-id", &id, "--client-secret-file", secret.path()];
    for (name, reason) in [
        ("Other Root", "the certificate does not lead to a trust anchor"),
        ("Test Root", "a certificate's signature is not its issuer's"),
    ] {
        let other = pki::Authority::self_signed(authority_params(name, None), KeyType::P256.key());
        let server = Server::discovering(authority.issuer(), other.certificate.pem(), &more);
        for format in [JWT, TokenFormat::Opaque, JWT] {
            let token = authority.access_token(format, SCOPE, AUDIENCE);
            assert_unavailable(&sensor(&server, &token));
        }
        // Without a token the answer is the same as ever.
        assert_eq!(server.get("/sensor", &[]).status, 401);
        let log = server.log();
        assert_eq!(log, [format!("gateway: the authorization server cannot be asked: {reason}")]);
    }
}

#[test]
fn rfc8414_3_3_metadata_of_another_issuer_is_not_used() {
    let mut authority = authority();
    // The server is reached under this address, and its certificate has it; but it calls itself `localhost`.
    let issuer = format!("https://127.0.0.1:{}", authority.port());
    let server = Server::discovering(&issuer, PKI.root.certificate.pem(), &[]);
    assert_unavailable(&sensor(&server, &authority.access_token(JWT, SCOPE, AUDIENCE)));
    let log = server.log();
    assert!(log.len() == 1 && log[0].contains("issuer"), "{log:?}");
}

#[test]
fn a_server_that_says_nothing_holds_no_request_for_long() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("https://{}", silent.local_addr().unwrap());
    let server = Server::discovering(&issuer, PKI.root.certificate.pem(), &[]);
    let token = authority().access_token(JWT, SCOPE, AUDIENCE);
    let begun = Instant::now();
    assert_unavailable(&sensor(&server, &token));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(server.log(), ["gateway: the authorization server cannot be asked: the TLS handshake took too long"]);
}

#[test]
fn a_file_that_is_of_no_use_is_named_in_one_line() {
    let fails = |ca: &str, more: &[&str]| {
        let options = ["--discover", "https://as.example", "--audience", AUDIENCE, "--ca", ca];
        failure(&at_free_port(&[&options[..], more].concat()), 1)
    };
    let good = PKI.root.certificate.pem();
    let key = PKI.root.key().serialize_pem();
    let cut = good.replace("-----END CERTIFICATE-----", "");
    for content in [&b""[..], b"no certificate", &[0x30, 0x00], b"{}", key.as_bytes(), cut.as_bytes()] {
        let file = TemporaryFile::new(content);
        let line = fails(file.path(), &[]);
        assert!(line.contains(file.path()), "{line}");
    }
    assert!(fails("/nowhere/ca.pem", &[]).contains("/nowhere/ca.pem"));

    let good = TemporaryFile::new(good);
    let client = ["--introspect", "--client-id", "valve", "--client-auth", "jwt", "--client-secret-file"];
    for content in ["", "\n", "two\nlines"] {
        let file = TemporaryFile::new(content);
        let line = fails(good.path(), &[&client[..], &[file.path()]].concat());
        assert!(line.contains(file.path()) && !line.contains("lines"), "{line}");
    }
    for content in ["", "{}", r#"{"keys":[]}"#, r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#] {
        let file = TemporaryFile::new(content);
        let line = fails(good.path(), &["--decryption-keys", file.path()]);
        assert!(line.contains(file.path()), "{line}");
    }
    let short = TemporaryFile::new("gX1fBat3bV");
    let line = fails(good.path(), &[&client[..], &[short.path()]].concat());
    assert!(line.contains("32 bytes") && !line.contains("gX1f"), "{line}");
}

/// The fault is not the token's, so there is no challenge, but a time to come again.
fn assert_unavailable(answer: &Answer) {
    assert_eq!((answer.status, answer.header("www-authenticate")), (503, None), "{answer:?}");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
}
