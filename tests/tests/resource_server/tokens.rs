//! The device's own tokens: had, renewed, kept over a restart and revoked.

use std::{cell::Cell, cell::RefCell, collections::BTreeMap, convert::Infallible, rc::Rc, time::Duration};

use bearward_core::{
    Answer, Application, Client, Missing, RecordKey, Renewal, StoreError, TokenError, TokenRequest, TokenStore,
    UnixTime,
};
use bearward_net::{Clock, FailureKind, HttpClient, Records, Timer, TokenKeeper, TokenStorage, tokio::Network};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::task::{AbortHandle, spawn_local};

use crate::{
    fake::{Fake, Page},
    support::{NOW, Plain, run},
};

type Keeper = TokenKeeper<'static, NoopRawMutex, 3, 512>;

const OWN: Renewal = Renewal::ClientCredentials;
const USERS: Renewal = Renewal::RefreshToken;

/// Both clocks of a device. Who waits sees it at once when a test lets time pass.
#[derive(Clone)]
struct Time {
    began: tokio::time::Instant,
    skipped: Rc<Cell<Duration>>,
    wall: Option<UnixTime>,
}

impl Time {
    fn new() -> Self {
        let wall = Some(UnixTime::from_seconds(NOW));
        Self { began: tokio::time::Instant::now(), skipped: Rc::default(), wall }
    }

    fn skip(&self, seconds: u64) {
        self.skipped.set(self.skipped.get() + Duration::from_secs(seconds));
    }
}

impl Timer for Time {
    fn elapsed(&self) -> Duration {
        self.began.elapsed() + self.skipped.get()
    }

    async fn wait(&self, duration: Duration) {
        let end = self.elapsed().saturating_add(duration);
        while self.elapsed() < end {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Clock for Time {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(self.wall?.seconds() + self.elapsed().as_secs()))
    }
}

/// What lasts. A copy is the same memory.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<BTreeMap<u16, Vec<u8>>>>);

impl TokenStorage for Memory {
    type Error = Infallible;

    async fn load(&mut self, place: u16, buffer: &mut [u8]) -> Result<Option<usize>, Infallible> {
        let memory = self.0.borrow();
        let Some(record) = memory.get(&place) else { return Ok(None) };
        buffer[..record.len()].copy_from_slice(record);
        Ok(Some(record.len()))
    }

    async fn store(&mut self, place: u16, record: &[u8]) -> Result<(), Infallible> {
        self.0.borrow_mut().insert(place, record.to_vec());
        Ok(())
    }

