//! The pages' files, read once when the node starts: what is not among them cannot be asked for.

use crate::fault::{Fault, Result};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fs, path::Path};

/// Files by their paths, without the slash at the beginning.
#[derive(Debug, Default)]
pub struct Pages(HashMap<String, File>);

#[derive(Debug)]
struct File {
    contents: bytes::Bytes,
    media_type: &'static str,
    tag: String,
}

/// The files that were built into this program: none unless `cargo xtask dist` built it.
const BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

impl Pages {
    /// The files below `folder`; without one, those that were built in.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        let mut files = HashMap::new();
        match folder {
            Some(folder) => add(&mut files, folder, "")?,
            None => {
                files.extend(BUILT_IN.iter().map(|(name, contents)| ((*name).to_owned(), File::new(name, *contents))))
            }
        }
        Ok(Self(files))
    }

    /// The same pages with one more file, unless they bring it themselves: the anchor of this node's chain.
    #[must_use]
    pub fn with(mut self, name: &str, contents: Vec<u8>) -> Self {
        self.0.entry(name.to_owned()).or_insert_with(|| File::new(name, contents));
        self
    }

    /// The file at `path`, or the page of the folder there.
    pub fn find(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.trim_start_matches('/');
        let is_folder = path.is_empty() || path.ends_with('/');
        let file = if is_folder { self.0.get(&format!("{path}index.html")) } else { self.0.get(path) }?;
        let is_same = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == file.tag.as_bytes());
        let body = if is_same { bytes::Bytes::new() } else { file.contents.clone() };
        let status = if is_same { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        if let Ok(tag) = HeaderValue::from_str(&file.tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Some(response)
    }
}

impl File {
    fn new(name: &str, contents: impl Into<bytes::Bytes>) -> Self {
        let contents = contents.into();
        let digest = Sha256::digest(&contents);
        let tag = format!("\"{}\"", crate::keyring::to_hex(digest.get(..16).unwrap_or_default()));
        Self { contents, media_type: media_type(name), tag }
    }
}

fn add(files: &mut HashMap<String, File>, folder: &Path, below: &str) -> Result {
    let fault = |cause| Fault::file(folder, &cause);
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        // Hidden files and links are nobody's pages.
        let kind = entry.file_type().map_err(fault)?;
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            add(files, &path, &format!("{below}{name}/"))?;
        } else {
            let contents = fs::read(&path).map_err(|cause| Fault::file(&path, &cause))?;
            files.insert(format!("{below}{name}"), File::new(&name, contents));
        }
    }
    Ok(())
}

fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "tgz" => "application/gzip",
        "mpbundle" => "application/vnd.medproof.bundle",
        "mpanchor" => "application/vnd.medproof.anchor",
        _ => "application/octet-stream",
    }
}
