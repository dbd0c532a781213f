//! The types of bearward-net.

use std::{convert::Infallible, time::Duration};

use bearward_core::{
    Algorithm, Answer, AnswerError, Application, BearerToken, CallError, Client, Decryption, DecryptionKeySet,
    DeviceAuthorizationRequest, Error, Es256, Es256Signer, MetadataError, Policy, RecordKey, Request,
};
use bearward_net::{
    AuthorizationServer, ClientCertificate, DevicePolling, EmbeddedTls, FlashError, Freshness, HttpError, NetError,
    NoStorage, OutgoingError, OutgoingRequest, Records, Refusal, RemoteJwkSet, ResourceServer, ResourceToken, Step,
    TlsApplication, TlsError, TlsSettings, TokenKeeper, Trust, Url, UrlError, tokio::SystemClock,
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;

use crate::{ACCESS_TOKEN, CLIENT_SECRET, Check, DEVICE_CODE, KEY, USER_CODE};

const ISSUER: &str = "https://as.example";
static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];

pub fn format(check: &mut Check) {
    let client = Client::secret_basic("valve", CLIENT_SECRET);
    let mut keys = DecryptionKeySet::<1>::new();
    keys.add(&bearward_core::DecryptionKey::Symmetric(bearward_core::Secret::new(&KEY)), None, None).unwrap();
    let authority =
        AuthorizationServer::new(ISSUER).with_introspection(client).with_decryption(Decryption::new(&[], &[], &keys));
    check.debug(&authority);
    let policy = Policy::new(ISSUER, "https://valve.example", ALGORITHMS);
    check.debug(&ResourceServer::<NoopRawMutex, 2, 2, 256>::new(policy, authority));
    check.debug(&RemoteJwkSet::<NoopRawMutex, 2>::new(Freshness::new()));

    let applications = [Application::client("valve", ISSUER, client)];
    // That a keeper with tokens shows none is its store's doing: see `core.rs`.
    check.debug(&TokenKeeper::<NoopRawMutex, 2>::new(&applications));
    let key = RecordKey::new(&KEY);
    check.debug(&Records::sealed(NoStorage, &key));

    let mut body = format!(
        r#"{{"device_code":"{DEVICE_CODE}","user_code":"{USER_CODE}","verification_uri":"https://as.example/","expires_in":60}}"#
    )
    .into_bytes();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    check.debug(&DevicePolling::new(&DeviceAuthorizationRequest::read(answer).unwrap(), Duration::ZERO));

    tls(check);
    outgoing(check, &client);
    errors(check);
    check.debug(&SystemClock);
}

fn tls(check: &mut Check) {
    let signer = Es256Signer::new(&KEY).unwrap();
    let pins = [KEY];
    let certificate = ClientCertificate::new(&KEY, &signer);
    let settings = TlsSettings::new(Trust::keys(&pins), ALGORITHMS).with_client_certificate(certificate);
    check.debug(&certificate);
    check.debug(&settings);
    let application = Application::client("valve", ISSUER, Client::secret_post("valve", CLIENT_SECRET));
    check.debug(&TlsApplication { application, tls: settings });
    // What a connection has left in the buffers stays there.
    let (mut receive, mut send) = (KEY, ACCESS_TOKEN.as_bytes().to_vec());
    let tls = EmbeddedTls::new(KEY, Trust::keys(&pins), ALGORITHMS, &mut receive, &mut send);
    check.debug(&tls.with_client_certificate(certificate));
}

fn outgoing(check: &mut Check, client: &Client<'_>) {
    let url = Url::parse("https://api.example/valve").unwrap();
    let token = ResourceToken::new(BearerToken::new(ACCESS_TOKEN).unwrap(), url);
    check.debug(&token);
    let request = || OutgoingRequest::new(url, Request::get("*/*"));
    let (mut one, mut two, mut three) = ([0; 256], [0; 256], [0; 256]);
    let in_header = request().add_access_token(&token, &mut one).unwrap();
    check.debug(&in_header);
    check.debug(in_header.request());
    let in_query = request().danger_add_access_token_to_query(&token, &mut two).unwrap();
    check.debug(&in_query);
    check.debug(in_query.url());
    let fresh = bearward_core::Fresh { now: bearward_core::UnixTime::from_seconds(1_800_000_000), nonce: [7; 16] };
    if let Ok(authenticated) = request().add_authentication(client, fresh, &mut three) {
        check.debug(&authenticated);
    }
}

/// Errors hold names, numbers and other errors, and no reference to what they are about.
fn errors(check: &mut Check) {
    fn of<T: std::fmt::Debug + std::fmt::Display + Copy + 'static>(check: &mut Check, errors: &[T]) {
        errors.iter().for_each(|error| check.both(error));
    }
    of(
        check,
        &[NetError::TimedOut(Step::Answer), NetError::Tls(TlsError::Alert(40)), NetError::Http(HttpError::StatusLine)],
    );
    of(check, &[TlsError::Alert(40), TlsError::BadFinished]);
    of(check, &[OutgoingError::OtherOrigin, OutgoingError::Client(CallError::BufferTooSmall)]);
    of(check, &[AnswerError::Status(500), AnswerError::Member("error")]);
    of(check, &[Refusal::from(Error::BadSignature)]);
    of(check, &[UrlError::Host]);
    of(check, &[MetadataError::Missing("issuer")]);
    check.debug(&FlashError::<Infallible>::TooLong);
}
