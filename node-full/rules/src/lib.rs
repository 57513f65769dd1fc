//! What an event may do to the ledger.
