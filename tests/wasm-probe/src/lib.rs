//! The verifier behind plain wasm exports: no bindings, no glue, nothing but core.
//!
//! `cargo xtask size` weighs it, `tests/node` times it and runs the shared vectors through it.
//!
//! Requests and answers are those of [`medproof_core::plain::flat`]. A request lies in memory that the caller got from
//! [`alloc`]; the callee frees it. An answer is its address, with its length in the upper half; the caller gives it
//! back to [`free`].

#![cfg_attr(target_family = "wasm", no_std)]
#![expect(unsafe_code, reason = "plain exports: addresses come and go as numbers")]

extern crate alloc as memory;

#[cfg(target_family = "wasm")]
mod runtime;

use core::ptr::slice_from_raw_parts_mut;
use medproof_core::{
    keys::{PublicKey, Signature},
    plain::{Client, Problem, flat},
};
use memory::{boxed::Box, vec::Vec};

/// Memory for a request of `len` bytes.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    Box::into_raw(memory::vec![0_u8; len].into_boxed_slice()).cast()
}

/// Takes back the memory of an answer of `len` bytes.
///
/// # Safety
/// `address` came from an answer of that length and is given back once.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn free(address: *mut u8, len: usize) {
    // SAFETY: an answer is a boxed slice of `len` bytes that nothing else holds.
    drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(address, len)) });
}

/// Request: the bytes of an anchor. Answer: the address of a client.
///
/// # Safety
/// `request` came from [`alloc`] with this `len` and is used once; so in every function below.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_new(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    kept(Client::new(&unsafe { taken(request, len) }))
}

/// Requests: the bytes of an anchor, and of stored memory. Answer: the address of a client.
///
/// # Safety
/// As [`client_new`], for both.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_resume(anchor: *mut u8, anchor_len: usize, memory: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    let (anchor, memory) = unsafe { (taken(anchor, anchor_len), taken(memory, len)) };
    kept(Client::resume(&anchor, &memory))
}

/// Ends a client.
///
/// # Safety
/// `client` came from [`client_new`] or [`client_resume`] and is not used again.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_free(client: *mut Client) {
    // SAFETY: `kept` made it from a box.
    drop(unsafe { Box::from_raw(client) });
}

/// Answer: the bytes that the client is to store.
///
/// # Safety
/// `client` came from [`client_new`] or [`client_resume`]; so in every function below.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_memory(client: *mut Client) -> u64 {
    // SAFETY: a client that is not freed, and no other thread.
    given(unsafe { &*client }.memory())
}

/// [`flat::info`].
///
/// # Safety
/// As [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_info(client: *mut Client) -> u64 {
    // SAFETY: a client that is not freed, and no other thread.
    given(flat::info(unsafe { &*client }))
}

/// [`flat::advance`].
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_advance(client: *mut Client, request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's; no other thread.
    let (client, request) = unsafe { (&mut *client, taken(request, len)) };
    given(flat::advance(client, &request))
}

/// [`flat::verify`].
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify(client: *mut Client, request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's; no other thread.
    let (client, request) = unsafe { (&mut *client, taken(request, len)) };
    given(flat::verify(client, &request))
}

/// [`flat::verify_many`].
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify_many(client: *mut Client, request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's; no other thread.
    let (client, request) = unsafe { (&mut *client, taken(request, len)) };
    given(flat::verify_many(client, &request))
}

/// [`flat::verify_bucket`].
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify_bucket(client: *mut Client, request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's; no other thread.
    let (client, request) = unsafe { (&mut *client, taken(request, len)) };
    given(flat::verify_bucket(client, &request))
}

/// [`flat::parse_scan`].
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn parse_scan(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    given(flat::parse_scan(&unsafe { taken(request, len) }))
}

/// [`flat::check_fork`].
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn check_fork(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    given(flat::check_fork(&unsafe { taken(request, len) }))
}

/// [`flat::message_from_text`].
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn message_from_text(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    given(flat::message_from_text(&unsafe { taken(request, len) }))
}

/// Request: the bytes of a key (32), a signature (64) and a message. Answer: 1 if it verifies under the strict rule.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn verify_signature(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    let request = unsafe { taken(request, len) };
    let is_good = request.split_first_chunk().and_then(|(key, rest)| {
        let (signature, message) = rest.split_first_chunk()?;
        Some(PublicKey(*key).verify(message, &Signature(*signature)))
    });
    u64::from(is_good == Some(true))
}

/// [`flat::read_message`].
///
/// # Safety
/// As [`client_new`].
#[cfg(feature = "messages")]
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn decode(request: *mut u8, len: usize) -> u64 {
    // SAFETY: as this function's.
    given(flat::read_message(&unsafe { taken(request, len) }))
}

/// Takes a request into our hands.
///
/// # Safety
/// `request` came from [`alloc`] with this `len` and is used once.
unsafe fn taken(request: *mut u8, len: usize) -> Box<[u8]> {
    // SAFETY: `alloc` made it from a boxed slice of `len` bytes, and the caller gave it away.
    unsafe { Box::from_raw(slice_from_raw_parts_mut(request, len)) }
}

/// An answer's address and length; it belongs to whoever asked.
fn given(answer: Vec<u8>) -> u64 {
    let len = answer.len() as u64;
    let address = Box::into_raw(answer.into_boxed_slice()).cast::<u8>();
    address.addr() as u64 | len << 32
}

/// A client's address: it lives until [`client_free`].
fn kept(client: Result<Client, Problem>) -> u64 {
    given(match client {
        Ok(client) => flat::number(Box::into_raw(Box::new(client)).addr() as u64),
        Err(problem) => flat::problem(&problem),
    })
}
