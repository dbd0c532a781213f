//! The types of bearward-core.

use bearward_core::{
    A128Gcm, ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Algorithm, Answer, Application, BearerRequest, BearerToken,
    Client, ClientAuthentication, ClientKeys, ClientMetadata, Curve, Decryption, DecryptionKey, DecryptionKeyEntry,
    DecryptionKeySet, DecryptionKeys, DeviceAuthorizationRequest, DeviceKeys, Dir, EdDsa, Es256, Es256Signer, Fresh,
    GrantType, Hs256, IdTokenPolicy, IntrospectionCache, IntrospectionRequest, IntrospectionResponse, Jwk, JwkSet,
    JwkSetReader, Key, KeyEntry, KeyPurpose, Keys, Policy, PreparedEd25519, PreparedHmac, PreparedP256, PublicKey,
    RecordKey, Registration, RegistrationRequest, Renewal, RevocationRequest, RsaPrivate, RsaPrivateKey, Secret,
    SecretSet, TokenCache, TokenRequest, TokenStore, Transport, UnixTime, UnverifiedToken, UserInfoEndpoint, Work,
    decrypt_jwe,
    json::{self, Value},
    verify_jws,
};
use tests::{
    encrypter::{AgreementCurve, Encrypter},
    signer::{Signer, base64url, from_base64url},
};

use crate::{ACCESS_TOKEN, CLAIM, CLIENT_SECRET, Check, DEVICE_CODE, KEY, NUMBER, REFRESH_TOKEN, SCOPE, USER_CODE};

const ISSUER: &str = "https://as.example";
const NOW: UnixTime = UnixTime::from_seconds(1_795_318_700);
static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Hs256, &EdDsa];
static POLICY: Policy<'_> = Policy::new(ISSUER, "https://valve.example", ALGORITHMS);
const FRESH: Fresh = Fresh { now: NOW, nonce: [7; 16] };

pub fn format(check: &mut Check) {
    requests(check);
    tokens(check);
    encrypted(check);
    json_values(check);
    public_keys(check);
    shared_secrets(check);
    private_keys(check);
    clients(check);
    answers(check);
    own_tokens(check);
    registration(check);
    errors(check);
}

fn requests(check: &mut Check) {
    let field = format!("Bearer {ACCESS_TOKEN}");
    let form = format!("access_token={ACCESS_TOKEN}");
    let content_type = Some("application/x-www-form-urlencoded");
    let over_tls = || BearerRequest::new(Transport::Tls);
    for request in [
        over_tls().with_authorization([field.as_bytes()]),
        over_tls().with_form("POST", content_type, form.as_bytes()),
        over_tls().danger_with_query("GET", form.as_bytes()),
    ] {
        check.debug(&request);
        let mut buffer = [0; 100];
        let found = request.token(&mut buffer).unwrap().unwrap();
        check.debug(&found);
        check.debug(&found.token);
        check.debug(&UnverifiedToken::from(found.token));
    }
}

fn claims() -> String {
    format!(
        r#"{{"iss":"{ISSUER}","sub":"{CLAIM}","aud":["https://valve.example","{CLAIM}"],"client_id":"{CLAIM}","iat":1795318692,"exp":1795319292,"jti":"{CLAIM}","scope":"{SCOPE}","serial":{NUMBER},"roles":["{CLAIM}"]}}"#
    )
}

