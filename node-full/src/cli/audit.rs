//! `medproof audit`.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Result, Told},
};
use clap::Subcommand;
use medproof_node::{
    audit::{VerifyError, verify},
    fault::Fault,
    folder,
    keyring::to_hex,
};
use serde_json::json;
use std::path::PathBuf;

/// The audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Save the running node's log.
    Export {
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
        /// From this entry on.
        #[arg(long, default_value_t = 0)]
        from: u64,
    },
    /// Check that nothing in a saved log was changed, left out or put in another order.
    Verify {
        /// The saved log.
        file: PathBuf,
    },
}

impl Audit {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        match self {
            Self::Export { out, from } => export(context, out, from),
            Self::Verify { file } => check(&file),
        }
    }
}

fn export(context: &Context, out: PathBuf, from: u64) -> Result<Answer> {
    let log = NodeClient::new(context)?.get_bytes("/v1/audit", &[("from", &from.to_string())], "text/plain")?;
    folder::write_private(&out, &log)?;
    Ok(Answer::told(Told::new("cli.audit.export").with("path", out.display()), json!({ "path": out })))
}

fn check(file: &std::path::Path) -> Result<Answer> {
    let text = String::from_utf8(folder::read(file)?).map_err(|cause| Fault::contents(file, cause))?;
    let verified = verify(&text).map_err(|error| fault(&error))?;
    let (count, head) = (verified.entries.len(), to_hex(&verified.head.0));
    let told = Told::new("cli.audit.verify").with("count", count).with("head", &head);
    Ok(Answer::told(told, json!({ "first": verified.first, "entries": count, "head": head })))
}

fn fault(error: &VerifyError) -> Fault {
    let fault = Fault::new(error.code());
    match error {
        VerifyError::Line { line } | VerifyError::Hash { line } => fault.with("line", line),
        _ => fault,
    }
}
