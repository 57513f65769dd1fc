//! The problem types of the standard's REST binding (EPCIS 2.0 section 12, RFC 7807), as data.

/// A type of problem, with its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// The document breaks the standard's rules.
    Validation,
    /// A stored query breaks them.
    QueryValidation,
    /// A parameter is unknown or has no such value.
    QueryParameter,
    /// A subscription cannot be made so.
    SubscriptionControls,
    /// Who asks is not known.
    Unauthorised,
    /// Who asks may not.
    Security,
    /// There is no such resource.
    NoSuchResource,
    /// No answer in a form that was asked for.
    NotAcceptable,
    /// There is such a resource already.
    ResourceAlreadyExists,
    /// The document is larger than announced.
    CaptureLimitExceeded,
    /// The answer would be too large.
    QueryTooLarge,
    /// The question is too complex.
    QueryTooComplex,
    /// The URI is too long.
    UriTooLong,
    /// A body of another media type.
    UnsupportedMediaType,
    /// The node failed.
    Implementation,
    /// The node does not have this.
    NotImplemented,
}

impl Problem {
    /// All problem types.
    pub const ALL: [Self; 16] = [
        Self::Validation,
        Self::QueryValidation,
        Self::QueryParameter,
        Self::SubscriptionControls,
        Self::Unauthorised,
        Self::Security,
        Self::NoSuchResource,
        Self::NotAcceptable,
        Self::ResourceAlreadyExists,
        Self::CaptureLimitExceeded,
        Self::QueryTooLarge,
        Self::QueryTooComplex,
        Self::UriTooLong,
        Self::UnsupportedMediaType,
        Self::Implementation,
        Self::NotImplemented,
    ];

    /// The `type` of the problem document.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Validation => "epcisException:ValidationException",
            Self::QueryValidation => "epcisException:QueryValidationException",
            Self::QueryParameter => "epcisException:QueryParameterException",
            Self::SubscriptionControls => "epcisException:SubscriptionControlsException",
            Self::Unauthorised | Self::Security => "epcisException:SecurityException",
            Self::NoSuchResource => "epcisException:NoSuchResourceException",
            Self::NotAcceptable => "epcisException:NotAcceptableException",
            Self::ResourceAlreadyExists => "epcisException:ResourceAlreadyExistsException",
            Self::CaptureLimitExceeded => "epcisException:CaptureLimitExceededException",
            Self::QueryTooLarge => "epcisException:QueryTooLargeException",
            Self::QueryTooComplex => "epcisException:QueryTooComplexException",
            Self::UriTooLong => "epcisException:URITooLongException",
            Self::UnsupportedMediaType => "epcisException:UnsupportedMediaTypeException",
            Self::Implementation | Self::NotImplemented => "epcisException:ImplementationException",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Validation | Self::QueryValidation | Self::QueryParameter | Self::SubscriptionControls => 400,
            Self::Unauthorised => 401,
            Self::Security => 403,
            Self::NoSuchResource => 404,
            Self::NotAcceptable => 406,
            Self::ResourceAlreadyExists => 409,
            Self::CaptureLimitExceeded | Self::QueryTooLarge | Self::QueryTooComplex => 413,
            Self::UriTooLong => 414,
            Self::UnsupportedMediaType => 415,
            Self::Implementation => 500,
            Self::NotImplemented => 501,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_problem_is_one_type_and_status() {
        let pairs: BTreeSet<_> = Problem::ALL.iter().map(|problem| (problem.uri(), problem.status())).collect();
        assert_eq!(pairs.len(), Problem::ALL.len());
        assert!(Problem::ALL.iter().all(|problem| problem.uri().starts_with("epcisException:")));
    }
}
