//! Blocks, event log, state tree and documents in one encrypted file.
