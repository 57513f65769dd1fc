//! Calling the running node, with a token that is made for the call.

use super::{
    Context,
    output::{Failure, Result},
    run_file::RunFile,
    token,
};
use medproof_node::{fault::Fault, keyring, messages::Language};
use serde_json::Value;
use std::time::Duration;
use ureq::{Agent, Body, http::Response};

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
        let run = RunFile::required(&context.folder)?;
        Ok(Self::with(run.local, token::own(&context.folder)?, context.output.language()))
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
        let key = keyring::to_hex(keyring::random()?.get(..16).unwrap_or_default());
        let request = self
            .agent
            .post(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", self.language)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .query_pairs(query.iter().copied());
        read_json(&self.read(request.send(body.to_string().as_bytes()))?)
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
