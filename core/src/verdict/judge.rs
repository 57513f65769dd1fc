//! From checked facts to a verdict: the table, then the overrides, in this order.
//!
//! 1. Trust not reached: `cannot-tell`. It says nothing about the pack.
//! 2. Scan unreadable or ambiguous: `cannot-tell`.
//! 3. Product proved absent: `unknown`. Serial, lot or SSCC proved absent: `do-not-use`.
//! 4. The table, for the worst state of all leaves; a lot or product scan is at best `warn`.
//! 5. `do-not-use` where lot or expiry mismatch, codes name different packs or products, the lot is expired,
//!    the pack is retired, or the issuer's key was compromised before release or registration.
//! 6. `ok` and `warn` become `cannot-tell` where the answer is not current, or a leaf is newer than
//!    this client.

use super::{
    Agreement, AsOf, Expiry, Freshness, Identifier, Issuer, KeyState, Level, Match, Mode, Overall, PackDetails, Policy,
    States, Trust, Verdict, codes, table,
};
use crate::{
    client::TrustError,
    facts::{Facts, IssuerFact, PackLeaf},
    header::UnixMillis,
    leaf::{self, Holds, MemberState, Prior, State, StateCode, UnitPlace},
    scan::{Reading, Target},
};
use alloc::vec::Vec;

/// What the client checked about one scan.
pub(crate) struct Checked {
    pub(crate) facts: Facts,
    pub(crate) as_of: AsOf,
    /// The header is older than the newest trusted one.
    pub(crate) is_older: bool,
    /// The pack was seen at a newer height before.
    pub(crate) is_superseded: bool,
}

/// The verdict where nothing was proved: trust failed, or the scan names nothing.
pub(crate) fn judge_unchecked(trust: Trust, identifier: Identifier) -> Verdict {
    let mut reasons = Vec::new();
    if let Trust::Failed(error) = trust {
        reasons.push(error.code());
    }
    match identifier {
        Identifier::Unreadable(error) => reasons.push(error.code()),
        Identifier::Ambiguous => reasons.push(codes::AMBIGUOUS),
        _ => {}
    }
    Verdict {
        overall: Overall::CannotTell,
        reasons,
        trust,
        freshness: None,
        identifier,
        agreement: Agreement::default(),
        ledger_lot: None,
        states: States::default(),
        expiry: None,
        issuer: None,
        pack: None,
        as_of: None,
    }
}

/// The verdict about a scan whose required leaves are all proved.
pub(crate) fn judge(reading: &Reading, checked: &Checked, now: UnixMillis, policy: &Policy) -> Verdict {
    let facts = &checked.facts;
    let freshness = freshness(checked, now, policy);
    let identifier = identifier(&reading.target, facts);
    let agreement = agreement(reading, facts);
    let levels = levels(facts);
    let states = states(&levels);
    let expiry = expiry(facts, checked.as_of.time.max(now));
    let issuer = facts.issuers.first().map(|_| issuer(facts, checked.as_of.time));
    let is_newer = is_newer(facts, &levels) || holds(facts).any(Holds::is_newer);
    let mut judged = Judged { overall: Overall::Ok, reasons: Vec::new() };

    judged.note_if(is_newer, codes::NEWER_LEAF);
    judged.note_if(checked.is_older, codes::OLDER_HEADER);
    judged.freshness(&freshness, checked.is_superseded);
    judged.identifier(identifier);
    judged.agreement(agreement, facts);
    let is_whole = !is_newer && matches!(identifier, Identifier::Registered(Level::Pack | Level::Unit));
    judged.states(&levels, facts, policy, is_whole);
    judged.bad_if(expiry.is_some_and(|expiry| expiry.is_expired), codes::EXPIRED);
    if let Some(issuer) = issuer {
        judged.bad_if(issuer.key_then == KeyState::Compromised, codes::KEY_COMPROMISED);
        let is_barred = issuer.member_now.is_some_and(|state| state != MemberState::Admitted);
        judged.note_if(is_barred, codes::ISSUER_NOT_ADMITTED);
    }
    let mut overall = table::aged(judged.overall, &freshness);
    if is_newer && overall != Overall::DoNotUse {
        overall = Overall::CannotTell;
    }
    Verdict {
        overall,
        reasons: judged.reasons,
        trust: if is_newer { Trust::NeedsNewerClient } else { Trust::Quorum },
        freshness: Some(freshness),
        identifier,
        agreement,
        ledger_lot: facts.lots.first().map(|lot| lot.lot.clone()),
        states,
        expiry,
        issuer,
        pack: pack_details(facts),
        as_of: Some(checked.as_of),
    }
}

/// The answer so far, and why.
struct Judged {
    overall: Overall,
    reasons: Vec<&'static str>,
}

impl Judged {
    fn note_if(&mut self, applies: bool, code: &'static str) {
        if applies {
            self.reasons.push(code);
        }
    }

    fn bad_if(&mut self, applies: bool, code: &'static str) {
        self.note_if(applies, code);
        if applies && self.overall != Overall::Unknown {
            self.overall = Overall::DoNotUse;
        }
    }

