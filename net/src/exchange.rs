//! Where the tasks that answer requests meet the one that calls the authorization server.

use core::{
    pin::{Pin, pin},
    time::Duration,
};

use bearward_core::{ActiveToken, BearerToken, CallError, Protection, UserInfo};
use embassy_sync::{blocking_mutex::raw::RawMutex, mutex::Mutex, signal::Signal};
use heapless::Vec;
use zeroize::Zeroize as _;

use crate::{
    clock::Timer,
    error::NetError,
    failure::{Failure, FailureKind},
    http::within,
    turn::{Held, Turn},
};

/// What the calling task is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Fetch the keys anew.
    Reload,
    /// Ask about the token.
    Introspect,
    /// Ask about the user behind the token.
    UserInfo,
}

/// What the server has told, out of its form.
#[derive(Clone, Copy)]
pub(crate) struct Told<'b> {
    json: &'b str,
    protection: Option<Protection>,
}

impl<'b> From<ActiveToken<'b>> for Told<'b> {
    fn from(token: ActiveToken<'b>) -> Self {
        Self { json: token.json(), protection: token.protection() }
    }
}

impl<'b> From<UserInfo<'b>> for Told<'b> {
    fn from(user: UserInfo<'b>) -> Self {
        Self { json: user.json(), protection: user.protection() }
    }
}

/// One job at a time, and its outcome. The token goes out, and what is said of it comes back, in the same `BYTES`.
///
/// A task that waits may be dropped at any time; the job it posted is then done for nobody, or replaced by the next one.
/// Numbers tell which outcome belongs to which job.
pub(crate) struct Exchange<R: RawMutex, const BYTES: usize> {
    /// Who holds it may post a job.
    turn: Turn<R>,
    /// Held only for as long as something is copied.
    slot: Mutex<R, Slot<BYTES>>,
    posted: Signal<R, ()>,
    done: Signal<R, u32>,
}

struct Slot<const BYTES: usize> {
    /// The number of the last job.
    number: u32,
    /// The job, until it is taken.
    job: Option<Job>,
    bytes: Vec<u8, BYTES, u16>,
    protection: Option<Protection>,
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
        let slot = Slot { number: 0, job: None, bytes: Vec::new(), protection: None, outcome: None };
        Self { turn: Turn::new(), slot: Mutex::new(slot), posted: Signal::new(), done: Signal::new() }
    }

    /// Has the keys fetched, and waits for it. `is_due` is asked when it is this task's turn: another one may have had
    /// them fetched meanwhile.
    pub(crate) async fn reload(
        &self,
        timer: &impl Timer,
        deadline: Duration,
        is_due: impl AsyncFnOnce() -> bool,
    ) -> Result<(), Failure> {
        let turn = until(timer, deadline, pin!(self.turn.take())).await.ok_or(FailureKind::Busy)?;
        if !is_due().await {
            return Ok(());
        }
        let number = self.post(&turn, Job::Reload, &[]).await?;
        self.wait(number, timer, deadline).await
    }

    /// Has the keys fetched without waiting for it, unless there is something else to do.
    pub(crate) async fn suggest_reload(&self) {
        if let Some(turn) = self.turn.try_take() {
            // There is no token that could be too long.
            _ = self.post(&turn, Job::Reload, &[]).await;
        }
    }

    /// Asks about a token or its user, and copies what is said to `buffer`.
    pub(crate) async fn ask<'b>(
        &self,
        job: Job,
        timer: &impl Timer,
        deadline: Duration,
        token: BearerToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<(&'b mut [u8], Option<Protection>), Failure> {
        let turn = until(timer, deadline, pin!(self.turn.take())).await.ok_or(FailureKind::Busy)?;
        let number = self.post(&turn, job, token.as_str().as_bytes()).await?;
        self.wait(number, timer, deadline).await?;
        let mut slot = self.slot.lock().await;
        let result = slot.copy_to(buffer);
        slot.wipe();
        result
    }

    /// Posts a job, and gives its number.
    async fn post(&self, _: &Held<'_, R>, job: Job, token: &[u8]) -> Result<u32, Failure> {
        let mut slot = self.slot.lock().await;
        slot.wipe();
        slot.bytes.extend_from_slice(token).map_err(|_| CallError::BufferTooSmall)?;
        let number = slot.number.wrapping_add(1);
        (slot.number, slot.job, slot.outcome) = (number, Some(job), None);
        self.done.reset();
        self.posted.signal(());
        Ok(number)
    }

    async fn wait(&self, number: u32, timer: &impl Timer, deadline: Duration) -> Result<(), Failure> {
        while until(timer, deadline, pin!(self.done.wait())).await.ok_or(FailureKind::Busy)? != number {}
        self.slot.lock().await.outcome.unwrap_or(Err(FailureKind::Busy.into()))
    }

    /// The next job, when there is one. It is taken with the last step, so none is lost if this is dropped before.
    pub(crate) async fn next(&self) -> Taken {
        loop {
            // First: who waited for the signal may have been dropped after it came.
            let mut slot = self.slot.lock().await;
            if let Some(job) = slot.job.take() {
                return Taken { number: slot.number, job };
            }
            drop(slot);
            self.posted.wait().await;
        }
    }

    /// Lets `write` make a request of the token. `None` if nobody waits for it any more.
    pub(crate) async fn with_token<O>(&self, taken: Taken, write: impl FnOnce(&[u8]) -> O) -> Option<O> {
        let slot = self.slot.lock().await;
        (slot.number == taken.number && slot.outcome.is_none()).then(|| write(&slot.bytes))
    }

    /// Tells the task that waits how the job came out.
    pub(crate) async fn finish(&self, taken: Taken, outcome: &Result<Option<Told<'_>>, Failure>) {
        let mut slot = self.slot.lock().await;
        if slot.number == taken.number {
            slot.outcome = Some(match outcome {
                Ok(Some(told)) => slot.put(told),
                Ok(None) => Ok(()),
                Err(failure) => {
                    slot.wipe();
                    Err(*failure)
                }
            });
            self.done.signal(taken.number);
        }
    }
}

