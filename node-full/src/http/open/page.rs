//! Pages and their files.

use crate::{
    http::{
        answer,
        ask::Asked,
        face::{Face, Shared},
    },
    problem::Problem,
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};

/// The patient page.
pub(in crate::http) async fn index(State(face): State<Shared>, asked: Asked) -> Response {
    patient(&face, &asked.headers)
}

/// Any other page, or a file of one.
pub(in crate::http) async fn file(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    face.pages.find(&asked.path, &asked.headers).ok_or_else(|| Problem::new("request.path"))
}

/// What a demonstration chain holds, without its tokens.
pub(in crate::http) async fn demo(State(face): State<Shared>) -> Result<Response, Problem> {
    let absent = || Problem::new("request.path");
    if !face.node.genesis().demo {
        return Err(absent());
    }
    let text = std::fs::read(face.node.folder().path().join("demo.json")).map_err(|_| absent())?;
    let mut demo: serde_json::Value = serde_json::from_slice(&text).map_err(|_| absent())?;
    if let Some(members) = demo.as_object_mut() {
        members.remove("tokens");
    }
    Ok(answer::json(&demo))
}

/// The patient page, or, where the node has no pages, a plain one that says so.
pub(in crate::http) fn patient(face: &Face, headers: &HeaderMap) -> Response {
    face.pages.find("", headers).unwrap_or_else(|| Html(WITHOUT_PAGES).into_response())
}

const WITHOUT_PAGES: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>MedProof</title>\n\
    <h1>MedProof</h1>\n<p>This node serves proofs. It was started without pages: name their folder in <code>api.web_dir</code>.</p>\n\
    <p lang=\"zh-Hans\">本节点提供证明，启动时未配置页面：请在 <code>api.web_dir</code> 中指定其目录。</p>\n\
    <p><a href=\"/openapi.json\">/openapi.json</a></p>\n";
