//! The gateway's own keys, with a real authorization server that fetches their public halves from it, verifies its
//! assertions by them, and encrypts to them.

use std::{fs, net::SocketAddr};

use bearward_core::{
    A256Gcm, Algorithm, Answer, BearerToken, Decryption, DeviceKeys, EcdhEsP256, Es256, JwkSet, KeyPurpose, KeyStage,
    Metadata, Request, UserInfoEndpoint, json::Object,
};
use bearward_net::{
    Clock, EmbeddedTls, HttpClient, TLS_RECORD_BYTES, Trust, Url,
    tokio::{Network, SystemClock, Timer},
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tests::{
    authority::{Authority, TokenFormat},
    pki::{KeyType, Pki},
};

use crate::support::{Server, TemporaryFile, at_free_port, failure};

const CLIENT: &str = "valve:device";
const USER: &str = "zofie";

type Keys = DeviceKeys<5>;

fn start(listen: &str, authority: &Authority, pki: &Pki, file: &TemporaryFile, more: &[&str]) -> Server {
    let options = ["--introspect", "--client-id", CLIENT, "--client-auth", "key", "--device-keys", file.path()];
    Server::discovering_at(listen, authority.issuer(), pki.root.certificate.pem(), &[&options[..], more].concat())
}

/// The keys as they lie in the file.
fn stored(file: &TemporaryFile) -> Keys {
    let mut keys = Keys::new();
    keys.import(&fs::read(file.path()).unwrap()).unwrap();
    keys
}

fn id(keys: &Keys, purpose: KeyPurpose, stage: KeyStage) -> String {
    keys.key_id(purpose, stage).unwrap().into()
}

/// The client's metadata at the authorization server: all that this knows of the keys is where they are.
fn register(authority: &mut Authority, device: SocketAddr) {
    authority.add_client(serde_json::json!({
        "client_id": CLIENT,
        "jwks_uri": format!("http://{device}/jwks"),
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "userinfo_signed_response_alg": "ES256",
        "userinfo_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_enc": "A256GCM",
    }));
}

/// Whether the gateway lets an opaque token in: then it has asked the server, and was known by its key.
fn is_let_in(server: &Server, authority: &mut Authority) -> bool {
    let token = authority.access_token(TokenFormat::Opaque, "sensor:read", "https://valve.example");
    server.get("/sensor", &[&format!("Bearer {token}")]).status == 200
}

/// The device's calls for a user's claims.
struct Device<'a> {
    issuer: &'a str,
    anchor: Vec<u8>,
}

impl Device<'_> {
    fn endpoint<'k>(&'k self, keys: &'k Keys) -> UserInfoEndpoint<'k> {
        static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
        let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], keys);
        UserInfoEndpoint::signed_and_encrypted(self.issuer, CLIENT, ALGORITHMS, decryption)
    }

    /// The answer as it came, and the server's keys.
    fn ask(&self, token: &str) -> (Vec<u8>, JwkSet<8>) {
        let (mut receive, mut send, mut head) = (vec![0; TLS_RECORD_BYTES], vec![0; 1024], vec![0; 1024]);
        let anchors = [&*self.anchor];
        let tls = EmbeddedTls::new(UnwrapErr(SysRng), Trust::anchors(&anchors), &[&Es256], &mut receive, &mut send);
        let mut http = HttpClient::new(&Network, tls, SystemClock, Timer::new(), &mut head);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut metadata = Metadata::<128>::new();
            http.discover(self.issuer, &mut metadata).await.unwrap();
            let mut buffer = vec![0; 8192];
            let url = Url::parse(metadata.jwks_uri().unwrap()).unwrap();
            let fetched = http.fetch(&url, &Request::get("application/json"), &mut buffer).await.unwrap();
            let issuer_keys = JwkSet::read(fetched.answer.body).unwrap();
            let url = Url::parse(metadata.userinfo_endpoint().unwrap()).unwrap();
            let none = Keys::new();
            let token = BearerToken::new(token).unwrap();
            let answer = http.userinfo(&url, &self.endpoint(&none), token, &mut buffer).await.unwrap();
            assert_eq!((answer.status, answer.content_type), (200, Some("application/jwt; charset=utf-8")));
            (answer.body.to_vec(), issuer_keys)
        })
    }

    /// Whether the answer opens with these keys, and tells of the user.
    fn opens(&self, keys: &Keys, (body, issuer_keys): &(Vec<u8>, JwkSet<8>)) -> bool {
        let (mut body, mut buffer) = (body.clone(), vec![0; 4096]);
        let answer = Answer { status: 200, content_type: Some("application/jwt"), body: &mut body };
        let user = self.endpoint(keys).read(answer, USER, issuer_keys, SystemClock.now(), &mut buffer);
        user.is_ok_and(|user| {
            assert_eq!(user.algorithm(), Some("ES256"));
            assert_eq!((user.key_management(), user.content_encryption()), (Some("ECDH-ES"), Some("A256GCM")));
            user.claim(&["locale"]).and_then(|locale| locale.as_text()).is_some_and(|locale| locale == "cs-CZ")
        })
    }
}

/// The key that the server has encrypted to.
fn encrypted_to((body, _): &(Vec<u8>, JwkSet<8>)) -> String {
    let header = body.split(|byte| *byte == b'.').next().unwrap();
    let mut json = vec![0; header.len()];
    let json = bearward_core::base64url::decode(header, &mut json).unwrap();
    Object::read(json).unwrap().get("kid").unwrap().as_text().unwrap().to_string()
}

