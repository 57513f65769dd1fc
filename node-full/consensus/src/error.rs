//! Why consensus ended.

use crate::{chain::ChainError, signing::SigningError};
use medproof_core::certificate::CertificateError;

/// Why consensus ended, or did not start. The process should exit and say so: what is left of it makes no
/// progress, and whether to start again is for whoever runs it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is not usable: what is wrong with it.
    Config(String),
    /// The validator key does not sign.
    Signing(SigningError),
    /// The chain could not keep or give what was asked for.
    Chain(ChainError),
    /// Validators decided on a header with a certificate that clients would refuse.
    Certificate(CertificateError),
    /// Validators decided on a block that this node does not have.
    MissingBlock,
    /// The write-ahead log failed or cannot be replayed. Starting again does not help, and may be unsafe: see to
    /// the disk first.
    WriteAheadLog,
    /// The engine stopped, for the reason in its log.
    Engine(String),
    /// The disk failed at start.
    Disk(std::io::Error),
    /// The address to listen at is taken, or not this machine's.
    Listen(std::io::Error),
}

impl Error {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "consensus.config",
            Self::Signing(error) => error.code(),
            Self::Chain(_) => "consensus.chain",
            Self::Certificate(_) => "consensus.certificate",
            Self::MissingBlock => "consensus.missing-block",
            Self::WriteAheadLog => "consensus.write-ahead-log",
            Self::Engine(_) => "consensus.engine",
            Self::Disk(_) => "consensus.disk",
            Self::Listen(_) => "consensus.listen",
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(why) | Self::Engine(why) => write!(f, "{} ({why})", self.code()),
            Self::Signing(error) => error.fmt(f),
            Self::Chain(error) => write!(f, "{} ({error})", self.code()),
            Self::Certificate(error) => write!(f, "{} ({})", self.code(), error.code()),
            Self::Disk(error) | Self::Listen(error) => write!(f, "{} ({error})", self.code()),
            Self::MissingBlock | Self::WriteAheadLog => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for Error {}

impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        Self::Chain(error)
    }
}

impl From<SigningError> for Error {
    fn from(error: SigningError) -> Self {
        Self::Signing(error)
    }
}
