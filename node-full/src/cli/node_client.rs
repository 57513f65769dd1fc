//! Calling the running node, with a token that is made for the call.

use super::{
    Context,
    output::{Failure, Result},
    run_file::RunFile,
    token,
};
use medproof_core::identity::MemberId;
use medproof_node::{fault::Fault, keyring, messages::Language};
use serde_json::Value;
use std::time::Duration;
use ureq::{Agent, Body, RequestBuilder, http::Response, typestate::WithBody};

/// The running node, as commands of its own machine call it.
pub(crate) struct NodeClient {
    agent: Agent,
    api: String,
    token: String,
    language: &'static str,
}

impl NodeClient {
    /// The node that runs on the data folder.
    pub(crate) fn new(context: &Context) -> Result<Self> {
        Self::for_member(context, None)
    }

    /// The same, for another member than the node's own.
    pub(crate) fn for_member(context: &Context, member: Option<u32>) -> Result<Self> {
        let run = RunFile::required(&context.folder)?;
        let token = token::own(&context.folder, member.map(MemberId))?;
        Ok(Self::with(run.local, token, context.output.language()))
    }

    /// The same, for what only the authority does.
    pub(crate) fn of_the_authority(context: &Context) -> Result<Self> {
        let run = RunFile::required(&context.folder)?;
        Ok(Self::with(run.local, token::of_the_authority(&context.folder)?, context.output.language()))
    }

    /// The node at `api`, called with `token`.
    pub(crate) fn with(api: String, token: String, language: Language) -> Self {
        // The call carries a token and stays on this machine: no proxy of the environment sees it.
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
        Self { agent: agent.build().into(), api, token, language: language.tag() }
    }

    /// A JSON answer to a question.
    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        read_json(&self.ask(path, query, "application/json")?)
    }

    /// An answer in bytes of a media type.
    pub(crate) fn get_bytes(&self, path: &str, query: &[(&str, &str)], media_type: &str) -> Result<Vec<u8>> {
        self.ask(path, query, media_type)
    }

    /// Sends a change, under an idempotency key of its own.
    pub(crate) fn post(&self, path: &str, query: &[(&str, &str)], body: &Value) -> Result<Value> {
        let request = self.change(path)?.query_pairs(query.iter().copied());
        read_json(&self.read(request.send(body.to_string().as_bytes()))?)
    }

    /// Sends a JSON document with `headers`, and answers the path where the node tells what becomes of it.
    pub(crate) fn post_document(&self, path: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Result<String> {
        let mut request = self.change(path)?;
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = request.send(bytes);
        let place = sent.as_ref().ok().and_then(|response| response.headers().get("location"));
        let place = place.and_then(|place| place.to_str().ok()).map(str::to_owned);
        self.read(sent)?;
        place.ok_or_else(|| Fault::new("cli.answer").with("cause", "no location").into())
    }

    /// A change, under an idempotency key of its own.
    fn change(&self, path: &str) -> Result<RequestBuilder<WithBody>> {
        let key = keyring::to_hex(keyring::random()?.get(..16).unwrap_or_default());
        Ok(self
            .agent
            .post(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", self.language)
            .header("content-type", "application/json")
            .header("idempotency-key", key))
    }

    fn ask(&self, path: &str, query: &[(&str, &str)], media_type: &str) -> Result<Vec<u8>> {
        let request = self
            .agent
            .get(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", self.language)
            .header("accept", media_type)
            .query_pairs(query.iter().copied());
        self.read(request.call())
    }

    fn read(&self, response: std::result::Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>> {
        let unreached = |cause| Fault::new("cli.unreachable").with("address", &self.api).with("cause", cause);
        let mut response = response.map_err(unreached)?;
        let bytes = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec().map_err(unreached)?;
        if response.status().is_success() { Ok(bytes) } else { Err(Failure::Refused(read_json(&bytes)?)) }
    }
}

fn read_json(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|cause| Fault::new("cli.answer").with("cause", cause).into())
}

/// How long a call may take: ten thousand packs are one call.
const PATIENCE: Duration = Duration::from_secs(120);

const MAX_ANSWER_BYTES: u64 = 64 << 20;
