//! Whose turn it is with the one task that calls the authorization server.

use core::{
    cell::Cell,
    future::{Future, poll_fn},
    task::{Poll, Waker},
};

use embassy_sync::blocking_mutex::{Mutex, raw::RawMutex};

/// So many tasks wait without disturbing each other. More of them wake each other, and get their turn nevertheless.
const WAITING: usize = 16;

/// A lock that is held while a server is called, which may take many seconds. Who waits for it sleeps.
///
/// The async mutex of embassy-sync keeps a single waker: two tasks that wait for it wake each other until it is free. That
/// is no matter where something is copied, but here two requests would keep the device awake through an outage.
pub(crate) struct Turn<R: RawMutex>(Mutex<R, Cell<State>>);

#[derive(Default)]
struct State {
    is_taken: bool,
    waiting: Waiting,
}

/// The tasks that wait for something.
#[derive(Default)]
pub(crate) struct Waiting([Option<Waker>; WAITING]);

impl<R: RawMutex> Turn<R> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Cell::new(State { is_taken: false, waiting: Waiting::NONE })))
    }

    /// Waits for the turn. May be dropped at any time.
    pub(crate) fn take(&self) -> impl Future<Output = Held<'_, R>> {
        poll_fn(|context| self.poll(Some(context.waker())))
    }

    /// Takes the turn if nobody has it.
    pub(crate) fn try_take(&self) -> Option<Held<'_, R>> {
        match self.poll(None) {
            Poll::Ready(held) => Some(held),
            Poll::Pending => None,
        }
    }

    fn poll(&self, waker: Option<&Waker>) -> Poll<Held<'_, R>> {
        self.0.lock(|cell| {
            let mut state = cell.take();
            let is_free = !core::mem::replace(&mut state.is_taken, true);
            if let (false, Some(waker)) = (is_free, waker) {
                state.waiting.register(waker);
            }
            cell.set(state);
            if is_free { Poll::Ready(Held(self)) } else { Poll::Pending }
        })
    }
}

impl Waiting {
    pub(crate) const NONE: Self = Self([const { None }; WAITING]);

    pub(crate) fn register(&mut self, waker: &Waker) {
        if self.0.iter().flatten().any(|other| other.will_wake(waker)) {
            return;
        }
        if self.0.iter().all(Option::is_some) {
            // Some of them may be of tasks that are gone. The others come back.
            self.0.iter_mut().filter_map(Option::take).for_each(Waker::wake);
        }
        if let Some(place) = self.0.iter_mut().find(|place| place.is_none()) {
            *place = Some(waker.clone());
        }
    }

    pub(crate) fn wake_all(self) {
        self.0.into_iter().flatten().for_each(Waker::wake);
    }
}

/// The turn, until it is dropped.
pub(crate) struct Held<'t, R: RawMutex>(&'t Turn<R>);

impl<R: RawMutex> Drop for Held<'_, R> {
    fn drop(&mut self) {
        // All are woken, for the one that was first may be gone.
        self.0.0.lock(Cell::take).waiting.wake_all();
    }
}

#[cfg(test)]
mod tests {
    use core::{
        future::Future,
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering},
        task::{Context, Waker},
    };
    use std::{sync::Arc, task::Wake, vec::Vec};

    use embassy_sync::blocking_mutex::raw::NoopRawMutex;

    use super::{Turn, WAITING};

    /// Counts how often a task is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Task {
        fn woken(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn tasks_that_wait_do_not_wake_each_other() {
        let turn = Turn::<NoopRawMutex>::new();
        let held = turn.try_take();
        assert!(held.is_some() && turn.try_take().is_none());
        let tasks: Vec<_> = (0..WAITING).map(|_| Arc::new(Task::default())).collect();
        let mut waiting: Vec<_> = tasks.iter().map(|_| std::boxed::Box::pin(turn.take())).collect();
        for _ in 0..3 {
            for (task, waiting) in tasks.iter().zip(&mut waiting) {
                assert!(waiting.as_mut().poll(&mut Context::from_waker(&task.clone().into())).is_pending());
            }
        }
        assert!(tasks.iter().all(|task| task.woken() == 0));
        drop(held);
        assert!(tasks.iter().all(|task| task.woken() == 1));
    }

    #[test]
    fn a_task_that_is_dropped_while_it_waits_keeps_nobody_from_the_turn() {
        let turn = Turn::<NoopRawMutex>::new();
        let held = turn.try_take();
        let (gone, other) = (Arc::new(Task::default()), Arc::new(Task::default()));
        let mut second = pin!(turn.take());
        {
            let first = pin!(turn.take());
            assert!(first.poll(&mut Context::from_waker(&gone.clone().into())).is_pending());
            assert!(second.as_mut().poll(&mut Context::from_waker(&other.clone().into())).is_pending());
            drop(held);
        }
        assert_eq!(other.woken(), 1);
        assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert!(turn.try_take().is_some());
    }

    #[test]
    fn more_tasks_than_there_is_room_for_get_their_turn() {
        let turn = Turn::<NoopRawMutex>::new();
        let held = turn.try_take();
        let tasks: Vec<_> = (0..=WAITING).map(|_| Arc::new(Task::default())).collect();
        for task in &tasks {
            assert!(pin!(turn.take()).poll(&mut Context::from_waker(&task.clone().into())).is_pending());
        }
        drop(held);
        assert!(tasks.iter().all(|task| task.woken() == 1));
    }
}
