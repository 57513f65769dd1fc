//! Medicines: finding them by name, initials, code, holder or lot, and registering them.

use super::super::{
    answer::{self, set},
    ask::{self, Asked, parameter},
    face::Shared,
    open::product::{describe, info_view},
};
use super::{deed, receipt_view};
use crate::{index::Index, problem::Problem};
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use medproof_core::{
    identity::{MemberId, ProductCode},
    info::ProductInfo,
    leaf::StorageLimits,
};
use medproof_rules::body::{Act, ProductAlias, ProductChange, ProductRegister};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Medicine {
    product: String,
    name_zh: String,
    name_en: String,
    holder: String,
    form: String,
    strength: String,
    pack_size: String,
    #[serde(default)]
    approval_number: String,
    #[serde(default)]
    atc: String,
    #[serde(default)]
    random_serials: bool,
    limits: Option<Limits>,
    /// To whom the product goes over, where it is changed.
    issuer: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    min_decicelsius: i16,
    max_decicelsius: i16,
    cumulative_minutes: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alias {
    alias: String,
    product: String,
}

/// Products whose names, initials, codes, holder or ATC code have the words of `q`; all without it.
pub(in crate::http) async fn find(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let words: Vec<String> =
        asked.text("q").unwrap_or_default().to_lowercase().split_whitespace().map(String::from).collect();
    let (from, most) = (asked.optional("from")?.unwrap_or(0), asked.optional("most")?.unwrap_or(MOST).min(MOST));
    let lot = asked.text("lot").map(ask::lot).transpose()?;
    let (mut found, mut total) = (Vec::new(), 0);
    for (product, info) in index.products()? {
        let has_lot = match &lot {
            Some(lot) => index.leaf(&index.paths().lot(&product, lot))?.is_some(),
            None => true,
        };
        if !has_lot || !has_words(&index, &product, &info, &words)? {
            continue;
        }
        total += 1;
        if total > from && found.len() < most {
            found.push(entry(&index, &product)?);
        }
    }
    Ok(answer::json(&json!({ "medicines": found, "total": total })))
}

/// Registers a product.
pub(in crate::http) async fn register(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let medicine: Medicine = ask::json(&asked, &bytes)?;
    let product = ask::product(&medicine.product)?;
    if medicine.issuer.is_some() {
        return Err(parameter("issuer"));
    }
    let random_serials = medicine.random_serials;
    let info = medicine.into_info();
    let view = info_view(&info);
    let receipt = deed(&face, &asked, Act::ProductRegister(ProductRegister { product, info, random_serials })).await?;
    let mut answer = receipt_view(&receipt);
    set(&mut answer, "info", view);
    Ok(answer::with_status(StatusCode::CREATED, &answer))
}

/// Changes a product: all of its information anew, and the issuer if one is named.
pub(in crate::http) async fn change(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let medicine: Medicine = ask::json(&asked, &bytes)?;
    let act = Act::ProductChange(ProductChange {
        product: ask::product(&medicine.product)?,
        random_serials: medicine.random_serials,
        new_issuer: medicine.issuer.map(MemberId),
        info: medicine.into_info(),
    });
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&deed(&face, &asked, act).await?)))
}

/// Registers another code of a product.
pub(in crate::http) async fn alias(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let Alias { alias, product } = ask::json(&asked, &bytes)?;
    let act = Act::ProductAlias(ProductAlias { alias: ask::product(&alias)?, canonical: ask::product(&product)? });
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&deed(&face, &asked, act).await?)))
}

impl Medicine {
    fn into_info(self) -> ProductInfo {
        let limits = self.limits.map(|limits| StorageLimits {
            min_decicelsius: limits.min_decicelsius,
            max_decicelsius: limits.max_decicelsius,
            cumulative_minutes: limits.cumulative_minutes,
        });
        ProductInfo {
            name_zh: self.name_zh,
            name_en: self.name_en,
            holder: self.holder,
            form: self.form,
            strength: self.strength,
            pack_size: self.pack_size,
            approval_number: self.approval_number,
            atc: self.atc,
            limits,
        }
    }
}

fn entry(index: &Index<'_>, product: &ProductCode) -> Result<Value, Problem> {
    let Some((_, leaf)) = index.product(product)? else { return Err(Problem::new("node.index")) };
    let lots = index.lots(product)?.into_iter().map(|lot| {
        json!({ "lot": lot.lot.as_str(), "expiry": ask::day_text(lot.expiry), "state": super::super::open::product::state_name(lot.state) })
    });
    let lots: Vec<Value> = lots.collect();
    let mut entry = describe(index, product, &leaf)?;
    set(&mut entry, "lots", lots);
    Ok(entry)
}

fn has_words(index: &Index<'_>, product: &ProductCode, info: &ProductInfo, words: &[String]) -> Result<bool, Problem> {
    if words.is_empty() {
        return Ok(true);
    }
    let mut texts =
        vec![info.name_zh.clone(), initials(&info.name_zh), info.name_en.to_lowercase(), info.holder.to_lowercase()];
    texts.extend([info.atc.to_lowercase(), info.approval_number.to_lowercase(), product.code().to_lowercase()]);
    texts.extend(index.aliases(product)?.iter().map(|alias| alias.code().to_lowercase()));
    Ok(words.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str()))))
}

/// The first letters of a Chinese name's syllables, as people type them.
fn initials(name: &str) -> String {
    use pinyin::ToPinyin;
    name.to_pinyin()
        .zip(name.chars())
        .map(|(sound, own)| {
            sound.map_or_else(|| own.to_lowercase().to_string(), |sound| sound.first_letter().to_owned())
        })
        .collect()
}

/// The most products in one answer.
const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_what_people_type() {
        assert_eq!(initials("阿莫西林"), "amxl");
        assert_eq!(initials("维生素C片"), "wsscp");
    }
}
