//! `jmt` on redb: what became stale is removed with each block, and only the newest value of a leaf is kept.

use crate::measure::{Batch, Engine, Result};
use jmt::{
    KeyHash, OwnedValue, Sha256Jmt, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch},
};
use redb::{Database, ReadOnlyTable, ReadableDatabase, TableDefinition};
use std::path::Path;

pub struct Jmt {
    db: Database,
    version: Version,
}

const NODES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("nodes");
const VALUES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("values");

impl Jmt {
    pub fn create(place: &Path) -> Result<Self> {
        let db = Database::builder().set_cache_size(512 << 20).create(place.join("jmt"))?;
        let txn = db.begin_write()?;
        txn.open_table(NODES)?;
        txn.open_table(VALUES)?;
        txn.commit()?;
        Ok(Self { db, version: 0 })
    }

    fn write(&self, update: &TreeUpdateBatch) -> Result {
        let mut txn = self.db.begin_write()?;
        txn.set_quick_repair(true);
        {
            let mut nodes = txn.open_table(NODES)?;
            for (key, node) in update.node_batch.nodes() {
                nodes.insert(&borsh::to_vec(key)?[..], &borsh::to_vec(node)?[..])?;
            }
            for stale in &update.stale_node_index_batch {
                nodes.remove(&borsh::to_vec(&stale.node_key)?[..])?;
            }
            let mut values = txn.open_table(VALUES)?;
            for ((_, key), value) in update.node_batch.values() {
                match value {
                    Some(value) => values.insert(&key.0[..], &value[..])?,
                    None => values.remove(&key.0[..])?,
                };
            }
        }
        txn.commit()?;
        Ok(())
    }
}

impl Engine for Jmt {
    fn name(&self) -> &'static str {
        "jmt on redb"
    }

    fn commit(&mut self, batch: Batch) -> Result<[u8; 32]> {
        let txn = self.db.begin_read()?;
        let reader = Reader { nodes: txn.open_table(NODES)?, values: txn.open_table(VALUES)? };
        let changes = batch.into_iter().map(|(path, value)| (KeyHash(path), Some(value)));
        let (root, update) = Sha256Jmt::new(&reader).put_value_set(changes, self.version)?;
        self.write(&update)?;
        self.version += 1;
        Ok(root.0)
    }
}

struct Reader {
    nodes: ReadOnlyTable<&'static [u8], &'static [u8]>,
    values: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl TreeReader for Reader {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>> {
        let bytes = self.nodes.get(&borsh::to_vec(key)?[..])?;
        bytes.map(|bytes| Ok(borsh::from_slice(bytes.value())?)).transpose()
    }

    fn get_value_option(&self, _: Version, key: KeyHash) -> Result<Option<OwnedValue>> {
        Ok(self.values.get(&key.0[..])?.map(|bytes| bytes.value().to_vec()))
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}