fn tokens(check: &mut Check) {
    let signer = Signer::new("ES256");
    let (token, keys) = (signer.token(&claims()), signer.keys());
    // The signature and the encoded claims are as good as the token.
    check.hides(token.as_bytes());
    let token = BearerToken::new(&token).unwrap();
    let mut buffer = [0; 2048];
    let mut cache = TokenCache::<2>::new();
    let access = POLICY.verify_cached(token, &keys, NOW, &mut buffer, &mut cache).unwrap();
    check.debug(&access);
    check.debug(&cache);
    check.debug(&access.scope());
    let roles = access.roles().unwrap();
    check.debug(&roles);
    check.debug(&roles.iter());
    check.debug(&POLICY);
    let mut buffer = [0; 2048];
    check.debug(&verify_jws(token.as_str().as_bytes(), ALGORITHMS, &keys, &mut buffer).unwrap());

    let id = format!(
        r#"{{"iss":"{ISSUER}","sub":"{CLAIM}","aud":"valve","iat":1795318692,"exp":1795319292,"acr":"{CLAIM}"}}"#
    );
    let id = signer.jws(r#"{"alg":"ES256"}"#, id.as_bytes());
    let policy = IdTokenPolicy::new(ISSUER, "valve", ALGORITHMS);
    let mut buffer = [0; 2048];
    check.debug(&policy.verify(&id, None, &keys, NOW, &mut buffer).unwrap());
    check.debug(&policy);
}

fn encrypted(check: &mut Check) {
    let sender = Encrypter::new("dir", "A128GCM", AgreementCurve::P256);
    let (token, keys) = (sender.jwe("", CLAIM.as_bytes()), sender.keys());
    let decryption = Decryption::new(&[&Dir], &[&A128Gcm], &keys);
    check.debug(&decryption);
    let mut buffer = [0; 2048];
    check.debug(&decrypt_jwe(token.as_bytes(), &decryption, &mut buffer).unwrap());
}

fn json_values(check: &mut Check) {
    let text = format!(r#"{{"a":"{CLAIM}","b":["{CLAIM}",{NUMBER}],"{CLAIM}":{NUMBER}}}"#);
    let value = json::read(text.as_bytes()).unwrap();
    check.debug(&value);
    let Value::Object(object) = value else { panic!("{value:?}") };
    check.debug(&object);
    check.debug(&object.members());
    for (name, value) in object.members() {
        check.debug(&name);
        check.debug(&name.chars());
        check.debug(&value);
        if let Value::Number(number) = value {
            check.debug(&number);
        }
        if let Value::Array(array) = value {
            check.debug(&array);
            check.debug(&array.elements());
        }
    }
}

fn public_keys(check: &mut Check) {
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        let signer = Signer::new(algorithm);
        let jwk = Jwk::<516>::read(signer.jwk().as_bytes()).unwrap();
        match jwk.public_key() {
            PublicKey::Ec { x, y, .. } => [x, y].map(|part| check.hides(part)).to_vec(),
            PublicKey::Rsa { n, .. } => vec![check.hides(n)],
            PublicKey::Ed25519 { x } => vec![check.hides(x)],
            _ => panic!("{algorithm}"),
        };
        check.debug(&jwk.public_key());
        check.debug(&jwk);
        let mut set = JwkSet::<4, 516>::read(signer.jwks().as_bytes()).unwrap();
        check.debug(&set);
        let entry = set.entry(0).unwrap();
        check.debug(&entry);
        check.debug(&entry.key);
        let document = signer.jwks();
        let mut reader = JwkSetReader::new(&mut set);
        reader.feed(&document.as_bytes()[..document.len() / 2]).unwrap();
        check.debug(&reader);
    }
    let signer = Signer::new("ES256");
    let jwk = Jwk::<64>::read(signer.jwk().as_bytes()).unwrap();
    let mut table = PreparedP256::<8>::new();
    table.prepare(&jwk).unwrap();
    check.debug(&table);
    let keys = signer.keys();
    prepared(check, &table.within(&keys));

    let signer = Signer::new("EdDSA");
    let jwk = Jwk::<64>::read(signer.jwk().as_bytes()).unwrap();
    let mut table = PreparedEd25519::<8>::new();
    table.prepare(&jwk).unwrap();
    check.debug(&table);
    let keys = signer.keys();
    prepared(check, &table.within(&keys));
}

/// Prepared keys, and what is prepared of them.
fn prepared<K: Keys + std::fmt::Debug>(check: &mut Check, keys: &K) {
    check.debug(keys);
    let mut is_prepared = false;
    for entry in (0..).map_while(|index| keys.entry(index)) {
        check.debug(&entry);
        match entry.key {
            Key::PreparedP256(key) => check.debug(&key),
            Key::PreparedEd25519(key) => check.debug(&key),
            Key::PreparedSecret(key) => check.debug(&key),
            _ => continue,
        }
        is_prepared = true;
    }
    assert!(is_prepared);
}

fn shared_secrets(check: &mut Check) {
    let secret = Secret::new(&KEY);
    check.debug(&secret);
    let set = SecretSet::<1>::new().with(secret, Some("k"), Some("HS256")).unwrap();
    check.debug(&set);
    check.debug(&KeyEntry { id: Some("k"), algorithm: None, key: Key::Secret(secret) });
    let state = PreparedHmac::<Hs256>::new(secret).unwrap();
    check.debug(&state);
    prepared(check, &state.within(&set));
    check.debug(&RecordKey::new(&KEY));
}

fn private_keys(check: &mut Check) {
    let secret = Secret::new(&KEY);
    let [one, two] = [&KEY[..16], &KEY[16..]].map(Secret::new);
    let primes = RsaPrivate::Primes { p: one, q: two, dp: secret, dq: one, qi: two };
    for private in [RsaPrivate::Exponent(secret), primes] {
        check.debug(&private);
        check.debug(&RsaPrivateKey { n: &KEY, e: &[1, 0, 1], private });
    }
    let rsa = RsaPrivateKey { n: &KEY, e: &[1, 0, 1], private: RsaPrivate::Exponent(secret) };
    let keys = [
        DecryptionKey::Symmetric(secret),
        DecryptionKey::ClientSecret(secret),
        DecryptionKey::Ec { curve: Curve::P256, d: secret },
        DecryptionKey::X25519 { d: secret },
        DecryptionKey::Rsa(rsa),
    ];
    for key in keys {
        check.debug(&key);
        check.debug(&DecryptionKeyEntry { id: None, algorithm: None, key });
    }
    let mut set = DecryptionKeySet::<2>::new();
    set.add(&keys[0], None, None).unwrap();
    set.add(&keys[2], None, None).unwrap();
    check.debug(&set);
    check.debug(&set.entry(0).unwrap());
    check.debug(&Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &set));
    check.debug(&Es256Signer::new(&KEY).unwrap().with_key_id("k"));

    let mut own = DeviceKeys::<4>::new();
    // No two keys may be the same: each begins at another of these bytes.
    let purposes = [KeyPurpose::Signature, KeyPurpose::EncryptionP256, KeyPurpose::EncryptionX25519];
    for (start, purpose) in purposes.into_iter().enumerate() {
        let mut key = KEY;
        key.rotate_left(start);
        let fill = |bytes: &mut [u8]| -> Result<(), ()> {
            bytes.copy_from_slice(&key[..bytes.len()]);
            Ok(())
        };
        own.generate(purpose, fill).unwrap();
    }
    check.debug(&own);
    // Its Display is the document that anybody may read: public halves, and nothing else.
    check.both(&own.public_jwks());
}

