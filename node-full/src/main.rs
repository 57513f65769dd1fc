//! `medproof`: the node and its tools.

fn main() {}