    fn warn(&mut self, code: &'static str) {
        self.reasons.push(code);
        if self.overall == Overall::Ok {
            self.overall = Overall::Warn;
        }
    }

    fn freshness(&mut self, freshness: &Freshness, is_superseded: bool) {
        match freshness {
            Freshness::Fresh { .. } => {}
            Freshness::Carried { .. } => self.reasons.push(codes::CARRIED),
            Freshness::Stale { .. } if is_superseded => self.reasons.push(codes::SUPERSEDED),
            Freshness::Stale { .. } => self.reasons.push(codes::STALE),
            Freshness::Future { .. } => self.reasons.push(codes::FUTURE),
        }
    }

    fn identifier(&mut self, identifier: Identifier) {
        match identifier {
            Identifier::Registered(Level::Lot) => self.warn(codes::LOT_ONLY),
            Identifier::Registered(Level::Product) => self.warn(codes::PRODUCT_ONLY),
            Identifier::Absent(Level::Lot) => self.bad_if(true, codes::ABSENT_LOT),
            Identifier::Absent(Level::Unit) => self.bad_if(true, codes::ABSENT_UNIT),
            Identifier::Absent(_) => self.bad_if(true, codes::ABSENT_PACK),
            Identifier::UnknownProduct => {
                self.overall = Overall::Unknown;
                self.reasons.push(codes::UNKNOWN_PRODUCT);
            }
            _ => {}
        }
    }

    fn agreement(&mut self, agreement: Agreement, facts: &Facts) {
        self.bad_if(agreement.lot == Match::Mismatch, codes::LOT_MISMATCH);
        self.bad_if(agreement.expiry == Match::Mismatch, codes::EXPIRY_MISMATCH);
        // A leaf that only a newer client reads may be another alias of the same pack.
        let read = facts.packs.iter().filter(|pack| pack.leaf != PackLeaf::Unread).count();
        let differ = if facts.names_several { !facts.packs.is_empty() } else { read > 1 };
        self.bad_if(differ, codes::CODES_DIFFER);
    }

    /// `is_whole`: a pack or unit is registered and all about it was read, so "active" is about it.
    fn states(&mut self, levels: &Levels, facts: &Facts, policy: &Policy, is_whole: bool) {
        for (level, worst) in levels {
            if let Some(code) = worst.known.and_then(|state| codes::state(state, *level)) {
                self.reasons.push(code);
            }
        }
        self.note_if(holds(facts).any(Holds::has_excursion), codes::EXCURSION);
        let is_retired = facts.packs.iter().any(|pack| matches!(pack.leaf, PackLeaf::Retired(_)));
        self.bad_if(is_retired, codes::RETIRED_PACK);
        let is_dissolved = facts.packs.is_empty()
            && facts.units.first().is_some_and(|(_, unit)| matches!(unit.place, UnitPlace::Dissolved(_)));
        if is_dissolved {
            self.warn(codes::DISSOLVED_UNIT);
        }
        let Some(effective) = effective(levels) else { return };
        let cell = table::cell(effective, policy.purpose);
        self.note_if(is_whole && effective == State::Active, codes::ACTIVE);
        self.note_if(is_whole && effective == State::Active && cell == Overall::Warn, codes::NOT_DISPENSED);
        match cell {
            Overall::Warn if self.overall == Overall::Ok => self.overall = Overall::Warn,
            Overall::DoNotUse if self.overall != Overall::Unknown => self.overall = Overall::DoNotUse,
            _ => {}
        }
    }
}

/// The states of all leaves found, by level.
type Levels = [(Level, Worst); 4];

/// The worst state of one level.
#[derive(Clone, Copy, Default)]
struct Worst {
    code: Option<StateCode>,
    known: Option<State>,
    is_newer: bool,
}

impl Worst {
    fn note(&mut self, code: StateCode) {
        let known = code.known();
        self.code = self.code.max(Some(code));
        self.known = self.known.max(known);
        self.is_newer |= known.is_none();
    }
}

/// Who holds back the packs and units found.
fn holds(facts: &Facts) -> impl Iterator<Item = Holds> {
    let packs = facts.packs.iter().filter_map(|pack| match &pack.leaf {
        PackLeaf::Live(leaf) => leaf.prior,
        PackLeaf::Retired(_) | PackLeaf::Unread => None,
    });
    packs.chain(facts.units.iter().filter_map(|(_, unit)| unit.prior)).filter_map(|prior| match prior {
        Prior::Held { holds, .. } => Some(holds),
        Prior::Undo { .. } => None,
    })
}

pub(crate) fn freshness(checked: &Checked, now: UnixMillis, policy: &Policy) -> Freshness {
    let (UnixMillis(now), UnixMillis(time)) = (now, checked.as_of.time);
    let age_ms = now.saturating_sub(time);
    if time > now.saturating_add(policy.clock_tolerance_ms) {
        return Freshness::Future { ahead_ms: time - now };
    }
    if age_ms > policy.max_age_ms() || checked.is_superseded {
        return Freshness::Stale { age_ms };
    }
    match policy.mode {
        Mode::Online => Freshness::Fresh { age_ms },
        Mode::Carried => Freshness::Carried { age_ms },
    }
}

