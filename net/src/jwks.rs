//! An issuer's keys, fetched and kept fresh ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use core::{fmt, mem, time::Duration};

use bearward_core::{
    AccessToken, Error, JwkSet, JwkSetReader, Policy, Request, TokenCache, UnixTime, UnverifiedToken, limits,
};
use embassy_sync::{blocking_mutex::raw::RawMutex, mutex::Mutex};
use embedded_nal_async::{Dns, TcpConnect};
use heapless::String;

use crate::{
    client::{HttpClient, Session},
    clock::{Clock, Timer},
    discovery::{PIECE_BYTES, check},
    failure::Failure,
    freshness::{Age, Freshness, Standing},
    tls::Tls,
    url::Url,
};

/// The longest entity tag that is kept; with a longer one the document is simply fetched anew.
const ENTITY_TAG_BYTES: usize = 64;

/// Up to `N` keys of an issuer, shared by the tasks that verify tokens and the one that fetches keys.
///
/// While new keys come in, the old ones go on serving; when the document is complete and good, it takes their place as a
/// whole, so a key that the issuer withdrew is gone. That takes two sets: about `2 * N * (BYTES + 160)` bytes.
///
/// `R` is [`NoopRawMutex`](embassy_sync::blocking_mutex::raw::NoopRawMutex) where all tasks run on one executor, and
/// [`CriticalSectionRawMutex`](embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex) elsewhere.
///
/// ```
/// use bearward_net::{Freshness, RemoteJwkSet};
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
///
/// static KEYS: RemoteJwkSet<CriticalSectionRawMutex, 4> = RemoteJwkSet::new(Freshness::new());
/// ```
pub struct RemoteJwkSet<R: RawMutex, const N: usize, const BYTES: usize = { limits::KEY_BYTES }> {
    freshness: Freshness,
    current: Mutex<R, Current<N, BYTES>>,
    /// Where the next document is read to. Who fetches holds it, so only one does.
    next: Mutex<R, JwkSet<N, BYTES>>,
}

struct Current<const N: usize, const BYTES: usize> {
    keys: JwkSet<N, BYTES>,
    age: Age,
    entity_tag: String<ENTITY_TAG_BYTES, u8>,
}

/// What there is to know before a token is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outlook {
    pub(crate) standing: Standing,
    /// Whether a key may have signed the token.
    pub(crate) knows_key: bool,
    /// How long until the server may be asked again.
    pub(crate) pause: Option<Duration>,
    /// Whether the last attempt to ask failed.
    pub(crate) failed: bool,
}

impl<R: RawMutex, const N: usize, const BYTES: usize> RemoteJwkSet<R, N, BYTES> {
    /// A set without keys. Nothing is fetched yet.
    #[must_use]
    pub const fn new(freshness: Freshness) -> Self {
        let current = Current { keys: JwkSet::new(), age: Age::new(), entity_tag: String::new() };
        Self { freshness, current: Mutex::new(current), next: Mutex::new(JwkSet::new()) }
    }

    /// Puts in keys that were kept over a restart. They serve at once, for as long as [`Freshness::with_outage`] says, and
    /// new ones are due. `elapsed` is the time of the [`Timer`].
    pub async fn restore(&self, keys: JwkSet<N, BYTES>, elapsed: Duration) {
        let mut current = self.current.lock().await;
        current.keys = keys;
        current.age.restore(elapsed);
        current.entity_tag.clear();
    }

    /// Looks at the keys: to keep them over a restart, write them out as JSON (`write!(out, "{keys}")`).
    pub async fn with<O>(&self, look: impl FnOnce(&JwkSet<N, BYTES>) -> O) -> O {
        look(&self.current.lock().await.keys)
    }

    /// Fetches the keys anew, whether that is due or not. If the server has an entity tag for its document and says that
    /// it has not changed (RFC 9110 §13.1.2), the keys in hand are fresh again.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Keys`](crate::FailureKind::Keys) for a document that is no JWK Set,
    /// [`FailureKind::Answer`](crate::FailureKind::Answer) for another status than 200,
    /// [`FailureKind::Net`](crate::FailureKind::Net) if no answer came. The keys in hand stay then.
    pub async fn reload<S, T, C, M>(&self, http: &mut HttpClient<'_, S, T, C, M>, url: &Url<'_>) -> Result<(), Failure>
    where
        S: TcpConnect + Dns,
        T: Tls,
        C: Clock,
        M: Timer,
    {
        let mut place = None;
        let result = match http.open_in(url, &mut place).await {
            Ok(session) => {
                let result = self.reload_over(session, url).await;
                session.close().await;
                result
            }
            Err(error) => Err(error.into()),
        };
        drop(place);
        if result.is_err() {
            self.fail(http.timer().elapsed()).await;
        }
        result
    }

