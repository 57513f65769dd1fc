//! Section 6.5: what the state of lot and product, and the expiry, mean for events on packs.

use super::Column;

/// A row: kinds that are refused together, or go on in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MarketRow {
    /// The kinds.
    pub columns: &'static [Column],
    /// Whether the goods go forward, so that a lot in 7 to 10, a product in 9 or 10, and expiry refuse.
    pub is_forward: bool,
}

/// Forward, and all the rest.
pub const MARKET: [MarketRow; 2] = [
    MarketRow {
        columns: &[Column::Ship, Column::WardIssue, Column::Dispense, Column::DispensePartly, Column::Export],
        is_forward: true,
    },
    MarketRow {
        columns: &[
            Column::AggregateChild,
            Column::DisaggregateChild,
            Column::ShipCancel,
            Column::Return,
            Column::Receive,
            Column::PutAway,
            Column::Sample,
            Column::Destroy,
            Column::Stolen,
            Column::Undo,
            Column::Lock,
            Column::Unlock,
            Column::Quarantine,
            Column::Release,
            Column::Reading,
        ],
        is_forward: false,
    },
];

/// Whether `column` takes packs forward: not while their lot or product is held back, nor after expiry.
pub fn goes_forward(column: Column) -> bool {
    MARKET.iter().any(|row| row.is_forward && row.columns.contains(&column))
}
