//! TLS 1.3 ([RFC 8446](https://www.rfc-editor.org/rfc/rfc8446)) by embedded-tls, with the certificates checked by
//! rustls-webpki and every signature by the algorithms that verify tokens. No alloc.

use core::fmt;

use bearward_core::{Algorithm, UnixTime};
use embedded_io_async::{Read, Write};
use embedded_tls::{MaxFragmentLength, TlsConfig, TlsConnection, TlsContext};
use heapless::Vec;
use rand_core::CryptoRng;
use rustls_pki_types::ServerName;

use super::{
    Tls,
    connection::EmbeddedTlsConnection,
    guard::Guard,
    provider::{ClientCertificate, Provider},
    state::{Phase, State},
    suite::Suite,
    trust::Trust,
    verifier::Verifier,
};
use crate::error::TlsError;

/// The length of a receive buffer that holds every record, in bytes (RFC 8446 §5.2).
pub const TLS_RECORD_BYTES: usize = 16_640;

/// The shortest send buffer, in bytes: a ClientHello with the longest name fits.
const SHORTEST_SEND_BYTES: usize = 640;

/// A TLS 1.3 client with TLS_AES_128_GCM_SHA256 and P-256, one connection at a time.
///
/// # What it does
///
/// The server is authenticated by [`Trust`]: the path of certificates, the name, the usage, the dates, the pins. It may
/// sign with what the list of algorithms has: `ES256`, `ES384`, `EdDSA`, `PS256` to `PS512`; certificates also with
/// `ES512` and `RS256` to `RS512`. The hash of ECDSA is the one of the JOSE algorithm: a P-384 key that signs with
/// SHA-256 is refused. Nothing but the ClientHello is sent before the server has proved who it is, also no client
/// certificate.
///
/// # What it does not
///
/// TLS 1.2; another cipher suite or curve for the exchange of keys; resumption and early data; revocation lists and
/// OCSP; new keys within a connection (KeyUpdate ends it); handshake messages that span records, so a server's chain
/// must fit in one record. A server's certificate must name serverAuth as its extended
/// key usage; those of authorities need none (RFC 5280 §4.2.1.12).
///
/// # Memory
///
/// The caller lends both buffers. `receive` holds one record: [`TLS_RECORD_BYTES`], 16,640 bytes, are enough for every
/// server. A shorter one does if the server's records are shorter, and that is the server's choice: its certificates
/// come in one record, as long as they are together, and a response in records of up to 16 KB. Ask it with
/// [`with_max_fragment_length`](Self::with_max_fragment_length). A record that does not fit ends the connection with
/// [`TlsError::RecordOverflow`].
///
/// `send` holds one record, too: 640 bytes at least, and 64 more than the client's certificate has if there
/// is one. What is written is cut into pieces of 133 bytes less than it has.
///
/// On a 64-bit host, a connection has 1.4 KB and the future that opens it 3.6 KB.
///
/// ```
/// use bearward_core::{Algorithm, Es256};
/// use bearward_net::{EmbeddedTls, TLS_RECORD_BYTES, Trust};
/// # use std::convert::Infallible;
/// # struct HardwareRng;
/// # impl rand_core::TryRng for HardwareRng {
/// #     type Error = Infallible;
/// #     fn try_next_u32(&mut self) -> Result<u32, Infallible> { Ok(4) }
/// #     fn try_next_u64(&mut self) -> Result<u64, Infallible> { Ok(4) }
/// #     fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> { bytes.fill(4); Ok(()) }
/// # }
/// # impl rand_core::TryCryptoRng for HardwareRng {}
/// # const ROOT: &[u8] = &[];
///
/// // static ROOT: &[u8] = include_bytes!("root.der");
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
///
/// let (mut receive, mut send) = ([0; TLS_RECORD_BYTES], [0; 1024]);
/// let tls = EmbeddedTls::new(HardwareRng, Trust::anchors(&[ROOT]), ALGORITHMS, &mut receive, &mut send);
/// // Then `tls.connect(stream, "authority.example", clock.now()).await?`, as `Tls` says.
/// ```
pub struct EmbeddedTls<'b, R> {
    rng: R,
    trust: Trust<'b>,
    algorithms: &'b [&'b dyn Algorithm],
    receive: &'b mut [u8],
    send: &'b mut [u8],
    client: Option<ClientCertificate<'b>>,
    asks_for_short_records: bool,
    state: State,
}

