//! `medproof doctor`: what would keep the node from running, one line for each check.

use super::{
    Context,
    output::{Answer, Output, Result, Told},
    run_file::RunFile,
};
use medproof_consensus::{Next, outlook};
use medproof_core::{encoding::Message, genesis::Genesis, header::Height};
use medproof_node::{
    chain,
    clock::Clock,
    config::Config,
    fault::{self, Fault},
    folder::{self, Folder},
    keyring,
    node::{store_key, validator_key},
    silence,
};
use medproof_store::{Options, Store, read_newest};
use serde_json::{Value, json};
use std::{
    fs,
    net::{SocketAddr, TcpListener},
};

pub(crate) fn perform(context: &Context) -> Result<Answer> {
    let data = &context.folder;
    let is_running = RunFile::find(data)?.is_some();
    let mut checks: Vec<(&str, fault::Result)> = vec![
        ("folder", genesis(data)),
        ("keys", keys(data)),
        ("config", Config::load(data).map(|_| ())),
        ("disk", room(data)),
    ];
    // A running node has the file and the ports, so nobody else can try them.
    if !is_running {
        let config = Config::load(data).unwrap_or_default();
        checks.push(("ledger", ledger(data)));
        checks.push(("signing", signing(data)));
        checks.push(("api", is_free(config.api.listen)));
        checks.push(("consensus", is_free(config.consensus.listen)));
    }
    let is_well = checks.iter().all(|(_, found)| found.is_ok());
    let lines = checks.iter().map(|(name, found)| line(&context.output, name, found)).collect();
    let views: Vec<Value> = checks
        .iter()
        .map(|(name, found)| json!({ "check": name, "fault": found.as_ref().err().map(ToString::to_string) }))
        .collect();
    let told = Told::new(if is_well { "cli.doctor" } else { "cli.doctor.faults" });
    let view = json!({ "running": is_running, "well": is_well, "checks": views });
    Ok(Answer { lines, exit: u8::from(!is_well), ..Answer::told(told, view) })
}

fn line(output: &Output, name: &str, found: &fault::Result) -> String {
    match found {
        Ok(()) => format!("+ {name}"),
        Err(fault) => format!("- {name}: {}", output.tell(&fault.into()).replace('\n', " ")),
    }
}

fn genesis(data: &Folder) -> fault::Result {
    let path = data.genesis();
    Genesis::from_bytes(&folder::read(&path)?).map(|_| ()).map_err(|cause| Fault::contents(&path, cause.code()))
}

/// Every key can be read by its owner, and by nobody else.
fn keys(data: &Folder) -> fault::Result {
    let keys = data.keys();
    for entry in fs::read_dir(&keys).map_err(|cause| Fault::file(&keys, &cause))? {
        let path = entry.map_err(|cause| Fault::file(&keys, &cause))?.path();
        if path.extension().is_some_and(|ending| ending == "key") {
            keyring::read_secret(&path)?;
        }
    }
    store_key(data).map(|_| ())
}

/// The disk has room for more events, and for a copy of the ledger beside it.
fn room(data: &Folder) -> fault::Result {
    let path = data.path();
    let disk = rustix::fs::statvfs(path).map_err(|cause| Fault::file(path, &cause.into()))?;
    let ledger = fs::metadata(data.store()).map_or(0, |file| file.len());
    suffices(data, disk.f_bavail.saturating_mul(disk.f_frsize), ledger)
}

fn suffices(data: &Folder, free_bytes: u64, ledger_bytes: u64) -> fault::Result {
    let least = LEAST_FREE_BYTES.saturating_add(ledger_bytes);
    if free_bytes >= least {
        return Ok(());
    }
    let (found, known) = (free_bytes / MIB, least.div_ceil(MIB));
    Err(Fault::new("cli.disk").with("path", data.path().display()).with("found", found).with("known", known))
}

/// The ledger opens, is not older than it was, and does not lie in the future.
fn ledger(data: &Folder) -> fault::Result {
    let options = Options { newest: read_newest(&data.newest())?, ..Options::default() };
    let store = Store::open(&data.store(), &store_key(data)?, &options)?;
    let (time, now) = (chain::tip(&store.view())?.time(), Clock::wall().now());
    if time > now { Err(Fault::new("cli.clock").with("seconds", (time.0 - now.0).div_ceil(1_000))) } else { Ok(()) }
}

/// The validator's key may sign, as far as its record and the ledger tell.
fn signing(data: &Folder) -> fault::Result {
    let store = Store::open(&data.store(), &store_key(data)?, &Options::default())?;
    let view = store.view();
    let tip = chain::tip(&view)?;
    let next = Next { height: Height(tip.height().0 + 1), set: chain::signing_set(&view)? };
    let role = outlook(&data.signing(), &validator_key(data)?, tip.chain_id(), &next).map_err(silence::of_error)?;
    silence::of_role(&role).map_or(Ok(()), Err)
}

fn is_free(address: SocketAddr) -> fault::Result {
    let bound = TcpListener::bind(address);
    bound.map(|_| ()).map_err(|cause| Fault::new("node.http.listen").with("address", address).with("cause", cause))
}

/// What should be free besides room for a copy of the ledger.
const LEAST_FREE_BYTES: u64 = 1 << 30;

const MIB: u64 = 1 << 20;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_disk_with_room_for_a_copy_of_the_ledger_suffices() {
        let place = tempfile::tempdir().expect("a folder");
        let data = Folder::new(place.path());
        for (free, ledger, suffices) in [
            (LEAST_FREE_BYTES, 0, true),
            (LEAST_FREE_BYTES - 1, 0, false),
            (LEAST_FREE_BYTES, 1, false),
            (3 * LEAST_FREE_BYTES, 2 * LEAST_FREE_BYTES, true),
            (0, u64::MAX, false),
        ] {
            assert_eq!(super::suffices(&data, free, ledger).is_ok(), suffices, "{free} {ledger}");
        }
        let fault = super::suffices(&data, 5 * MIB + 1, MIB + 1).expect_err("too little");
        assert_eq!(fault.code(), "cli.disk");
        assert!(fault.to_string().ends_with("found=`5` known=`1026`"), "{fault}");
        let absent = Folder::new(place.path().join("absent"));
        assert_eq!(room(&absent).map_err(|fault| fault.code()), Err("node.file"));
    }
}
