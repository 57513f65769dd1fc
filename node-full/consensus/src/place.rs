//! Where a signing state belongs: to the folder in which it was made.
//!
//! A copy of the folder is as old as the copying, and nothing that was copied can tell. What a copy cannot have is the
//! folder itself: its number on the disk, and when it was made. Both stand in a file beside the state, and differ where
//! the folder was copied or unpacked from an archive. A disk that was put back as a whole is not noticed.
//!
//! ```text
//! file = number u64, decimal ‖ " " ‖ nanoseconds from 1970 to when it was made, or "-" ‖ "\n"
//! ```

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    time::UNIX_EPOCH,
};

/// Whether the state in `folder` was made elsewhere. One without a mark is taken to be at home: whoever moved a stopped
/// node for good takes the mark away.
pub(crate) fn is_copy(folder: &Path) -> io::Result<bool> {
    match fs::read_to_string(folder.join(PLACE_FILE)) {
        Ok(mark) => Ok(!Place::parse(&mark).is_some_and(|place| place.may_be(Place::of(folder)))),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// Marks `folder` as home, unless it is marked.
pub(crate) fn settle(folder: &Path) -> io::Result<()> {
    if folder.join(PLACE_FILE).exists() { Ok(()) } else { mark(folder) }
}

/// A folder as its file system knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    number: u64,
    /// Not every file system says when a folder was made.
    made_ns: Option<u128>,
}

impl Place {
    fn of(folder: &Path) -> io::Result<Self> {
        let about = fs::metadata(folder)?;
        let made = about.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self { number: about.ino(), made_ns: made.map(|time| time.as_nanos()) })
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, made) = text.trim_end().split_once(' ')?;
        let made_ns = if made == "-" { None } else { Some(made.parse().ok()?) };
        Some(Self { number: number.parse().ok()?, made_ns })
    }

    fn may_be(self, found: io::Result<Self>) -> bool {
        let is_same = |found: Self| {
            let times = self.made_ns.zip(found.made_ns);
            self.number == found.number && times.is_none_or(|(then, now)| then == now)
        };
        found.is_ok_and(is_same)
    }
}

/// Marks `folder` as the home of what is signed in it.
pub(crate) fn mark(folder: &Path) -> io::Result<()> {
    let place = Place::of(folder)?;
    let made = place.made_ns.map_or_else(|| "-".to_owned(), |made| made.to_string());
    let mut file = File::create(folder.join(PLACE_FILE))?;
    file.write_all(format!("{} {made}\n", place.number).as_bytes())?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

/// Its name in the folder of the signing state.
const PLACE_FILE: &str = "place";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_not_home_and_a_renamed_folder_is() {
        let above = tempfile::tempdir().unwrap();
        let [home, copy, renamed] = ["home", "copy", "renamed"].map(|name| above.path().join(name));
        fs::create_dir(&home).unwrap();
        fs::create_dir(&copy).unwrap();
        settle(&home).unwrap();
        assert!(!is_copy(&home).unwrap());
        fs::copy(home.join(PLACE_FILE), copy.join(PLACE_FILE)).unwrap();
        settle(&copy).unwrap();
        assert!(is_copy(&copy).unwrap());
        fs::rename(&home, &renamed).unwrap();
        assert!(!is_copy(&renamed).unwrap());
        // Moved for good: whoever did it says so by taking the mark away.
        fs::remove_file(copy.join(PLACE_FILE)).unwrap();
        settle(&copy).unwrap();
        assert!(!is_copy(&copy).unwrap());
        fs::write(copy.join(PLACE_FILE), "nonsense").unwrap();
        assert!(is_copy(&copy).unwrap());
    }

    #[test]
    fn a_time_that_is_not_known_is_not_compared() {
        let place = Place { number: 7, made_ns: Some(9) };
        let untimed = Place { made_ns: None, ..place };
        assert!(place.may_be(Ok(untimed)) && untimed.may_be(Ok(place)));
        assert!(!place.may_be(Ok(Place { made_ns: Some(8), ..place })));
        assert_eq!(Place::parse("7 -\n"), Some(untimed));
    }
}
