//! The page that shows whose a token is, by what the authorization server says of the token and of its user.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tests::{
    authority::{Authority, CLIENT_SECRET, TokenFormat, client_id, userinfo_client},
    pki::{KeyType, Pki},
};

use crate::support::{Answer, Server, TemporaryFile};

const AUDIENCE: &str = "https://valve.example";
const SCOPE: &str = "openid profile email sensor:read";
const TOLD: &str = "<p>The authorization server tells about the user:";
const NOT_TOLD: &str = "<p>The authorization server tells nothing about the user: ";

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new(KeyType::P256));
static AUTHORITY: LazyLock<Mutex<Authority>> = LazyLock::new(|| Mutex::new(Authority::start(&PKI)));

/// The server of all tests that leave it running, for one of them at a time.
fn authority() -> MutexGuard<'static, Authority> {
    AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn introspecting(authority: &Authority) -> Server {
    let (secret, id) = (TemporaryFile::new(CLIENT_SECRET), client_id("client_secret_basic"));
    let client = ["--introspect", "--client-id", &id, "--client-secret-file", secret.path()];
    Server::discovering(authority.issuer(), PKI.root.certificate.pem(), &client)
}

fn who_am_i(server: &Server, token: &str) -> Answer {
    let answer = server.get("/whoami", &[&format!("Bearer {token}")]);
    assert_eq!(answer.header("content-type").map(|kind| kind.starts_with("text/html")), Some(answer.status == 200));
    answer
}

#[test]
fn the_page_has_what_introspection_and_userinfo_say_and_nothing_of_it_is_markup() {
    let mut authority = authority();
    let server = introspecting(&authority);
    let token = authority.user_token_for(&userinfo_client(None), "<b>zofie</b>", SCOPE, AUDIENCE);
    let answer = who_am_i(&server, &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (introspected, told) = answer.body.split_once(TOLD).unwrap();
    for line in [
        "by the word of the authorization server (RFC 7662)",
        "<dt>scope<dd>openid profile email sensor:read\n",
        "<dt>user<dd>&lt;b&gt;zofie&lt;/b&gt;\n",
        "<dt>client<dd>app:json\n",
    ] {
        assert!(introspected.contains(line), "{line}: {introspected}");
    }
    let user = "\n<dl>\n<dt>sub<dd>&lt;b&gt;zofie&lt;/b&gt;\n<dt>name<dd>Žofie &quot;Zo\\e&quot; 🔑\n\
         <dt>email<dd>zofie@example.test\n</dl>\n";
    assert_eq!(told, user);
    // The scope decides what the server tells.
    let narrow = authority.user_token_for(&userinfo_client(None), "zofie", "openid", AUDIENCE);
    let answer = who_am_i(&server, &narrow);
    assert!(answer.body.ends_with(&format!("{TOLD}\n<dl>\n<dt>sub<dd>zofie\n</dl>\n")), "{}", answer.body);
    assert_eq!(server.log(), [""; 0]);
}

#[test]
fn nobody_is_asked_about_whom_the_token_does_not_allow_to_ask() {
    let mut authority = authority();
    let server = introspecting(&authority);
    let without_openid = authority.user_token_for(&userinfo_client(None), "zofie", "sensor:read", AUDIENCE);
    // No user is behind a client's own.
    let without_user = authority.access_token(TokenFormat::Opaque, "openid", AUDIENCE);
    for token in [without_openid, without_user] {
        let answer = who_am_i(&server, &token);
        assert_eq!(answer.status, 200);
        assert!(answer.body.ends_with("</dl>\n") && answer.body.matches("<dl>").count() == 1, "{}", answer.body);
    }
}

#[test]
fn the_page_says_why_nothing_is_told_and_the_token_stays_good() {
    let mut authority = authority();
    let server = introspecting(&authority);
    // This server takes no JWT for userinfo.
    let jwt = authority.access_token(TokenFormat::Jwt("ES256"), "openid sensor:read", AUDIENCE);
    let gone = authority.user_token_for(&userinfo_client(None), "nobody", SCOPE, AUDIENCE);
    let signed = authority.user_token_for(&userinfo_client(Some("ES256")), "zofie", SCOPE, AUDIENCE);
    for (token, reason) in [
        (&jwt, "the authorization server does not take the token"),
        (&gone, "the authorization server does not take the token"),
        (&signed, "the answer is of an unexpected media type"),
    ] {
        let answer = who_am_i(&server, token);
        assert_eq!(answer.status, 200);
        assert!(answer.body.ends_with(&format!("</dl>\n{NOT_TOLD}{reason}.\n")), "{reason}: {}", answer.body);
        assert_eq!(server.get("/sensor", &[&format!("Bearer {token}")]).status, 200);
    }
    assert_eq!(server.log(), [""; 0]);
}

#[test]
fn a_token_that_is_not_good_is_shown_to_nobody() {
    let mut authority = authority();
    let server = introspecting(&authority);
    let revoked = authority.user_token_for(&userinfo_client(None), "zofie", SCOPE, AUDIENCE);
    authority.revoke(&revoked);
    // It is good at userinfo, which does not matter here.
    let elsewhere = authority.user_token_for(&userinfo_client(None), "zofie", SCOPE, "https://other.example");
    for token in [revoked, elsewhere] {
        let answer = who_am_i(&server, &token);
        assert_eq!((answer.status, answer.error_code()), (401, Some("invalid_token")));
        assert!(!answer.body.contains("zofie"), "{}", answer.body);
    }
}

#[test]
fn an_outage_takes_no_more_than_what_userinfo_would_tell() {
    let mut authority = Authority::start(&PKI);
    let server = introspecting(&authority);
    let token = authority.user_token_for(&userinfo_client(None), "zofie", SCOPE, AUDIENCE);
    assert!(who_am_i(&server, &token).body.contains(TOLD));
    authority.kill();
    // What was said of the token is believed for ten seconds.
    let answer = who_am_i(&server, &token);
    assert_eq!(answer.status, 200);
    assert!(answer.body.ends_with(&format!("{NOT_TOLD}the host did not take the connection.\n")), "{}", answer.body);
    authority.restart();
    assert!(who_am_i(&server, &token).body.contains(TOLD));
}
