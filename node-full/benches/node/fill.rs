//! Filling a data folder by way of consensus: products, lots, packs, and events of one pack each.

use crate::{
    figure::{Bound, Figures},
    meter::Meter,
    scale::Scale,
    world::{SITE, World},
};
use medproof_node::{
    clock::Clock,
    config::Config,
    folder::Folder,
    genesis_file::Role,
    http::limits::Quotas,
    index::Index,
    items::{self, Subject},
    node::Node,
};
use medproof_rules::body::{Act, AtSite, Body, Capacity, Items, Receive, Ship};
use std::{fs, path::Path, sync::Arc};
use tokio::task::JoinSet;

/// Whether the folder was filled before, with as much.
pub(crate) fn is_filled(folder: &Path, scale: &Scale) -> bool {
    let Ok(found) = fs::read_to_string(folder.join(FILLED)) else { return false };
    assert_eq!(found, contents(scale), "{} holds something else", folder.display());
    true
}

/// Makes the folder and fills it.
pub(crate) fn fill(folder: &Path, world: &Arc<World>, scale: &Scale, figures: &mut Figures) {
    let folder = world.found(folder);
    let mut config = Config::default();
    config.api.listen.set_port(0);
    config.consensus.listen.set_port(0);
    // One caller asks as much as a region.
    let most = u32::MAX;
    config.api.limits = Quotas { light: most, query: most, change: most, report: most, exact: most };
    config.save(&folder).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let node = Arc::new(Node::open(folder.clone(), config, Clock::wall()).unwrap());
        let consensus = node.start().await.unwrap();
        let filling = Filling { node, world: Arc::clone(world), events_a_pack: scale.events_a_pack };
        filling.packs(&folder, figures).await;
        filling.events(&folder, scale.moved_a_product(), figures).await;
        drop(filling);
        consensus.stop().await.unwrap();
    });
    fs::write(folder.path().join(FILLED), contents(scale)).unwrap();
}

#[derive(Clone)]
struct Filling {
    node: Arc<Node>,
    world: Arc<World>,
    events_a_pack: u64,
}

impl Filling {
    async fn packs(&self, folder: &Folder, figures: &mut Figures) {
        for acts in self.world.catalogue() {
            self.deeds(acts).await;
        }
        let meter = Meter::own();
        let mut registrations = self.world.registrations().peekable();
        while registrations.peek().is_some() {
            self.deeds(registrations.by_ref().take(AT_ONCE).collect()).await;
        }
        let (took, packs) = (meter.took(), self.world.packs as f64);
        let rate = (packs / took.wall_s, "packs/s");
        figures.add("packs registered through the whole node", rate, Bound::None, Some(took));
        figures.add("file, a pack", (file_bytes(folder) / packs, "bytes"), Bound::None, None);
    }

    /// Each member puts its first packs away again and again, ships each once to the next member, which receives it.
    async fn events(&self, folder: &Folder, packs: u64, figures: &mut Figures) {
        let before = file_bytes(folder);
        let (meter, mut running) = (Meter::own(), JoinSet::new());
        for product in 0..self.world.products.len() as u64 {
            for part in 0..PARTS {
                let me = self.clone();
                let range = self.world.packs_of(product);
                let mine = (range.start..range.end.min(range.start + packs)).skip(part).step_by(PARTS);
                running.spawn(async move {
                    for pack in mine {
                        me.move_about(pack).await;
                    }
                });
            }
        }
        while let Some(done) = running.join_next().await {
            done.unwrap();
        }
        let (took, count) = (meter.took(), (packs * self.events_a_pack * self.world.products.len() as u64) as f64);
        figures.add(
            "events of one pack through the whole node",
            (count / took.wall_s, "events/s"),
            Bound::None,
            Some(took),
        );
        figures.add("the same, CPU an event", (took.cpu_s * 1e6 / count, "µs"), Bound::None, None);
        figures.add("file, an event of one pack", ((file_bytes(folder) - before) / count, "bytes"), Bound::None, None);
    }

    async fn move_about(&self, pack: u64) {
        let maker = self.world.maker(self.world.product_of(pack));
        let to = (maker + 1) % self.world.keys.len();
        for _ in 0..self.events_a_pack - 2 {
            let put_away = AtSite { site: SITE, items: self.items(pack) };
            self.deed(maker, Role::Hospital, Act::PutAway(put_away)).await;
        }
        let consignee = self.world.keys[to].member;
        let ship = Ship { consignee, site: SITE, trade: None, items: self.items(pack) };
        self.deed(maker, Role::Manufacturer, Act::Ship(ship)).await;
        let receive = Receive { site: SITE, trade: None, items: self.items(pack) };
        self.deed(to, Role::Hospital, Act::Receive(receive)).await;
    }

    fn items(&self, pack: u64) -> Items {
        let view = self.node.view();
        let subject = Subject::Pack(self.world.pack(pack));
        items::name(&Index::new(&view), Capacity::Holder, &[subject]).unwrap().items
    }

    async fn deeds(&self, acts: Vec<(usize, Act)>) {
        let mut running = JoinSet::new();
        for (sender, act) in acts {
            let me = self.clone();
            running.spawn(async move { me.deed(sender, Role::Manufacturer, act).await });
        }
        while let Some(done) = running.join_next().await {
            done.unwrap();
        }
    }

    async fn deed(&self, sender: usize, role: Role, act: Act) {
        let body = Body::new(medproof_core::hash::Digest::ZERO, act);
        self.node.act(self.world.keys[sender].member, role, &body).await.expect("accepted");
    }
}

fn contents(scale: &Scale) -> String {
    format!("{} packs, {} events", scale.packs, scale.events)
}

fn file_bytes(folder: &Folder) -> f64 {
    fs::metadata(folder.store()).unwrap().len() as f64
}

/// Lots that are registered at the same time.
const AT_ONCE: usize = 20;

/// Packs of a product that move at the same time: with two products a member, and what comes in from the member before,
/// fewer than the numbers that a lane keeps open.
const PARTS: usize = 50;

const FILLED: &str = "filled";
