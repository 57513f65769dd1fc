//! `medproof backup`, `restore`, `migrate` and `fsck`: the ledger's file. A running node makes its backup itself.

use super::{
    Context, control,
    output::{Answer, Result, Told},
    progress,
    run_file::RunFile,
};
use clap::Args;
use medproof_node::{fault::Fault, folder::Folder, node::store_key};
use medproof_store::{Manifest, Options, Progress, STORE_VERSION, Section, Store, read_newest};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Copy the ledger into a new folder, while the node runs or not.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The new folder. It gets no keys: keep those apart.
    to: PathBuf,
}

/// Put a backup's ledger into the data folder, which has the keys and no ledger.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder of the backup.
    from: PathBuf,
}

impl Backup {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let data = &context.folder;
        let bar = progress::counter();
        let manifest = match RunFile::find(data)? {
            Some(_) => control::backup(data, &self.to, |rows| bar.set_position(rows))?,
            None => view(&self.copy(data, |rows| bar.set_position(rows))?),
        };
        bar.finish_and_clear();
        Ok(Answer::told(Told::new("cli.backup").with("path", self.to.display()), manifest))
    }

    /// Copies the ledger that nobody has open.
    fn copy(&self, data: &Folder, mut progress: impl FnMut(u64)) -> Result<Manifest> {
        let key = store_key(data)?;
        let options = Options { newest: read_newest(&data.newest()).map_err(Fault::from)?, ..Options::default() };
        let store = Store::open(&data.store(), &key, &options).map_err(Fault::from)?;
        Ok(store.backup_to(&self.to, &key, &mut progress).map_err(Fault::from)?)
    }
}

impl Restore {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let data = &context.folder;
        RunFile::absent(data)?;
        let manifest = Store::restore(&self.from, &data.store(), &store_key(data)?).map_err(Fault::from)?;
        Ok(Answer::told(Told::new("cli.restore").with("path", data.path().display()), view(&manifest)))
    }
}

/// Brings the ledger to this program's version; the old one stays beside it.
pub(crate) fn migrate(context: &Context) -> Result<Answer> {
    let data = &context.folder;
    RunFile::absent(data)?;
    let bar = progress::counter();
    let migrated = medproof_store::migrate(&data.store(), &store_key(data)?, &mut |rows| bar.set_position(rows));
    bar.finish_and_clear();
    let known = STORE_VERSION.0;
    let Some(done) = migrated.map_err(Fault::from)? else {
        return Ok(Answer::told(Told::new("cli.migrate.same").with("known", known), json!({ "version": known })));
    };
    let told = Told::new("cli.migrate").with("found", done.from.0).with("known", known);
    let view = json!({ "from": done.from.0, "version": known, "backup": done.backup });
    Ok(Answer::told(told.with("path", done.backup.display()), view))
}

/// Computes every hash of the ledger again.
pub(crate) fn fsck(context: &Context) -> Result<Answer> {
    let data = &context.folder;
    RunFile::absent(data)?;
    let bar = progress::bar(0);
    let mut show = |progress: Progress| {
        bar.set_message(name(progress.section));
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    };
    let report = medproof_store::fsck(&data.store(), &store_key(data)?, &mut show).map_err(Fault::from)?;
    bar.finish_and_clear();
    let found: Vec<Fault> = report.damage.iter().cloned().map(Fault::from).collect();
    let damage: Vec<Value> = found.iter().map(|fault| context.output.view(&fault.into())).collect();
    let lines = found.iter().map(|fault| context.output.detail(&fault.into())).collect();
    let view = json!({ "checked": report.checked, "damage": damage });
    let code = if report.is_clean() { "cli.fsck" } else { "cli.fsck.damage" };
    let told = Told::new(code).with("count", report.checked);
    Ok(Answer { lines, exit: u8::from(!report.is_clean()), ..Answer::told(told, view) })
}

/// A manifest as JSON.
pub(super) fn view(manifest: &Manifest) -> Value {
    json!({
        "height": manifest.newest.map(|mark| mark.height.0),
        "entries": manifest.entries,
        "leaves": manifest.leaves,
        "file_bytes": manifest.file_bytes,
    })
}

const fn name(section: Section) -> &'static str {
    match section {
        Section::Chain => "chain",
        Section::Log => "log",
        Section::State => "state",
        Section::Rows => "rows",
        _ => "",
    }
}
