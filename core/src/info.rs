//! Names and particulars that leaves commit to by hash.
//!
//! ```text
//! product info = prelude(11) ‖ 8 × text (u8 length ≤ 200): name zh, name en, holder, form, strength,
//!                pack size, approval number, ATC code ‖ limits (flag ‖ i16 ‖ i16 ‖ u16)
//! info hash    = tagged("medproof product info", message)
//! ```
//!
//! A name that does not match its hash is not shown.

use crate::{
    encoding::{DecodeError, Message, MessageType, Reader, Wire, put_bytes8},
    hash::{Digest, Tag, tagged},
    leaf::{StorageLimits, get_limits, put_limits},
};
use alloc::{string::String, vec::Vec};

/// What a product is called, by whom, and how it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "product information has these fields in format version 0")]
pub struct ProductInfo {
    /// Generic name in Chinese.
    pub name_zh: String,
    /// Generic name in English.
    pub name_en: String,
    /// The marketing authorisation holder.
    pub holder: String,
    /// Dosage form.
    pub form: String,
    /// Strength, with its unit.
    pub strength: String,
    /// Contents of a pack.
    pub pack_size: String,
    /// Approval number.
    pub approval_number: String,
    /// ATC code (WHO).
    pub atc: String,
    /// Storage limits as on the product's leaf.
    pub limits: Option<StorageLimits>,
}

impl ProductInfo {
    /// The hash that a product's leaf holds.
    pub fn hash(&self) -> Digest {
        tagged(Tag::ProductInfo, &[&self.to_bytes()])
    }

    fn texts(&self) -> [&String; 8] {
        [
            &self.name_zh,
            &self.name_en,
            &self.holder,
            &self.form,
            &self.strength,
            &self.pack_size,
            &self.approval_number,
            &self.atc,
        ]
    }
}

impl Wire for ProductInfo {
    fn put(&self, out: &mut Vec<u8>) {
        for text in self.texts() {
            put_bytes8(out, text.as_bytes());
        }
        put_limits(self.limits, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut text = || reader.text8(0..=MAX_TEXT_BYTES);
        let info = Self {
            name_zh: text()?,
            name_en: text()?,
            holder: text()?,
            form: text()?,
            strength: text()?,
            pack_size: text()?,
            approval_number: text()?,
            atc: text()?,
            limits: get_limits(reader),
        };
        reader.sound(info)
    }
}

impl Message for ProductInfo {
    const TYPE: MessageType = MessageType::ProductInfo;
}

/// Who a member is: prelude(14) ‖ name zh ‖ name en ‖ GLN ‖ web domains: count u8 (≤ 8) ‖ texts.
///
/// Its hash is tagged("medproof member info", message).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "member information has these fields in format version 0")]
pub struct MemberInfo {
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Global Location Number, 13 digits, or empty.
    pub gln: String,
    /// The domains of its web shops.
    pub domains: Vec<String>,
}

impl MemberInfo {
    /// The hash that a member's leaf holds.
    pub fn hash(&self) -> Digest {
        tagged(Tag::MemberInfo, &[&self.to_bytes()])
    }
}

impl Wire for MemberInfo {
    fn put(&self, out: &mut Vec<u8>) {
        for text in [&self.name_zh, &self.name_en, &self.gln] {
            put_bytes8(out, text.as_bytes());
        }
        out.push(self.domains.len() as u8);
        self.domains.iter().for_each(|domain| put_bytes8(out, domain.as_bytes()));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut text = || reader.text8(0..=MAX_TEXT_BYTES);
        let (name_zh, name_en, gln) = (text()?, text()?, text()?);
        let count = reader.u8()?;
        if count > 8 {
            return Err(DecodeError::Bounds);
        }
        let domains = (0..count).map(|_| reader.text8(1..=MAX_TEXT_BYTES)).collect::<Result<_, _>>()?;
        Ok(Self { name_zh, name_en, gln, domains })
    }
}

impl Message for MemberInfo {
    const TYPE: MessageType = MessageType::MemberInfo;
}

/// Whether `text` is written as a domain is compared: a host name of at least two labels in lower case, without port or
/// trailing dot, its last label beginning with a letter. A name in other letters is one only as `xn--`.
pub fn is_domain(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_label = |label: &str| {
        let is_inner = label.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'-');
        is_inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = text.rsplit_once('.').and_then(|(_, last)| last.bytes().next());
    text.len() <= MAX_TEXT_BYTES && last.is_some_and(is_letter) && text.split('.').all(is_label)
}

/// The longest text in names and particulars.
const MAX_TEXT_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use std::{string::ToString, vec};

