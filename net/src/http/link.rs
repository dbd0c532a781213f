//! One connection to a server, with the memory and the time that an exchange on it may take.

use core::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use embedded_io_async::{ErrorKind, Read, Write};

use super::{head::Head, lines::Lines, window::Window};
use crate::{
    clock::Timer,
    error::{HttpError, NetError, Step, TlsError},
};

pub(crate) struct Link<'c, S, M> {
    pub(crate) stream: S,
    pub(crate) window: Window<'c>,
    pub(crate) timer: &'c M,
    /// When the exchange must be over, by the timer.
    pub(crate) deadline: Duration,
    /// Whether a request may be sent: the connection is new, or its last answer was read to the end.
    pub(crate) idle: bool,
    /// Whether a byte has come since the request was sent.
    pub(crate) answered: bool,
    /// No content may be longer than this.
    pub(crate) content_limit: u64,
}

/// RFC 9110 §15.2 sets no bound to the number of interim answers. They have no use here.
const MAX_INTERIM: u8 = 4;

const TIMED_OUT: NetError = NetError::TimedOut(Step::Answer);

impl<S, M> Link<'_, S, M>
where
    S: Read<Error = TlsError> + Write<Error = TlsError>,
    M: Timer,
{
    /// Sends the head of the request, which lies in the window, and the content.
    pub(crate) async fn send(&mut self, head: usize, content: &[u8]) -> Result<(), NetError> {
        let wait = pin!(self.timer.wait(self.left()?));
        let sent = within(pin!(send(&mut self.stream, self.window.first(head), content)), wait).await;
        self.window.wipe();
        Ok(sent.ok_or(TIMED_OUT)??)
    }

    /// Waits for the head of the final answer, which then stands in the window.
    pub(crate) async fn receive_head(&mut self) -> Result<Head, NetError> {
        self.answered = false;
        for _ in 0..=MAX_INTERIM {
            let length = self.find_head().await?;
            let head = Head::read(self.window.first(length))?;
            if head.status == 101 {
                break;
            }
            if !head.is_interim() {
                return if self.window.keep_head(length) { Ok(head) } else { Err(NetError::HeadTooLarge) };
            }
            self.window.drop_head(length);
        }
        Err(HttpError::Interim.into())
    }

    /// Reads until the window starts with a whole head, and says how long it is.
    async fn find_head(&mut self) -> Result<usize, NetError> {
        let mut lines = Lines::new();
        let mut length = 0_usize;
        loop {
            while let Some(byte) = self.window.unread().get(length) {
                length = length.saturating_add(1);
                if lines.push(*byte)? {
                    return Ok(length);
                }
            }
            if self.window.free().is_empty() {
                return Err(NetError::HeadTooLarge);
            }
            if self.fill().await? == 0 {
                return Err(if self.answered { NetError::Truncated } else { NetError::NoAnswer });
            }
            self.answered = true;
        }
    }

    /// The next byte of the answer.
    pub(crate) async fn next_byte(&mut self) -> Result<u8, NetError> {
        loop {
            if let Some(byte) = self.window.unread().first().copied() {
                self.window.consume(1);
                return Ok(byte);
            }
            if self.fill().await? == 0 {
                return Err(NetError::Truncated);
            }
        }
    }

    /// Some bytes of the answer, at most as many as fit. 0 if the connection has ended.
    pub(crate) async fn take(&mut self, out: &mut [u8]) -> Result<usize, NetError> {
        if !self.window.unread().is_empty() {
            return Ok(self.window.take(out));
        }
        let size = out.len();
        let wait = pin!(self.timer.wait(self.left()?));
        let count = within(pin!(self.stream.read(out)), wait).await.ok_or(TIMED_OUT)??;
        Ok(count.min(size))
    }

    async fn fill(&mut self) -> Result<usize, NetError> {
        let wait = pin!(self.timer.wait(self.left()?));
        let count = within(pin!(self.stream.read(self.window.free())), wait).await.ok_or(TIMED_OUT)??;
        self.window.filled(count);
        Ok(count)
    }

    /// The time that is left. A server that always has another byte could keep a wait from being noticed.
    fn left(&self) -> Result<Duration, NetError> {
        self.deadline.checked_sub(self.timer.elapsed()).filter(|left| !left.is_zero()).ok_or(TIMED_OUT)
    }
}

/// What `work` gives, or `None` if `wait` ends first. Both are only borrowed, so that they lie in the caller's future once.
pub(crate) fn within<'w, F: Future, W: Future<Output = ()>>(
    mut work: Pin<&'w mut F>,
    mut wait: Pin<&'w mut W>,
) -> impl Future<Output = Option<F::Output>> + use<'w, F, W> {
    poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => wait.as_mut().poll(context).map(|()| None),
    })
}

async fn send<S: Write<Error = TlsError>>(stream: &mut S, head: &[u8], content: &[u8]) -> Result<(), TlsError> {
    for mut bytes in [head, content] {
        while !bytes.is_empty() {
            let count = stream.write(bytes).await?;
            if count == 0 {
                return Err(TlsError::Stream(ErrorKind::WriteZero));
            }
            bytes = bytes.get(count..).unwrap_or_default();
        }
    }
    stream.flush().await
}
