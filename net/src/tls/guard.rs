//! The record layer's outside ([RFC 8446 §5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)): what may pass
//! between embedded-tls and the stream.
//!
//! Nothing but the ClientHello is written until the server has proved who it is, whatever embedded-tls believes.
//! Records that are too long, empty, or unprotected where they must be protected are refused before it sees them: some
//! would make it panic.

use embedded_io_async::{Error, ErrorType, Read, Write};

use super::state::{Phase, State};
use crate::error::TlsError;

const HEADER_BYTES: usize = 5;
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// RFC 8446 §5.2: at least the type of what is inside and the tag.
const SHORTEST_CIPHERTEXT: usize = 17;
/// RFC 8446 §5.2: 2^14 bytes and 256 more.
const LONGEST_CIPHERTEXT: usize = 16_640;

/// RFC 8446 §5.1: what every record says, and what is authenticated with it.
pub(super) const VERSION: [u8; 2] = [3, 3];
/// What the guard writes in its place for the first record that is encrypted, and once the handshake is done. It is how the
/// cipher suite, which has no state, learns it; no record from outside passes with either.
pub(super) const VERSION_WHEN_FIRST: [u8; 2] = [3, 0xfe];
pub(super) const VERSION_WHEN_OPEN: [u8; 2] = [3, 0xff];

pub(super) struct Guard<'c, S> {
    stream: S,
    state: &'c State,
    /// The longest record that fits the buffer of embedded-tls.
    room: usize,
    header: [u8; HEADER_BYTES],
    /// How much of the header embedded-tls has read.
    header_read: usize,
    /// How much of the record's body is still to come.
    body: usize,
}

impl<'c, S> Guard<'c, S> {
    pub(super) fn new(stream: S, state: &'c State, room: usize) -> Self {
        Self { stream, state, room, header: [0; HEADER_BYTES], header_read: HEADER_BYTES, body: 0 }
    }
}

impl<S> ErrorType for Guard<'_, S> {
    type Error = TlsError;
}

impl<S: Read> Read for Guard<'_, S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        if let Some(fault) = self.state.fault() {
            return Err(fault);
        }
        if self.state.phase() == Phase::ClientHello {
            self.state.enter(Phase::ServerHello);
        }
        if self.header_read == HEADER_BYTES && self.body == 0 {
            self.start_record().await.map_err(|fault| self.state.fail(fault))?;
            self.header_read = 0;
        }
        let header = self.header.get(self.header_read..).unwrap_or_default();
        if !header.is_empty() {
            let count = header.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(header) {
                *to = *from;
            }
            self.header_read = self.header_read.saturating_add(count);
            return Ok(count);
        }
        let count = self.body.min(buffer.len());
        let part = buffer.get_mut(..count).unwrap_or_default();
        let count = read(&mut self.stream, part).await.map_err(|fault| self.state.fail(fault))?;
        self.body = self.body.saturating_sub(count);
        Ok(count)
    }
}

impl<S: Read> Guard<'_, S> {
    /// Reads the next record's header and judges it.
    async fn start_record(&mut self) -> Result<(), TlsError> {
        let mut missing: &mut [u8] = &mut self.header;
        while !missing.is_empty() {
            let count = read(&mut self.stream, missing).await?;
            missing = missing.get_mut(count..).unwrap_or_default();
        }
        let [kind, major, minor, high, low] = self.header;
        self.body = usize::from(u16::from_be_bytes([high, low]));
        let phase = self.state.phase();
        let in_flight = matches!(
            phase,
            Phase::EncryptedExtensions | Phase::Certificate | Phase::CertificateVerify | Phase::Finished
        );
        match kind {
            HANDSHAKE if phase == Phase::ServerHello => self.state.enter(Phase::EncryptedExtensions),
            // Before the server has proved who it is, nothing is lost by believing that it refuses.
            ALERT if in_flight || phase == Phase::ServerHello => return Err(self.read_alert().await?),
            CHANGE_CIPHER_SPEC if in_flight && self.body == 1 => {}
            APPLICATION_DATA if (in_flight || phase == Phase::Open) && [major, minor] == VERSION => {
                if self.body < SHORTEST_CIPHERTEXT {
                    return Err(TlsError::BadRecord);
                }
            }
            _ => return Err(TlsError::UnexpectedMessage),
        }
        if self.body > self.room.min(LONGEST_CIPHERTEXT) {
            return Err(TlsError::RecordOverflow);
        }
        if self.body == 0 {
            return Err(TlsError::UnexpectedMessage);
        }
        let [major, minor] = match (phase, kind) {
            (Phase::EncryptedExtensions, APPLICATION_DATA) => {
                self.state.enter(Phase::Certificate);
                VERSION_WHEN_FIRST
            }
            (Phase::Open, _) => VERSION_WHEN_OPEN,
            _ => return Ok(()),
        };
        self.header = [kind, major, minor, high, low];
        Ok(())
    }

    /// Reads an alert that is not encrypted (RFC 8446 §6): its level says nothing.
    async fn read_alert(&mut self) -> Result<TlsError, TlsError> {
        if self.body != 2 {
            return Ok(TlsError::Malformed);
        }
        let mut alert = [0];
        for _ in 0..2 {
            read(&mut self.stream, &mut alert).await?;
        }
        let [description] = alert;
        Ok(TlsError::Alert(description))
    }
}

impl<S: Write> Write for Guard<'_, S> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, TlsError> {
        self.check_write()?;
        match self.stream.write(buffer).await {
            Ok(0) if !buffer.is_empty() => Err(self.state.fail(TlsError::Truncated)),
            Ok(count) => Ok(count),
            Err(error) => Err(self.state.fail(TlsError::Stream(error.kind()))),
        }
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.check_write()?;
        self.stream.flush().await.map_err(|error| self.state.fail(TlsError::Stream(error.kind())))
    }
}

impl<S> Guard<'_, S> {
    fn check_write(&self) -> Result<(), TlsError> {
        if let Some(fault) = self.state.fault() {
            return Err(fault);
        }
        match self.state.phase() {
            Phase::ClientHello => Ok(()),
            _ => self.state.missing_proof().map_or(Ok(()), |missing| Err(self.state.fail(missing))),
        }
    }
}

/// Reads at least one byte, unless there is no room for one.
async fn read<S: Read>(stream: &mut S, buffer: &mut [u8]) -> Result<usize, TlsError> {
    match stream.read(buffer).await {
        Ok(0) if !buffer.is_empty() => Err(TlsError::Truncated),
        // A stream that says more than there was room for would set the count wrong.
        Ok(count) => Ok(count.min(buffer.len())),
        Err(error) => Err(TlsError::Stream(error.kind())),
    }
}
