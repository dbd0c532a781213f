//! What is told of the authorization server on stderr: each change once, and never a token.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, SocketAddr},
};

use bearward_core::UnixTime;
use bearward_net::{
    EmbeddedTls, EmbeddedTlsConnection, Failure, FailureKind, NetError, Step, Tls, TlsError,
    tokio::{Network, Stream},
};
use embedded_io_async::{Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use rand_core::CryptoRng;

use gateway_app::Watch;

/// Says on stderr when the authorization server cannot be asked, why, and when it can again; each once.
#[derive(Debug, Default)]
pub struct Log {
    trouble: Cell<Option<Trouble>>,
    /// Whether the host has a name, of which the first address is being tried.
    has_another: Cell<bool>,
    /// What became of the first address, while the other one is looked for.
    refused: Cell<Option<NetError>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trouble {
    kind: FailureKind,
    /// Whether there is no connection to the server; else it is reached, and no good comes of it.
    out_of_reach: bool,
}

impl Log {
    fn note(&self, trouble: Trouble) {
        // By what is said of it: two addresses of one host may refuse in two ways.
        let sentence = Failure::from(trouble.kind).to_string();
        let is_known = self.trouble.get().is_some_and(|last| Failure::from(last.kind).to_string() == sentence);
        if !is_known {
            eprintln!("gateway: the authorization server cannot be asked: {sentence}");
            self.trouble.set(Some(trouble));
        }
    }

    fn over(&self, is_over: impl FnOnce(Trouble) -> bool) {
        if self.trouble.get().is_some_and(is_over) {
            eprintln!("gateway: the authorization server can be asked again");
            self.trouble.set(None);
        }
    }

    fn connected(&self) {
        self.over(|trouble| trouble.out_of_reach);
    }

    /// A name was resolved, or not; `is_first` if any kind of address will do.
    fn resolved(&self, is_first: bool, good: bool) -> Option<NetError> {
        let refused = self.refused.take().filter(|_| !is_first);
        self.has_another.set(is_first && good);
        (!good).then_some(refused.unwrap_or(NetError::NameNotResolved))
    }

    /// A host took the connection, or not: that is trouble where there is no other address.
    fn tried(&self, error: Option<NetError>) -> Option<NetError> {
        let has_another = self.has_another.take();
        self.refused.set(error.filter(|_| has_another));
        error.filter(|_| !has_another)
    }

    fn out_of_reach(&self, error: NetError) {
        self.note(Trouble { kind: error.into(), out_of_reach: true });
    }
}

impl Watch for &Log {
    fn failed(&self, failure: Failure) {
        // That it was not called in time follows from something else, which is noted where it happens; and a request that
        // could not be written is for too long a token.
        if !matches!(failure.kind, FailureKind::Busy | FailureKind::Request(_)) {
            self.note(Trouble { kind: failure.kind, out_of_reach: false });
        }
    }

    fn decided(&self, asked: bool) {
        // Keys in hand say nothing of the introspection endpoint, nor of a server that is out of reach.
        self.over(|trouble| !trouble.out_of_reach && (asked || !matches!(trouble.kind, FailureKind::Introspection(_))));
    }
}

/// A network, or TLS, whose attempts to connect are noted: also those for keys that no request waits for.
pub struct Watched<'l, T>(pub T, pub &'l Log);

impl TcpConnect for Watched<'_, Network> {
    type Error = io::Error;
    type Connection<'a>
        = Stream
    where
        Self: 'a;

    async fn connect(&self, remote: SocketAddr) -> Result<Stream, io::Error> {
        let attempt = Attempt::new(self.1, Step::Connect);
        let result = self.0.connect(remote).await;
        attempt.end(self.1.tried(result.as_ref().map_err(|error| NetError::Connect(error.kind().into())).err()));
        result
    }
}

impl Dns for Watched<'_, Network> {
    type Error = io::Error;

    async fn get_host_by_name(&self, host: &str, kind: AddrType) -> Result<IpAddr, io::Error> {
        let is_first = kind == AddrType::Either;
        let attempt = Attempt::new(self.1, Step::Connect);
        let result = self.0.get_host_by_name(host, kind).await;
        attempt.end(self.1.resolved(is_first, result.is_ok()));
        result
    }

    async fn get_host_by_address(&self, address: IpAddr, name: &mut [u8]) -> Result<usize, io::Error> {
        self.0.get_host_by_address(address, name).await
    }
}

