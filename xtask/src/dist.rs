//! `cargo xtask dist`: the node as one static program with the pages inside, held against its bounds.

use crate::bindings::renew;
use crate::setup::{self, Part};
use crate::{Result, command, machine, place, refuse, table, web};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A processor that the program is built for, and the C compiler for it: `ring` has assembler and C.
struct Build {
    target: &'static str,
    compiler: &'static str,
    /// The Debian packages that bring the compiler and its headers.
    packages: &'static str,
}

const BUILDS: [Build; 2] = [
    Build { target: "x86_64-unknown-linux-musl", compiler: "musl-gcc", packages: "musl-tools" },
    Build {
        target: "aarch64-unknown-linux-musl",
        compiler: "aarch64-linux-gnu-gcc",
        packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    },
];

/// Something measured, and the most that it may be.
struct Figure {
    what: &'static str,
    value: u64,
    most: Option<u64>,
}

/// How long a node is left alone before it counts as idle.
const SETTLED: Duration = Duration::from_secs(10);

/// How long a node may take until it listens; the demonstration's year takes a minute.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn task(arguments: &[&str]) -> Result {
    refuse(arguments)?;
    let needs: Vec<&Part> = web::NEEDS.iter().copied().chain([&setup::MUSL]).collect();
    setup::provide(&needs)?;
    let pages = web::build()?;
    machine::print();
    let (mut rows, mut is_over) = (Vec::new(), false);
    for build in BUILDS {
        if !build.has_compiler() {
            println!("  {} is left out: `sudo apt-get install {}` brings its compiler", build.target, build.packages);
            continue;
        }
        let program = build.program(&pages)?;
        for figure in build.figures(&program, &pages)? {
            is_over |= figure.most.is_some_and(|most| figure.value > most);
            rows.push(figure.row(build.target));
        }
        println!("  {} is in {}", build.target, program.display());
    }
    table::print("The node, to be handed out", &["target", "what", "measured", "at most"], &rows);
    if is_over { Err("the node is larger than it may be".into()) } else { Ok(()) }
}

impl Build {
    /// Builds the program with the `pages` in it.
    fn program(&self, pages: &Path) -> Result<PathBuf> {
        if !setup::has_library(self.target) {
            command::run(command::program("rustup").args(["target", "add", self.target]))?;
        }
        let name = self.target.replace('-', "_");
        let mut cargo = command::cargo();
        cargo.args(["build", "--package", "medproof-node", "--bin", "medproof"]);
        cargo.args(["--release", "--target", self.target]).env("MEDPROOF_WEB", pages);
        cargo.env(format!("CC_{name}"), self.compiler);
        if !self.is_own() {
            // Rust brings musl's libraries and a linker; only the C compiler is another machine's.
            cargo.env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), "rust-lld");
        }
        command::run(&mut cargo)?;
        Ok(place::target().join(self.target).join("release/medproof"))
    }

    /// Whether C with its headers can be compiled for the target.
    fn has_compiler(&self) -> bool {
        let nothing = ["-x", "c", "-c", "-include", "stdint.h", "-o", "/dev/null", "/dev/null"];
        command::succeeds(command::program(self.compiler).args(nothing))
    }

    /// Whether the program runs on this machine.
    fn is_own(&self) -> bool {
        self.target.starts_with(std::env::consts::ARCH)
    }

    fn figures(&self, program: &Path, pages: &Path) -> Result<Vec<Figure>> {
        let headers = command::answer(command::program("readelf").arg("--program-headers").arg(program))?;
        if headers.contains("INTERP") {
            return Err(format!("{} is not static", program.display()).into());
        }
        let mut figures = vec![
            Figure { what: "bytes, static and stripped", value: fs::metadata(program)?.len(), most: Some(30_000_000) },
            Figure { what: "crates", value: self.crates()?, most: None },
        ];
        if self.is_own() {
            let (idle, demo) = (idle_kib(program, pages)?, demo_kib(program)?);
            figures.push(Figure { what: "KiB of memory, idle", value: idle, most: Some(100 * 1024) });
            figures.push(Figure { what: "KiB of memory, demonstration", value: demo, most: Some(256 * 1024) });
        }
        Ok(figures)
    }

    /// How many crates the program is made of.
    fn crates(&self) -> Result<u64> {
        let mut tree = command::cargo();
        tree.args([
            "tree",
            "--package",
            "medproof-node",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--target",
            self.target,
        ]);
        let tree = command::answer(&mut tree)?;
        // A crate that was listed before is marked.
        let names: std::collections::BTreeSet<&str> =
            tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
        Ok(names.len() as u64)
    }
}

impl Figure {
    fn row(&self, target: &str) -> Vec<String> {
        let most = self.most.map(|most| most.to_string()).unwrap_or_default();
        vec![target.into(), self.what.into(), self.value.to_string(), most]
    }
}

/// Memory of a new node that nobody asks, once it has shown its page.
fn idle_kib(program: &Path, pages: &Path) -> Result<u64> {
    let data = data_folder("idle")?;
    command::run(medproof(program, &data).arg("init"))?;
    let config = data.join("config.toml");
    let text = fs::read_to_string(&config)?;
    fs::write(&config, text.replace("127.0.0.1:7410", "127.0.0.1:0").replace("127.0.0.1:7411", "127.0.0.1:0"))?;
    let running = Running::start(medproof(program, &data).arg("run"), &data)?;
    let shown = page(&data)?;
    if !shown.ends_with(&fs::read(pages.join("index.html"))?) {
        return Err("the node does not show the page that was built in".into());
    }
    thread::sleep(SETTLED);
    running.status_kib("VmRSS:")
}

/// The most memory of a node that makes the demonstration's year and proves what comes out of it.
fn demo_kib(program: &Path) -> Result<u64> {
    let data = data_folder("demo")?;
    let mut demo = medproof(program, &data);
    let running = Running::start(demo.args(["demo", "--listen", "127.0.0.1:0", "--consensus", "127.0.0.1:0"]), &data)?;
    running.status_kib("VmHWM:")
}

/// Where a new node's data go: not there yet, in a folder of its own.
fn data_folder(name: &str) -> Result<PathBuf> {
    let folder = place::target().join("dist").join(name);
    renew(&folder)?;
    Ok(folder.join("data"))
}

/// What the node of a data folder answers to a browser that asks for `/`.
fn page(data: &Path) -> Result<Vec<u8>> {
    let run = fs::read_to_string(data.join("run.json"))?;
    let address = run.split('"').find_map(|word| word.strip_prefix("http://")).ok_or("run.json names no address")?;
    let (mut stream, mut answer) = (TcpStream::connect(address)?, Vec::new());
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn medproof(program: &Path, data: &Path) -> Command {
    let mut medproof = command::program(&program.display().to_string());
    medproof.arg("--data").arg(data);
    medproof
}

/// A node; ended when it goes out of scope.
struct Running(Child);

impl Running {
    /// Starts a node and waits until it listens, of which it writes a file.
    fn start(node: &mut Command, data: &Path) -> Result<Self> {
        let mut running = Self(node.stdout(Stdio::null()).spawn()?);
        let begin = Instant::now();
        while !data.join("run.json").exists() {
            if let Some(status) = running.0.try_wait()? {
                return Err(format!("the node ended: {status}").into());
            }
            if begin.elapsed() > PATIENCE {
                return Err("the node does not listen".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(running)
    }

    fn status_kib(&self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        value.trim().trim_end_matches(" kB").parse().map_err(|_| format!("the kernel does not tell {name}").into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
