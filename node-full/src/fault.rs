//! What went wrong, as a stable code with values; the sentences are in the message catalogue.

use medproof_store::StoreError;
use std::{fmt, io, path::Path};

/// A failure that a person is told about: a code of the message catalogue and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    code: &'static str,
    values: Vec<(&'static str, String)>,
}

/// The answer of whatever may fail in the node.
pub type Result<T = ()> = std::result::Result<T, Fault>;

impl Fault {
    /// A failure without values.
    pub const fn new(code: &'static str) -> Self {
        Self { code, values: Vec::new() }
    }

    /// The same failure, naming one thing more: the value of the placeholder `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// A file that could not be read or written.
    pub fn file(path: &Path, cause: &io::Error) -> Self {
        Self::new("node.file").with("path", path.display()).with("cause", cause)
    }

    /// A file whose contents are not what they should be.
    pub fn contents(path: &Path, cause: impl fmt::Display) -> Self {
        Self::new("node.file.contents").with("path", path.display()).with("cause", cause)
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Values for the placeholders of the code's sentences.
    pub fn values(&self) -> &[(&'static str, String)] {
        &self.values
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)?;
        self.values.iter().try_for_each(|(name, value)| write!(formatter, " {name}=`{value}`"))
    }
}

impl std::error::Error for Fault {}

impl From<StoreError> for Fault {
    fn from(cause: StoreError) -> Self {
        cause.values().into_iter().fold(Self::new(cause.code()), |fault, (name, value)| fault.with(name, value))
    }
}