impl<'b, G: CryptoRng> Tls for Watched<'_, EmbeddedTls<'b, G>> {
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
        let attempt = Attempt::new(self.1, Step::Handshake);
        let result = self.0.connect(stream, server, now).await;
        attempt.end(result.as_ref().map_err(|error| NetError::Tls(*error)).err());
        if result.is_ok() {
            self.1.connected();
        }
        result
    }

    async fn close<'c, S>(connection: &mut Self::Connection<'c, S>)
    where
        Self: 'c,
        S: Read + Write + 'c,
    {
        EmbeddedTls::<'b, G>::close(connection).await;
    }
}

/// One step on the way to a connection. Dropped before its end, it has taken too long.
struct Attempt<'l> {
    log: &'l Log,
    step: Option<Step>,
}

impl<'l> Attempt<'l> {
    fn new(log: &'l Log, step: Step) -> Self {
        Self { log, step: Some(step) }
    }

    fn end(mut self, error: Option<NetError>) {
        self.step = None;
        if let Some(error) = error {
            self.log.out_of_reach(error);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(step) = self.step {
            self.log.out_of_reach(NetError::TimedOut(step));
        }
    }
}

#[cfg(test)]
mod tests {
    use bearward_core::{AnswerError, CallError, IntrospectionError};

    use super::*;

    fn trouble(log: &Log) -> Option<FailureKind> {
        log.trouble.get().map(|trouble| trouble.kind)
    }

    #[test]
    fn a_server_out_of_reach_is_reached_again_by_a_connection_alone() {
        let log = &Log::default();
        Attempt::new(log, Step::Connect).end(Some(NetError::NameNotResolved));
        // The request that waited for it tells the same, and that changes nothing.
        log.failed(NetError::NameNotResolved.into());
        for asked in [false, true] {
            log.decided(asked);
            assert_eq!(trouble(log), Some(NetError::NameNotResolved.into()));
        }
        Attempt::new(log, Step::Connect).end(None);
        assert_eq!(trouble(log), Some(NetError::NameNotResolved.into()));
        log.connected();
        assert_eq!(trouble(log), None);
    }

    #[test]
    fn what_a_server_answers_is_better_again_by_a_better_answer_alone() {
        let log = &Log::default();
        let refused = IntrospectionError::Answer(AnswerError::ClientRefused);
        log.failed(refused.into());
        log.connected();
        log.decided(false);
        assert_eq!(trouble(log), Some(refused.into()));
        log.decided(true);
        assert_eq!(trouble(log), None);
    }

    #[test]
    fn a_step_that_is_given_up_took_too_long() {
        let log = &Log::default();
        drop(Attempt::new(log, Step::Handshake));
        assert_eq!(trouble(log), Some(NetError::TimedOut(Step::Handshake).into()));
    }

    #[test]
    fn a_host_is_out_of_reach_when_its_last_address_is() {
        const REFUSED: NetError = NetError::Connect(embedded_io_async::ErrorKind::ConnectionRefused);

        let log = Log::default();
        // Of two addresses, the second one is good, or it is not.
        for second in [None, Some(REFUSED)] {
            assert_eq!((log.resolved(true, true), log.tried(Some(REFUSED))), (None, None));
            assert_eq!((log.resolved(false, true), log.tried(second)), (None, second));
        }
        // There is no second one.
        assert_eq!((log.resolved(true, true), log.tried(Some(REFUSED))), (None, None));
        assert_eq!(log.resolved(false, false), Some(REFUSED));
        // An address has no name, and a name may have no address.
        assert_eq!(log.tried(Some(REFUSED)), Some(REFUSED));
        assert_eq!(log.resolved(true, false), Some(NetError::NameNotResolved));
    }

    #[test]
    fn what_a_client_can_bring_about_is_not_told() {
        let log = &Log::default();
        log.failed(CallError::BufferTooSmall.into());
        log.failed(FailureKind::Busy.into());
        assert_eq!(trouble(log), None);
    }
}
