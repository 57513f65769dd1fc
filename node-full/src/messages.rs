//! The message catalogue: a title, a detail and a next step for every code, in two languages.

use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese in simplified characters.
    Chinese,
}

/// What a person is told about one code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// What happened, in one line.
    pub title: String,
    /// What that means.
    pub detail: String,
    /// What to do.
    pub next: String,
}

impl Language {
    /// The best language for an `Accept-Language` header, RFC 9110 section 12.5.4.
    pub fn of_header(header: &str) -> Self {
        let mut best = (Self::default(), 0);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let (Some(language), weight) = (Self::of_tag(tag.trim()), thousandths(weight.trim())) else { continue };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The language of a locale such as `zh_CN.UTF-8`, as `LANG` has it.
    pub fn of_locale(locale: &str) -> Self {
        Self::of_tag(locale.split(['_', '.', '@']).next().unwrap_or_default()).unwrap_or_default()
    }

    /// Its tag, RFC 5646.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" | "*" => Some(Self::English),
            _ => None,
        }
    }
}

/// The message of a code.
pub fn find(code: &str, language: Language) -> Option<&'static Message> {
    let catalogue = match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    };
    catalogue.get(code)
}

/// The message of a code, with `values` in the places of its placeholders.
///
/// A detail of which a placeholder has no value is left out; a code without a message has itself as its title.
pub fn tell(code: &str, values: &BTreeMap<String, String>, language: Language) -> Message {
    let Some(message) = find(code, language) else {
        return Message { title: code.into(), detail: String::new(), next: String::new() };
    };
    let fill = |text: &str| {
        let filled =
            values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        let is_whole =
            text.split('{').skip(1).all(|rest| rest.split('}').next().is_some_and(|name| values.contains_key(name)));
        if is_whole { filled } else { String::new() }
    };
    Message { title: fill(&message.title), detail: fill(&message.detail), next: fill(&message.next) }
}

/// A weight `q=0.8` in thousandths.
fn thousandths(weight: &str) -> u32 {
    let value = weight.trim_start_matches("q=").parse::<f32>().unwrap_or(0.0);
    (value.clamp(0.0, 1.0) * 1_000.0) as u32
}

static ENGLISH: LazyLock<HashMap<String, Message>> =
    LazyLock::new(|| read(include_str!("../../core/messages/en.json")));
static CHINESE: LazyLock<HashMap<String, Message>> =
    LazyLock::new(|| read(include_str!("../../core/messages/zh-Hans.json")));

/// The catalogues are part of the program, and a test reads them; an unreadable one would leave codes.
fn read(json: &str) -> HashMap<String, Message> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_is_there_is_chosen() {
        let of = |header| Language::of_header(header).tag();
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), "zh-Hans");
        assert_eq!(of("en;q=0.7, zh-Hans;q=0.8"), "zh-Hans");
        assert_eq!(of("fr, de"), "en");
        assert_eq!(of("zh;q=0, en;q=0.1"), "en");
        assert_eq!(of(""), "en");
        assert_eq!(Language::of_locale("zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(Language::of_locale("C"), Language::English);
    }

    #[test]
    fn placeholders_are_filled_or_the_sentence_is_left_out() {
        assert!(ENGLISH.len() > 200 && ENGLISH.len() == CHINESE.len());
        let values =
            BTreeMap::from([("expiry_ledger".into(), "2030-01".into()), ("expiry_pack".into(), "2031-01".into())]);
        let told = tell("agreement.expiry-mismatch", &values, Language::English);
        assert!(told.detail.contains("2030-01"), "{told:?}");
        assert!(tell("agreement.expiry-mismatch", &BTreeMap::new(), Language::Chinese).detail.is_empty());
        let markup = BTreeMap::from([("expiry_ledger".to_owned(), "{expiry_pack}".to_owned())]);
        assert_eq!(tell("agreement.expiry-mismatch", &markup, Language::English).detail, "");
        assert!(
            find("state.recalled-lot", Language::Chinese).expect("a message").title.chars().any(|c| c > '\u{4e00}')
        );
    }
}