fn identifier(target: &Target, facts: &Facts) -> Identifier {
    let (level, is_registered) = match target {
        Target::Pack(_) => (Level::Pack, !facts.packs.is_empty()),
        Target::Lot { .. } => (Level::Lot, !facts.lots.is_empty()),
        Target::Product(_) => (Level::Product, !facts.products.is_empty()),
        Target::Unit(_) => (Level::Unit, !facts.units.is_empty()),
    };
    let is_product_known = !facts.products.is_empty() || level == Level::Unit;
    match (is_registered, is_product_known) {
        (true, _) => Identifier::Registered(level),
        // What a newer client would read may be the very thing.
        (false, _) if facts.newer => Identifier::NotProved,
        (false, true) => Identifier::Absent(level),
        (false, false) => Identifier::UnknownProduct,
    }
}

fn agreement(reading: &Reading, facts: &Facts) -> Agreement {
    if facts.lots.is_empty() {
        return Agreement::default();
    }
    let all = |is_same: bool| if is_same { Match::Match } else { Match::Mismatch };
    Agreement {
        lot: reading.lot.as_ref().map_or(Match::NotOnPack, |lot| all(facts.lots.iter().all(|l| l.lot == *lot))),
        expiry: reading.expiry.map_or(Match::NotOnPack, |day| all(facts.lots.iter().all(|l| l.expiry == day))),
    }
}

fn levels(facts: &Facts) -> Levels {
    let [mut pack, mut unit, mut lot, mut product] = [Worst::default(); 4];
    for fact in &facts.packs {
        match &fact.leaf {
            PackLeaf::Live(leaf) => pack.note(leaf.state),
            PackLeaf::Retired(leaf) => pack.note(leaf.state),
            PackLeaf::Unread => {}
        }
    }
    facts.units.iter().for_each(|(_, leaf)| unit.note(leaf.state));
    facts.lots.iter().for_each(|leaf| lot.note(leaf.state));
    facts.products.iter().for_each(|(_, leaf)| product.note(leaf.state));
    [(Level::Pack, pack), (Level::Unit, unit), (Level::Lot, lot), (Level::Product, product)]
}

fn states(levels: &Levels) -> States {
    let [pack, unit, lot, product] = levels.map(|(_, worst)| worst.code);
    States { pack, unit, lot, product, effective: effective(levels) }
}

fn effective(levels: &Levels) -> Option<State> {
    levels.iter().fold(None, |effective, (_, worst)| effective.max(worst.known))
}

/// Whether a state is newer than this client.
fn is_newer(facts: &Facts, levels: &Levels) -> bool {
    facts.newer
        || levels.iter().any(|(_, worst)| worst.is_newer)
        || facts.issuers.iter().filter_map(|issuer| issuer.leaf.as_ref()).any(|leaf| leaf.known_state().is_none())
}

fn expiry(facts: &Facts, now: UnixMillis) -> Option<Expiry> {
    let day = facts.lots.iter().map(|lot| lot.expiry).min()?;
    Some(Expiry { day, is_expired: now.0 >= day.end_ms() })
}

/// The issuer of the first lot, with the worst that any issuer's keys show.
fn issuer(facts: &Facts, time: UnixMillis) -> Issuer {
    let mut worst: Option<Issuer> = None;
    for fact in &facts.issuers {
        let issuer = one_issuer(fact, time);
        if worst.is_none_or(|known| known.key_then != KeyState::Compromised) {
            worst = Some(issuer);
        }
    }
    worst.unwrap_or(Issuer {
        member: crate::identity::MemberId(0),
        role: crate::event::MemberRole(0),
        key_then: KeyState::Valid,
        key_now: KeyState::Valid,
        member_now: None,
    })
}

fn one_issuer(fact: &IssuerFact, time: UnixMillis) -> Issuer {
    let key_now = match &fact.release_key {
        Some(key) if key.compromised_since.is_some() => KeyState::Compromised,
        Some(key) if key.is_revoked_at(time) => KeyState::Revoked,
        _ => KeyState::Valid,
    };
    Issuer {
        member: fact.member,
        role: fact.role,
        key_then: if fact.was_compromised { KeyState::Compromised } else { KeyState::Valid },
        key_now,
        member_now: fact.leaf.as_ref().and_then(leaf::Member::known_state),
    }
}

fn pack_details(facts: &Facts) -> Option<PackDetails> {
    match &facts.packs.first()?.leaf {
        PackLeaf::Live(pack) => {
            Some(PackDetails { since: pack.since, quantity_left: pack.quantity_left, events: pack.events })
        }
        PackLeaf::Retired(_) | PackLeaf::Unread => None,
    }
}

impl From<TrustError> for Verdict {
    fn from(error: TrustError) -> Self {
        judge_unchecked(Trust::Failed(error), Identifier::NotProved)
    }
}
