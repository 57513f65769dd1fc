//! What the standard library would bring: an allocator, and a trap for panics.
//!
//! The library's own allocator would be a twentieth of the whole verifier.

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// SAFETY: wasm without threads.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