    /// Fetches the keys in a session. A failure is not noted.
    pub(crate) async fn reload_over<S, T, M>(
        &self,
        session: &mut Session<'_, S, T, M>,
        url: &Url<'_>,
    ) -> Result<(), Failure>
    where
        S: TcpConnect,
        T: Tls,
        M: Timer,
    {
        let mut next = self.next.lock().await;
        let entity_tag = self.current.lock().await.entity_tag.clone();
        let mut request = Request::get("application/jwk-set+json, application/json");
        if !entity_tag.is_empty() {
            request = request.with_if_none_match(&entity_tag);
        }
        let mut response = session.send(url, &request).await?;
        let max_age = response.max_age();
        if response.status() == 304 && !entity_tag.is_empty() {
            let mut current = self.current.lock().await;
            // Others may have been put in meanwhile, of which the server has said nothing.
            if current.entity_tag == entity_tag {
                current.age.renew(&self.freshness, response.elapsed(), max_age);
                return Ok(());
            }
        }
        check(&response, &["application/jwk-set+json", "application/json"])?;
        let mut entity_tag = String::new();
        // One that is too long is as good as none, and so is one that could not be sent back.
        let sendable = response.etag().filter(|etag| etag.bytes().all(|byte| byte.is_ascii_graphic()));
        _ = entity_tag.push_str(sendable.unwrap_or_default());
        let mut reader = JwkSetReader::new(&mut next);
        let mut piece = [0; PIECE_BYTES];
        loop {
            let count = response.read(&mut piece).await?;
            let Some(piece @ [_, ..]) = piece.get(..count) else { break };
            reader.feed(piece)?;
        }
        reader.finish()?;
        let mut current = self.current.lock().await;
        mem::swap(&mut current.keys, &mut next);
        current.entity_tag = entity_tag;
        current.age.renew(&self.freshness, response.elapsed(), max_age);
        Ok(())
    }

    /// Notes that an attempt has failed.
    pub(crate) async fn fail(&self, elapsed: Duration) {
        self.current.lock().await.age.fail(elapsed);
    }

    /// How long until the server may be asked again.
    pub(crate) async fn pause(&self, elapsed: Duration) -> Option<Duration> {
        self.current.lock().await.age.pause(&self.freshness, elapsed)
    }

    /// What the keys in hand are good for.
    pub(crate) async fn standing(&self, elapsed: Duration) -> Standing {
        self.current.lock().await.age.standing(&self.freshness, elapsed)
    }

    pub(crate) async fn was_tried_since(&self, at: Duration) -> bool {
        self.current.lock().await.age.was_tried_since(at)
    }

    /// What there is to know before `token` is verified; the policy's error if nothing can help.
    pub(crate) async fn outlook(
        &self,
        policy: &Policy<'_>,
        token: UnverifiedToken<'_>,
        elapsed: Duration,
        buffer: &mut [u8],
    ) -> Result<Outlook, Error> {
        let current = self.current.lock().await;
        Ok(Outlook {
            knows_key: policy.finds_key(token, &current.keys, buffer)?,
            standing: current.age.standing(&self.freshness, elapsed),
            pause: current.age.pause(&self.freshness, elapsed),
            failed: current.age.has_failed(),
        })
    }

    /// Verifies a token by the keys in hand, whatever their age.
    pub(crate) async fn verify<'b, const CACHED: usize>(
        &self,
        policy: &Policy<'_>,
        token: UnverifiedToken<'_>,
        now: Option<UnixTime>,
        buffer: &'b mut [u8],
        cache: &Mutex<R, TokenCache<CACHED>>,
    ) -> Result<AccessToken<'b>, Error> {
        let mut cache = cache.lock().await;
        let current = self.current.lock().await;
        policy.verify_cached(token, &current.keys, now, buffer, &mut cache)
    }
}

impl<R: RawMutex, const N: usize, const BYTES: usize> fmt::Debug for RemoteJwkSet<R, N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteJwkSet").field("freshness", &self.freshness).finish_non_exhaustive()
    }
}
