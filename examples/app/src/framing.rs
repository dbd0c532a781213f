//! Where a request ends, checked before the HTTP server reads it
//! ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112) §2.2, §3, §5, §6).
//!
//! The server takes the first `Content-Length`, reads one that is no number as 0, knows no `Transfer-Encoding`, drops
//! NUL bytes out of names, adds whatever length it finds to an offset, ends lines at a bare LF, splits the request line
//! at any Unicode white space, and shifts the escape `%FF` of a path further than a byte is wide. A resource server must
//! not see another request than the proxy in front of it did, so what can be read in two ways is refused here, and so
//! is what is too long.

use core::fmt;

use heapless::Vec;
use picoserve::{
    Timeouts, Timer,
    io::{BaseWrite, Error, ErrorKind, ErrorType, Read, Socket, Write},
};

/// The longest request line and header fields together, in bytes.
pub const HEAD_BYTES: usize = 4096;

/// The longest body, in bytes: nothing here takes more than a word.
pub const BODY_BYTES: usize = 256;

/// A socket whose incoming bytes are checked on their way.
///
/// A refusal is an error for the server, which then drops the connection; the answer is written at that moment, since
/// only then is the socket free. Requests that came together with a refused one are not answered.
#[derive(Debug)]
pub struct Framed<S> {
    socket: S,
    framing: Framing,
}

impl<S> Framed<S> {
    /// Watches over a new connection.
    pub fn new(socket: S) -> Self {
        Self { socket, framing: Framing::new(HEAD_BYTES) }
    }

    /// Takes only so many bytes of request line and header fields, in place of [`HEAD_BYTES`].
    #[must_use]
    pub fn with_head_bytes(self, bytes: usize) -> Self {
        Self { framing: Framing::new(bytes), ..self }
    }
}

impl<R, S: Socket<R>> Socket<R> for Framed<S> {
    type Error = FramedError<S::Error>;
    type ReadHalf<'a>
        = FramedRead<'a, S::ReadHalf<'a>>
    where
        Self: 'a;
    type WriteHalf<'a>
        = FramedWrite<S::WriteHalf<'a>>
    where
        Self: 'a;

    fn split(&mut self) -> (Self::ReadHalf<'_>, Self::WriteHalf<'_>) {
        let (read, write) = self.socket.split();
        (FramedRead { inner: read, framing: &mut self.framing }, FramedWrite(write))
    }

    async fn abort<T: Timer<R>>(mut self, timeouts: &Timeouts, timer: &T) -> Result<(), picoserve::Error<Self::Error>> {
        let Some(refusal) = self.framing.refused else {
            return self.socket.abort(timeouts, timer).await.map_err(lift);
        };
        let answer = timer
            .run_with_timeout(timeouts.write, async {
                let mut writer = self.socket.split().1;
                writer.write_all(refusal.answer().as_bytes()).await?;
                writer.flush().await
            })
            .await;
        match answer {
            Ok(Ok(())) => shutdown(self.socket, timeouts, timer).await,
            _ => self.socket.abort(timeouts, timer).await.map_err(lift),
        }
    }

    async fn shutdown<T: Timer<R>>(self, timeouts: &Timeouts, timer: &T) -> Result<(), picoserve::Error<Self::Error>> {
        shutdown(self.socket, timeouts, timer).await
    }
}

/// Closes the connection and reads what still comes, so that the answer is not lost; but not for ever: the server's own
/// timeout begins anew with every byte.
async fn shutdown<R, S: Socket<R>, T: Timer<R>>(
    socket: S,
    timeouts: &Timeouts,
    timer: &T,
) -> Result<(), picoserve::Error<FramedError<S::Error>>> {
    match timer.run_with_timeout(timeouts.read_request, socket.shutdown(timeouts, timer)).await {
        Ok(closed) => closed.map_err(lift),
        Err(timeout) => Err(picoserve::Error::ReadTimeout(timeout)),
    }
}

/// What went wrong on a [`Framed`] socket.
#[derive(Debug)]
pub enum FramedError<E> {
    /// The socket failed.
    Socket(E),
    /// The request was refused.
    Refused(Refusal),
}

impl<E: fmt::Debug> fmt::Display for FramedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(error) => write!(f, "the socket failed: {error:?}"),
            Self::Refused(refusal) => write!(f, "the request was refused: {refusal:?}"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for FramedError<E> {}

impl<E: Error> Error for FramedError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Socket(error) => error.kind(),
            Self::Refused(_) => ErrorKind::InvalidData,
        }
    }
}

/// The half that reads.
#[derive(Debug)]
pub struct FramedRead<'a, R> {
    inner: R,
    framing: &'a mut Framing,
}

impl<R: Read> ErrorType for FramedRead<'_, R> {
    type Error = FramedError<R::Error>;
}

impl<R: Read> Read for FramedRead<'_, R> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let read = self.inner.read(buffer).await.map_err(FramedError::Socket)?;
        self.framing.accept(buffer.get(..read).unwrap_or_default()).map_err(FramedError::Refused)?;
        Ok(read)
    }
}

