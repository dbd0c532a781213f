//! A connection to the authorization server, with a client certificate.

use core::{
    convert::Infallible,
    fmt::Write as _,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bearward_core::{Es256Signer, UnixTime};
use bearward_net::{ClientCertificate, EmbeddedTls, Tls, TlsError, Trust};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use rand_core::{TryCryptoRng, TryRng};

use crate::{ALGORITHMS, Sink};

pub fn call(bytes: &[u8]) -> Result<(), TlsError> {
    let called = pin!(connect(bytes)).poll_once();
    let Poll::Ready(Err(error)) = called else { return Ok(()) };
    black_box(write!(Sink, "{error} {error:?}").is_ok());
    Err(error)
}

async fn connect(bytes: &[u8]) -> Result<(), TlsError> {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let signer = Es256Signer::new(black_box(&[7; 32])).map_err(|_| TlsError::ClientKey)?;
    let (mut receive, mut send) = ([0; 4096], [0; 1024]);
    let anchors = [bytes];
    let pins = black_box([[7; 32]; 2]);
    let trust = Trust::anchors(&anchors).with_pins(&pins);
    let trust = if black_box(true) { trust } else { Trust::keys(&pins) };
    let mut tls = EmbeddedTls::new(Outside, trust, ALGORITHMS, &mut receive, &mut send)
        .with_client_certificate(ClientCertificate::new(bytes, &signer))
        .with_max_fragment_length();
    let now = black_box(Some(UnixTime::from_seconds(1_795_318_692)));
    let mut connection = tls.connect(Outside, text, now).await?;
    connection.write_all(bytes).await?;
    connection.flush().await?;
    let mut response = [0; 64];
    black_box(connection.read(&mut response).await?);
    black_box(write!(Sink, "{connection:?}").is_ok());
    EmbeddedTls::<Outside>::close(connection).await;
    Ok(())
}

trait PollOnce: Future {
    fn poll_once(self) -> Poll<Self::Output>;
}

impl<F: Future> PollOnce for core::pin::Pin<&mut F> {
    fn poll_once(self) -> Poll<Self::Output> {
        self.poll(&mut Context::from_waker(Waker::noop()))
    }
}

/// What comes from outside, which the optimiser cannot know.
struct Outside;

impl ErrorType for Outside {
    type Error = ErrorKind;
}

impl Read for Outside {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        buffer.fill_with(|| black_box(7));
        black_box(Ok(buffer.len()))
    }
}

impl Write for Outside {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        black_box(Ok(buffer.len()))
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        black_box(Ok(()))
    }
}

impl TryRng for Outside {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(black_box(7))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(black_box(7))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| black_box(7));
        Ok(())
    }
}

impl TryCryptoRng for Outside {}
