//! Tokens: JWTs (RFC 7519) that the node signs with a key of its own, by EdDSA and nothing else.
//!
//! ```text
//! token = base64url(header) . base64url(claims) . base64url(Ed25519 over what stands before)
//! header = {"alg":"EdDSA","kid":…,"typ":"JWT"}
//! claims = {"aud":"medproof","exp":…,"iat":…,"iss":…,"sub":…,"mp_member":…,"mp_roles":[…],"mp_purpose":…}
//! ```
//!
//! A verifier chooses the algorithm and the key; the token's header can only agree (RFC 8725 sections 3.1
//! and 3.10). A member of the header that is not known here (`jku`, `jwk`, `x5u`, `crit` …) refuses the token.

use crate::{
    access::{Caller, Purpose, Staff},
    fault::{Fault, Result},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use medproof_core::{header::UnixMillis, identity::MemberId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// Signs tokens of one node.
pub struct Issuer {
    key: SigningKey,
    name: String,
}

/// Checks tokens of one node.
#[derive(Clone, Debug)]
pub struct Verifier {
    key: VerifyingKey,
    kid: String,
    name: String,
}

/// The claims of a token, RFC 7519 section 4 and the project's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a token has these claims")]
pub struct Claims {
    /// Whose token it is to check: always `medproof`.
    pub aud: String,
    /// Until when, in seconds since 1970.
    pub exp: u64,
    /// Since when.
    pub iat: u64,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// Who issued it: the node's chain.
    pub iss: String,
    /// For whom.
    pub sub: String,
    /// The member that its holder acts for.
    pub mp_member: u32,
    /// The holder's staff roles.
    pub mp_roles: Vec<Staff>,
    /// Why the holder calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mp_purpose: Option<Purpose>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
}

impl Issuer {
    /// Signs with the secret of a key; `name` says for which chain.
    pub fn new(secret: &[u8; 32], name: impl Into<String>) -> Self {
        Self { key: SigningKey::from_bytes(secret), name: name.into() }
    }

    /// What checks its tokens.
    pub fn verifier(&self) -> Verifier {
        let key = self.key.verifying_key();
        Verifier { key, kid: kid(&key), name: self.name.clone() }
    }

    /// A token for `caller` that lasts `hours`, at most [`MAX_HOURS`].
    pub fn issue(&self, caller: &Caller, now: UnixMillis, hours: u8) -> Result<String> {
        if hours == 0 || u64::from(hours) > MAX_HOURS || caller.staff.is_empty() {
            return Err(Fault::new("token.hours").with("most", MAX_HOURS));
        }
        let iat = now.0 / 1_000;
        self.sign(&Claims {
            aud: AUDIENCE.into(),
            exp: iat + u64::from(hours) * 3_600,
            iat,
            nbf: None,
            iss: self.name.clone(),
            sub: caller.subject.clone(),
            mp_member: caller.member.0,
            mp_roles: caller.staff.clone(),
            mp_purpose: caller.purpose,
        })
    }

    /// A token with these claims, right or wrong.
    pub fn sign(&self, claims: &Claims) -> Result<String> {
        let header = Header { alg: ALGORITHM.into(), kid: kid(&self.key.verifying_key()), typ: Some("JWT".into()) };
        let message = format!("{}.{}", part(&header)?, part(claims)?);
        let signature = self.key.sign(message.as_bytes());
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }
}

impl Verifier {
    /// Who the token says that its bearer is, if it is this node's and in force at `now`.
    pub fn check(&self, token: &str, now: UnixMillis) -> Result<Caller> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Fault::new("token.malformed"));
        }
        let (message, signature) = token.rsplit_once('.').ok_or_else(|| Fault::new("token.malformed"))?;
        let (header, claims) = message.split_once('.').ok_or_else(|| Fault::new("token.malformed"))?;
        self.check_header(header)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        let signature = signature.ok_or_else(|| Fault::new("token.malformed"))?;
        let verified = self.key.verify_strict(message.as_bytes(), &signature);
        verified.map_err(|_| Fault::new("token.signature"))?;
        // Only what the node signed is read any further.
        self.check_claims(parse(claims)?, now.0 / 1_000)
    }

    fn check_header(&self, text: &str) -> Result {
        let header: Header = parse(text)?;
        let is_typ = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
        if header.alg != ALGORITHM || !is_typ {
            return Err(Fault::new("token.algorithm"));
        }
        if header.kid == self.kid { Ok(()) } else { Err(Fault::new("token.key")) }
    }

    fn check_claims(&self, claims: Claims, now: u64) -> Result<Caller> {
        if claims.aud != AUDIENCE {
            return Err(Fault::new("token.audience"));
        }
        if claims.iss != self.name {
            return Err(Fault::new("token.issuer"));
        }
        if claims.exp <= now {
            return Err(Fault::new("token.expired"));
        }
        let starts = claims.nbf.unwrap_or(0).max(claims.iat);
        if starts > now.saturating_add(CLOCK_TOLERANCE) {
            return Err(Fault::new("token.early"));
        }
        if claims.exp.saturating_sub(claims.iat) > MAX_HOURS * 3_600 {
            return Err(Fault::new("token.hours").with("most", MAX_HOURS));
        }
        Ok(Caller {
            subject: claims.sub,
            member: MemberId(claims.mp_member),
            staff: claims.mp_roles,
            purpose: claims.mp_purpose,
        })
    }
}

/// The token in an `Authorization` header, RFC 6750 section 2.1.
pub fn bearer(header: &str) -> Result<&str> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if !scheme.eq_ignore_ascii_case("Bearer") || token.is_empty() || !token.chars().all(is_token) {
        return Err(Fault::new("token.malformed"));
    }
    Ok(token)
}

/// A name for a key: the beginning of its hash.
fn kid(key: &VerifyingKey) -> String {
    let hash = Sha256::digest(key.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.get(..12).unwrap_or_default())
}

fn part(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_vec(value).map_err(|cause| Fault::new("token.malformed").with("cause", cause))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

fn parse<T: DeserializeOwned>(part: &str) -> Result<T> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::new("token.malformed"))?;
    serde_json::from_slice(&json).map_err(|_| Fault::new("token.malformed"))
}

/// A token lasts at most so long, in hours.
pub const MAX_HOURS: u64 = 12;

const AUDIENCE: &str = "medproof";
const ALGORITHM: &str = "EdDSA";
const MAX_TOKEN_BYTES: usize = 4_096;

/// How far the issuer's clock may be ahead, in seconds.
const CLOCK_TOLERANCE: u64 = 30;

#[cfg(test)]
#[path = "token/tests.rs"]
mod tests;
