//! The pages become part of the program (`cargo xtask dist`): every file in the folder that `MEDPROOF_WEB` names, if it
//! names one.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let mut list = String::from("&[\n");
    if let Some(folder) = env::var_os(FOLDER) {
        add(&mut list, Path::new(&folder), "")?;
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    fs::write(out.join("pages.rs"), list)
}

/// Appends the files below `folder` but hidden ones, as pairs of name and contents.
fn add(list: &mut String, folder: &Path, below: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), format!("{below}{}", entry.file_name().to_string_lossy()));
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            add(list, &path, &format!("{name}/"))?;
        } else {
            let path = fs::canonicalize(path)?;
            writeln!(list, "({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
        }
    }
    Ok(())
}

const FOLDER: &str = "MEDPROOF_WEB";
