//! A scanner that types like a keyboard, and a computer set to another one.

use super::reading::Repair;
use alloc::{string::String, vec::Vec};

/// What was typed, for each keyboard under which `text` could have arrived and would differ.
pub(super) fn variants(text: &str) -> Vec<(String, Repair)> {
    let mut variants = Vec::new();
    let mut add = |typed: Option<String>, repair| {
        if let Some(typed) = typed.filter(|typed| typed != text) {
            variants.push((typed, repair));
        }
    };
    add(text.is_ascii().then(|| text.chars().map(exchange_case).collect()), Repair::CapsLock);
    add(typed_on(text, QWERTZ), Repair::KeyboardQwertz);
    add(typed_on(text, AZERTY), Repair::KeyboardAzerty);
    variants
}

const fn exchange_case(c: char) -> char {
    if c.is_ascii_alphabetic() { (c as u8 ^ 0x20) as char } else { c }
}

/// `text` as the scanner sent it; `None` if the keyboard could not have shown it.
fn typed_on(text: &str, layout: &str) -> Option<String> {
    text.chars().map(|shown| if shown <= ' ' { Some(shown) } else { key_of(shown, layout) }).collect()
}

/// The character of the American keyboard on the key that shows `shown`.
fn key_of(shown: char, layout: &str) -> Option<char> {
    layout.chars().zip(' '..='~').find(|(character, _)| *character == shown).map(|(_, key)| key)
}

/// What a German keyboard shows for the American ` ` to `~`, in that order.
const QWERTZ: &str = " !Ä§$%/ä)=(`,ß.-0123456789Öö;´:_\"ABCDEFGHIJKLMNOPQRSTUVWXZYü#+&?^abcdefghijklmnopqrstuvwxzyÜ'*°";

/// What a French keyboard shows for the American ` ` to `~`, in that order.
const AZERTY: &str = " 1%3457ù908+;):!à&é\"'(-è_çMm.=/§2QBCDEFGHIJKL?NOPARSTUVZXYW^*$6°²qbcdefghijkl,noparstuvzxyw¨µ£~";
