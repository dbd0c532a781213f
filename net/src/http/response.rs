//! An answer, while it comes in ([RFC 9112 §6](https://www.rfc-editor.org/rfc/rfc9112#section-6)).

use core::{fmt, mem, time::Duration};

use bearward_core::Answer;
use embedded_io_async::{Read, Write};

use super::{
    chunked::Chunked,
    fields::Fields,
    head::{Framing, Head},
    link::Link,
};
use crate::{
    clock::Timer,
    error::{NetError, TlsError},
};

/// An answer whose head has come, and whose content is read piece by piece. It borrows the session for that.
///
/// Only an answer that was read to its end leaves the session good for another call.
pub struct Response<'s, 'c, S, M> {
    link: &'s mut Link<'c, S, M>,
    head: Head,
    content: Content,
    /// How much content may still come.
    room: u64,
    /// Whether a piece is being read.
    waits: bool,
}

enum Content {
    Length(u64),
    Chunked(Chunked),
    Close,
    Complete,
    /// Once it failed, it stays so: no later call may take it for complete.
    Failed(NetError),
}

impl<'s, 'c, S, M> Response<'s, 'c, S, M> {
    /// The status (RFC 9110 §15), 200 to 599. It is never one of a redirect; 304 is possible if the request has an
    /// `If-None-Match`.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.head.status
    }

    /// The value of `Content-Type`, with its parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.fields().text("content-type")
    }

    /// The value of `ETag`, quotes and all (RFC 9110 §8.8.3).
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.fields().text("etag")
    }

    /// How long the answer may be kept from now on: what `Cache-Control` says less `Age` (RFC 9111 §4.2), 0 for
    /// `no-store` and `no-cache`. `None` if the server does not say; `Expires` is not read.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.fields().max_age()
    }

    /// How long the server asks to wait (RFC 9110 §10.2.3), if it says so in seconds and not by a date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.fields().retry_after()
    }

    /// The device's own time.
    pub(crate) fn elapsed(&self) -> Duration
    where
        M: Timer,
    {
        self.link.timer.elapsed()
    }

    fn fields(&self) -> Fields<'_> {
        Fields::of(self.link.window.head())
    }
}

impl<'s, 'c, S, M> Response<'s, 'c, S, M>
where
    S: Read<Error = TlsError> + Write<Error = TlsError>,
    M: Timer,
{
    pub(crate) fn new(link: &'s mut Link<'c, S, M>, head: Head) -> Result<Self, NetError> {
        let room = link.content_limit;
        let content = match head.framing {
            Framing::Length(length) if length > room => return Err(NetError::ContentTooLarge),
            Framing::Length(length) => Content::Length(length),
            Framing::Chunked => Content::Chunked(Chunked::new()),
            Framing::Close => Content::Close,
        };
        let mut response = Self { link, head, content, room, waits: false };
        if head.framing == Framing::Length(0) {
            response.complete();
        }
        Ok(response)
    }

    /// The next piece of the content: how many bytes were put to the front of `out`. 0 when the content is complete (or
    /// `out` is empty), and never because it was cut.
    ///
    /// # Errors
    ///
    /// [`NetError::TimedOut`], [`NetError::Truncated`], [`NetError::ContentTooLarge`] beyond the client's limit,
    /// [`NetError::Http`] for broken chunks, [`NetError::Tls`]. What fails once, fails from then on.
    pub async fn read(&mut self, out: &mut [u8]) -> Result<usize, NetError> {
        if out.is_empty() {
            return Ok(0);
        }
        // If the future of an earlier call was dropped while it waited, bytes may be lost.
        if mem::replace(&mut self.waits, true) {
            self.content = Content::Failed(NetError::Cancelled);
        }
        let result = self.read_content(out).await;
        self.waits = false;
        let result = result.and_then(|count| {
            self.room = self.room.checked_sub(count_of(count)).ok_or(NetError::ContentTooLarge)?;
            Ok(count)
        });
        match result {
            Err(error) => self.content = Content::Failed(error),
            Ok(_) if matches!(self.content, Content::Complete) => self.complete(),
            Ok(_) => {}
        }
        result
    }

    /// The whole answer, if nothing of it was read before. `buffer` takes the content and, behind it, the value of `Content-Type`; the answer borrows
    /// nothing else.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`NetError::ContentTooLarge`] if both do not fit the buffer.
    pub async fn read_all<'b>(&mut self, buffer: &'b mut [u8]) -> Result<Answer<'b>, NetError> {
        let status = self.status();
        let (buffer, content_type) = copy_behind(buffer, self.content_type())?;
        let mut length = 0_usize;
        loop {
            let rest = buffer.get_mut(length..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            match self.read(rest).await? {
                0 => break,
                count => length = length.saturating_add(count),
            }
        }
        // A full buffer may hold all of it: then there is no next byte.
        if length == buffer.len() && self.read(&mut [0]).await? != 0 {
            return Err(NetError::ContentTooLarge);
        }
        Ok(Answer { status, content_type, body: buffer.get_mut(..length).unwrap_or_default() })
    }

    async fn read_content(&mut self, out: &mut [u8]) -> Result<usize, NetError> {
        match &mut self.content {
            Content::Length(left) => {
                let count = self.link.take(at_most(out, *left)).await?;
                if count == 0 {
                    return Err(NetError::Truncated);
                }
                *left = left.saturating_sub(count_of(count));
                if *left == 0 {
                    self.content = Content::Complete;
                }
                Ok(count)
            }
            Content::Chunked(chunked) => {
                while !chunked.is_done() {
                    if let Some(left) = chunked.data() {
                        let count = self.link.take(at_most(out, left)).await?;
                        chunked.consume(count_of(count));
                        return if count == 0 { Err(NetError::Truncated) } else { Ok(count) };
                    }
                    let byte = self.link.next_byte().await?;
                    chunked.push(byte)?;
                }
                self.content = Content::Complete;
                Ok(0)
            }
            Content::Close => {
                let count = self.link.take(out).await?;
                if count == 0 {
                    self.content = Content::Complete;
                }
                Ok(count)
            }
            Content::Complete => Ok(0),
            Content::Failed(error) => Err(*error),
        }
    }

    /// The content is complete. Bytes beyond it answer nothing that was asked, so the connection is not used again.
    fn complete(&mut self) {
        self.content = Content::Complete;
        self.link.idle = self.head.persistent && self.link.window.unread().is_empty();
    }
}

impl<S, M> fmt::Debug for Response<'_, '_, S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// Copies a text to the end of a buffer, and gives what is left of the buffer.
fn copy_behind<'b>(buffer: &'b mut [u8], text: Option<&str>) -> Result<(&'b mut [u8], Option<&'b str>), NetError> {
    let Some(text) = text else { return Ok((buffer, None)) };
    let rest = buffer.len().checked_sub(text.len()).ok_or(NetError::ContentTooLarge)?;
    let (buffer, copy) = buffer.split_at_mut_checked(rest).ok_or(NetError::ContentTooLarge)?;
    copy.copy_from_slice(text.as_bytes());
    Ok((buffer, core::str::from_utf8(copy).ok()))
}

fn at_most(out: &mut [u8], limit: u64) -> &mut [u8] {
    let count = usize::try_from(limit).unwrap_or(usize::MAX).min(out.len());
    out.get_mut(..count).unwrap_or_default()
}

fn count_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
