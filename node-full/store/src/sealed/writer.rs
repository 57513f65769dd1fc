//! Pages are sealed and written on a thread of their own, while the engine goes on.
//!
//! Nothing is durable before [`PageWriter::drain`] and a sync, and the engine asks for no page that it
//! has not drained: so that it cannot tell the difference, except by the time.

use super::{
    key::fill_random,
    page::{Cipher, NONCE_BYTES, PAGE_BYTES, Place, SEALED_BYTES},
};
use crate::disk::Disk;
use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

/// Whole pages that follow each other.
pub(super) struct Pages {
    /// The first one's index.
    pub(super) first: u64,
    /// Their bytes.
    pub(super) bytes: Vec<u8>,
    /// Where the first lies on the disk.
    pub(super) at_bytes: u64,
}

/// The thread, and what is still before it.
#[derive(Debug)]
pub(super) struct PageWriter {
    queue: Option<SyncSender<Pages>>,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    left: Mutex<Left>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Left {
    jobs: usize,
    /// The first refusal of the system; nothing is written after it.
    refused: Option<(io::ErrorKind, String)>,
}

impl PageWriter {
    pub(super) fn start(disk: Arc<dyn Disk>, cipher: Arc<Cipher>) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE_JOBS);
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        let run = move || shared.run(&jobs, &*disk, &cipher);
        let thread = thread::Builder::new().name("store pages".into()).spawn(run)?;
        Ok(Self { queue: Some(queue), state, thread: Some(thread) })
    }

    /// Takes pages to be sealed and written.
    pub(super) fn write(&self, pages: Pages) -> io::Result<()> {
        let mut left = self.state.left();
        left.refusal()?;
        left.jobs += 1;
        drop(left);
        let sent = self.queue.as_ref().and_then(|queue| queue.send(pages).ok());
        sent.ok_or_else(|| io::Error::other("the thread that writes pages has ended"))
    }

    /// Waits until all pages are written, and says whether they are.
    pub(super) fn drain(&self) -> io::Result<()> {
        let mut left = self.state.left();
        while left.jobs > 0 {
            left = self.state.done.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
        left.refusal()
    }
}

impl Drop for PageWriter {
    fn drop(&mut self) {
        // Without a sender the thread ends when its queue is empty.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl State {
    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, jobs: &Receiver<Pages>, disk: &dyn Disk, cipher: &Cipher) {
        for pages in jobs {
            let refused = self.left().refused.is_some();
            let result = if refused { Ok(()) } else { write_pages(disk, cipher, &pages) };
            let mut left = self.left();
            left.jobs -= 1;
            if let Err(error) = result {
                left.refused = Some((error.kind(), error.to_string()));
            }
            if left.jobs == 0 {
                self.done.notify_all();
            }
        }
    }
}

impl Left {
    fn refusal(&self) -> io::Result<()> {
        match &self.refused {
            Some((kind, text)) => Err(io::Error::new(*kind, text.clone())),
            None => Ok(()),
        }
    }
}

fn write_pages(disk: &dyn Disk, cipher: &Cipher, pages: &Pages) -> io::Result<()> {
    let (plain, _) = pages.bytes.as_chunks::<PAGE_BYTES>();
    let mut nonces = vec![[0; NONCE_BYTES]; plain.len()];
    fill_random(nonces.as_flattened_mut())?;
    let mut sealed = vec![0; plain.len() * SEALED_BYTES];
    let frames = sealed.chunks_exact_mut(SEALED_BYTES);
    for (((index, page), nonce), frame) in (pages.first..).zip(plain).zip(&nonces).zip(frames) {
        frame.iter_mut().zip(nonce).for_each(|(to, from)| *to = *from);
        cipher.seal(Place::Page(index), page, frame)?;
    }
    disk.write_at(pages.at_bytes, &sealed)
}

/// So many writes may wait: a megabyte of single pages.
const QUEUE_JOBS: usize = 256;
