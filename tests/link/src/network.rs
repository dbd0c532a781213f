//! A network for the image: it brings bytes that the optimiser does not know, and takes whatever is sent.

use core::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bearward_core::{
    BearerToken, Client, ClientAuthentication, ClientKeys, ClientMetadata, DeviceAuthorizationRequest, GrantType,
    IntrospectionResponse, Policy, Registration, RegistrationRequest, Request, TokenRequest, UnixTime,
    UserInfoEndpoint,
};
use bearward_net::{
    AuthorizationServer, Clock, DevicePolling, HttpClient, NetError, OutgoingRequest, ResourceServer, ResourceToken,
    Timer, Tls, TlsError, Url,
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

/// Calls with all that a client can do.
pub fn call(bytes: &[u8]) -> Result<(), NetError> {
    let text = core::str::from_utf8(bytes).map_err(|_| NetError::InvalidRequest)?;
    let url = Url::danger_http(text).or(Url::parse(text)).map_err(|_| NetError::InvalidRequest)?;
    let request = Request::post_form(text, bytes).with_authorization(text).with_if_none_match(text);
    front_door(bytes);
    registration(text, bytes);
    outgoing(text, request);
    log_in(text, &url);
    let (mut head, mut buffer) = ([0; 256], [0; 256]);
    let mut client = HttpClient::new(&Unknown, Unknown, Unknown, Unknown, &mut head);
    let _ = black_box(poll(client.fetch(&url, &request, &mut buffer)).map(|fetched| fetched.map(|_| ())));
    let Poll::Ready(session) = poll(client.open(&url)) else { return Ok(()) };
    let mut session = session?;
    let Poll::Ready(response) = poll(session.send(&url, &Request::get(text))) else { return Ok(()) };
    let mut response = response?;
    black_box((response.content_type(), response.etag(), response.max_age(), response.retry_after()));
    let _ = black_box(poll(response.read(&mut buffer)));
    Ok(())
}

/// A resource server, and the task that calls its authorization server.
fn front_door(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(token) = BearerToken::new(text) else { return };
    let authority = AuthorizationServer::new(text).with_introspection(Client::secret_basic(text, text)).danger_http();
    let authority = authority.with_userinfo(UserInfoEndpoint::signed(text, text, super::ALGORITHMS));
    let authority =
        black_box(authority).with_introspection_response(IntrospectionResponse::signed(text, text, super::ALGORITHMS));
    #[cfg(feature = "jwe")]
    let own = bearward_core::DecryptionKeySet::<1>::new();
    #[cfg(feature = "jwe")]
    let authority = authority.with_decryption(super::jwe::decryption(&own));
    let policy = Policy::new(text, text, super::ALGORITHMS);
    let server = ResourceServer::<NoopRawMutex, 2, 2, 256>::new(policy, black_box(authority));
    let (mut head, mut buffer, mut claims, mut user) = ([0; 256], [0; 512], [0; 256], [0; 256]);
    let mut http = HttpClient::new(&Unknown, Unknown, Unknown, Unknown, &mut head);
    let mut rng = Unknown;
    let mut run = pin!(server.run(&mut http, &mut rng, &mut buffer));
    let mut authorize = pin!(server.authorize(token, &Unknown, &Unknown, &mut claims));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..black_box(3) {
        if let Poll::Ready(Ok(verified)) = black_box(authorize.as_mut().poll(&mut context)) {
            let told = poll(server.userinfo(token, &verified, &Unknown, &mut user));
            black_box(told.map(|told| told.is_ok()).is_ready());
            break;
        }
        black_box(run.as_mut().poll(&mut context).is_ready());
    }
}

/// Tokens of the device's own: by itself, and by a user's leave.
fn log_in(text: &str, url: &Url<'_>) {
    let (mut head, mut codes, mut buffer) = ([0; 256], [0; 256], [0; 256]);
    let mut http = HttpClient::new(&Unknown, Unknown, Unknown, Unknown, &mut head);
    let client = Client::secret_post(text, text);
    let request = TokenRequest::refresh_token(text);
    _ = black_box(poll(http.token(url, &client, [7; 16], &request, &mut buffer)).map(|token| token.is_ok()));
    let request = DeviceAuthorizationRequest::new();
    let answer = poll(http.authorize_device(url, &client, [7; 16], &request, &mut codes));
    let Poll::Ready(Ok(authorization)) = answer else { return };
    let mut polling = DevicePolling::new(&authorization, black_box(Duration::ZERO));
    let token = poll(http.poll_for_token(url, &client, &mut Unknown, &mut polling, &mut buffer));
    _ = black_box(token.map(|token| token.is_ok()));
}

/// A client that registers itself, and manages that.
fn registration(text: &str, bytes: &[u8]) {
    let (Ok(url), Ok(token)) = (Url::danger_http(text), BearerToken::new(text)) else { return };
    let (mut head, mut buffer) = ([0; 256], [0; 512]);
    let mut http = HttpClient::new(&Unknown, Unknown, Unknown, Unknown, &mut head);
    let metadata = ClientMetadata::new(&[GrantType::ClientCredentials], black_box(ClientAuthentication::SecretBasic))
        .with_scope(text)
        .with_keys(ClientKeys::Jwks(text));
    let request = RegistrationRequest::new(metadata).with_initial_access_token(token);
    if let Poll::Ready(Ok(information)) = poll(http.register(&url, &request, &mut buffer)) {
        black_box(metadata.changes(&information).count());
        black_box(Registration::<256>::new(&information, text).is_ok());
    }
    let Ok(registration) = Registration::<256>::import(bytes, text) else { return };
    black_box((registration.client(UnixTime::from_seconds(0)).is_ok(), registration.must_renew(None, 1)));
    let Some(configuration) = registration.configuration() else { return };
    _ = black_box(poll(http.update_registration(&configuration, &metadata, &mut buffer)).map(|read| read.is_ok()));
    _ = black_box(poll(http.delete_registration(&configuration, &mut buffer)));
    if let Poll::Ready(Ok(information)) = poll(http.read_registration(&configuration, &mut buffer)) {
        let mut next = Registration::<256>::import(bytes, text);
        black_box(next.as_mut().is_ok_and(|next| next.update(&information).is_ok()));
    }
    black_box(registration.as_bytes().len());
}

/// A request with a token.
fn outgoing(text: &str, request: Request<'_>) {
    let (Ok(url), Ok(token)) = (Url::danger_http(text), BearerToken::new(text)) else { return };
    let token = ResourceToken::danger_loopback(token, url);
    let outgoing = OutgoingRequest::new(url, request);
    let [mut one, mut two, mut three, mut four] = [[0; 64]; 4];
    black_box(outgoing.add_access_token(&token, &mut one).is_ok());
    black_box(outgoing.add_access_token_to_form(&token, &mut two).is_ok());
    black_box(outgoing.danger_add_access_token_to_query(&token, &mut three).is_ok());
    let added = outgoing.add_authentication(&Client::secret_basic(text, text), None, &mut four);
    _ = black_box(added.map(|added| added.write_head(&mut [0; 64])));
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[derive(Clone)]
pub struct Unknown;

pub struct Stream<S>(S);

impl ErrorType for Unknown {
    type Error = ErrorKind;
}

impl Read for Unknown {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        Ok(black_box(buffer).len())
    }
}

impl Write for Unknown {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        Ok(black_box(bytes).len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl TcpConnect for Unknown {
    type Error = ErrorKind;
    type Connection<'a> = Self;

    async fn connect(&self, remote: SocketAddr) -> Result<Self, ErrorKind> {
        if black_box(remote).port() == 0 { Err(ErrorKind::Other) } else { Ok(Self) }
    }
}

impl Dns for Unknown {
    type Error = ErrorKind;

    async fn get_host_by_name(&self, host: &str, _: AddrType) -> Result<IpAddr, ErrorKind> {
        #[cfg(feature = "provoke-async")]
        black_box(host.as_bytes()[host.len() / 2]);
        if black_box(host).is_empty() { Err(ErrorKind::Other) } else { Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)) }
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Other)
    }
}

