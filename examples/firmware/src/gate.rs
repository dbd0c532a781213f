//! Where the stack is too short for two at once that compute much: the task that calls the authorization server, in a TLS
//! handshake, and in an interrupt above it one that verifies a token. Then the token waits until the other task has ended
//! its step. Requests that need no verification do not.

use core::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use bearward_core::{AccessToken, BearerToken, UserInfo};
use bearward_net::{Failure, Refusal};
use embassy_sync::{
    blocking_mutex::{Mutex, raw::CriticalSectionRawMutex},
    waitqueue::MultiWakerRegistration,
};
use gateway_app::Verifier;

use crate::sizes::{SHORT_STACK, WORKERS};

/// Whether a step is being made.
static STEPS: AtomicBool = AtomicBool::new(false);

/// Who waits for its end.
static WAITING: Mutex<CriticalSectionRawMutex, RefCell<MultiWakerRegistration<WORKERS>>> =
    Mutex::new(RefCell::new(MultiWakerRegistration::new()));

/// Makes a step that computes much, outside of interrupts.
pub fn step<O>(make: impl FnOnce() -> O) -> O {
    if !SHORT_STACK {
        return make();
    }
    STEPS.store(true, Ordering::Relaxed);
    let outcome = make();
    STEPS.store(false, Ordering::Relaxed);
    WAITING.lock(|waiting| waiting.borrow_mut().wake());
    outcome
}

/// Whether a task has to wait for the end of a step. Then it is woken. Nothing ends meanwhile: this is the interrupt.
fn must_wait(context: &Context<'_>) -> bool {
    let must_wait = SHORT_STACK && STEPS.load(Ordering::Relaxed);
    if must_wait {
        WAITING.lock(|waiting| waiting.borrow_mut().register(context.waker()));
    }
    must_wait
}

/// Answers requests, unless a step is made while one of them is on its way through a verification: then it also needs
/// much of the stack to look whether it can go on.
pub async fn answer<O>(mut work: Pin<&mut impl Future<Output = O>>, verifies: &Cell<bool>) -> O {
    poll_fn(|context| match verifies.get() && must_wait(context) {
        true => Poll::Pending,
        false => work.as_mut().poll(context),
    })
    .await
}

/// A verifier in a task that interrupts the steps.
pub struct Gated<'v, V> {
    /// What verifies.
    pub verifier: V,
    /// Whether it does, for [`answer`].
    pub verifies: &'v Cell<bool>,
}

impl<V: Verifier> Verifier for Gated<'_, V> {
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Refusal> {
        let outcome = self.verifier.verify(token, buffer).await;
        self.verifies.set(false);
        outcome
    }

    async fn userinfo<'b>(
        &self,
        token: BearerToken<'_>,
        verified: &AccessToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, Failure> {
        self.verifier.userinfo(token, verified, buffer).await
    }

    async fn ready(&self) {
        poll_fn(|context| if must_wait(context) { Poll::Pending } else { Poll::Ready(()) }).await;
        self.verifies.set(true);
    }
}
