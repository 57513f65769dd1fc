//! Fields of requests and answers, one after another.

use crate::memory::{boxed::Box, string::String, vec::Vec};
use medproof_core::plain::Problem;

/// Reads a request from the front.
pub(crate) struct Request<'a> {
    rest: &'a [u8],
}

impl<'a> Request<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Misuse> {
        Ok(self.array::<1>()? != [0])
    }

    pub(crate) fn number(&mut self) -> Result<u64, Misuse> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Misuse> {
        let len = self.len()?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Misuse)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Misuse> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Misuse)
    }

    pub(crate) fn optional_number(&mut self) -> Result<Option<u64>, Misuse> {
        if self.flag()? { self.number().map(Some) } else { Ok(None) }
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, Misuse> {
        let mut texts = Vec::new();
        for _ in 0..self.len()? {
            texts.push(String::from(self.text()?));
        }
        Ok(texts)
    }

    fn len(&mut self) -> Result<usize, Misuse> {
        self.array().map(|len| u32::from_le_bytes(len) as usize)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Misuse> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(Misuse)?;
        self.rest = rest;
        Ok(*array)
    }
}

/// Writes an answer.
pub(crate) struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::from([0; 4]) }
    }

    /// The answer's address; it belongs to whoever asked.
    pub(crate) fn given(mut self) -> *mut u8 {
        let len = self.bytes.len() as u32;
        if let Some(field) = self.bytes.first_chunk_mut() {
            *field = len.to_le_bytes();
        }
        Box::into_raw(self.bytes.into_boxed_slice()).cast()
    }

    pub(crate) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn number(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.len(value.len());
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn len(&mut self, len: usize) {
        self.bytes.extend_from_slice(&(len as u32).to_le_bytes());
    }
}

/// The request ends early or holds no text where it should.
pub(crate) struct Misuse;

impl From<Misuse> for Problem {
    fn from(_: Misuse) -> Self {
        Self { code: "probe.request", expected: None, found: None }
    }
}
