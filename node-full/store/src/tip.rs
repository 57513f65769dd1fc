//! What is checked when a store is opened: its newest block, and that it is the newest.

use crate::{
    error::{Fault, Mark, StoreError},
    record::Record,
    view::View,
};
use medproof_core::header::{Header, Height};

/// Checks that the newest block is whole: what a node vouches for before it serves or signs.
pub(crate) fn check_tip(view: &View) -> Result<(), StoreError> {
    let Some(tip) = view.tip() else { return Ok(()) };
    let height = tip.height();
    let contradicts = |record| StoreError::damaged(record, Fault::Contradicts);
    let absent = |record| StoreError::damaged(record, Fault::Absent);
    check_certificate(view, tip)?;
    let (size, root) = tip.log().ok_or(contradicts(Record::Header(height)))?;
    let tail = view.log_tail()?;
    if (tail.size(), tail.root()) != (size, root) {
        return Err(contradicts(Record::Tile { level: 0, index: size.0 / 256 }));
    }
    if tip.state_root() != Some(view.state_root()) || !view.root_is_whole()? {
        return Err(contradicts(view.root_record()));
    }
    view.set(tip.next_set_hash())?.ok_or(absent(Record::Set(*tip.next_set_hash())))?;
    Ok(())
}

/// Checks the certificate of a header that the store holds.
pub(crate) fn check_certificate(view: &View, header: &Header) -> Result<(), StoreError> {
    let height = header.height();
    let set =
        view.set(header.set_hash())?.ok_or(StoreError::damaged(Record::Set(*header.set_hash()), Fault::Absent))?;
    match view.certificate(height)? {
        None if height == Height(0) => Ok(()),
        None => Err(StoreError::damaged(Record::Certificate(height), Fault::Absent)),
        Some(certificate) if certificate.verify(header, &set).is_ok() => Ok(()),
        Some(_) => Err(StoreError::damaged(Record::Certificate(height), Fault::Contradicts)),
    }
}

/// Checks that the store has the newest header that was seen.
pub(crate) fn check_newest(view: &View, newest: Option<Mark>) -> Result<(), StoreError> {
    let Some(newest) = newest else { return Ok(()) };
    let found = match view.header(newest.height)? {
        Some(header) => Some(Mark { height: header.height(), hash: header.hash() }),
        None => view.mark(),
    };
    if found == Some(newest) { Ok(()) } else { Err(StoreError::RolledBack { newest, found }) }
}
