//! Fields of requests and answers, one after another.

use crate::memory::{string::ToString, vec::Vec};
use medproof_core::plain::Problem;

/// Reads a request from the front.
pub(crate) struct Request<'a> {
    rest: &'a [u8],
}

impl<'a> Request<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Problem> {
        Ok(self.array::<1>()? != [0])
    }

    pub(crate) fn number(&mut self) -> Result<u64, Problem> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Problem> {
        let len = self.len()?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or_else(misuse)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Problem> {
        core::str::from_utf8(self.bytes()?).map_err(|_| misuse())
    }

    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    pub(crate) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
        (0..self.len()?).map(|_| read(self)).collect()
    }

    fn len(&mut self) -> Result<usize, Problem> {
        self.array().map(|len| u32::from_le_bytes(len) as usize)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(misuse)?;
        self.rest = rest;
        Ok(*array)
    }
}

/// Writes an answer.
pub(crate) struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    /// The address of the answer that `write` writes.
    pub(crate) fn of(write: impl FnOnce(&mut Self)) -> *mut u8 {
        let mut answer = Self { bytes: crate::memory::vec![0; 4] };
        write(&mut answer);
        let len = answer.bytes.len() as u32;
        if let Some(field) = answer.bytes.first_chunk_mut() {
            *field = len.to_le_bytes();
        }
        crate::given(answer.bytes)
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

    pub(crate) fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn list<T>(&mut self, values: &[T], write: impl Fn(&mut Self, &T)) {
        self.len(values.len());
        values.iter().for_each(|value| write(self, value));
    }

    fn len(&mut self, len: usize) {
        self.bytes.extend_from_slice(&(len as u32).to_le_bytes());
    }
}

/// The request ends early or holds no text where it should.
fn misuse() -> Problem {
    Problem { code: "probe.request".to_string(), expected: None, found: None }
}
