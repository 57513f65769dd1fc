//! Fields of requests and answers, one after another.

use crate::{
    plain::{Problem, policy},
    verdict::Policy,
};
use alloc::{string::String, vec::Vec};

/// Reads a request from the front.
pub(super) struct Request<'a> {
    rest: &'a [u8],
}

impl<'a> Request<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn byte(&mut self) -> Result<u8, Misuse> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Misuse> {
        self.byte().map(|byte| byte != 0)
    }

    pub(super) fn number(&mut self) -> Result<u64, Misuse> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Misuse> {
        let len = self.len()?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Misuse)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Misuse> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Misuse)
    }

    pub(super) fn optional_number(&mut self) -> Result<Option<u64>, Misuse> {
        if self.flag()? { self.number().map(Some) } else { Ok(None) }
    }

    pub(super) fn texts(&mut self) -> Result<Vec<String>, Misuse> {
        let mut texts = Vec::new();
        for _ in 0..self.len()? {
            texts.push(String::from(self.text()?));
        }
        Ok(texts)
    }

    pub(super) fn policy(&mut self) -> Result<Policy, Problem> {
        let (purpose, mode) = (self.text()?, self.text()?);
        let limits = [self.optional_number()?, self.optional_number()?, self.optional_number()?];
        policy(purpose, mode, limits)
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
pub(super) struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    pub(super) fn given(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn number(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, value: &[u8]) {
        self.len(value.len());
        self.bytes.extend_from_slice(value);
    }

    pub(super) fn len(&mut self, len: usize) {
        self.bytes.extend_from_slice(&(len as u32).to_le_bytes());
    }
}

/// The request ends early or holds no text where it should.
pub(super) struct Misuse;

impl From<Misuse> for Problem {
    fn from(_: Misuse) -> Self {
        Self { code: "request.malformed", expected: None, found: None }
    }
}
