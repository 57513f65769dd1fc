//! Rules, state tree and store: signed events in, committed blocks out. Two threads, as a node has two cores: one
//! executes a block while the other writes the one before.

use crate::{
    figure::{Bound, Figures},
    meter::Meter,
    scale::Scale,
    world::{Rng, SITE, World},
};
use medproof_core::{
    certificate::{Certificate, Signers, precommit_message},
    encoding::{Message, Wire},
    event::{Event, EventHead, MemberRole, body_hash},
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::Day,
    keys::Signature,
    state::{NodeHash, Path},
};
use medproof_node::{genesis_file::Role, keyring, node::store_key};
use medproof_rules::{
    Executor, ReadError, State,
    body::{Act, AtSite, Body, Capacity, EventSalt, Items, Receive, Ship},
};
use medproof_store::{LogTail, LoggedEvent, NewBlock, Options, Staged, Store, View};
use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// A block that is executed and not written yet.
struct Executed {
    staged: Staged,
    events: Vec<LoggedEvent>,
    time: UnixMillis,
}

/// Where the time of some blocks went.
#[derive(Default)]
struct Spent {
    rules: Duration,
    staging: Duration,
    committing: Duration,
}

pub(crate) fn measure(scale: &Scale, figures: &mut Figures) {
    // Few members, so that what one of them holds is spread over all products.
    let world = World::new(scale, 2);
    let place = tempfile::tempdir().unwrap();
    let folder = world.found(&place.path().join("data"));
    let options = Options { cache_bytes: 512 << 20, ..Options::default() };
    let store = Store::open(&folder.store(), &store_key(&folder).unwrap(), &options).unwrap();
    let secret = keyring::read_secret(&folder.keys().join("validator.key")).unwrap();
    let signer = ed25519_dalek::SigningKey::from_bytes(&secret);
    let mut traffic = Traffic::new(&world, &store.view());
    let chain = Chain { store, signer };

    let [products, lots] = world.catalogue();
    for acts in [products, lots] {
        let events = acts.into_iter().map(|(sender, act)| traffic.sign(sender, act)).collect();
        chain.run(vec![events]);
    }
    let registrations = world.registrations().map(|(sender, act)| vec![traffic.sign(sender, act)]).collect();
    let meter = Meter::own();
    let spent = chain.run(registrations);
    let took = meter.took();
    println!("registering {} packs: {}", world.packs, spent.told());
    let rate = world.packs as f64 / took.wall_s;
    figures.add("packs registered: rules, state root, store", (rate, "packs/s"), Bound::None, Some(took));

    for (number, (events, blocks)) in scale.blocks.iter().enumerate() {
        let blocks: Vec<Vec<Event>> = (0..*blocks).map(|_| traffic.block(*events, scale.packs_an_event)).collect();
        let updates = blocks.len() as u64 * events * scale.packs_an_event;
        let meter = Meter::own();
        let spent = chain.run(blocks);
        let took = meter.took();
        let packs = events * scale.packs_an_event;
        println!("{updates} updates, {packs} a block: {}", spent.told());
        // Under load a node fills its blocks: the last, with the largest, is the one that has a bound.
        let bound = if number + 1 == scale.blocks.len() { Bound::AtLeast(50_000.0) } else { Bound::None };
        let name = format!("pack updates: rules, state root, store; {packs} a block");
        figures.add(&name, (updates as f64 / took.wall_s, "packs/s"), bound, Some(took));
        let name = format!("the same, CPU a pack; {packs} a block");
        figures.add(&name, (took.cpu_s * 1e6 / updates as f64, "µs"), Bound::None, None);
    }
}

impl Spent {
    fn told(&self) -> String {
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        format!("rules {}, tree {}, commit {}", seconds(self.rules), seconds(self.staging), seconds(self.committing))
    }
}

struct Chain {
    store: Store,
    signer: ed25519_dalek::SigningKey,
}

