//! Strategies: each sees the prices of one symbol, one after the other, and says what it wants to have.

use std::collections::VecDeque;

pub(crate) trait Strategy: Send {
    /// How many pieces it wants to have from now on; `None`: as before.
    fn look(&mut self, price: i64) -> Option<i64>;
}

/// Long while the mean of the last few prices is above that of many, short while it is below.
pub(crate) struct Crossover {
    few: Mean,
    many: Mean,
}

/// Long when a price is above all of the last ones, short when it is below all of them.
pub(crate) struct Breakout {
    last: VecDeque<i64>,
    length: usize,
}

struct Mean {
    prices: VecDeque<i64>,
    length: usize,
    sum: i64,
}

impl Mean {
    fn of(length: usize) -> Mean {
        Mean { prices: VecDeque::with_capacity(length), length, sum: 0 }
    }

    /// Once there are enough of them.
    fn with(&mut self, price: i64) -> Option<i64> {
        if self.prices.len() == self.length {
            self.sum -= self.prices.pop_front().unwrap_or_default();
        }
        self.prices.push_back(price);
        self.sum += price;
        (self.prices.len() == self.length).then(|| self.sum / self.length as i64)
    }
}

impl Crossover {
    pub(crate) fn new(few: usize, many: usize) -> Crossover {
        Crossover { few: Mean::of(few), many: Mean::of(many) }
    }
}

impl Strategy for Crossover {
    fn look(&mut self, price: i64) -> Option<i64> {
        let (few, many) = (self.few.with(price), self.many.with(price));
        Some((few? - many?).signum()).filter(|&wanted| wanted != 0)
    }
}

impl Breakout {
    pub(crate) fn new(length: usize) -> Breakout {
        Breakout { last: VecDeque::with_capacity(length), length }
    }
}

impl Strategy for Breakout {
    fn look(&mut self, price: i64) -> Option<i64> {
        let enough = self.last.len() == self.length;
        let above = enough && self.last.iter().all(|&last| price > last);
        let below = enough && self.last.iter().all(|&last| price < last);
        if enough {
            self.last.pop_front();
        }
        self.last.push_back(price);
        if above || below { Some(if above { 2 } else { -2 }) } else { None }
    }
}
