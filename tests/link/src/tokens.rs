//! The store of the device's own tokens, and the task that keeps it.

use core::{
    fmt::Write as _,
    hint::black_box,
    pin::pin,
    task::{Context, Waker},
};

use bearward_core::{Answer, Application, Client, Renewal, TokenRequest, TokenStore, UnixTime, Work};
use bearward_net::{Records, TokenKeeper, TokenStorage};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;

use crate::{Sink, network::Unknown};

/// All that is done with tokens.
pub fn keep(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    store(bytes, text);
    let applications = [Application::client(text, text, Client::secret_post(text, text)).with_resource(text)];
    let keeper = TokenKeeper::<NoopRawMutex, 2, 256>::new(&applications).danger_http();
    let (mut head, mut buffer, mut token) = ([0; 256], [0; 512], [0; 256]);
    let mut http = bearward_net::HttpClient::new(&Unknown, Unknown, Unknown, Unknown, &mut head);
    #[cfg(feature = "jwe")]
    let key = bearward_core::RecordKey::new(black_box(&[7; 32]));
    #[cfg(feature = "jwe")]
    let mut records = Records::sealed(Unknown, &key);
    #[cfg(not(feature = "jwe"))]
    let mut records = Records::danger_plain(Unknown);
    let mut rng = Unknown;
    let mut run = pin!(keeper.run(&mut http, &mut records, &mut rng, &mut buffer));
    let mut use_it = pin!(async {
        let ticket = keeper.expect(text, text, text, Renewal::ClientCredentials, &Unknown).await;
        black_box(ticket.is_ok());
        let found = keeper.authorize(text, text, text, &Unknown, &mut token).await;
        _ = black_box(found.map(|token| token.access_token().len()));
        black_box(keeper.expire(text, text, text, &Unknown).await);
        black_box(keeper.revoke(text, text, &Unknown).await.is_ok());
        black_box(keeper.end_session(text, &Unknown).await.is_ok());
        black_box((keeper.remove(text, text).await, keeper.saved(&Unknown).await));
    });
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..black_box(3) {
        black_box(use_it.as_mut().poll(&mut context).is_ready());
        black_box(run.as_mut().poll(&mut context).is_ready());
    }
}

fn store(bytes: &[u8], text: &str) {
    let mut store = TokenStore::<2, 256>::new().with_margin(black_box(60)).with_queue(black_box(1));
    let (now, today) = (black_box(7), black_box(Some(UnixTime::from_seconds(1_795_318_692))));
    black_box(store.restore(black_box(0), bytes, now, today).is_ok());
    let Ok(ticket) = store.expect(text, text, text, Renewal::RefreshToken, now) else { return };
    let mut body = [0; 64];
    body.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let answer = Answer { status: black_box(200), content_type: Some(text), body: &mut body };
    if let Ok(response) = TokenRequest::read(answer) {
        black_box(store.grant(ticket, &response, now).is_ok());
    }
    black_box(matches!(store.next_work(now), Work::Revoke(_)));
    let found = store.is_authorized(text, text, text, now).map(|token| token.access_token().len());
    black_box(write!(Sink, "{found:?} {store:?}").is_ok());
    if let Some(unsaved) = store.unsaved() {
        black_box(store.write_record(unsaved, now, today, &mut [0; 512]).is_ok());
    }
}

impl TokenStorage for Unknown {
    type Error = ();

    async fn load(&mut self, place: u16, buffer: &mut [u8]) -> Result<Option<usize>, ()> {
        black_box((place, buffer));
        Ok(black_box(Some(100)))
    }

    async fn store(&mut self, place: u16, record: &[u8]) -> Result<(), ()> {
        black_box((place, record));
        black_box(Ok(()))
    }

    async fn remove(&mut self, place: u16) -> Result<(), ()> {
        black_box(place);
        black_box(Ok(()))
    }
}
