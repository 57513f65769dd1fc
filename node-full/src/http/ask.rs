//! Reading what a call asks: its query, its body, the names in them.

use super::{gate::Origin, limits::Key, replay};
use crate::{access::Caller, messages::Language, problem::Problem};
use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderMap, header, request::Parts},
};
use medproof_core::{
    hash::Digest,
    identity::{Day, Lot, ProductCode, Scheme, Sscc},
};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, net::IpAddr, str::FromStr};

/// What every handler may want to know of a call besides its body.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The query's parameters.
    pub(super) query: HashMap<String, String>,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The caller's language.
    pub(super) language: Language,
    /// Who calls, where the row asks for a token.
    pub(super) caller: Option<Caller>,
    /// Who counts as the caller.
    pub(super) key: Key,
    /// What an event's body carries of the call; all zero without an idempotency key.
    pub(super) call: Digest,
    /// The path that was asked for.
    pub(super) path: String,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).map_err(|_| parameter("query"))?;
        let caller = parts.extensions.get::<Caller>().cloned();
        let address = parts.extensions.get::<Origin>().map_or(IpAddr::from([0, 0, 0, 0]), |origin| origin.address);
        Ok(Self {
            query: query.0,
            headers: parts.headers.clone(),
            language: parts.extensions.get().copied().unwrap_or_default(),
            key: Key::of(caller.as_ref(), address),
            caller,
            call: parts.extensions.get::<replay::Call>().map_or(Digest::ZERO, |call| call.0),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Asked {
    /// Who calls; the gate lets nobody else through to a handler that asks.
    pub(super) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::new("access.token"))
    }

    /// A parameter of the query, if it is there.
    pub(super) fn optional<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        self.query.get(name).map(|text| text.parse().map_err(|_| parameter(name))).transpose()
    }

    /// A parameter of the query that has to be there.
    pub(super) fn required<T: FromStr>(&self, name: &'static str) -> Result<T, Problem> {
        self.optional(name)?.ok_or_else(|| parameter(name))
    }

    /// A parameter as text.
    pub(super) fn text(&self, name: &'static str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// A parameter that is missing or wrong.
pub(super) fn parameter(name: &str) -> Problem {
    Problem::new("request.parameter").with("name", name)
}

/// A JSON body.
pub(super) fn json<T: DeserializeOwned>(asked: &Asked, bytes: &[u8]) -> Result<T, Problem> {
    let media_type = asked.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") && !essence.ends_with("+json") {
        return Err(Problem::new("request.media-type"));
    }
    serde_json::from_slice(bytes).map_err(|cause| Problem::new("request.body").with("cause", cause))
}

/// A product code: a GTIN-14, or `scheme:code` with scheme `1` GTIN, `2` PZN, `3` China, `4` national.
pub(super) fn product(text: &str) -> Result<ProductCode, Problem> {
    let code = match text.split_once(':') {
        None => ProductCode::from_gtin14(text),
        Some(("1", gtin)) => ProductCode::from_gtin14(gtin),
        Some((scheme, code)) => ProductCode::new(scheme_of(scheme).ok_or_else(|| parameter("product"))?, code),
    };
    code.map_err(|_| parameter("product"))
}

/// A product code as [`product`] reads it.
pub(super) fn product_text(product: &ProductCode) -> String {
    format!("{}:{}", product.scheme() as u8, product.code())
}

/// A lot number.
pub(super) fn lot(text: &str) -> Result<Lot, Problem> {
    Lot::new(text).map_err(|_| parameter("lot"))
}

/// An SSCC of 18 digits.
pub(super) fn sscc(text: &str) -> Result<Sscc, Problem> {
    Sscc::new(text).map_err(|_| parameter("sscc"))
}

/// A day as `YYYY-MM-DD`.
pub(super) fn day(text: &str) -> Result<Day, Problem> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let mut part = || parts.next().flatten();
    let date = (part(), part(), part());
    let (Some(year), Some(month), Some(day)) = date else { return Err(parameter("day")) };
    Day::from_date(year, month, day).ok_or_else(|| parameter("day"))
}

/// A day as [`day`] reads it.
pub(super) fn day_text(day: Day) -> String {
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(i64::from(day.0)));
    date.map_or_else(|_| day.0.to_string(), |date| date.to_string())
}

fn scheme_of(text: &str) -> Option<Scheme> {
    Some(match text {
        "2" => Scheme::Pzn,
        "3" => Scheme::China,
        "4" => Scheme::National,
        _ => return None,
    })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn days_and_products_are_written_as_they_are_read() {
        for text in ["1970-01-01", "2030-05-31", "2028-02-29"] {
            assert_eq!(day_text(day(text).expect("a day")), text);
        }
        assert!(day("2030-02-30").is_err() && day("2030-05").is_err() && day("x").is_err());
        let code = product("09504000059101").expect("a GTIN");
        assert_eq!(product(&product_text(&code)).expect("the same"), code);
        assert!(product("9:1").is_err() && product("1:1").is_err());
    }
}
