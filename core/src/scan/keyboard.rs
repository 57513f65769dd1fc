//! A scanner that types like a keyboard, and a computer set to another one.

use super::reading::{Repair, Repairs};
use alloc::vec::Vec;

/// What was typed, for each keyboard under which `text` could have arrived and would differ.
///
/// A German or French keyboard is thought of only where something speaks for it: `text` does not begin with a digit, or
/// holds a character beyond ASCII.
pub(super) fn variants(text: &[u8]) -> Vec<(Vec<u8>, Repairs)> {
    let mut variants = Vec::new();
    let mut capitals = Vec::from(text);
    for c in &mut capitals {
        *c ^= if c.is_ascii_alphabetic() { 0x20 } else { 0 };
    }
    if capitals != text {
        variants.push((capitals, Repairs::NONE.and(Repair::CapsLock)));
    }
    if text.first().is_some_and(u8::is_ascii_digit) && text.is_ascii() {
        return variants;
    }
    for (layout, repair) in [(QWERTZ, Repair::KeyboardQwertz), (AZERTY, Repair::KeyboardAzerty)] {
        let typed = typed_on(text, layout).unwrap_or_default();
        if !typed.is_empty() && typed != text {
            variants.push((typed, Repairs::NONE.and(repair)));
        }
    }
    variants
}

/// `text` as the scanner sent it; `None` if the keyboard could not have shown it.
fn typed_on(text: &[u8], layout: &str) -> Option<Vec<u8>> {
    let mut typed = Vec::new();
    for shown in core::str::from_utf8(text).ok()?.chars() {
        let control = u8::try_from(shown).ok().filter(|c| *c < b' ');
        typed.push(control.or_else(|| key_of(shown, layout))?);
    }
    Some(typed)
}

/// The character of the American keyboard on the key that shows `shown`.
fn key_of(shown: char, layout: &str) -> Option<u8> {
    for (key, character) in (b' '..).zip(layout.chars()) {
        if character == shown {
            return Some(key);
        }
    }
    None
}

/// What a German keyboard shows for the American ` ` to `~`, in that order.
pub(super) const QWERTZ: &str =
    " !Ä§$%/ä)=(`,ß.-0123456789Öö;´:_\"ABCDEFGHIJKLMNOPQRSTUVWXZYü#+&?^abcdefghijklmnopqrstuvwxzyÜ'*°";

/// What a French keyboard shows for the American ` ` to `~`, in that order.
pub(super) const AZERTY: &str =
    " 1%3457ù908+;):!à&é\"'(-è_çMm.=/§2QBCDEFGHIJKL?NOPARSTUVZXYW^*$6°²qbcdefghijkl,noparstuvzxyw¨µ£~";
