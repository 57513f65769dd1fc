//! The program `medproof` on a filled folder, as a process of its own.

use crate::{
    call::Caller,
    figure::{Bound, Figures},
    meter::{self, Meter},
    world::World,
};
use medproof_core::{
    encoding::Message,
    genesis::Genesis,
    plain::{Client, Policy},
};
use medproof_node::{
    access::{Caller as Person, Purpose, Staff},
    clock::Clock,
    folder::{self, Folder},
    http::issuer_in,
};
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The node, until it is stopped.
pub(crate) struct Running {
    child: Child,
    address: SocketAddr,
    anchor: Vec<u8>,
    /// A token for each member, by its place.
    tokens: Vec<String>,
}

impl Running {
    /// Starts the node, and says how much memory it takes when nobody asks.
    pub(crate) fn start(folder: &Path, world: &World, figures: &mut Figures) -> Self {
        let folder = Folder::new(folder);
        let _ = fs::remove_file(folder.run_file());
        let meter = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_medproof"))
            .arg("--data")
            .arg(folder.path())
            .arg("run")
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        while !folder.run_file().exists() {
            assert!(meter.elapsed() < Duration::from_secs(60), "the node does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        figures.add("start, until it listens", (meter.elapsed().as_secs_f64(), "s"), Bound::None, None);
        let address = address(&folder);
        let running =
            Self { child, address, anchor: folder::read(&folder.anchor()).unwrap(), tokens: tokens(&folder, world) };
        running.caller().get("/health/live", "").expect(200);
        std::thread::sleep(Duration::from_secs(1));
        let (now, _) = meter::memory_mib(running.child.id());
        figures.add("memory, idle", (now, "MiB"), Bound::AtMost(100.0), None);
        running
    }

    /// What has been the most memory so far.
    pub(crate) fn memory(&self, figures: &mut Figures) {
        let (_, most) = meter::memory_mib(self.child.id());
        figures.add("memory, the most under these loads", (most, "MiB"), Bound::AtMost(256.0), None);
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller::new(self.address)
    }

    pub(crate) fn meter(&self) -> Meter {
        Meter::of(self.child.id())
    }

    /// The header with a token of the member at `place`.
    pub(crate) fn token(&self, place: usize) -> &str {
        &self.tokens[place]
    }

    /// A client that begins at the anchor calls the pack fit for use.
    pub(crate) fn check(&self, scan: &str, proof: &[u8]) {
        let policy = Policy {
            purpose: "dispenser".into(),
            mode: "online".into(),
            max_age_online_ms: None,
            max_age_carried_ms: None,
            clock_tolerance_ms: None,
        };
        let mut client = Client::new(&self.anchor).unwrap();
        let verdict = client.verify(scan, proof, Clock::wall().now().0, &policy).unwrap();
        assert_eq!(verdict.overall, "ok", "{scan}: {:?}", verdict.reasons);
    }

    pub(crate) fn stop(mut self) {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(stopped.success() && self.child.wait().unwrap().success(), "the node does not stop");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After a panic; a node that was stopped is gone already.
        let _ = self.child.kill();
    }
}

fn address(folder: &Folder) -> SocketAddr {
    let run: serde_json::Value = serde_json::from_slice(&fs::read(folder.run_file()).unwrap()).unwrap();
    run["api"].as_str().unwrap().trim_start_matches("http://").parse().unwrap()
}

fn tokens(folder: &Folder, world: &World) -> Vec<String> {
    let genesis = Genesis::from_bytes(&fs::read(folder.genesis()).unwrap()).unwrap();
    let issuer = issuer_in(folder, &genesis).unwrap();
    let token = |member| {
        let staff = vec![Staff::Machine, Staff::Regulator];
        let person = Person { subject: "bench".into(), member, staff, purpose: Some(Purpose::Hoperat) };
        let token = issuer.issue(&person, Clock::wall().now(), 12).unwrap();
        format!("authorization: Bearer {token}\r\n")
    };
    world.keys.iter().map(|key| token(key.member)).collect()
}