impl Tls for Unknown {
    type Connection<'c, S>
        = Stream<S>
    where
        S: Read + Write + 'c;

    async fn connect<'c, S>(&'c mut self, stream: S, _: &str, now: Option<UnixTime>) -> Result<Stream<S>, TlsError>
    where
        S: Read + Write + 'c,
    {
        now.ok_or(TlsError::TimeUnavailable).map(|_| Stream(stream))
    }

    async fn close<'c, S>(_: &mut Stream<S>)
    where
        S: Read + Write + 'c,
    {
    }
}

impl<S> ErrorType for Stream<S> {
    type Error = TlsError;
}

impl<S: Read> Read for Stream<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        self.0.read(buffer).await.map_err(|_| TlsError::Truncated)
    }
}

impl<S: Write> Write for Stream<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.0.write(bytes).await.map_err(|_| TlsError::Truncated)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        Ok(())
    }
}

impl Clock for Unknown {
    fn now(&self) -> Option<UnixTime> {
        black_box(None)
    }
}

impl rand_core::TryRng for Unknown {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(black_box(4))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(black_box(4))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        black_box(bytes);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Unknown {}

impl Timer for Unknown {
    fn elapsed(&self) -> Duration {
        black_box(Duration::ZERO)
    }

    async fn wait(&self, duration: Duration) {
        black_box(duration);
    }
}