/// The half that writes: the socket's own, with the error of the pair.
#[derive(Debug)]
pub struct FramedWrite<W>(W);

impl<W: Write> ErrorType for FramedWrite<W> {
    type Error = FramedError<W::Error>;
}

impl<W: Write> BaseWrite for FramedWrite<W> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(bytes).await.map_err(FramedError::Socket)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush().await.map_err(FramedError::Socket)
    }
}

impl<W: Write> Write for FramedWrite<W> {
    async fn write_with<F: FnOnce(picoserve::mem::BorrowedCursor<'_>) -> T, T>(
        &mut self,
        fill: F,
    ) -> Result<T, Self::Error> {
        self.0.write_with(fill).await.map_err(FramedError::Socket)
    }
}

fn lift<E: Error + 'static>(error: picoserve::Error<E>) -> picoserve::Error<FramedError<E>> {
    match error {
        picoserve::Error::BadRequest => picoserve::Error::BadRequest,
        picoserve::Error::Read(error) => picoserve::Error::Read(FramedError::Socket(error)),
        picoserve::Error::Write(error) => picoserve::Error::Write(FramedError::Socket(error)),
        picoserve::Error::ReadTimeout(timeout) => picoserve::Error::ReadTimeout(timeout),
        picoserve::Error::WriteTimeout(timeout) => picoserve::Error::WriteTimeout(timeout),
    }
}

/// Why a request was not even handed to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A line that two servers would read differently, or a request without one `Host` (RFC 9112 §3.2).
    Malformed,
    /// Another version than HTTP/1.0 or later of HTTP/1 (RFC 9110 §15.6.6).
    Version,
    /// A body with a `Transfer-Encoding`: its length has to be given instead (RFC 9112 §6.3).
    LengthRequired,
    /// An `Expect`: the server would wait for the body, and its client for a word (RFC 9110 §10.1.1). Who is told so sends
    /// the request again without it.
    Expectation,
    /// More than [`BODY_BYTES`].
    ContentTooLarge,
    /// More than [`HEAD_BYTES`], or what it was set to (RFC 6585 §5).
    HeadTooLarge,
}

impl Refusal {
    const fn answer(self) -> &'static str {
        match self {
            Self::Malformed => "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Self::Version => {
                "HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            }
            Self::Expectation => "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Self::LengthRequired => "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Self::ContentTooLarge => "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Self::HeadTooLarge => {
                "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            }
        }
    }
}

/// The place in the stream of requests, byte by byte.
#[derive(Debug)]
struct Framing {
    /// The longest head.
    head_bytes: usize,
    place: Place,
    /// The bytes of this head so far.
    head: usize,
    /// Whether the last byte was a CR, which only an LF may follow.
    carriage_return: bool,
    /// The start of the field's name in lower case: one byte more than the longest of interest.
    name: Vec<u8, { TRANSFER_ENCODING.len() + 1 }>,
    /// Whether the request is of a version that needs a `Host`, and whether it has one.
    needs_host: bool,
    has_host: bool,
    /// The `Content-Length` of this head.
    length: Option<usize>,
    refused: Option<Refusal>,
}

/// What a request line ends with, before its last digit.
const VERSION: &[u8] = b"HTTP/1.";

const HOST: &[u8] = b"host";
const EXPECT: &[u8] = b"expect";
const CONTENT_LENGTH: &[u8] = b"content-length";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    RequestStart,
    Method,
    TargetStart,
    Target,
    /// Two digits of an escape in the target to come, or one, with the first.
    Escape,
    EscapeEnd(u8),
    /// The version, with so many bytes of [`VERSION`] already there.
    Version(usize),
    RequestEnd,
    FieldStart,
    FieldName,
    FieldValue,
    /// The value of `Content-Length`: before, in and after its digits.
    LengthStart,
    Length(usize),
    LengthEnd(usize),
    /// The body, with so many bytes to come.
    Body(usize),
}

impl Framing {
    const fn new(head_bytes: usize) -> Self {
        Self {
            head_bytes,
            place: Place::RequestStart,
            head: 0,
            carriage_return: false,
            name: Vec::new(),
            needs_host: false,
            has_host: false,
            length: None,
            refused: None,
        }
    }