fn clients(check: &mut Check) {
    let signer = Es256Signer::new(&KEY).unwrap();
    let token = BearerToken::new(ACCESS_TOKEN).unwrap();
    for client in [
        Client::secret_basic("valve", CLIENT_SECRET),
        Client::secret_post("valve", CLIENT_SECRET),
        Client::secret_jwt("valve", ISSUER, Secret::new(&KEY)),
        Client::private_key_jwt("valve", ISSUER, &signer),
    ] {
        check.debug(&client);
        check.debug(&Application::resource_server("valve", ISSUER, client).with_scope("a"));
        let mut buffer = [0; 2048];
        check.debug(&IntrospectionRequest::new(token).write(&client, FRESH, &mut buffer).unwrap());
    }
    check.debug(&FRESH);
    check.debug(&IntrospectionRequest::new(token));
    check.debug(&RevocationRequest::new(REFRESH_TOKEN));
    check.debug(&TokenRequest::refresh_token(REFRESH_TOKEN).with_scope(SCOPE));
    check.debug(&TokenRequest::device_code(DEVICE_CODE));
    check.debug(&DeviceAuthorizationRequest::new());
    let mut buffer = [0; 2048];
    check.debug(&UserInfoEndpoint::json().write(token, &mut buffer).unwrap());
}

fn answer(body: &mut [u8]) -> Answer<'_> {
    Answer { status: 200, content_type: Some("application/json"), body }
}

