//! Tokens that are kept, against the real server: renewed, shared, revoked and stored.

use std::time::Duration;

use bearward_core::{
    Answer, Application, DeviceAuthorizationRequest, Missing, RECORD_OVERHEAD, RecordKey, Renewal, SEAL_OVERHEAD,
    TokenRequest,
};
use bearward_net::{FLASH_OVERHEAD, FlashStorage, Records, Timer, TokenKeeper};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use serde_json::json;
use tests::authority::Authority;
use tokio::{
    join,
    task::{JoinHandle, spawn_local},
    time::sleep,
};

use crate::{
    endpoints::discover,
    flash::{Flash, PAGE, PAGES},
    is_active,
    support::{Caller, P256, Time, client, rng},
    tokens::{Kept, TANK, USER, log_in},
};

/// Records must fit the pages of the flash model.
const BYTES: usize = 384;

type Keeper = TokenKeeper<'static, NoopRawMutex, 2, BYTES>;

struct Device {
    time: Time,
    keeper: &'static Keeper,
    task: JoinHandle<()>,
}

impl Device {
    /// With its tokens in this flash.
    fn start(authority: &Authority, flash: Flash) -> Self {
        let issuer: &'static str = authority.issuer().to_owned().leak();
        let applications = Box::leak(Box::new([Application::client("tank", issuer, client()).with_resource(TANK)]));
        let keeper: &'static Keeper = Box::leak(Box::new(Keeper::new(applications)));
        let caller = Caller::new(&P256.pki);
        let time = caller.time.clone();
        let task = spawn_local(async move {
            let mut record = [0; BYTES + RECORD_OVERHEAD + SEAL_OVERHEAD + FLASH_OVERHEAD];
            let storage = FlashStorage::new(flash, 0..(PAGE * PAGES) as u32, &mut record).unwrap();
            let key = RecordKey::new(&[7; 32]);
            let mut records = Records::sealed(storage, &key);
            let mut buffer = [0; 2048];
            caller.call(async |http| keeper.run(http, &mut records, &mut rng(), &mut buffer).await).await;
        });
        Self { time, keeper, task }
    }

    /// Ends it as a reset does.
    async fn reset(self) {
        self.task.abort();
        _ = self.task.await;
    }

    /// Lets time pass, and the task look at the clock.
    async fn skip(&self, seconds: u64) {
        self.time.skip(seconds);
        self.keeper.remove("", "").await;
    }

    async fn access(&self, session: &str) -> Result<String, Missing> {
        let mut buffer = [0; BYTES];
        let token = self.keeper.authorize("tank", session, "tank:read", &self.time, &mut buffer).await;
        token.map(|token| token.access_token().to_owned()).map_err(|error| error.missing)
    }

    async fn grant(&self, session: &str, token: &Kept) {
        let ticket = self.keeper.expect("tank", session, "tank:read", Renewal::RefreshToken, &self.time).await.unwrap();
        let mut body = json!({
            "access_token": token.access_token, "token_type": "Bearer", "expires_in": 600,
            "refresh_token": token.refresh_token, "scope": "tank:read",
        })
        .to_string()
        .into_bytes();
        let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
        self.keeper.grant(ticket, &TokenRequest::read(answer).unwrap(), self.time.elapsed()).await.unwrap();
    }

    async fn until_revoked(&self) {
        for _ in 0..1000 {
            if self.keeper.revocations().await == 0 {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("it is not revoked");
    }
}

/// A user's tokens for the tank.
async fn users_token(authority: &mut Authority) -> Kept {
    let caller = Caller::new(&P256.pki);
    let request = DeviceAuthorizationRequest::new().with_scope("tank:read").with_resource(TANK);
    caller
        .call(async |http| {
            let metadata = discover(http, authority).await;
            log_in(http, &metadata, &client(), &request, |code| authority.decide(code, Some(USER))).await.unwrap()
        })
        .await
}

#[test]
fn a_users_token_is_renewed_survives_a_restart_and_is_revoked_with_its_session() {
    P256.run(async |authority| {
        let first = users_token(authority).await;
        assert!(first.refresh_token.is_some());
        let device = Device::start(authority, Flash::new("authority"));
        device.grant("s", &first).await;
        assert_eq!(device.access("s").await.as_ref(), Ok(&first.access_token));

        device.skip(545).await;
        let mut second = first.access_token.clone();
        for _ in 0..1000 {
            // It serves until the new one is there.
            second = device.access("s").await.unwrap();
            if second != first.access_token {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        assert_ne!(second, first.access_token);
        assert!(is_active(authority, &second));
        assert!(device.keeper.saved(&device.time).await);
        device.reset().await;

        let device = Device::start(authority, Flash::open("authority"));
        assert_eq!(device.access("s").await.as_ref(), Ok(&second));
        assert_eq!(device.keeper.end_session("s", &device.time).await, Ok(1));
        assert_eq!(device.access("s").await, Err(Missing::Key));
        device.until_revoked().await;
        assert!(!is_active(authority, &second));
        assert!(device.keeper.saved(&device.time).await);
        device.reset().await;
        let device = Device::start(authority, Flash::open("authority"));
        assert_eq!(device.keeper.restored().await.entries, 0);
        device.reset().await;
    });
}

#[test]
fn one_token_is_had_for_all_and_revoked_when_the_server_is_back() {
    P256.run(async |authority| {
        let device = Device::start(authority, Flash::new("authority-queue"));
        device.keeper.expect("tank", "s", "tank:read", Renewal::ClientCredentials, &device.time).await.unwrap();
        let (first, second, third) = join!(device.access("s"), device.access("s"), device.access("s"));
        let token = first.unwrap();
        assert_eq!((second.as_ref(), third.as_ref()), (Ok(&token), Ok(&token)));
        assert!(is_active(authority, &token));

        authority.kill();
        assert_eq!(device.keeper.end_session("s", &device.time).await, Ok(1));
        assert_eq!(device.access("s").await, Err(Missing::Key));
        assert!(device.keeper.saved(&device.time).await);
        device.reset().await;
        // The device restarts meanwhile, and has not forgotten.
        let device = Device::start(authority, Flash::open("authority-queue"));
        assert_eq!(device.keeper.revocations().await, 1);
        sleep(Duration::from_millis(100)).await;
        authority.restart();
        assert!(is_active(authority, &token));
        device.skip(60).await;
        device.until_revoked().await;
        assert!(!is_active(authority, &token));
        device.reset().await;
    });
}
