//! A MedProof node: events in, blocks and proofs out.