    async fn remove(&mut self, place: u16) -> Result<(), Infallible> {
        self.0.borrow_mut().remove(&place);
        Ok(())
    }
}

struct Device {
    fake: Fake,
    time: Time,
    keeper: &'static Keeper,
    task: AbortHandle,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Device {
    async fn new() -> Self {
        let fake = Fake::start().await;
        let issuer = fake.issuer();
        let metadata = json!({
            "issuer": issuer, "token_endpoint": format!("{issuer}/token"), "revocation_endpoint": format!("{issuer}/revoke"),
        });
        fake.put("/.well-known/oauth-authorization-server", Page::json(metadata.to_string()));
        fake.put("/revoke", Page::status(200));
        Self::start(fake, Time::new(), Memory::default())
    }

    fn start(fake: Fake, time: Time, memory: Memory) -> Self {
        let issuer: &'static str = fake.issuer().leak();
        let client = Client::secret_post("valve", "gX1fBat3bV");
        let application = Application::client("tank", issuer, client).with_resource("https://tank.example");
        let applications = Box::leak(Box::new([application]));
        let store = TokenStore::new().with_queue(2);
        let keeper: &'static Keeper = Box::leak(Box::new(TokenKeeper::with_store(applications, store).danger_http()));
        let clocks = time.clone();
        let task = spawn_local(async move {
            let (mut head, mut buffer) = ([0; 1024], [0; 1024]);
            let mut http = HttpClient::new(&Network, Plain, clocks.clone(), clocks, &mut head);
            let key = RecordKey::new(&[7; 32]);
            let mut records = Records::sealed(memory, &key);
            keeper.run(&mut http, &mut records, &mut StdRng::seed_from_u64(1), &mut buffer).await;
        });
        Self { fake, time, keeper, task: task.abort_handle() }
    }

    fn give(&self, answer: &Value) {
        self.fake.put("/token", Page::json(answer.to_string()));
    }

    async fn access(&self, session: &str) -> Result<String, Missing> {
        let mut buffer = [0; 512];
        let token = self.keeper.authorize("tank", session, "tank:read", &self.time, &mut buffer).await;
        token.map(|token| token.access_token().to_owned()).map_err(|error| error.missing)
    }

    /// Keeps a user's tokens.
    async fn grant(&self, session: &str, answer: &Value) {
        let ticket = self.keeper.expect("tank", session, "tank:read", USERS, &self.time).await.unwrap();
        let mut body = answer.to_string().into_bytes();
        let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
        self.keeper.grant(ticket, &TokenRequest::read(answer).unwrap(), self.time.elapsed()).await.unwrap();
    }

    /// Waits until something holds.
    async fn until(&self, is_so: impl AsyncFn() -> bool) {
        for _ in 0..2000 {
            if is_so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("it does not come so far");
    }
}

fn token(name: &str, refresh: Option<&str>) -> Value {
    let mut answer = json!({"access_token": name, "token_type": "Bearer", "expires_in": 600});
    if let Some(refresh) = refresh {
        answer["refresh_token"] = refresh.into();
    }
    answer
}

#[test]
fn all_who_wait_for_a_token_get_it_from_one_flight() {
    run(async {
        let device = Device::new().await;
        device.fake.put("/token", Page::json(token("A1", None).to_string()).with_delay(Duration::from_millis(50)));
        device.keeper.expect("tank", "", "tank:read", OWN, &device.time).await.unwrap();
        let (first, second, third) = tokio::join!(device.access(""), device.access(""), device.access(""));
        assert_eq!(
            [first, second, third],
            [const { Ok(String::new()) }; 3].map(|_: Result<String, Missing>| Ok("A1".into()))
        );
        let form = "grant_type=client_credentials&scope=tank%3Aread&resource=https%3A%2F%2Ftank.example\
            &client_id=valve&client_secret=gX1fBat3bV";
        assert_eq!(device.fake.forms("/token"), [form]);
        assert_eq!(device.keeper.expect("pump", "", "", OWN, &device.time).await, Err(StoreError::Application));
    });
}

#[test]
fn a_token_is_renewed_before_it_expires_and_serves_until_the_new_one_is_there() {
    run(async {
        let device = Device::new().await;
        device.grant("s", &token("A1", Some("R1"))).await;
        device.time.skip(530);
        assert_eq!(device.access("s").await, Ok("A1".into()));
        assert_eq!(device.fake.count("/token"), 0);
        let page = Page::json(token("A2", Some("R2")).to_string());
        device.fake.put("/token", page.with_delay(Duration::from_millis(30)));
        device.time.skip(15);
        device.until(async || device.fake.count("/token") == 1).await;
        assert_eq!(device.access("s").await, Ok("A1".into()));
        device.until(async || device.access("s").await == Ok("A2".into())).await;
        device.give(&token("A3", None));
        device.time.skip(545);
        device.until(async || device.access("s").await == Ok("A3".into())).await;
        let refresh = |number: u8| {
            format!(
                "grant_type=refresh_token&refresh_token=R{number}&resource=https%3A%2F%2Ftank.example\
                 &client_id=valve&client_secret=gX1fBat3bV"
            )
        };
        assert_eq!(device.fake.forms("/token"), [refresh(1), refresh(2)]);
    });
}

#[test]
fn a_refresh_that_fails_leaves_the_token_and_says_why() {
    run(async {
        let device = Device::new().await;
        device.grant("s", &token("A1", Some("R1"))).await;
        let refusal = Page { status: 400, ..Page::json(r#"{"error":"invalid_grant"}"#) };
        device.fake.put("/token", refusal);
        device.time.skip(545);
        let error = async || {
            let mut buffer = [0; 512];
            let token = device.keeper.is_authorized("tank", "s", "", &device.time, &mut buffer).await;
            token.map_or_else(|error| error.error, |token| token.error())
        };
        device.until(async || error().await.is_some()).await;
        assert_eq!(error().await.unwrap().kind, FailureKind::Token(TokenError::InvalidGrant));
        assert_eq!(device.access("s").await, Ok("A1".into()));
        device.time.skip(100);
        assert_eq!(device.access("s").await, Err(Missing::Time));
        // The refresh token is good for nothing, and not sent again.
        device.time.skip(10_000);
        assert_eq!(device.access("s").await, Err(Missing::Time));
        assert_eq!(device.fake.count("/token"), 1);
    });
}

#[test]
fn rfc7009_a_session_that_ends_while_the_server_is_down_is_revoked_when_it_is_back() {
    run(async {
        let device = Device::new().await;
        device.grant("s", &token("A1", Some("R1"))).await;
        device.grant("t", &token("B1", Some("S1"))).await;
        device.grant("u", &token("C1", None)).await;
        device.fake.kill();
        assert_eq!(device.keeper.end_session("s", &device.time).await, Ok(1));
        assert_eq!(device.access("s").await, Err(Missing::Key));
        assert_eq!(device.keeper.revoke("tank", "t", &device.time).await, Ok(true));
        // The queue takes two. The third one is still there.
        assert_eq!(device.keeper.end_session("u", &device.time).await, Err(StoreError::QueueFull));
        assert_eq!(device.access("u").await, Ok("C1".into()));
        assert_eq!(device.keeper.revocations().await, 2);
        // It was tried meanwhile, in vain.
        tokio::time::sleep(Duration::from_millis(20)).await;
        device.fake.revive().await;
        device.time.skip(60);
        device.until(async || device.keeper.revocations().await == 0).await;
        let forms = device.fake.forms("/revoke");
        let sent = |token: &str, hint: &str| {
            forms.iter().position(|form| form.starts_with(&format!("token={token}&token_type_hint={hint}"))).unwrap()
        };
        assert!(sent("R1", "refresh_token") < sent("A1", "access_token"));
        assert!(sent("S1", "refresh_token") < sent("B1", "access_token"));
        assert_eq!(forms.len(), 4);
        assert_eq!(device.keeper.end_session("u", &device.time).await, Ok(1));
        device.until(async || device.keeper.revocations().await == 0).await;
    });
}

#[test]
fn rfc7009_2_2_1_a_token_that_the_server_never_revokes_is_asked_for_once_and_another_refusal_again() {
    run(async {
        let device = Device::new().await;
        let refusal = |code: &str| Page { status: 400, ..Page::json(format!(r#"{{"error":"{code}"}}"#)) };
        device.fake.put("/revoke", refusal("unsupported_token_type"));
        device.grant("s", &token("A1", None)).await;
        device.keeper.end_session("s", &device.time).await.unwrap();
        device.until(async || device.keeper.revocations().await == 0).await;
        assert_eq!(device.fake.count("/revoke"), 1);
        device.fake.put("/revoke", refusal("invalid_request"));
        device.grant("t", &token("B1", None)).await;
        device.keeper.end_session("t", &device.time).await.unwrap();
        device.until(async || device.fake.count("/revoke") == 2).await;
        assert_eq!(device.keeper.revocations().await, 1);
    });
}

#[test]
fn what_was_stored_survives_a_restart_sealed_and_with_the_last_refresh_token() {
    run(async {
        let Device { fake, time, .. } = &Device::new().await;
        let memory = Memory::default();
        let device = Device::start(fake.clone(), time.clone(), memory.clone());
        device.grant("s", &token("A1", Some("R1"))).await;
        device.grant("gone", &token("B1", None)).await;
        device.give(&token("A2", Some("R2")));
        device.time.skip(545);
        device.until(async || device.access("s").await == Ok("A2".into())).await;
        // The server is down, and so it stays with the queue.
        fake.put("/revoke", Page::status(503));
        device.keeper.end_session("gone", &device.time).await.unwrap();
        assert!(device.keeper.saved(&device.time).await);
        drop(device);
        for record in memory.0.borrow().values() {
            for secret in ["A1", "A2", "R1", "R2", "B1", "tank"] {
                assert!(!record.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret}");
            }
        }

        // With the time of day, the token serves on.
        let device = Device::start(fake.clone(), time.clone(), memory.clone());
        let restored = device.keeper.restored().await;
        assert_eq!((restored.entries, restored.refused), (2, 0));
        assert_eq!(device.access("s").await, Ok("A2".into()));
        assert_eq!(device.keeper.revocations().await, 1);
        drop(device);

        // Without it, it is renewed.
        fake.put("/revoke", Page::status(200));
        fake.put("/token", Page::json(token("A3", None).to_string()));
        let dark = Time { wall: None, ..time.clone() };
        let device = Device::start(fake.clone(), dark, memory.clone());
        assert_eq!(device.access("s").await, Ok("A3".into()));
        assert!(fake.forms("/token").last().unwrap().contains("refresh_token=R2"));
        device.until(async || device.keeper.revocations().await == 0).await;
        assert!(device.keeper.saved(&device.time).await);
        drop(device);
        assert_eq!(memory.0.borrow().len(), 1);

        // Another place, or another byte, and it is none.
        let record = memory.0.borrow_mut().remove(&0).unwrap();
        memory.0.borrow_mut().insert(1, record);
        let device = Device::start(fake.clone(), time.clone(), memory.clone());
        assert_eq!(device.keeper.restored().await.refused, 1);
        assert_eq!(device.access("s").await, Err(Missing::Key));
    });
}
