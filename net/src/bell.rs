//! Tells any number of tasks that something has changed.

use core::{
    cell::Cell,
    future::{Future, poll_fn},
    task::Poll,
};

use embassy_sync::blocking_mutex::{Mutex, raw::RawMutex};

use crate::turn::Waiting;

/// It counts how often it was rung: who looks at the count, then at what may have changed, and then waits, misses nothing.
pub(crate) struct Bell<R: RawMutex>(Mutex<R, Cell<State>>);

#[derive(Default)]
struct State {
    count: u32,
    waiting: Waiting,
}

impl<R: RawMutex> Bell<R> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Cell::new(State { count: 0, waiting: Waiting::NONE })))
    }

    pub(crate) fn count(&self) -> u32 {
        self.with(|state| state.count)
    }

    pub(crate) fn ring(&self) {
        let waiting = self.with(|state| {
            state.count = state.count.wrapping_add(1);
            core::mem::take(&mut state.waiting)
        });
        waiting.wake_all();
    }

    /// Waits until it was rung after this count. May be dropped at any time.
    pub(crate) fn after(&self, count: u32) -> impl Future<Output = ()> {
        poll_fn(move |context| {
            self.with(|state| {
                if state.count != count {
                    return Poll::Ready(());
                }
                state.waiting.register(context.waker());
                Poll::Pending
            })
        })
    }

    fn with<O>(&self, act: impl FnOnce(&mut State) -> O) -> O {
        self.0.lock(|cell| {
            let mut state = cell.take();
            let output = act(&mut state);
            cell.set(state);
            output
        })
    }
}

#[cfg(test)]
mod tests {
    use core::{
        future::Future,
        pin::pin,
        task::{Context, Waker},
    };

    use embassy_sync::blocking_mutex::raw::NoopRawMutex;

    use super::Bell;

    #[test]
    fn who_comes_after_the_bell_was_rung_does_not_wait_and_who_was_there_before_is_woken() {
        let bell = Bell::<NoopRawMutex>::new();
        let mut context = Context::from_waker(Waker::noop());
        let before = bell.count();
        let (mut first, mut second) = (pin!(bell.after(before)), pin!(bell.after(before)));
        assert!(first.as_mut().poll(&mut context).is_pending());
        bell.ring();
        assert!(first.as_mut().poll(&mut context).is_ready());
        assert!(second.as_mut().poll(&mut context).is_ready());
        assert!(pin!(bell.after(bell.count())).poll(&mut context).is_pending());
    }
}
