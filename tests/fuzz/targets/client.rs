//! A request of a client is a form that reads back as what was put into it, in a buffer of any size.
#![no_main]

use bearward_core::{
    CallError, Client, Fresh, Hs256, Key, KeyEntry, Keys, RevocationRequest, Secret, UnixTime, verify_jws,
};
use serde_json::Value;

const FRESH: Fresh = Fresh { now: UnixTime::from_seconds(1_800_000_000), nonce: [7; 16] };
const SECRET: [u8; 32] = [7; 32];

struct Shared;

impl Keys for Shared {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let key = Key::Secret(Secret::new(&SECRET));
        (index == 0).then_some(KeyEntry { id: None, algorithm: None, key })
    }
}

libfuzzer_sys::fuzz_target!(|data: (&str, &str, &str)| {
    let (token, id, secret) = data;
    let request = RevocationRequest::new(token);
    for client in [
        Client::secret_post(id, secret),
        Client::secret_basic(id, secret),
        Client::secret_jwt(id, secret, Secret::new(&SECRET)),
        Client::tls(id),
    ] {
        let mut buffer = vec![0; 1024 + 24 * (token.len() + id.len() + secret.len())];
        let written = request.write(&client, FRESH, &mut buffer).unwrap();
        let form: Vec<(String, String)> = form_urlencoded::parse(written.body()).into_owned().collect();
        let field = |name: &str| form.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert_eq!(field("token"), Some(token));
        match client.method() {
            "client_secret_post" => assert_eq!((field("client_id"), field("client_secret")), (Some(id), Some(secret))),
            "client_secret_basic" => assert!(written.authorization().unwrap().starts_with("Basic ")),
            "client_secret_jwt" => {
                let assertion = field("client_assertion").unwrap().to_owned();
                let mut buffer = vec![0; assertion.len()];
                let jws = verify_jws(assertion.as_bytes(), &[&Hs256], &Shared, &mut buffer).unwrap();
                let claims: Value = serde_json::from_slice(jws.payload()).unwrap();
                assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&id.into(), &id.into(), &secret.into()));
            }
            _ => assert_eq!(field("client_id"), Some(id)),
        }
        let needed = written.authorization().map_or(0, str::len) + written.body().len();
        let mut short = vec![0xff; needed.saturating_sub(1)];
        assert_eq!(request.write(&client, FRESH, &mut short).err(), Some(CallError::BufferTooSmall));
        assert!(short.iter().all(|byte| *byte == 0));
    }
});
