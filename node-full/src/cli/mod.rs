//! The command line.
//!
//! ```text
//! arguments ─► command ─┬─ on the data folder          init, run, token, keys, backup, restore, migrate, fsck, doctor
//!                       ├─ on a node of its own        demo, scenario
//!                       ├─ over HTTP, with a token      medicine, lot, pack, unit, capture, member, order, delivery,
//!                       │                             recall, query, prove, audit
//!                       └─ on files alone               verify, audit verify
//! ```
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done; the verdict is "ok" |
//! | 1 | refused or failed; standard error says why |
//! | 2 | the arguments are wrong |
//! | 3 | the verdict is "warn" |
//! | 4 | the verdict is "do not use" |
//! | 5 | the verdict is "unknown" |
//! | 6 | the verdict is "cannot tell" |

mod audit;
mod backup;
mod capture;
mod check;
mod control;
mod demo;
mod doctor;
mod goods;
mod help;
mod init;
mod keys;
mod lan;
mod medicine;
mod member;
mod node_client;
mod output;
mod pack;
mod progress;
mod recall;
mod run;
mod run_file;
mod scenario;
mod serials;
mod token;
mod trade;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use medproof_node::{folder::Folder, messages::Language};
use output::{Answer, Output};
use std::{path::PathBuf, process::ExitCode};

/// A ledger of medicine packs that answers with proofs.
///
/// Exit codes: 0 done, or the verdict is "ok"; 1 refused or failed; 2 wrong arguments; verdicts of query and
/// verify: 3 warn, 4 do not use, 5 unknown, 6 cannot tell.
#[derive(Debug, Parser)]
#[command(name = "medproof", version)]
struct Arguments {
    /// The node's data folder.
    #[arg(long, global = true, env = "MEDPROOF_DATA", default_value = "./medproof-data", value_name = "DIR")]
    data: PathBuf,
    /// Answer in JSON, one document on standard output; failures on standard error.
    #[arg(long, global = true)]
    json: bool,
    /// The language of answers, `zh` or `en`.
    #[arg(long, global = true, env = "LANG", default_value = "en", value_name = "LANGUAGE", hide_env = true)]
    language: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the data folder of a new node.
    Init(init::Init),
    /// Run the node until it is interrupted.
    Run,
    /// Make a region's year on a chain of its own, and run it.
    Demo(demo::Demo),
    /// Let a story run on a node of its own, with a proof at each step.
    #[command(subcommand)]
    Scenario(scenario::Scenario),
    /// Add and find medicines.
    #[command(subcommand)]
    Medicine(medicine::Medicine),
    /// Release lots.
    #[command(subcommand)]
    Lot(goods::Lot),
    /// Register packs, and do something to packs and units.
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Pack into cases and pallets, and unpack.
    #[command(subcommand)]
    Unit(goods::Unit),
    Capture(capture::Capture),
    /// Members of the chain.
    #[command(subcommand)]
    Member(member::Member),
    /// The steps of a trade, from the order to the discrepancy report.
    #[command(subcommand)]
    Order(trade::Order),
    /// A delivery against what was sent.
    #[command(subcommand)]
    Delivery(trade::Delivery),
    /// Recall, withdraw or hold a lot or a product, and see whom it reaches.
    #[command(subcommand)]
    Recall(recall::Recall),
    /// What the running node proves about a scan, checked here.
    Query(check::Query),
    /// Save the proof about a scan, or what shows that an EPCIS event is anchored.
    Prove(check::Prove),
    /// Check a saved proof, offline.
    Verify(check::Verify),
    /// Make a token for a person or a program.
    Token(token::Token),
    /// The member keys: those in the data folder, and what the ledger knows of them.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the ledger into a new folder, while the node runs or not.
    Backup(backup::Backup),
    /// Put a backup's ledger into the data folder.
    Restore(backup::Restore),
    /// Bring the ledger of an older program to this one's version. The old ledger stays as a backup.
    Migrate,
    /// Compute every hash of the ledger again.
    Fsck,
    /// Look for what would keep the node from running.
    Doctor,
}

/// What every command has at hand.
struct Context {
    folder: Folder,
    output: Output,
}

pub(crate) fn main() -> ExitCode {
    let language = help::language();
    let read = help::localised(Arguments::command(), language).try_get_matches();
    let Arguments { data, json, language, command } = match read.and_then(|read| Arguments::from_arg_matches(&read)) {
        Ok(arguments) => arguments,
        Err(error) => return help::explain(&error, language),
    };
    let output = Output::new(json, Language::of_locale(&language));
    let context = Context { folder: Folder::new(data), output };
    match command.perform(&context) {
        Ok(answer) => context.output.show(&answer),
        Err(failure) => context.output.fail(&failure),
    }
}

impl Command {
    fn perform(self, context: &Context) -> output::Result<Answer> {
        match self {
            Self::Init(init) => init.perform(context),
            Self::Run => run::perform(context),
            Self::Demo(demo) => demo.perform(context),
            Self::Scenario(scenario) => scenario.perform(context),
            Self::Medicine(medicine) => medicine.perform(context),
            Self::Lot(lot) => lot.perform(context),
            Self::Pack(pack) => pack.perform(context),
            Self::Unit(unit) => unit.perform(context),
            Self::Capture(capture) => capture.perform(context),
            Self::Member(member) => member.perform(context),
            Self::Query(query) => query.perform(context),
            Self::Prove(prove) => prove.perform(context),
            Self::Verify(verify) => verify.perform(context),
            Self::Token(token) => token.perform(context),
            Self::Order(order) => order.perform(context),
            Self::Delivery(delivery) => delivery.perform(context),
            Self::Recall(recall) => recall.perform(context),
            Self::Keys(keys) => keys.perform(context),
            Self::Audit(audit) => audit.perform(context),
            Self::Backup(backup) => backup.perform(context),
            Self::Restore(restore) => restore.perform(context),
            Self::Migrate => backup::migrate(context),
            Self::Fsck => backup::fsck(context),
            Self::Doctor => doctor::perform(context),
        }
    }
}
