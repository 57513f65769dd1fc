//! The socket in the data folder by which other commands speak with the running node.
//!
//! Whoever may enter the folder may use it: there is no other right to check, and nothing of it is in the network.
//!
//! ```text
//! command ──► {"backup":"/new/folder"}
//! command ◄── {"rows":1000} … {"manifest":{…}} or {"cause":"…"}
//! ```

use super::{backup::view, output::Result};
use medproof_node::{
    fault::Fault,
    folder::Folder,
    node::{Node, store_key},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::UnixListener, task::JoinHandle};

/// What is asked of the running node.
#[derive(Debug, Deserialize, Serialize)]
struct Request {
    /// The new folder for a copy of the ledger.
    backup: PathBuf,
}

/// What the node says meanwhile and in the end.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Rows(u64),
    Manifest(Value),
    Cause(String),
}

/// The socket while the node listens at it; aborts when dropped.
pub(crate) struct Control {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Control {
    /// Listens in the node's folder. Without the socket the node runs all the same, and its log says so.
    pub(crate) fn listen(node: Arc<Node>) -> Option<Self> {
        let path = path(node.folder());
        // One that a killed node left behind; the ledger's lock says that none runs.
        let _ = fs::remove_file(&path);
        let listener = UnixListener::bind(&path);
        let listener = listener.inspect_err(|cause| tracing::warn!(%cause, "no backup while the node runs")).ok()?;
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let node = Arc::clone(&node);
                tokio::task::spawn_blocking(move || {
                    let answered = stream.into_std().and_then(|stream| answer(&node, &stream));
                    answered.unwrap_or_else(|cause| tracing::warn!(%cause, "a command went away"));
                });
            }
        });
        Some(Self { path, task })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        // That it is gone already is as good.
        let _ = fs::remove_file(&self.path);
    }
}

/// Lets the running node copy its ledger, and gives the copy's manifest.
pub(crate) fn backup(folder: &Folder, to: &Path, mut progress: impl FnMut(u64)) -> Result<Value> {
    let socket = path(folder);
    let lost = |cause: &std::io::Error| Fault::file(&socket, cause);
    let to = std::path::absolute(to).map_err(|cause| Fault::file(to, &cause))?;
    let mut stream = UnixStream::connect(&socket).map_err(|cause| lost(&cause))?;
    send(&mut stream, &Request { backup: to }).map_err(|cause| lost(&cause))?;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(|cause| lost(&cause))?;
        match serde_json::from_str(&line).map_err(|cause| Fault::new("cli.answer").with("cause", cause))? {
            Reply::Rows(rows) => progress(rows),
            Reply::Manifest(manifest) => return Ok(manifest),
            Reply::Cause(cause) => return Err(Fault::new("cli.backup.failed").with("cause", cause).into()),
        }
    }
    Err(Fault::new("cli.backup.failed").with("cause", "the node stopped").into())
}

fn answer(node: &Node, stream: &UnixStream) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (mut line, mut writer) = (String::new(), stream);
    BufReader::new(stream).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let mut told = Instant::now();
    let mut progress = |rows| {
        if told.elapsed() > TELL_TIME {
            told = Instant::now();
            // The copy is finished whether anybody watches or not.
            let _ = send(&mut writer, &Reply::Rows(rows));
        }
    };
    let copied = store_key(node.folder())
        .and_then(|key| node.ledger().store().backup_to(&request.backup, &key, &mut progress).map_err(Fault::from));
    let reply = match copied {
        Ok(manifest) => Reply::Manifest(view(&manifest)),
        Err(fault) => Reply::Cause(fault.to_string()),
    };
    send(&mut writer, &reply)
}

fn send(mut writer: impl Write, message: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    writer.write_all(&line)
}

fn path(folder: &Folder) -> PathBuf {
    folder.path().join("control.sock")
}

/// How long either side waits for the other's line.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a command is told how far its copy is.
const TELL_TIME: Duration = Duration::from_millis(100);
