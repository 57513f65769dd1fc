//! The consensus engine behind one interface.
