//! Our own book: what we have, what it has cost, and what it is worth.

use crate::wire::{SYMBOLS, Trade};

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) fills: usize,
    pub(crate) position: [i64; SYMBOLS.len()],
    cash: i64,
}

impl Book {
    pub(crate) fn enter(&mut self, fill: &Trade) {
        self.fills += 1;
        self.position[fill.symbol] += fill.quantity;
        self.cash -= fill.quantity * fill.price;
    }

    /// Cash, and what the rest would bring.
    pub(crate) fn profit(&self, prices: &[i64]) -> i64 {
        self.cash + self.position.iter().zip(prices).map(|(quantity, price)| quantity * price).sum::<i64>()
    }
}

pub(crate) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}
