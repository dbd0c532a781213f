//! Where the tasks that answer requests meet the one that calls the authorization server.

use core::{
    pin::{Pin, pin},
    time::Duration,
};

use bearward_core::{Answer, BearerToken, CallError};
use embassy_sync::{blocking_mutex::raw::RawMutex, mutex::Mutex, signal::Signal};
use heapless::{String, Vec};

use crate::{
    client::Fetched,
    clock::Timer,
    error::NetError,
    failure::{Failure, FailureKind},
    http::within,
};

/// What the calling task is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Fetch the keys anew.
    Reload,
    /// Ask about the token.
    Introspect,
}

/// One job at a time, and its outcome. The token goes out and the answer comes back in the same `BYTES`.
///
/// A task that waits may be dropped at any time; the job it posted is then done for nobody, or replaced by the next one.
/// Numbers tell which outcome belongs to which job.
pub(crate) struct Exchange<R: RawMutex, const BYTES: usize> {
    /// Who holds it may post a job. The number of the last one.
    turn: Mutex<R, u32>,
    /// Held only for as long as something is copied.
    slot: Mutex<R, Slot<BYTES>>,
    posted: Signal<R, ()>,
    done: Signal<R, u32>,
}

struct Slot<const BYTES: usize> {
    number: u32,
    /// The job, until it is taken.
    job: Option<Job>,
    bytes: Vec<u8, BYTES, u16>,
    status: u16,
    content_type: String<48, u8>,
    retry_after: Option<Duration>,
    outcome: Option<Result<(), Failure>>,
}

/// A job that was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    number: u32,
    pub(crate) job: Job,
}

impl<R: RawMutex, const BYTES: usize> Exchange<R, BYTES> {
    pub(crate) const fn new() -> Self {
        let slot = Slot {
            number: 0,
            job: None,
            bytes: Vec::new(),
            status: 0,
            content_type: String::new(),
            retry_after: None,
            outcome: None,
        };
        Self { turn: Mutex::new(0), slot: Mutex::new(slot), posted: Signal::new(), done: Signal::new() }
    }

    /// Has the keys fetched, and waits for it. `is_due` is asked when it is this task's turn: another one may have had
    /// them fetched meanwhile.
    pub(crate) async fn reload(
        &self,
        timer: &impl Timer,
        deadline: Duration,
        is_due: impl AsyncFnOnce() -> bool,
    ) -> Result<(), Failure> {
        let mut turn = until(timer, deadline, pin!(self.turn.lock())).await.ok_or(FailureKind::Busy)?;
        if !is_due().await {
            return Ok(());
        }
        self.post(&mut turn, Job::Reload, &[]).await?;
        self.wait(*turn, timer, deadline).await
    }

    /// Has the keys fetched without waiting for it, unless there is something else to do.
    pub(crate) async fn suggest_reload(&self) {
        if let Ok(mut turn) = self.turn.try_lock() {
            // There is no token that could be too long.
            _ = self.post(&mut turn, Job::Reload, &[]).await;
        }
    }

    /// Asks about a token, and copies the answer to `buffer`.
    pub(crate) async fn introspect<'b>(
        &self,
        timer: &impl Timer,
        deadline: Duration,
        token: BearerToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Fetched<'b>, Failure> {
        let mut turn = until(timer, deadline, pin!(self.turn.lock())).await.ok_or(FailureKind::Busy)?;
        self.post(&mut turn, Job::Introspect, token.as_str().as_bytes()).await?;
        self.wait(*turn, timer, deadline).await?;
        let mut slot = self.slot.lock().await;
        let result = slot.copy_to(buffer);
        slot.wipe();
        result
    }

    async fn post(&self, turn: &mut u32, job: Job, token: &[u8]) -> Result<(), Failure> {
        *turn = turn.wrapping_add(1);
        let mut slot = self.slot.lock().await;
        slot.wipe();
        slot.bytes.extend_from_slice(token).map_err(|_| CallError::BufferTooSmall)?;
        (slot.number, slot.job, slot.outcome) = (*turn, Some(job), None);
        self.done.reset();
        self.posted.signal(());
        Ok(())
    }

    async fn wait(&self, number: u32, timer: &impl Timer, deadline: Duration) -> Result<(), Failure> {
        while until(timer, deadline, pin!(self.done.wait())).await.ok_or(FailureKind::Busy)? != number {}
        self.slot.lock().await.outcome.unwrap_or(Err(FailureKind::Busy.into()))
    }

    /// The next job, when there is one.
    pub(crate) async fn next(&self) -> Taken {
        loop {
            self.posted.wait().await;
            let mut slot = self.slot.lock().await;
            if let Some(job) = slot.job.take() {
                return Taken { number: slot.number, job };
            }
        }
    }

    /// Lets `write` make a request of the token. `None` if nobody waits for it any more.
    pub(crate) async fn with_token<O>(&self, taken: Taken, write: impl FnOnce(&[u8]) -> O) -> Option<O> {
        let slot = self.slot.lock().await;
        (slot.number == taken.number && slot.outcome.is_none()).then(|| write(&slot.bytes))
    }

    /// Tells the task that waits how the job came out.
    pub(crate) async fn finish(&self, taken: Taken, outcome: &Result<Option<Fetched<'_>>, Failure>) {
        let mut slot = self.slot.lock().await;
        if slot.number == taken.number {
            slot.outcome = Some(match outcome {
                Ok(Some(fetched)) => slot.put(fetched),
                Ok(None) => Ok(()),
                Err(failure) => Err(*failure),
            });
            self.done.signal(taken.number);
        }
    }
}

impl<const BYTES: usize> Slot<BYTES> {
    fn put(&mut self, fetched: &Fetched<'_>) -> Result<(), Failure> {
        self.wipe();
        let answer = &fetched.answer;
        self.bytes.extend_from_slice(answer.body).map_err(|_| NetError::ContentTooLarge)?;
        (self.status, self.retry_after) = (answer.status, fetched.retry_after);
        // A longer one is none that is known.
        _ = self.content_type.push_str(answer.content_type.unwrap_or_default());
        Ok(())
    }

    fn copy_to<'b>(&self, buffer: &'b mut [u8]) -> Result<Fetched<'b>, Failure> {
        let length = self.bytes.len();
        let (body, rest) = buffer.split_at_mut_checked(length).ok_or(NetError::ContentTooLarge)?;
        body.copy_from_slice(&self.bytes);
        let (copy, _) = rest.split_at_mut_checked(self.content_type.len()).ok_or(NetError::ContentTooLarge)?;
        copy.copy_from_slice(self.content_type.as_bytes());
        let content_type = core::str::from_utf8(copy).ok();
        let answer = Answer { status: self.status, content_type, body };
        Ok(Fetched { answer, max_age: None, retry_after: self.retry_after })
    }

    /// Tokens and answers do not stay longer than they are needed.
    fn wipe(&mut self) {
        self.bytes.fill(0);
        self.bytes.clear();
        self.content_type.clear();
    }
}

/// What `work` gives, or `None` if it takes longer.
async fn until<F: Future>(timer: &impl Timer, deadline: Duration, work: Pin<&mut F>) -> Option<F::Output> {
    let wait = pin!(timer.wait(deadline.saturating_sub(timer.elapsed())));
    within(work, wait).await
}
