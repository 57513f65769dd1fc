//! `run.json`: where the running node listens, for other commands on this machine.

use medproof_node::{
    fault::{Fault, Result},
    folder::{self, Folder},
};
use serde::{Deserialize, Serialize};
use std::{fs, net::SocketAddr, path::Path};

/// What a running node says of itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RunFile {
    /// The interface, as a URL.
    pub(crate) api: String,
    /// The same for commands on this machine: always loopback, and without TLS.
    pub(crate) local: String,
    /// Where consensus listens.
    pub(crate) p2p: SocketAddr,
    /// The process.
    pub(crate) pid: u32,
    /// The chain, hexadecimal.
    pub(crate) chain_id: String,
}

impl RunFile {
    /// The node that runs on `folder`, if one does.
    pub(crate) fn find(folder: &Folder) -> Result<Option<Self>> {
        let path = folder.run_file();
        if !path.exists() {
            return Ok(None);
        }
        let run: Self = serde_json::from_slice(&folder::read(&path)?).map_err(|cause| Fault::contents(&path, cause))?;
        Ok(Some(run).filter(Self::is_alive))
    }

    /// Whether the process is there and is this program: its number may have gone to another one since, or to this very
    /// one, as in a container, where it is 1 each time.
    fn is_alive(&self) -> bool {
        if self.pid == std::process::id() {
            return false;
        }
        let name = |process: &str| fs::read_to_string(Path::new("/proc").join(process).join("comm")).ok();
        name(&self.pid.to_string()).is_some_and(|running| Some(running) == name("self"))
    }

    /// The node that runs on `folder`.
    pub(crate) fn required(folder: &Folder) -> Result<Self> {
        Self::find(folder)?.ok_or_else(|| Fault::new("cli.not-running").with("path", folder.path().display()))
    }

    /// Refuses if a node runs on `folder`.
    pub(crate) fn absent(folder: &Folder) -> Result {
        match Self::find(folder)? {
            None => Ok(()),
            Some(run) => Err(Fault::new("cli.running").with("pid", run.pid)),
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, folder: &Folder) -> Result {
        let path = folder.run_file();
        let text = serde_json::to_vec(self).map_err(|cause| Fault::contents(&path, cause))?;
        folder::write_public(&path, &text)
    }

    /// Takes it away; that it is gone already is as good.
    pub(crate) fn remove(folder: &Folder) {
        let _ = fs::remove_file(folder.run_file());
    }
}