impl<const BYTES: usize> Slot<BYTES> {
    fn put(&mut self, told: &Told<'_>) -> Result<(), Failure> {
        self.wipe();
        self.bytes.extend_from_slice(told.json.as_bytes()).map_err(|_| NetError::ContentTooLarge)?;
        self.protection = told.protection;
        Ok(())
    }

    fn copy_to<'b>(&self, buffer: &'b mut [u8]) -> Result<(&'b mut [u8], Option<Protection>), Failure> {
        let copy = buffer.get_mut(..self.bytes.len()).ok_or(NetError::ContentTooLarge)?;
        copy.copy_from_slice(&self.bytes);
        Ok((copy, self.protection))
    }

    /// Tokens and answers do not stay longer than they are needed.
    fn wipe(&mut self) {
        self.bytes.as_mut_slice().zeroize();
        self.bytes.clear();
    }
}

impl<const BYTES: usize> Drop for Slot<BYTES> {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// What `work` gives, or `None` if it takes longer.
async fn until<F: Future>(timer: &impl Timer, deadline: Duration, work: Pin<&mut F>) -> Option<F::Output> {
    let wait = pin!(timer.wait(deadline.saturating_sub(timer.elapsed())));
    within(work, wait).await
}

#[cfg(test)]
mod tests {
    use core::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use embassy_sync::blocking_mutex::raw::NoopRawMutex;

    use super::{Exchange, Job, Taken};
    use crate::error::NetError;

    fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn ready<F: Future>(future: F) -> F::Output {
        match poll(pin!(future)) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("waits"),
        }
    }

    #[test]
    fn no_job_is_lost_with_a_wait_that_is_dropped_at_any_step() {
        let exchange = Exchange::<NoopRawMutex, 16>::new();
        {
            let mut next = pin!(exchange.next());
            assert!(poll(next.as_mut()).is_pending());
            ready(exchange.suggest_reload());
            let copying = ready(exchange.slot.lock());
            assert!(poll(next.as_mut()).is_pending());
            drop(copying);
        }
        assert_eq!(ready(exchange.next()).job, Job::Reload);
        assert!(poll(pin!(exchange.next())).is_pending());
    }

    #[test]
    fn the_token_of_a_call_that_failed_does_not_stay() {
        let exchange = Exchange::<NoopRawMutex, 16>::new();
        let turn = exchange.turn.try_take().unwrap();
        ready(exchange.post(&turn, Job::Introspect, b"opaque")).unwrap();
        let taken: Taken = ready(exchange.next());
        assert_eq!(ready(exchange.with_token(taken, <[u8]>::len)), Some(6));
        ready(exchange.finish(taken, &Err(NetError::NoAnswer.into())));
        assert!(ready(exchange.slot.lock()).bytes.is_empty());
    }
}
