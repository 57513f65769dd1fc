//! A process killed at random moments of its commits: every acknowledged block is there, whole.
//!
//! `MEDPROOF_STORE_KILLS` sets the number of kills; without it there are ten.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod support;

use medproof_store::{Options, Store};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};
use support::{Chain, Rng, changes, key};

#[test]
fn acknowledged_blocks_survive_a_kill() {
    if let Some(path) = env::var_os(CHILD) {
        return commit_for_ever(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let kills: u64 = env::var("MEDPROOF_STORE_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let (mut rng, mut last) = (Rng(12), 0);
    for _ in 0..kills {
        let acknowledged = run_and_kill(&path, Duration::from_millis(rng.below(300)), last);
        let store = Store::open(&path, &key(), &Options::default()).unwrap();
        let tip = store.view().mark().unwrap().height.0;
        assert!(tip == acknowledged || tip == acknowledged + 1, "{acknowledged} acknowledged, {tip} there");
        assert_eq!(store.check(&mut |_| {}).damage, []);
        last = tip;
    }
    assert!(last > kills, "too little was committed to show anything");
}

/// Starts a child, kills it some time after its first block, and gives the last height that it named.
fn run_and_kill(path: &Path, after: Duration, before: u64) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "acknowledged_blocks_survive_a_kill", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut heights = lines.by_ref().filter_map(|line| line.strip_prefix("height ")?.parse::<u64>().ok());
    let first = heights.next().unwrap();
    assert!(first > before || before == 0);
    thread::sleep(after);
    child.kill().unwrap();
    let last = heights.last().unwrap_or(first);
    child.wait().unwrap();
    last
}

fn commit_for_ever(path: &Path) {
    let create = !path.exists();
    let (key, options) = (key(), Options::default());
    let store = if create { Store::create(path, &key, &options) } else { Store::open(path, &key, &options) }.unwrap();
    let mut chain = Chain::resume(&store.view());
    let (mut rng, mut known) = (Rng(chain.headers.len() as u64), Vec::new());
    let mut out = std::io::stdout();
    loop {
        let view = chain.commit(&store, changes(&mut rng, &mut known, 200, 10), 3);
        writeln!(out, "\nheight {}", view.mark().unwrap().height.0).unwrap();
        out.flush().unwrap();
    }
}

const CHILD: &str = "MEDPROOF_STORE_CHILD";