impl Chain {
    /// Executes and writes blocks; the second thread is one block behind the first.
    fn run(&self, blocks: Vec<Vec<Event>>) -> Spent {
        let (send, receive) = mpsc::sync_channel::<Executed>(0);
        let (send_view, views) = mpsc::channel::<View>();
        let mut spent = Spent::default();
        let first = self.store.view();
        let mut tail = first.log_tail().unwrap();
        thread::scope(|scope| {
            let executing = scope.spawn(move || {
                let (mut view, mut below, mut spent) = (first, None::<Staged>, Spent::default());
                for (number, events) in blocks.into_iter().enumerate() {
                    // The block before the last one is written, the last one perhaps not.
                    if number >= 2 {
                        view = views.recv().unwrap();
                    }
                    let done = self.execute(&view, below.as_ref(), &events, &mut spent);
                    below = Some(done.staged.clone());
                    send.send(done).unwrap();
                }
                spent
            });
            for executed in receive {
                let start = Instant::now();
                let view = self.commit(executed, &mut tail);
                spent.committing += start.elapsed();
                let _ = send_view.send(view);
            }
            let executing = executing.join().unwrap();
            (spent.rules, spent.staging) = (executing.rules, executing.staging);
        });
        spent
    }

    fn execute(&self, view: &View, below: Option<&Staged>, events: &[Event], spent: &mut Spent) -> Executed {
        let start = Instant::now();
        let time = now();
        let below: Vec<&Staged> = below.into_iter().collect();
        let state = Pending { view, below: &below };
        let mut executor = Executor::new(*view.tip().unwrap().chain_id(), &state, time);
        let apply = |event: &Event| {
            let applied = executor.apply(event).expect("the event is accepted");
            LoggedEvent { event: event.to_bytes(), entry: applied.entry.to_wire() }
        };
        let events = events.iter().map(apply).collect();
        let changes = executor.finish();
        spent.rules += start.elapsed();
        let start = Instant::now();
        let staged = self.store.stage_on(view, &below, &changes.leaves).unwrap();
        spent.staging += start.elapsed();
        Executed { staged, events, time }
    }

    fn commit(&self, executed: Executed, tail: &mut LogTail) -> View {
        let Executed { staged, events, time } = executed;
        *tail = tail.append(events.iter().map(|event| &event.entry[..])).unwrap();
        let view = self.store.view();
        let header = next_header(view.tip().unwrap(), tail, staged.state_root(), time);
        let message = precommit_message(header.chain_id(), header.height(), 0, &header.hash());
        let signature = Signature(ed25519_dalek::Signer::sign(&self.signer, &message).to_bytes());
        let signers = Signers::new(1, &[(0, signature)]).unwrap();
        let certificate = Certificate::new(header.height(), 0, header.hash(), signers);
        let block =
            NewBlock { header, certificate: Some(certificate), next_set: None, events, staged, rows: Vec::new() };
        self.store.commit(&block).unwrap()
    }
}

fn next_header(parent: &Header, tail: &LogTail, state_root: NodeHash, time: UnixMillis) -> Header {
    Header::from(&HeaderFields {
        chain_id: *parent.chain_id(),
        height: Height(parent.height().0 + 1),
        time: UnixMillis(time.0.max(parent.time().0 + 1)),
        set_hash: *parent.next_set_hash(),
        next_set_hash: *parent.next_set_hash(),
        parent_hash: parent.hash(),
        log_size: tail.size(),
        log_root: tail.root(),
        state_root,
        rules_version: parent.fields().unwrap().rules_version,
    })
}

fn now() -> UnixMillis {
    medproof_node::clock::Clock::wall().now()
}

/// The state after blocks that are not written yet.
struct Pending<'a> {
    view: &'a View,
    below: &'a [&'a Staged],
}

impl State for Pending<'_> {
    fn value(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        let changed = self.below.iter().rev().find_map(|staged| staged.change(path));
        match changed {
            Some(value) => Ok(value.map(<[u8]>::to_vec)),
            None => self.view.leaf(path).map_err(|cause| ReadError::Store(Box::new(cause))),
        }
    }
}

/// Signed events, with what the next ones need to know of them.
struct Traffic<'w> {
    world: &'w World,
    chain_id: Digest,
    counters: Vec<u64>,
    signed: u64,
    rng: Rng,
    /// Who holds each pack, and the salt that opens it.
    held: Vec<(u16, EventSalt)>,
    /// Of each member.
    holds: Vec<Vec<u32>>,
    /// Packs that are on their way: to whom, and which.
    on_the_way: Option<(usize, Vec<u32>)>,
}

