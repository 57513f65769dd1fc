//! The medicine that the node's tests are about.

use medproof_core::info::ProductInfo;

/// Product information as a manufacturer gives it, without storage limits.
pub(crate) fn amoxicillin() -> ProductInfo {
    ProductInfo {
        name_zh: "阿莫西林".into(),
        name_en: "Amoxicillin".into(),
        holder: "Maker".into(),
        form: "capsule".into(),
        strength: "500 mg".into(),
        pack_size: "24".into(),
        approval_number: String::new(),
        atc: "J01CA04".into(),
        limits: None,
    }
}
