//! The verifier behind plain wasm exports: no bindings, no glue, nothing but core.
//!
//! `cargo xtask size` weighs it, `tests/node` times it and runs the shared vectors through it.
//!
//! ```text
//! request = fields, in memory that the caller got from `alloc`; the callee frees it
//! answer  = len u32 ‖ fields, in memory that the caller gives back to `free`
//! field   = a flag or small number as one byte | a number as u64 | text or bytes as len u32 ‖ bytes
//!           | something optional as 0, or 1 ‖ field | a list as len u32 ‖ fields
//! ```
//!
//! All little-endian, as wasm is. A fallible answer begins with 1, or with 0 and a problem instead.

#![cfg_attr(target_family = "wasm", no_std)]
#![expect(unsafe_code, reason = "plain exports: addresses come and go as numbers")]

extern crate alloc as memory;

mod answer;
mod fields;
#[cfg(target_family = "wasm")]
mod runtime;

use answer::Put;
use fields::{Answer, Misuse, Request};
use medproof_core::{
    keys::{PublicKey, Signature},
    plain::{self, Client, Policy, Problem},
};
use memory::boxed::Box;

/// Memory for a request of `len` bytes.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    Box::into_raw(memory::vec![0_u8; len].into_boxed_slice()).cast()
}

/// Takes back the memory of an answer of `len` bytes, its length field among them.
///
/// # Safety
/// `address` came from an answer of that length and is given back once.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn free(address: *mut u8, len: usize) {
    // SAFETY: an answer is a boxed slice of `len` bytes that nothing else holds.
    drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(address, len)) });
}

/// Request: anchor. Answer: the address of a client, or a problem.
///
/// # Safety
/// `request` came from [`alloc`] with this `len` and is used once; so in every function below.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_new(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            kept(Client::new(request.bytes()?)?).put(answer);
            Ok(())
        })
    }
}

/// Request: anchor, memory. Answer: the address of a client, or a problem.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_resume(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            kept(Client::resume(request.bytes()?, request.bytes()?)?).put(answer);
            Ok(())
        })
    }
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

/// Answer: what the client is to store.
///
/// # Safety
/// `client` came from [`client_new`] or [`client_resume`]; so in every function below.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_memory(client: *mut Client) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &*client };
    let mut answer = Answer::new();
    answer.bytes(&client.memory());
    answer.given()
}

/// Answer: the chain's name, whether it is a demonstration, fingerprint, height and time of the anchor,
/// newest height, log size for the next update, evidence of a fork.
///
/// # Safety
/// As [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_info(client: *mut Client) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &*client };
    let mut answer = Answer::new();
    client.anchor().put(&mut answer);
    client.height().put(&mut answer);
    client.history_size().put(&mut answer);
    client.fork().put(&mut answer);
    answer.given()
}

/// Request: update, now. Answer: how it was taken, or a problem.
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_advance(client: *mut Client, request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &mut *client };
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            client.advance(request.bytes()?, request.number()?)?.put(answer);
            Ok(())
        })
    }
}

/// Request: scan, proof, now, policy. Answer: a verdict, or a problem.
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify(client: *mut Client, request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &mut *client };
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            let verdict = client.verify(request.text()?, request.bytes()?, request.number()?, &policy(request)?)?;
            verdict.put(answer);
            Ok(())
        })
    }
}

/// Request: scans, proof, now, policy. Answer: verdicts and contents, or a problem.
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify_many(client: *mut Client, request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &mut *client };
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            let scans = request.texts()?;
            client.verify_many(&scans, request.bytes()?, request.number()?, &policy(request)?)?.put(answer);
            Ok(())
        })
    }
}

/// Request: scan, bucket, now, policy. Answer: a verdict, or a problem.
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify_bucket(client: *mut Client, request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &mut *client };
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            let verdict =
                client.verify_bucket(request.text()?, request.bytes()?, request.number()?, &policy(request)?)?;
            verdict.put(answer);
            Ok(())
        })
    }
}

/// Request: text, whether strict. Answer: the readings of a scan.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn parse_scan(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            plain::parse_scan(request.text()?, request.flag()?).put(answer);
            Ok(())
        })
    }
}

/// Request: fork. Answer: its height, or a problem.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn check_fork(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            plain::check_fork(request.bytes()?)?.put(answer);
            Ok(())
        })
    }
}

/// Request: the text of a QR code or a URL fragment. Answer: the message in it, if any.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn message_from_text(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            plain::message_from_text(request.text()?).put(answer);
            Ok(())
        })
    }
}

/// Request: key 32, message, signature 64. Answer: whether it verifies under the strict rule.
///
/// # Safety
/// As [`client_new`].
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn verify_signature(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            let (key, message, signature) = (request.bytes()?, request.bytes()?, request.bytes()?);
            let is_good = match (key.try_into(), signature.try_into()) {
                (Ok(key), Ok(signature)) => PublicKey(key).verify(message, &Signature(signature)),
                _ => false,
            };
            is_good.put(answer);
            Ok(())
        })
    }
}

/// Request: disclosure, proof, now. Answer: whether the record on the ledger is this one, or a problem.
///
/// # Safety
/// As [`client_new`] and [`client_memory`].
#[cfg(feature = "messages")]
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn client_verify_record(client: *mut Client, request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: a client that is not freed, and no other thread.
    let client = unsafe { &mut *client };
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            client.verify_record(request.bytes()?, request.bytes()?, request.number()?)?.put(answer);
            Ok(())
        })
    }
}

/// Request: type, message. Answer: the message encoded again, or a problem.
///
/// # Safety
/// As [`client_new`].
#[cfg(feature = "messages")]
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub unsafe extern "C" fn decode(request: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: as this function's.
    unsafe {
        answered(request, len, &mut |request, answer| {
            plain::read_message(request.text()?, request.bytes()?)?.put(answer);
            Ok(())
        })
    }
}

/// Reads and frees a request, and answers it.
///
/// # Safety
/// `request` came from [`alloc`] with this `len` and is used once.
unsafe fn answered(
    request: *mut u8,
    len: usize,
    put: &mut dyn FnMut(&mut Request<'_>, &mut Answer) -> Result<(), Problem>,
) -> *mut u8 {
    // SAFETY: `alloc` made it from a boxed slice of `len` bytes, and the caller gave it away.
    let request = unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(request, len)) };
    let mut answer = Answer::new();
    true.put(&mut answer);
    if let Err(problem) = put(&mut Request::new(&request), &mut answer) {
        answer = Answer::new();
        false.put(&mut answer);
        problem.put(&mut answer);
    }
    answer.given()
}

fn policy(request: &mut Request<'_>) -> Result<Policy, Misuse> {
    Ok(Policy {
        purpose: request.text()?.into(),
        mode: request.text()?.into(),
        max_age_online_ms: request.optional_number()?,
        max_age_carried_ms: request.optional_number()?,
        clock_tolerance_ms: request.optional_number()?,
    })
}

/// A client's address: it lives until [`client_free`].
fn kept(client: Client) -> *mut Client {
    Box::into_raw(Box::new(client))
}
