//! Whether a caller may have a document do what a kind does: as the access table says of the call that does the same.

use crate::{
    access::{self, Caller, Verb},
    fault::{Fault, Result},
    genesis_file::Role,
};
use medproof_epcis::mapping::Kind;

/// Refuses with the table's code what the caller may not do by hand either.
pub(super) fn check(kind: Kind, caller: &Caller, roles: &[Role]) -> Result {
    let deed = access::DEEDS.iter().find(|(_, of)| of.0 == kind.number()).map(|(path, _)| *path);
    let call = deed.or_else(|| CALLS.iter().find(|(of, _)| *of == kind).map(|(_, path)| *path));
    let row = call.and_then(|path| access::find(Verb::Post, path));
    row.map_or(Ok(()), |row| row.check(caller, roles)).map_err(Fault::new)
}

/// The call that does by hand what a kind does that is no deed to packs or units; readings have none.
const CALLS: [(Kind, &str); 12] = [
    (Kind::LotRelease, "/v1/lots"),
    (Kind::LotRecall, "/v1/recalls"),
    (Kind::LotLift, "/v1/recalls"),
    (Kind::PackRegister, "/v1/packs/register"),
    (Kind::Aggregate, "/v1/units/pack"),
    (Kind::Disaggregate, "/v1/units/unpack"),
    (Kind::Dissolve, "/v1/units/unpack"),
    (Kind::Order, "/v1/orders"),
    (Kind::Confirmation, "/v1/orders"),
    (Kind::Sale, "/v1/orders"),
    (Kind::DespatchAdvice, "/v1/orders"),
    (Kind::Delivery, "/v1/orders"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Purpose, Staff};
    use medproof_core::identity::MemberId;

    #[test]
    fn a_document_may_do_what_its_sender_may_do_by_hand() {
        let check = |kind, staff, purpose| {
            let caller =
                Caller { subject: String::new(), member: MemberId(1), staff: vec![staff], purpose: Some(purpose) };
            super::check(kind, &caller, &[Role::Hospital]).map_err(|fault| fault.code())
        };
        for kind in [Kind::Dispense, Kind::DispensePartly] {
            assert_eq!(check(kind, Staff::Machine, Purpose::Treat), Ok(()));
            assert_eq!(check(kind, Staff::Machine, Purpose::Hoperat), Err("access.purpose"));
        }
        assert_eq!(check(Kind::Release, Staff::Machine, Purpose::Treat), Err("access.staff-role"));
        assert_eq!(check(Kind::Release, Staff::Qa, Purpose::Hoperat), Ok(()));
        assert_eq!(check(Kind::LotRecall, Staff::Machine, Purpose::Hoperat), Err("access.staff-role"));
        assert_eq!(check(Kind::Export, Staff::Machine, Purpose::Hoperat), Err("access.member-role"));
        assert_eq!(check(Kind::Reading, Staff::Machine, Purpose::Hoperat), Ok(()));
    }

    #[test]
    fn every_call_stands_in_the_table_and_every_kind_once() {
        let calls = CALLS.iter().map(|(kind, path)| (kind.number(), *path));
        let calls: Vec<(u16, &str)> = calls.chain(access::DEEDS.map(|(path, kind)| (kind.0, path))).collect();
        for (place, (kind, path)) in calls.iter().enumerate() {
            assert!(access::find(Verb::Post, path).is_some(), "{path}");
            assert!(calls.iter().skip(place + 1).all(|(other, _)| other != kind), "{kind}");
        }
    }
}
