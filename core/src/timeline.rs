//! What happened to a pack or unit, unfolded from custody chains.
//!
//! ```text
//! pack    registered ── joined U ·························· left U ── dispensed
//!                          │                                  ▲
//! U                     joined ── joined V ······ left V ── left
//!                                    │               ▲
//! V                               joined ── shipped ─┘
//! ```
//!
//! What happens to a unit happens to all in it, and is written in the unit's own chain alone. The pack's chain
//! binds the unit's count and running hash where it joined and where it left, so what lies between is proved
//! as well. No one may join or leave a unit that is itself inside another, so these stretches nest.

use crate::{
    custody::{Chain, Custody, Step},
    event::LogEntry,
    leaf::MAX_UNIT_DEPTH,
    state::Path,
};
use alloc::vec::Vec;

/// Everything that happened to the item at `item`, by day, each event once.
///
/// `head` is what its leaf holds of the chain; `above` the same of the units that it now lies in, or in whose
/// dissolved generation it was left. `None` unless every chain leads to what is held.
pub(crate) fn unfold(
    chains: &[(Path, Chain)],
    item: &Path,
    head: Custody,
    above: &[(Path, Custody)],
) -> Option<Vec<LogEntry>> {
    let chains = chains.iter().map(|(path, chain)| (path, chain.0.as_slice(), chain.heads())).collect();
    let mut unfolding = Unfolding { chains, above, entries: Vec::new() };
    unfolding.stretch(item, 0, head, MAX_UNIT_DEPTH)?;
    let mut entries = unfolding.entries;
    // Events of a pack inside a unit, and the unit's own, are in order by their days only.
    entries.sort_by_key(|entry| entry.day);
    Some(entries)
}

/// A chain with the heads that its steps lead to.
type Replayed<'a> = (&'a Path, &'a [Step], Vec<Custody>);

struct Unfolding<'a> {
    chains: Vec<Replayed<'a>>,
    above: &'a [(Path, Custody)],
    entries: Vec<LogEntry>,
}