fn answers(check: &mut Check) {
    let mut body = claims().replacen('{', r#"{"active":true,"#, 1).into_bytes();
    check.debug(&answer(&mut body));
    let access = POLICY.introspect(answer(&mut body), NOW);
    check.debug(access.as_ref().unwrap());
    let token = BearerToken::new(ACCESS_TOKEN).unwrap();
    let mut cache = IntrospectionCache::<2, 1024>::new(30);
    assert!(cache.keep(&POLICY, token, &access, NOW));
    check.debug(&cache);

    let mut body = format!(r#"{{"active":true,"sub":"{CLAIM}"}}"#).into_bytes();
    check.debug(&IntrospectionResponse::json().read(answer(&mut body), &NoKeys, NOW, &mut []).unwrap());
    let mut body = format!(r#"{{"sub":"{CLAIM}","email":"{CLAIM}"}}"#).into_bytes();
    check.debug(&UserInfoEndpoint::json().read(answer(&mut body), CLAIM, &NoKeys, NOW, &mut []).unwrap());

    let mut body = format!(
        r#"{{"device_code":"{DEVICE_CODE}","user_code":"{USER_CODE}","verification_uri":"https://as.example/device","verification_uri_complete":"https://as.example/device?code={USER_CODE}","expires_in":60}}"#
    )
    .into_bytes();
    check.debug(&DeviceAuthorizationRequest::read(answer(&mut body)).unwrap());
}

struct NoKeys;

impl Keys for NoKeys {
    fn entry(&self, _: usize) -> Option<KeyEntry<'_>> {
        None
    }
}

fn own_tokens(check: &mut Check) {
    let id = base64url(CLAIM.as_bytes());
    let mut body = format!(
        r#"{{"access_token":"{ACCESS_TOKEN}","token_type":"Bearer","expires_in":600,"refresh_token":"{REFRESH_TOKEN}","id_token":"{id}","scope":"{SCOPE}"}}"#
    )
    .into_bytes();
    let response = TokenRequest::read(answer(&mut body)).unwrap();
    check.debug(&response);
    let mut store = TokenStore::<2, 512>::new();
    let ticket = store.expect("valve", "session", SCOPE, Renewal::RefreshToken, 0).unwrap();
    check.debug(&store.is_authorized("valve", "session", SCOPE, 0).unwrap_err());
    store.grant(ticket, &response, 0).unwrap();
    check.debug(&store);
    let authorized = store.is_authorized("valve", "session", SCOPE, 5).unwrap();
    check.debug(&authorized);
    let Work::Later(due) = store.next_work(5) else { panic!("nothing is due") };
    let Work::Obtain(ticket) = store.next_work(due) else { panic!("nothing to obtain") };
    let wanted = store.wanted(ticket).unwrap();
    assert_eq!(wanted.refresh_token, Some(REFRESH_TOKEN));
    check.debug(&wanted);
    let mut store = TokenStore::<2, 512>::new();
    let ticket = store.expect("valve", "session", SCOPE, Renewal::RefreshToken, 0).unwrap();
    store.grant(ticket, &response, 0).unwrap();
    assert_eq!(store.revoke("valve", "session", 5), Ok(true));
    let Work::Revoke(ticket) = store.next_work(5) else { panic!("nothing to revoke") };
    check.debug(&store.revocation(ticket).unwrap());
    check.debug(&store);
}

fn registration(check: &mut Check) {
    let token = BearerToken::new(ACCESS_TOKEN).unwrap();
    let document = signer_document();
    let metadata = ClientMetadata::new(&[GrantType::ClientCredentials], ClientAuthentication::SecretBasic)
        .with_keys(ClientKeys::Jwks(&document))
        .with_software_statement(ACCESS_TOKEN);
    check.debug(&metadata);
    check.debug(&ClientKeys::Jwks(&document));
    let request = RegistrationRequest::new(metadata).with_initial_access_token(token);
    check.debug(&request);
    let mut buffer = [0; 2048];
    check.debug(&request.write(&mut buffer));

    let mut body = format!(
        r#"{{"client_id":"valve","client_secret":"{CLIENT_SECRET}","client_secret_expires_at":0,"registration_access_token":"{ACCESS_TOKEN}","registration_client_uri":"https://as.example/register/valve","token_endpoint_auth_method":"client_secret_basic","grant_types":["client_credentials"]}}"#
    )
    .into_bytes();
    let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body };
    let information = RegistrationRequest::read(answer, "as.example").unwrap();
    check.debug(&information);
    let registration = Registration::<512>::new(&information, ISSUER).unwrap();
    check.debug(&registration);
    check.debug(&registration.client(NOW).unwrap());
    check.debug(&registration.configuration().unwrap());
}

/// A public key whose coordinates are known to nobody.
fn signer_document() -> String {
    let key = Signer::with_seed("ES256", 3);
    key.jwks()
}

/// Whatever is wrong with what holds a secret, the error does not repeat it.
fn errors(check: &mut Check) {
    let signer = Signer::new("ES256");
    let (token, keys) = (signer.token(&claims()), signer.keys());
    let jwk = format!(r#"{{"kty":"oct","k":"{}","alg":"{CLAIM}","kid":"{CLAIM}"}}"#, base64url(&KEY));
    let private = format!(r#"{{"kty":"EC","crv":"P-256","x":"{CLAIM}","y":"{CLAIM}","d":"{}"}}"#, base64url(&KEY));
    let (mut buffer, mut count) = (vec![0; token.len()], 0);
    let claims = claims();
    for end in (0..claims.len()).step_by(3) {
        // Claims that break off, and claims with a letter in the place of each character.
        for text in [claims[..end].to_owned(), format!("{}x{}", &claims[..end], &claims[end + 1..])] {
            let mut body = text.clone().into_bytes();
            if let Err(error) = POLICY.introspect(answer(&mut body), NOW) {
                check.both(&error);
                count += 1;
            }
            if let Err(error) = json::read(text.as_bytes()) {
                check.both(&error);
            }
            let token = signer.token(&text);
            if let Err(error) = POLICY.verify(BearerToken::new(&token).unwrap(), &keys, NOW, &mut buffer) {
                check.both(&error);
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
    for place in (0..token.len()).step_by(7) {
        let changed = format!("{}A{}", &token[..place], &token[place + 1..]);
        if let Err(error) = POLICY.verify(BearerToken::new(&changed).unwrap(), &keys, NOW, &mut buffer) {
            check.both(&error);
        }
    }
    for text in [jwk, private] {
        for end in 0..=text.len() {
            let mut own = DeviceKeys::<1>::new();
            own.read_local(&text.as_bytes()[..end]).err().iter().for_each(|error| check.both(error));
            let mut set = DecryptionKeySet::<1>::new();
            set.read_local(&text.as_bytes()[..end]).err().iter().for_each(|error| check.both(error));
            Jwk::<64>::read(&text.as_bytes()[..end]).err().iter().for_each(|error| check.both(error));
            DeviceKeys::<1>::new().import(&text.as_bytes()[..end]).err().iter().for_each(|error| check.both(error));
        }
    }
    let told = [format!(r#"{{"error":"{CLAIM}"}}"#), format!(r#"{{"access_token":"{ACCESS_TOKEN} {REFRESH_TOKEN}"}}"#)];
    for body in ["", "{", &told[0], &told[1]] {
        for status in [200, 201, 400, 401, 500] {
            let told = |body| Answer { status, content_type: Some("application/json"), body };
            let copies: &mut [Vec<u8>; 5] = &mut [(); 5].map(|()| body.as_bytes().to_vec());
            let [one, two, three, four, five] = copies;
            TokenRequest::read(told(one)).err().iter().for_each(|error| check.both(error));
            RevocationRequest::read(&told(two)).err().iter().for_each(|error| check.both(error));
            RegistrationRequest::read(told(three), "as.example").err().iter().for_each(|error| check.both(error));
            DeviceAuthorizationRequest::read(told(four)).err().iter().for_each(|error| check.both(error));
            let user = UserInfoEndpoint::json().read(told(five), CLAIM, &NoKeys, NOW, &mut []);
            user.err().iter().for_each(|error| check.both(error));
        }
    }
    Registration::<512>::import(CLIENT_SECRET.as_bytes(), ISSUER).err().iter().for_each(|error| check.both(error));
    let client = Client::secret_basic("valve", CLIENT_SECRET);
    let mut short = [0; 40];
    check.both(&RevocationRequest::new(ACCESS_TOKEN).write(&client, FRESH, &mut short).unwrap_err());
    let mut record = from_base64url(&base64url(ACCESS_TOKEN.as_bytes()));
    check.both(&RecordKey::new(&KEY).open(0, &mut record).unwrap_err());
}
