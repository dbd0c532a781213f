//! What a value leaves behind in its memory when it is dropped.
//!
//! The value lies in a `Box`, as it would on a heap, and the allocator keeps the block when the box gives it back: so what is
//! read is what the next owner of that memory would find, and a store that the compiler took for useless, since the
//! memory is given back right after it, is not there.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
    ptr,
};

thread_local! {
    /// What the next allocation of this thread gets, if it is not null.
    static NEXT: Cell<*mut u8> = const { Cell::new(ptr::null_mut()) };
    /// What is kept when it is given back.
    static KEPT: Cell<*mut u8> = const { Cell::new(ptr::null_mut()) };
}

struct Keeping;

#[global_allocator]
static ALLOCATOR: Keeping = Keeping;

// SAFETY: it is the system's allocator, but for a block that `Place::watch` has of that one, with the layout that it is
// asked for then: that is lent once, and stays allocated when it comes back.
unsafe impl GlobalAlloc for Keeping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = NEXT.replace(ptr::null_mut());
        if next.is_null() {
            // SAFETY: the caller's promises are those that the system's asks for.
            unsafe { System.alloc(layout) }
        } else {
            next
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block == KEPT.get() {
            KEPT.set(ptr::null_mut());
        } else {
            // SAFETY: it came from there, with this layout.
            unsafe { System.dealloc(block, layout) }
        }
    }
}

/// Memory for one value at a time: each that is watched in it lies at the same address.
#[derive(Debug, Default)]
pub struct Place(Cell<Option<(*mut u8, Layout)>>);

/// The bytes of a value before it was dropped, and what it left behind.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Before.
    pub before: Vec<u8>,
    /// After.
    pub after: Vec<u8>,
}

impl Seen {
    /// The same without bytes that anybody may know, wherever they stood in the value.
    #[must_use]
    pub fn without(mut self, public: &[u8]) -> Self {
        for start in 0..self.before.len().saturating_sub(public.len() - 1) {
            let range = start..start + public.len();
            if self.before[range.clone()] == *public {
                self.before[range.clone()].fill(0);
                self.after[range].fill(0);
            }
        }
        self
    }
}

impl Place {
    /// Puts the value that `make` gives into a box, has `fill` fill it where it lies, and drops it.
    ///
    /// # Panics
    ///
    /// If the box was not made in this place, or not given back; if this place had a value of another size.
    pub fn watch<T>(&self, make: impl FnOnce() -> T, fill: impl FnOnce(&mut T)) -> Seen {
        let block = self.block(Layout::new::<T>());
        let size = size_of::<T>();
        // SAFETY: the block has as many bytes, and nobody else has it.
        unsafe { block.write_bytes(0, size) };
        let value = on_clean_stack(|| boxed(block, make, fill));
        let before = read(block, size);
        drop(value);
        assert!(KEPT.get().is_null(), "the box was not given back");
        Seen { before, after: read(block, size) }
    }

    fn block(&self, layout: Layout) -> *mut u8 {
        let (block, own) = self.0.get().unwrap_or_else(|| {
            assert!(layout.size() > 0, "there is nothing to see");
            // SAFETY: the size is not 0.
            (unsafe { System.alloc_zeroed(layout) }, layout)
        });
        assert!(own == layout && !block.is_null(), "another layout, or no memory");
        self.0.set(Some((block, own)));
        block
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((block, layout)) = self.0.get() {
            // SAFETY: it came from there with this layout, and is given back once: `Keeping` never does.
            unsafe { System.dealloc(block, layout) };
        }
    }
}

/// Makes a value in this block.
fn boxed<T>(block: *mut u8, make: impl FnOnce() -> T, fill: impl FnOnce(&mut T)) -> Box<T> {
    let value = make();
    NEXT.set(block);
    // From now on, so that a `fill` that panics gives nothing back that is not the system's to take.
    KEPT.set(block);
    let mut value = Box::new(value);
    assert_eq!(ptr::from_mut(&mut *value).cast(), block, "the box lies elsewhere");
    fill(&mut value);
    // The compiler does not know any more what is in it, nor that nobody looks at it.
    black_box(value)
}

/// Reads a block byte by byte. What a value does not use of its memory, between its fields say, is read along.
fn read(block: *const u8, size: usize) -> Vec<u8> {
    // SAFETY: the block is allocated and has so many bytes, all of which were written. The compiler does not look into
    // volatile reads, so to it the bytes that are padding are some bytes, as they are to the processor.
    (0..size).map(|at| unsafe { block.add(at).read_volatile() }).collect()
}

/// Calls something in a frame that lies on a part of the stack where earlier calls have left nothing.
///
/// What a value does not use of its memory, a `None` say, is what lay there before. So wherever a part of a watched value is
/// made, it has to be on such a stack: else a difference is seen that is none of the secret.
pub fn on_clean_stack<T>(call: impl FnOnce() -> T) -> T {
    scrub_stack();
    apart(call)
}

#[inline(never)]
fn scrub_stack() {
    black_box(&mut [0_u8; 64 * 1024]);
}

/// In a frame of its own, whatever the compiler would like better.
#[inline(never)]
fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}