impl<'b, R> EmbeddedTls<'b, R> {
    /// A client. Every connection takes fresh randomness from `rng`.
    #[must_use]
    pub const fn new(
        rng: R,
        trust: Trust<'b>,
        algorithms: &'b [&'b dyn Algorithm],
        receive: &'b mut [u8],
        send: &'b mut [u8],
    ) -> Self {
        Self { rng, trust, algorithms, receive, send, client: None, asks_for_short_records: false, state: State::new() }
    }

    /// Shows this certificate to servers that ask for one, once they are authenticated.
    #[must_use]
    pub const fn with_client_certificate(mut self, certificate: ClientCertificate<'b>) -> Self {
        self.client = Some(certificate);
        self
    }

    /// Asks servers for records that fit the receive buffer: 4096, 2048, 1024 or 512 bytes
    /// (max_fragment_length, RFC 6066 §4), and 256 bytes for what encryption adds.
    ///
    /// A server may ignore it: OpenSSL does as asked, rustls does not. One that does as asked cuts its handshake, too:
    /// a chain that is longer ends with [`TlsError::Fragmented`] then, and needs a longer buffer without this.
    #[must_use]
    pub const fn with_max_fragment_length(mut self) -> Self {
        self.asks_for_short_records = true;
        self
    }

    fn max_fragment_length(&self) -> Option<MaxFragmentLength> {
        let room = self.receive.len().saturating_sub(256);
        match room {
            _ if !self.asks_for_short_records => None,
            16_384.. | 0..512 => None,
            4096.. => Some(MaxFragmentLength::Bits12),
            2048.. => Some(MaxFragmentLength::Bits11),
            1024.. => Some(MaxFragmentLength::Bits10),
            512.. => Some(MaxFragmentLength::Bits9),
        }
    }
}

/// Shows neither the randomness nor what the buffers hold.
impl<R> fmt::Debug for EmbeddedTls<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedTls")
            .field("trust", &self.trust)
            .field("algorithms", &self.algorithms)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl<'b, R: CryptoRng> Tls for EmbeddedTls<'b, R> {
    type Connection<'c, S>
        = EmbeddedTlsConnection<'c, S>
    where
        Self: 'c,
        S: Read + Write + 'c;

    async fn connect<'c, S>(
        &'c mut self,
        stream: S,
        server: &str,
        now: Option<UnixTime>,
    ) -> Result<Self::Connection<'c, S>, TlsError>
    where
        S: Read + Write + 'c,
    {
        let mut place = None;
        self.connect_in(stream, server, now, &mut place).await?;
        // It is there if there was no error.
        place.ok_or(TlsError::Closed)
    }

    async fn connect_in<'c, S>(
        &'c mut self,
        stream: S,
        server: &str,
        now: Option<UnixTime>,
        place: &mut Option<Self::Connection<'c, S>>,
    ) -> Result<(), TlsError>
    where
        S: Read + Write + 'c,
    {
        let name = ServerName::try_from(server).map_err(|_| TlsError::ServerName)?;
        if self.trust.needs_time() && now.is_none() {
            return Err(TlsError::TimeUnavailable);
        }
        if self.send.len() < SHORTEST_SEND_BYTES {
            return Err(TlsError::Buffer);
        }
        let config = self.config(&name, server)?;
        self.state = State::new();
        let Self { rng, trust, algorithms, receive, send, client, state, .. } = self;
        let state: &'c State = state;

        let guard = Guard::new(stream, state, receive.len());
        let tls = begin(place, guard, receive, send, state);
        let verifier =
            Verifier { trust: *trust, algorithms, server: name, now, state, key: Vec::new(), transcript: None };
        let mut provider = Provider { rng, verifier, client: *client, state };
        let opened = tls.open(TlsContext::new(&config, &mut provider)).await;
        opened.map_err(|error| state.fail_with(error))?;
        // The guard has let nothing out if not, so this says it once more.
        if let Some(missing) = state.missing_proof() {
            return Err(state.fail(missing));
        }
        if let Some(fault) = state.fault() {
            return Err(fault);
        }
        state.enter(Phase::Open);
        Ok(())
    }

    async fn close<'c, S>(connection: &mut Self::Connection<'c, S>)
    where
        Self: 'c,
        S: Read + Write + 'c,
    {
        connection.close().await;
    }
}

/// Puts a connection in its place, which nothing was sent over yet. Not inlined: the caller would keep room for it on its
/// stack, during the whole handshake.
#[inline(never)]
fn begin<'p, 'c, S: Read + Write + 'c>(
    place: &'p mut Option<EmbeddedTlsConnection<'c, S>>,
    guard: Guard<'c, S>,
    receive: &'c mut [u8],
    send: &'c mut [u8],
    state: &'c State,
) -> &'p mut TlsConnection<'c, Guard<'c, S>, Suite> {
    let connection = place.insert(EmbeddedTlsConnection { tls: None, state, is_busy: false });
    connection.tls.insert(TlsConnection::new(guard, receive, send))
}

impl<R> EmbeddedTls<'_, R> {
    fn config<'s>(&self, name: &ServerName<'_>, server: &'s str) -> Result<TlsConfig<'s>, TlsError> {
        let mut config = TlsConfig::new();
        match name {
            // SNI has no dot at the end (RFC 6066 §3), and certificates have none.
            ServerName::DnsName(_) if server.ends_with('.') => return Err(TlsError::ServerName),
            ServerName::DnsName(_) => config = config.with_server_name(server),
            _ => {}
        }
        if self.algorithms.iter().any(|algorithm| algorithm.name().starts_with("PS")) {
            config = config.enable_rsa_signatures();
        }
        if let Some(length) = self.max_fragment_length() {
            config = config.with_max_fragment_length(length);
        }
        Ok(config)
    }
}
