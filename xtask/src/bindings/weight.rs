//! The bytes that an application gains by the library, and their bound.

use super::{library, stripped};
use crate::stage::{Outcome, Run};
use crate::{Result, place, table};
use std::fs;

/// The most that the stripped library of this machine may weigh.
const BOUND: u64 = 1_500_000;

pub(crate) fn stage(_: &mut Run) -> Result<Outcome> {
    let built = library()?;
    let shipped = stripped(&built, &place::target().join("mobile/stripped"))?;
    let bytes = fs::metadata(&shipped)?.len();
    let rows = [("as built", fs::metadata(&built)?.len()), ("stripped", bytes)];
    let rows = rows.map(|(form, bytes)| vec![form.to_owned(), bytes.to_string()]);
    table::print("The library for this machine", &["form", "bytes"], &rows);
    if bytes > BOUND {
        return Err(format!("{bytes} bytes are more than {BOUND}").into());
    }
    Ok(Outcome::Passed)
}
