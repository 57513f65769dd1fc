//! The data folder: what lies where, and who may read it.

use crate::fault::{Fault, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The data folder of one node.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, there or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// The beginning of the chain.
    pub fn genesis(&self) -> PathBuf {
        self.0.join("genesis.bin")
    }

    /// What light clients are shipped with.
    pub fn anchor(&self) -> PathBuf {
        self.0.join("anchor.mpanchor")
    }

    /// Secret keys, of which backups have none.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Keys of all members of a demonstration chain.
    pub fn demo_keys(&self) -> PathBuf {
        self.0.join("demo-keys")
    }

    /// Blocks, state, indexes and documents.
    pub fn store(&self) -> PathBuf {
        self.0.join("ledger.redb")
    }

    /// What was signed last, and the engine's own log; never in a backup.
    pub fn signing(&self) -> PathBuf {
        self.0.join("signing")
    }

    /// The newest header that this node has seen; never in a backup.
    pub fn newest(&self) -> PathBuf {
        self.0.join("newest.header")
    }

    /// Where the running node listens.
    pub fn run_file(&self) -> PathBuf {
        self.0.join("run.json")
    }

    /// Makes the folder and those in it, for nobody but their owner.
    pub fn create(&self) -> Result {
        for folder in [self.0.clone(), self.keys(), self.signing()] {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(|cause| Fault::file(&folder, &cause))?;
        }
        Ok(())
    }
}

/// Writes a file that only its owner reads, in one step: whole or not at all.
pub fn write_private(path: &Path, contents: &[u8]) -> Result {
    write_whole(path, contents, 0o600)
}

/// Writes a file that everybody may read, in one step.
pub fn write_public(path: &Path, contents: &[u8]) -> Result {
    write_whole(path, contents, 0o644)
}

/// Reads a secret file; refuses one that others may read or that another user owns.
pub fn read_private(path: &Path) -> Result<Vec<u8>> {
    let about = fs::metadata(path).map_err(|cause| Fault::file(path, &cause))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Fault::new("node.key.mode").with("path", path.display()).with("mode", format!("{mode:o}")));
    }
    if Some(about.uid()) != own_user() {
        return Err(Fault::new("node.key.owner").with("path", path.display()));
    }
    fs::read(path).map_err(|cause| Fault::file(path, &cause))
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|cause| Fault::file(path, &cause))
}

/// The user that this process runs as.
fn own_user() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|about| about.uid())
}

fn write_whole(path: &Path, contents: &[u8], mode: u32) -> Result {
    let beside = path.with_extension("new");
    let written = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder_of(path))?.sync_all()
    };
    written().map_err(|cause| Fault::file(path, &cause))
}

/// The folder that a file lies in; of a bare name, the one that the program runs in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_file_lies_in_a_folder() {
        assert_eq!(folder_of(Path::new("proof")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/proof")), Path::new("a"));
        assert_eq!(folder_of(Path::new("/proof")), Path::new("/"));
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        write_private(&path, b"x").expect("written");
        assert_eq!(read_private(&path), Ok(b"x".to_vec()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        assert_eq!(read_private(&path).map_err(|fault| fault.code()), Err("node.key.mode"));
    }
}
