//! `cargo run --package medproof-tests --bin liar`: the scripted lying node.
//!
//! Prints one line of JSON with its addresses, the anchor, scans and what to expect of them, and answers
//! until its standard input ends.

use medproof_tests::liar::{World, describe, now_ms, serve};
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let now = now_ms();
    let world = World::new(now);
    let mut out = std::io::stdout();
    writeln!(out, "{}", describe(&world, &base, now))?;
    out.flush()?;
    std::thread::spawn(move || serve(&listener, world));
    std::io::stdin().read_to_end(&mut Vec::new()).map(|_| ())
}