impl Unfolding<'_> {
    /// Adds the events of the item at `path` after the first `from`, up to `head`; units may nest `depth` deep.
    fn stretch(&mut self, path: &Path, from: u32, head: Custody, depth: usize) -> Option<()> {
        let place = self.chains.iter().position(|(of, ..)| *of == path)?;
        let (_, steps, heads) = self.chains.get(place)?;
        let steps = *steps;
        let len = head.events as usize;
        if heads.get(len) != Some(&head) {
            return None;
        }
        let mut inside: Option<(Path, u32)> = None;
        for (before, step) in (0..head.events).zip(steps) {
            if before == from && inside.is_some() {
                return None;
            }
            match step {
                Step::Own(entry) => self.add(before >= from, entry),
                Step::Unit(unit, left, entry) => match inside.take() {
                    Some((joined, since)) => {
                        if joined != *unit {
                            return None;
                        }
                        if before >= from {
                            self.stretch(unit, since, *left, depth.checked_sub(1)?)?;
                        }
                        self.add(before >= from, entry);
                    }
                    None => {
                        self.add(before >= from, entry);
                        inside = Some((*unit, left.events));
                    }
                },
            }
        }
        let Some((unit, since)) = inside else { return Some(()) };
        let (_, now) = self.above.iter().find(|(of, _)| *of == unit)?;
        self.stretch(&unit, since, *now, depth.checked_sub(1)?)
    }

    /// Joining and leaving stand in both chains, one behind the other here.
    fn add(&mut self, is_asked: bool, entry: &LogEntry) {
        if is_asked && self.entries.last() != Some(entry) {
            self.entries.push(*entry);
        }
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        event::{EventKind, MemberRole},
        hash::Digest,
        identity::Day,
    };
    use std::vec;

    const PACK: Path = Path::new([1; 32]);
    const CASE: Path = Path::new([2; 32]);
    const PALLET: Path = Path::new([3; 32]);

    fn entry(kind: u16) -> LogEntry {
        LogEntry { kind: EventKind(kind), day: Day(u32::from(kind)), role: MemberRole(2), envelope: Digest([3; 32]) }
    }

    /// A pack that joins a case, which goes on and off a pallet; then the pack leaves the case.
    fn journey() -> (Vec<(Path, Chain)>, Custody, Custody) {
        let mut pallet = vec![Step::Own(entry(3))];
        let mut case = vec![Step::Own(entry(2))];
        let head = |steps: &[Step]| Chain(steps.to_vec()).replay();
        let mut pack = vec![Step::Own(entry(1)), Step::Unit(CASE, head(&case), entry(2))];
        case.push(Step::Unit(PALLET, head(&pallet), entry(3)));
        pallet.push(Step::Own(entry(4)));
        pallet.push(Step::Own(entry(5)));
        let on_pallet = (head(&pack), head(&case), head(&pallet));
        case.push(Step::Unit(PALLET, on_pallet.2, entry(5)));
        case.push(Step::Own(entry(6)));
        pack.push(Step::Unit(CASE, head(&case), entry(6)));
        pack.push(Step::Own(entry(7)));
        let done = head(&pack);
        (vec![(PACK, Chain(pack)), (CASE, Chain(case)), (PALLET, Chain(pallet))], done, on_pallet.0)
    }

    fn kinds(entries: Option<Vec<LogEntry>>) -> Option<Vec<u16>> {
        entries.map(|entries| entries.iter().map(|entry| entry.kind.0).collect())
    }

    #[test]
    fn what_happened_to_units_happened_to_the_pack() {
        let (chains, head, _) = journey();
        assert_eq!(kinds(unfold(&chains, &PACK, head, &[])), Some(vec![1, 2, 3, 4, 5, 6, 7]));
        // Each chain is needed, and every step of it.
        for left_out in 0..chains.len() {
            let mut fewer = chains.clone();
            fewer.remove(left_out);
            assert_eq!(unfold(&fewer, &PACK, head, &[]), None, "{left_out}");
            for step in 0..chains[left_out].1.0.len() {
                let mut shorter = chains.clone();
                shorter[left_out].1.0.remove(step);
                assert_eq!(unfold(&shorter, &PACK, head, &[]), None, "{left_out} {step}");
            }
        }
    }

    #[test]
    fn a_pack_in_a_unit_has_what_happens_there_now() {
        let (chains, _, inside) = journey();
        let at = |place: usize, count: usize| {
            let (path, chain) = &chains[place];
            (*path, Chain(chain.0[..count].to_vec()).replay())
        };
        let above = [at(1, 2), at(2, 3)];
        assert_eq!(kinds(unfold(&chains, &PACK, inside, &above)), Some(vec![1, 2, 3, 4, 5]));
        // Without the heads of both units above nothing is proved.
        assert_eq!(unfold(&chains, &PACK, inside, &above[..1]), None);
        assert_eq!(unfold(&chains, &PACK, inside, &above[1..]), None);
        let early = [at(1, 2), at(2, 2)];
        assert_eq!(kinds(unfold(&chains, &PACK, inside, &early)), Some(vec![1, 2, 3, 4]));
    }

    #[test]
    fn a_pack_of_a_dissolved_unit_is_touched_later() {
        // The case is dissolved by event 4; the pack is touched by event 5, through the case's last head.
        let case = vec![Step::Own(entry(2)), Step::Own(entry(4))];
        let joined = Chain(case[..1].to_vec()).replay();
        let last = Chain(case.clone()).replay();
        let pack = vec![
            Step::Own(entry(1)),
            Step::Unit(CASE, joined, entry(2)),
            Step::Unit(CASE, last, entry(5)),
            Step::Own(entry(6)),
        ];
        let head = Chain(pack.clone()).replay();
        let chains = [(PACK, Chain(pack)), (CASE, Chain(case))];
        assert_eq!(kinds(unfold(&chains, &PACK, head, &[])), Some(vec![1, 2, 4, 5, 6]));
    }

    #[test]
    fn units_do_not_nest_without_end() {
        // A unit inside itself: no honest chain, and no endless loop.
        let first = Step::Own(entry(1));
        let head = Chain(vec![first]).replay();
        let ring = Chain(vec![first, Step::Unit(CASE, head, entry(2))]);
        let now = ring.replay();
        assert_eq!(unfold(&[(CASE, ring)], &CASE, now, &[(CASE, now)]), None);
    }
}