    fn info() -> ProductInfo {
        let text = |text: &str| text.to_string();
        ProductInfo {
            name_zh: text("阿司匹林片"),
            name_en: text("aspirin tablets"),
            holder: text("Holder GmbH"),
            form: text("tablet"),
            strength: text("100 mg"),
            pack_size: text("30"),
            approval_number: text("H20260001"),
            atc: text("B01AC06"),
            limits: Some(StorageLimits { min_decicelsius: -50, max_decicelsius: 250, cumulative_minutes: 60 }),
        }
    }

    #[test]
    fn every_text_counts_in_the_hash() {
        let bytes = info().to_bytes();
        assert_eq!(ProductInfo::from_bytes(&bytes), Ok(info()));
        let changes: [fn(&mut ProductInfo) -> &mut String; 8] = [
            |info| &mut info.name_zh,
            |info| &mut info.name_en,
            |info| &mut info.holder,
            |info| &mut info.form,
            |info| &mut info.strength,
            |info| &mut info.pack_size,
            |info| &mut info.approval_number,
            |info| &mut info.atc,
        ];
        let mut hashes = vec![info().hash(), ProductInfo { limits: None, ..info() }.hash()];
        for change in changes {
            let mut other = info();
            change(&mut other).push('x');
            hashes.push(other.hash());
        }
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn texts_are_bounded_and_printable() {
        for (name, error) in [("x".repeat(201), DecodeError::Bounds), ("line\nbreak".to_string(), DecodeError::Text)] {
            let bytes = ProductInfo { name_en: name, ..info() }.to_bytes();
            assert_eq!(ProductInfo::from_bytes(&bytes), Err(error));
        }
        let turned = StorageLimits { min_decicelsius: 251, max_decicelsius: 250, cumulative_minutes: 0 };
        let bytes = ProductInfo { limits: Some(turned), ..info() }.to_bytes();
        assert_eq!(ProductInfo::from_bytes(&bytes), Err(DecodeError::Value));
    }

    #[test]
    fn a_domain_is_a_host_name_in_lower_case() {
        let longest = std::format!("{}.example", "x".repeat(63));
        for text in ["shop.example", "pharmacy-7.example", "a.b.c", "xn--fiq228c.example", "1.a", &longest] {
            assert!(is_domain(text), "{text}");
        }
        let long = std::format!("{}.example", "x".repeat(64));
        let whole = std::format!("{}.example", "abc.".repeat(50));
        for text in [
            "",
            ".",
            "example",
            "Shop.example",
            "shop.example.",
            ".shop.example",
            "shop..example",
            "-a.example",
            "a-.example",
            "shop.example:443",
            "https://shop.example",
            "shop.example/",
            "shop example.com",
            "药店.example",
            "a_b.example",
            "127.0.0.1",
            "a.1b",
            "*.example",
            &long,
            &whole,
        ] {
            assert!(!is_domain(text), "{text}");
        }
    }

    #[test]
    fn a_member_has_at_most_eight_domains() {
        let member = |count: usize| MemberInfo {
            name_zh: "演示".to_string(),
            name_en: "Demo".to_string(),
            gln: "4012345000009".to_string(),
            domains: vec!["shop.example".to_string(); count],
        };
        for count in [0, 1, 8] {
            assert_eq!(MemberInfo::from_bytes(&member(count).to_bytes()), Ok(member(count)));
        }
        assert_eq!(MemberInfo::from_bytes(&member(9).to_bytes()), Err(DecodeError::Bounds));
        assert_ne!(member(1).hash(), member(2).hash());
        let nameless = MemberInfo { domains: vec![String::new()], ..member(0) };
        assert_eq!(MemberInfo::from_bytes(&nameless.to_bytes()), Err(DecodeError::Bounds));
    }
}