impl<'w> Traffic<'w> {
    fn new(world: &'w World, view: &View) -> Self {
        let members = world.keys.len();
        let chain_id = *view.tip().unwrap().chain_id();
        let (counters, holds) = (vec![0; members], vec![Vec::new(); members]);
        let (held, rng) = (Vec::with_capacity(world.packs as usize), Rng(1));
        Self { world, chain_id, counters, signed: 0, rng, held, holds, on_the_way: None }
    }

    /// Signs what the member at `sender` does.
    fn sign(&mut self, sender: usize, act: Act) -> Event {
        self.signed += 1;
        self.counters[sender] += 1;
        let salt = sha256(&self.signed.to_be_bytes()).0;
        let role = if matches!(act, Act::PutAway(_) | Act::Receive(_)) { Role::Hospital } else { Role::Manufacturer };
        if let Act::PackRegister(register) = &act {
            let first = self.held.len() as u32;
            let packs = first..first + register.serials.len() as u32;
            self.held.extend(packs.clone().map(|_| (sender as u16, EventSalt(salt))));
            self.holds[sender].extend(packs);
        }
        let (key, now) = (&self.world.keys[sender], now());
        let body = Body::new(Digest::ZERO, act);
        let (kind, body) = (body.kind(), body.to_bytes());
        let head = EventHead {
            chain_id: self.chain_id,
            member: key.member,
            key_number: key.number,
            lane: 0,
            counter: self.counters[sender],
            time: now,
            not_after: UnixMillis(now.0 + 86_400_000),
            salt,
            kind,
            day: Day((now.0 / 86_400_000) as u32),
            role: MemberRole(role as u8),
            body_hash: body_hash(&body),
        };
        let signature = key.sign(&head.signed_message());
        Event::new(head, body, signature).unwrap()
    }

    /// A block of so many events of so many packs each: put away, shipped, received, in turn.
    fn block(&mut self, events: u64, packs: u64) -> Vec<Event> {
        (0..events).map(|_| self.next(packs as usize)).collect()
    }

    fn next(&mut self, packs: usize) -> Event {
        if let Some((to, packs)) = self.on_the_way.take() {
            let receive = Act::Receive(Receive { site: SITE, trade: None, items: self.items(&packs) });
            let event = self.sign(to, receive);
            return self.held_anew(to, packs, event);
        }
        let sender = (0..self.holds.len()).max_by_key(|member| self.holds[*member].len()).unwrap_or(0);
        let chosen = self.choose(sender, packs);
        if self.signed.is_multiple_of(2) {
            let put_away = Act::PutAway(AtSite { site: SITE, items: self.items(&chosen) });
            self.holds[sender].extend(chosen);
            return self.sign(sender, put_away);
        }
        let to = (sender + 1) % self.holds.len();
        let consignee = self.world.keys[to].member;
        let ship = Act::Ship(Ship { consignee, site: SITE, trade: None, items: self.items(&chosen) });
        let event = self.sign(sender, ship);
        chosen.iter().for_each(|pack| self.held[*pack as usize] = (to as u16, EventSalt(event.head().salt)));
        self.on_the_way = Some((to, chosen));
        event
    }

    fn held_anew(&mut self, by: usize, packs: Vec<u32>, event: Event) -> Event {
        packs.iter().for_each(|pack| self.held[*pack as usize] = (by as u16, EventSalt(event.head().salt)));
        self.holds[by].extend(packs);
        event
    }

    /// Takes random packs out of what a member holds.
    fn choose(&mut self, sender: usize, packs: usize) -> Vec<u32> {
        let mut chosen = Vec::with_capacity(packs);
        while chosen.len() < packs {
            let place = self.rng.below(self.holds[sender].len() as u64) as usize;
            chosen.push(self.holds[sender].swap_remove(place));
        }
        chosen
    }

    fn items(&self, packs: &[u32]) -> Items {
        let add = |items: Items, pack: &u32| items.pack(self.world.pack(u64::from(*pack)), self.held[*pack as usize].1);
        packs.iter().fold(Items::new(Capacity::Holder), add)
    }
}
