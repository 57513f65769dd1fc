//! Figures beside their aims.

use crate::meter::{self, Took};

/// All that was measured.
pub(crate) struct Figures {
    rows: Vec<Figure>,
    has_bounds: bool,
}

struct Figure {
    name: String,
    unit: &'static str,
    bound: Bound,
    value: f64,
    took: Option<Took>,
    load: String,
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// The more the better; half of it must be reached.
    AtLeast(f64),
    /// The less the better; twice as much is allowed.
    AtMost(f64),
    /// Nobody said.
    None,
}

impl Figures {
    /// Nothing yet; without bounds, small counts prove nothing.
    pub(crate) const fn new(has_bounds: bool) -> Self {
        Self { rows: Vec::new(), has_bounds }
    }

    pub(crate) fn add(&mut self, name: &str, (value, unit): (f64, &'static str), bound: Bound, took: Option<Took>) {
        let bound = if self.has_bounds { bound } else { Bound::None };
        let figure = Figure { name: name.to_owned(), unit, bound, value, took, load: meter::load() };
        println!("{}: {} {unit}", figure.name, number(value));
        self.rows.push(figure);
    }

    /// Whether every figure reaches half of its aim.
    pub(crate) fn hold(&self) -> bool {
        self.rows.iter().all(Figure::holds)
    }

    /// Prints one table.
    pub(crate) fn print(&self) {
        println!("\n{}\n", meter::machine());
        let head = ["figure", "unit", "aim", "half", "measured", "", "wall s", "CPU s", "load"];
        let mut rows = vec![head.map(str::to_owned)];
        rows.extend(self.rows.iter().map(Figure::row));
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        for row in &rows {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let width = width(column);
                if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

impl Figure {
    fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(aim) => self.value >= aim / 2.0,
            Bound::AtMost(aim) => self.value <= aim * 2.0,
            Bound::None => true,
        }
    }

    fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtLeast(aim) => self.value >= aim,
            Bound::AtMost(aim) => self.value <= aim,
            Bound::None => true,
        }
    }

    fn row(&self) -> [String; 9] {
        let (aim, half) = match self.bound {
            Bound::AtLeast(aim) => (format!("≥ {}", number(aim)), number(aim / 2.0)),
            Bound::AtMost(aim) => (format!("≤ {}", number(aim)), number(aim * 2.0)),
            Bound::None => Default::default(),
        };
        let verdict = match self.bound {
            Bound::None => "",
            _ if self.is_met() => "met",
            _ if self.holds() => "half",
            _ => "MISSED",
        };
        let seconds =
            |pick: fn(&Took) -> f64| self.took.as_ref().map_or(String::new(), |took| format!("{:.2}", pick(took)));
        let (wall_s, cpu_s) = (seconds(|took| took.wall_s), seconds(|took| took.cpu_s));
        let (name, unit, value) = (self.name.clone(), self.unit.to_owned(), number(self.value));
        [name, unit, aim, half, value, verdict.to_owned(), wall_s, cpu_s, self.load.clone()]
    }
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// A share of sorted times: 0.95 for the 95th of a hundred.
pub(crate) fn share(sorted: &[f64], part: f64) -> f64 {
    let place = (sorted.len() as f64 * part) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