#[test]
fn the_server_fetches_the_keys_from_the_gateway_and_both_go_on_through_a_rotation() {
    let (pki, file) = (Pki::new(KeyType::P256), TemporaryFile::absent());
    let mut authority = Authority::start(&pki);
    let server = start("127.0.0.1:0", &authority, &pki, &file, &[]);
    let address = server.address();
    register(&mut authority, address);
    let issuer = authority.issuer().to_owned();
    let device = Device { issuer: &issuer, anchor: pki.root.certificate.der().to_vec() };
    let user_token = authority.user_token(CLIENT, USER, "openid profile");

    let before = stored(&file);
    assert!(is_let_in(&server, &mut authority));
    let under_way = device.ask(&user_token);
    assert_eq!(encrypted_to(&under_way), id(&before, KeyPurpose::EncryptionP256, KeyStage::Current));
    assert!(device.opens(&before, &under_way));
    drop(server);

    // The server has the document of before, in which the next key is.
    let server = start(&address.to_string(), &authority, &pki, &file, &["--rotate-device-keys"]);
    let after = stored(&file);
    let next = id(&before, KeyPurpose::Signature, KeyStage::Next);
    assert_eq!(id(&after, KeyPurpose::Signature, KeyStage::Current), next);
    assert!(is_let_in(&server, &mut authority));
    assert!(device.opens(&after, &under_way));
    let meanwhile = device.ask(&user_token);
    assert_eq!(encrypted_to(&meanwhile), encrypted_to(&under_way));
    assert!(device.opens(&after, &meanwhile));

    // And fetches it anew when it is old.
    authority.shift_clock(301);
    let later = device.ask(&user_token);
    authority.shift_clock(-301);
    assert_eq!(encrypted_to(&later), id(&after, KeyPurpose::EncryptionP256, KeyStage::Current));
    assert!(device.opens(&after, &later) && !device.opens(&before, &later));
    assert!(is_let_in(&server, &mut authority));
    drop(server);

    // A start without a rotation changes nothing, and the second rotation ends the first key.
    let server = start(&address.to_string(), &authority, &pki, &file, &[]);
    assert_eq!(stored(&file).public_jwks().to_string(), after.public_jwks().to_string());
    drop(server);
    let server = start(&address.to_string(), &authority, &pki, &file, &["--rotate-device-keys"]);
    let last = stored(&file);
    assert!(device.opens(&last, &later) && !device.opens(&last, &under_way));
    assert!(is_let_in(&server, &mut authority));
    assert_eq!(server.log(), [""; 0]);
}

#[test]
fn rfc7517_8_5_2_the_public_keys_are_served_as_a_jwk_set() {
    let file = TemporaryFile::absent();
    let jwks = TemporaryFile::new(crate::TestKey::new("mine").jwks());
    let options = [&crate::support::authority(jwks.path())[..], &["--device-keys", file.path()]].concat();
    let server = Server::start(&at_free_port(&options));
    assert!(server.printed().contains(&format!("its keys  at {}/jwks", server.base())), "{}", server.printed());
    let answer = server.get("/jwks", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jwk-set+json")));
    assert_eq!(answer.header("cache-control"), Some("max-age=300"));
    assert_eq!(answer.body, stored(&file).public_jwks().to_string());
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let uses: Vec<_> = document["keys"].as_array().unwrap().iter().map(|key| key["use"].as_str().unwrap()).collect();
    assert_eq!(uses, ["enc", "sig", "sig"]);
    assert!(document["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()));
    let head = server.send(&server.request("HEAD /jwks", &[], ""));
    assert_eq!((head.status, &*head.body), (200, ""));
    let post = server.send(&server.request("POST /jwks", &[], ""));
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
    // RFC 9728 §2: the resource's own metadata says where they are.
    let metadata = server.get("/.well-known/oauth-protected-resource", &[]).body;
    assert!(metadata.contains(r#""jwks_uri":"https://valve.example/jwks""#), "{metadata}");
    assert_eq!(Server::demo().get("/jwks", &[]).status, 404);
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_a_damaged_one_is_named() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = TemporaryFile::absent();
    let fails = |more: &[&str]| failure(&at_free_port(&[&["--device-keys", file.path()], more].concat()), 1);
    drop(Server::start(&at_free_port(&["--device-keys", file.path()])));
    let mode = |file: &TemporaryFile| fs::metadata(file.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    drop(Server::start(&at_free_port(&["--device-keys", file.path(), "--rotate-device-keys"])));
    assert_eq!(mode(&file), 0o600);
    for open in [0o644, 0o640, 0o602] {
        fs::set_permissions(file.path(), fs::Permissions::from_mode(open)).unwrap();
        let line = fails(&[]);
        assert!(line.contains(file.path()) && line.contains("chmod 600"), "{line}");
    }
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
    let good = fs::read(file.path()).unwrap();
    let mut changed = good.clone();
    changed[20] ^= 1;
    for bad in [&good[..good.len() - 1], &changed, b"", &[0; 4096]] {
        fs::write(file.path(), bad).unwrap();
        let line = fails(&["--rotate-device-keys"]);
        assert!(line.contains(file.path()), "{line}");
        assert_eq!(fs::read(file.path()).unwrap(), bad, "what cannot be read is not written over");
    }
    let nowhere = failure(&at_free_port(&["--device-keys", "/nowhere/keys"]), 1);
    assert!(nowhere.contains("/nowhere/keys"), "{nowhere}");
}
