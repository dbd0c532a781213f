//! The device's own keys, and what is encrypted to them: once, at the start, it asks about a user
//! ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).
//!
//! The authorization server fetches the public keys from the device meanwhile. A device keeps its keys in flash
//! (`DeviceKeys::export`); QEMU's flash forgets, so these are made anew at each start.

use bearward_core::{
    A256Gcm, BearerToken, Decryption, DeviceKeyError, DeviceKeys, EcdhEsP256, Es256, JwkSet, KeyPurpose, Metadata,
    PublicJwks, Request, UserInfo, UserInfoEndpoint, UserInfoError,
};
use bearward_net::{Clock, Failure, FailureKind, HttpClient, Tls, Url};
use embassy_sync::once_lock::OnceLock;
use embassy_time::{Duration, Instant, Timer};
use embedded_nal_async::{Dns, TcpConnect};
use static_cell::ConstStaticCell;

use crate::{
    platform::Platform,
    println,
    settings::{Settings, User},
    time::CLOCK,
};

/// One for encryption is all that is used here.
pub type Keys = DeviceKeys<1>;

/// Of the server's keys, those of 64 bytes: a key of P-256 has signed the answer.
type ServerKeys = JwkSet<4, 64>;

/// The longest answer, opened.
const ANSWER_BYTES: usize = 1536;

/// How long the time of day may be unknown at the start: no certificate is good without it.
const MOST_WAIT: Duration = Duration::from_secs(10);

static KEYS: OnceLock<&Keys> = OnceLock::new();

/// Makes new keys.
pub fn make(keys: &mut Keys, board: &impl Platform) -> Result<(), DeviceKeyError> {
    keys.generate(KeyPurpose::EncryptionP256, |bytes| {
        board.fill_random(bytes);
        Ok::<_, core::convert::Infallible>(())
    })
}

/// These are the device's keys from now on. Their public halves are what it publishes.
pub fn have(keys: &'static mut Keys) -> PublicJwks<'static> {
    KEYS.get_or_init(|| keys).public_jwks()
}

/// Asks, if the settings say about whom, and tells on the console what came of it.
pub async fn ask<N: TcpConnect + Dns, T: Tls, C: Clock, M: bearward_net::Timer>(
    http: &mut HttpClient<'_, N, T, C, M>,
    settings: &Settings,
    buffer: &mut [u8],
) {
    let (Some(keys), Some(user)) = (KEYS.try_get(), settings.user) else { return };
    let started = Instant::now();
    while CLOCK.now().is_none() && started.elapsed() < MOST_WAIT {
        Timer::after(Duration::from_millis(50)).await;
    }
    match told(http, settings.issuer, user, keys, buffer).await {
        Ok(told) => println!(
            "firmware: the user is {}: {}, {}, {}",
            told.subject(),
            told.algorithm().unwrap_or("none"),
            told.key_management().unwrap_or("none"),
            told.content_encryption().unwrap_or("none"),
        ),
        Err(failure) => println!("firmware: nothing is known about the user: {}", failure),
    }
}

async fn told<'b, N: TcpConnect + Dns, T: Tls, C: Clock, M: bearward_net::Timer>(
    http: &mut HttpClient<'_, N, T, C, M>,
    issuer: &str,
    user: User,
    keys: &Keys,
    buffer: &'b mut [u8],
) -> Result<UserInfo<'b>, Failure> {
    static METADATA: ConstStaticCell<Metadata<128>> = ConstStaticCell::new(Metadata::new());
    static OPENED: ConstStaticCell<[u8; ANSWER_BYTES]> = ConstStaticCell::new([0; ANSWER_BYTES]);
    let metadata = METADATA.take();
    http.discover(issuer, metadata).await?;
    let url = Url::parse(metadata.jwks_uri().ok_or(FailureKind::NoEndpoint)?)?;
    let fetched = http.fetch(&url, &Request::get("application/json"), buffer).await?;
    let server_keys = ServerKeys::read(fetched.answer.body)?;
    let url = Url::parse(metadata.userinfo_endpoint().ok_or(FailureKind::NoEndpoint)?)?;
    let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], keys);
    let endpoint = UserInfoEndpoint::signed_and_encrypted(issuer, user.client_id, &[&Es256], decryption);
    let token = BearerToken::new(user.token).map_err(UserInfoError::from)?;
    let answer = http.userinfo(&url, &endpoint, token, buffer).await?;
    Ok(endpoint.read(answer, user.subject, &server_keys, http.clock().now(), OPENED.take())?)
}
