//! A small demonstration node: the real program, for samples to ask.

use crate::{Result, command, place};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A node that runs until it is stopped or dropped.
pub(crate) struct DemoNode {
    process: Child,
    data: PathBuf,
    /// Where its interface is.
    pub(crate) address: String,
}

impl DemoNode {
    /// Makes a demonstration of 10,000 packs and waits until it is served.
    pub(crate) fn start() -> Result<Self> {
        command::run(command::cargo().args(["build", "--package", "medproof-node", "--bin", "medproof"]))?;
        let data = place::target().join("samples/node");
        super::renew(&data)?;
        fs::remove_dir(&data)?;
        let mut program = command::program(&place::target().join("debug/medproof").display().to_string());
        program.arg("--data").arg(&data).args(["demo", "--lots", "10", "--products", "20"]);
        program.args(["--listen", "127.0.0.1:0", "--consensus", "127.0.0.1:0"]);
        let process = program.env("MEDPROOF_LOG", "error").stdout(Stdio::null()).spawn()?;
        let mut node = Self { process, data, address: String::new() };
        node.address = node.served()?;
        println!("a demonstration node answers at {}", node.address);
        Ok(node)
    }

    /// The address in `run.json`, once that is there.
    fn served(&mut self) -> Result<String> {
        let begin = Instant::now();
        while begin.elapsed() < LONGEST {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("the demonstration node ended: {status}").into());
            }
            if let Some(address) = fs::read_to_string(self.data.join("run.json")).ok().as_deref().and_then(address) {
                return Ok(address.to_owned());
            }
            sleep(Duration::from_millis(100));
        }
        Err(format!("the demonstration node did not answer within {} s", LONGEST.as_secs()).into())
    }
}

impl Drop for DemoNode {
    fn drop(&mut self) {
        // A node that is already gone is stopped as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The interface's address in the text of `run.json`; nothing while that is being written.
fn address(run: &str) -> Option<&str> {
    run.split_once("\"api\":\"")?.1.split_once('"').map(|(address, _)| address)
}

const LONGEST: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn finds_the_address_in_a_whole_file_only() {
        assert_eq!(address(r#"{"api":"http://127.0.0.1:9","pid":1}"#), Some("http://127.0.0.1:9"));
        assert_eq!(address(r#"{"api":"http://127.0"#), None);
    }
}
