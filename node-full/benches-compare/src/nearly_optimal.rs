//! `nomt`: the same root rule in a store of its own.

use crate::measure::{Batch, Engine, Result};
use nomt::{KeyReadWrite, Options, SessionParams, hasher::Sha2Hasher};
use std::path::Path;

pub struct Nomt(nomt::Nomt<Sha2Hasher>);

impl Nomt {
    pub fn create(place: &Path) -> Result<Self> {
        let mut options = Options::new();
        options.path(place.join("nomt"));
        options.commit_concurrency(2);
        // Room for the pages of a few million leaves; it is allocated at once.
        options.hashtable_buckets(64_000);
        Ok(Self(nomt::Nomt::open(options)?))
    }
}

impl Engine for Nomt {
    fn name(&self) -> &'static str {
        "nomt"
    }

    fn commit(&mut self, batch: Batch) -> Result<[u8; 32]> {
        let session = self.0.begin_session(SessionParams::default());
        let writes = batch.into_iter().map(|(path, value)| (path, KeyReadWrite::Write(Some(value))));
        let finished = session.finish(writes.collect())?;
        let root = finished.root().into_inner();
        finished.commit(&self.0)?;
        Ok(root)
    }
}