    /// Takes the bytes that came next.
    fn accept(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        if let Some(refusal) = self.refused {
            return Err(refusal);
        }
        loop {
            if let Place::Body(left) = self.place {
                let skipped = left.min(bytes.len());
                bytes = bytes.get(skipped..).unwrap_or_default();
                match left.saturating_sub(skipped) {
                    0 => *self = Self::new(self.head_bytes),
                    left => self.place = Place::Body(left),
                }
            }
            let Some((byte, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            self.head_byte(*byte).inspect_err(|refusal| self.refused = Some(*refusal))?;
        }
    }

    fn head_byte(&mut self, byte: u8) -> Result<(), Refusal> {
        self.head = self.head.saturating_add(1);
        if self.head > self.head_bytes {
            return Err(Refusal::HeadTooLarge);
        }
        match byte {
            b'\n' if self.carriage_return => {
                self.carriage_return = false;
                self.line_end()
            }
            _ if self.carriage_return => Err(Refusal::Malformed),
            b'\r' => {
                self.carriage_return = true;
                Ok(())
            }
            b'\t' => self.line_byte(byte),
            0..=31 | 127 => Err(Refusal::Malformed),
            _ => self.line_byte(byte),
        }
    }

    fn line_byte(&mut self, byte: u8) -> Result<(), Refusal> {
        self.place = match (self.place, byte) {
            (Place::Method, b' ') => Place::TargetStart,
            (Place::RequestStart | Place::Method, _) if is_token_byte(byte) => Place::Method,
            (Place::Target, b' ') => Place::Version(0),
            (Place::Target, b'%') => Place::Escape,
            (Place::TargetStart | Place::Target, b'!'..=b'~') => Place::Target,
            (Place::Escape, _) => Place::EscapeEnd(hex_digit(byte)?),
            (Place::EscapeEnd(high), _) => escaped(high, hex_digit(byte)?)?,
            (Place::Version(length), _) => self.version_byte(length, byte)?,
            (Place::RequestStart | Place::Method | Place::TargetStart | Place::Target | Place::RequestEnd, _) => {
                return Err(Refusal::Malformed);
            }
            (Place::FieldName, b':') => match self.name.as_slice() {
                HOST if self.has_host => return Err(Refusal::Malformed),
                HOST => {
                    self.has_host = true;
                    Place::FieldValue
                }
                CONTENT_LENGTH if self.length.is_some() => return Err(Refusal::Malformed),
                CONTENT_LENGTH => Place::LengthStart,
                TRANSFER_ENCODING => return Err(Refusal::LengthRequired),
                EXPECT => return Err(Refusal::Expectation),
                _ => Place::FieldValue,
            },
            (Place::FieldStart | Place::FieldName, _) => {
                if !is_token_byte(byte) {
                    return Err(Refusal::Malformed);
                }
                if self.place == Place::FieldStart {
                    self.name.clear();
                }
                // What does not fit is not needed: the name is already longer than those of interest.
                _ = self.name.push(byte.to_ascii_lowercase());
                Place::FieldName
            }
            (Place::LengthStart, b' ' | b'\t') => Place::LengthStart,
            (Place::LengthStart, b'0'..=b'9') => Place::Length(digit(0, byte)?),
            (Place::Length(length), b'0'..=b'9') => Place::Length(digit(length, byte)?),
            (Place::Length(length) | Place::LengthEnd(length), b' ' | b'\t') => Place::LengthEnd(length),
            (Place::LengthStart | Place::Length(_) | Place::LengthEnd(_), _) => return Err(Refusal::Malformed),
            (place, _) => place,
        };
        Ok(())
    }

    fn version_byte(&mut self, length: usize, byte: u8) -> Result<Place, Refusal> {
        match VERSION.get(length) {
            Some(expected) if *expected == byte => Ok(Place::Version(length.saturating_add(1))),
            Some(b'1') if byte.is_ascii_digit() => Err(Refusal::Version),
            None if byte.is_ascii_digit() => {
                self.needs_host = byte != b'0';
                Ok(Place::RequestEnd)
            }
            _ => Err(Refusal::Malformed),
        }
    }

    fn line_end(&mut self) -> Result<(), Refusal> {
        self.place = match self.place {
            Place::RequestEnd | Place::FieldValue => Place::FieldStart,
            Place::FieldStart if self.needs_host && !self.has_host => return Err(Refusal::Malformed),
            Place::FieldStart => Place::Body(self.length.unwrap_or(0)),
            Place::Length(length) | Place::LengthEnd(length) => {
                self.length = Some(length);
                Place::FieldStart
            }
            _ => return Err(Refusal::Malformed),
        };
        Ok(())
    }
}

/// The length with one digit more. It stays far from overflow: [`BODY_BYTES`] bounds it at each step.
fn digit(length: usize, byte: u8) -> Result<usize, Refusal> {
    let length = length.saturating_mul(10).saturating_add(usize::from(byte.wrapping_sub(b'0')));
    if length > BODY_BYTES { Err(Refusal::ContentTooLarge) } else { Ok(length) }
}

fn hex_digit(byte: u8) -> Result<u8, Refusal> {
    let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digit.ok_or(Refusal::Malformed)
}

/// RFC 3629 §1: the bytes C0, C1 and F5 to FF are in no UTF-8, so nobody means a character by them.
const fn escaped(high: u8, low: u8) -> Result<Place, Refusal> {
    match (high, low) {
        (0xc, 0x0 | 0x1) | (0xf, 0x5..) => Err(Refusal::Malformed),
        _ => Ok(Place::Target),
    }
}

/// RFC 9110 §5.6.2, `tchar`.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
