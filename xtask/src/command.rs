//! Child processes: always in the root of the checkout, with the kept tools first on the PATH.

use crate::{Result, place};
use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

/// A command by its name on the PATH. It gets no standard input, so that nothing waits for an answer.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(place::root()).stdin(Stdio::null()).env("PATH", path());
    command
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    program(&env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

/// The nightly cargo; fuzzing and Miri need it.
pub(crate) fn nightly_cargo() -> Command {
    let mut command = program("rustup");
    command.args(["run", "nightly", "cargo"]).env_remove("CARGO").env_remove("RUSTC");
    // Set by the stable cargo that runs this task; it names the wrong compiler's libraries.
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// Shows the command, runs it with its output shown, and fails if it does.
pub(crate) fn run(command: &mut Command) -> Result {
    show(command);
    let status = command.status().map_err(|cause| not_started(command, &cause))?;
    check(command, status)
}

/// Like [`run`]; each line of standard output is also given to `take`.
pub(crate) fn run_reading(command: &mut Command, take: impl FnMut(&str)) -> Result {
    show(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|cause| not_started(command, &cause))?;
    pass_on(child.stdout.take(), take)?;
    let status = child.wait()?;
    check(command, status)
}

/// [`run_reading`] of standard error.
pub(crate) fn run_reading_errors(command: &mut Command, take: impl FnMut(&str)) -> Result {
    show(command);
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|cause| not_started(command, &cause))?;
    pass_on(child.stderr.take(), take)?;
    let status = child.wait()?;
    check(command, status)
}

fn pass_on(pipe: Option<impl Read>, mut take: impl FnMut(&str)) -> Result {
    let Some(pipe) = pipe else { return Ok(()) };
    for line in BufReader::new(pipe).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        take(&line);
    }
    Ok(())
}

/// What the command writes to standard output; fails if it does.
pub(crate) fn answer(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|cause| not_started(command, &cause))?;
    if !output.status.success() {
        std::io::stderr().write_all(&output.stderr)?;
    }
    check(command, output.status)?;
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether the command succeeds; shows nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Whether this process may install Debian packages.
pub(crate) fn is_root() -> bool {
    answer(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn path() -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let kept = place::tools().join("bin");
    env::join_paths(std::iter::once(kept).chain(env::split_paths(&old))).unwrap_or(old)
}

fn show(command: &Command) {
    println!("$ {}", line(command));
}

fn check(command: &Command, status: std::process::ExitStatus) -> Result {
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` failed: {status}", line(command)).into())
}

fn not_started(command: &Command, cause: &std::io::Error) -> String {
    format!("cannot start `{}`: {cause}", line(command))
}

fn line(command: &Command) -> String {
    let name = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
