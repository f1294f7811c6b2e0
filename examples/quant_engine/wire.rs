//! What goes over the sockets: a line of words each. Money is in cents.

use std::fmt;
use std::time::Instant;

pub(crate) const SYMBOLS: [&str; 3] = ["BTC", "ETH", "SOL"];

/// A price.
pub(crate) struct Tick {
    pub(crate) symbol: usize,
    pub(crate) price: i64,
    /// When we had read it.
    pub(crate) came: Instant,
}

/// An order; or, with the price that was paid, its fill.
#[derive(Clone, Copy)]
pub(crate) struct Trade {
    pub(crate) symbol: usize,
    /// Bought; sold, if it is negative.
    pub(crate) quantity: i64,
    pub(crate) price: i64,
}

impl fmt::Display for Trade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", SYMBOLS[self.symbol], self.quantity, self.price)
    }
}

pub(crate) fn tick(line: &str) -> Option<Tick> {
    let (symbol, price) = line.split_once(' ')?;
    Some(Tick { symbol: find(symbol)?, price: price.parse().ok()?, came: Instant::now() })
}

pub(crate) fn trade(line: &str) -> Option<Trade> {
    let mut words = line.split(' ');
    let symbol = find(words.next()?)?;
    Some(Trade { symbol, quantity: words.next()?.parse().ok()?, price: words.next()?.parse().ok()? })
}

fn find(symbol: &str) -> Option<usize> {
    SYMBOLS.iter().position(|&name| name == symbol)
}
