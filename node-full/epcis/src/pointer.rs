//! JSON pointers (RFC 6901), written only where a fault needs one.

use core::fmt;

/// Where a value stands: the way back to the root, one step a link.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trail<'t> {
    /// A pointer that is already written.
    Root(&'t str),
    /// A member of the object before it.
    Key(&'t Trail<'t>, &'t str),
    /// An element of the list before it.
    Index(&'t Trail<'t>, usize),
}

impl<'t> Trail<'t> {
    /// The member `key`.
    pub(crate) const fn key(&'t self, key: &'t str) -> Self {
        Self::Key(self, key)
    }

    /// The element `index`.
    pub(crate) const fn index(&'t self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(pointer) => f.write_str(pointer),
            Self::Key(before, key) => write!(f, "{before}/{}", escaped(key)),
            Self::Index(before, index) => write!(f, "{before}/{index}"),
        }
    }
}

/// A key as it stands in a pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_its_keys() {
        let root = Trail::Root("/epcisBody/eventList/3");
        let list = root.key("ext:a/b~c");
        assert_eq!(list.index(0).to_string(), "/epcisBody/eventList/3/ext:a~1b~0c/0");
    }
}
