//! The desk: passes orders on, keeps the book, and takes the times.

use std::io::Write;
use std::time::Instant;

use hdrhistogram::Histogram;
use vervet::net::{Shutdown, TcpStream};
use vervet::sync::Mutex;

use crate::book::{Book, money};
use crate::events::Event;
use crate::wire::{SYMBOLS, Tick, Trade};

pub(crate) struct Desk(Mutex<State>);

struct State {
    exchange: TcpStream,
    book: Book,
    last: [i64; SYMBOLS.len()],
    ticks: u64,
    orders: u64,
    ended: usize,
    /// From the tick to its order, in nanoseconds.
    latency: Histogram<u64>,
}

impl Desk {
    pub(crate) fn new(exchange: TcpStream) -> Desk {
        let latency = Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("good bounds");
        let (book, last) = (Book::default(), [0; SYMBOLS.len()]);
        Desk(Mutex::new(State { exchange, book, last, ticks: 0, orders: 0, ended: 0, latency }))
    }

    pub(crate) fn order(&self, tick: &Tick, quantity: i64) {
        let order = Trade { symbol: tick.symbol, quantity, price: tick.price };
        let mut state = self.0.lock().expect("nobody panics");
        state.exchange.write_all(format!("{order}\n").as_bytes()).expect("the exchange is there");
        state.orders += 1;
        state.latency.saturating_record((Instant::now() - tick.came).as_nanos() as u64);
    }

    pub(crate) fn see(&self, event: &Event) {
        let mut state = self.0.lock().expect("nobody panics");
        match event {
            Event::Tick(tick) => {
                state.ticks += 1;
                state.last[tick.symbol] = tick.price;
            }
            Event::Fill(fill) => state.book.enter(fill),
            // After the last tick of the last symbol there are no more orders.
            Event::End => {
                state.ended += 1;
                if state.ended == SYMBOLS.len() {
                    state.exchange.shutdown(Shutdown::Write).expect("the exchange is there");
                }
            }
        }
    }

    pub(crate) fn summary(&self) -> String {
        let State { book, last, ticks, orders, latency, .. } = &*self.0.lock().expect("nobody panics");
        let us = |quantile| latency.value_at_quantile(quantile) as f64 / 1_000.0;
        let (fills, position, profit) = (book.fills, book.position, money(book.profit(last)));
        let (p50, p99, most) = (us(0.5), us(0.99), us(1.0));
        format!(
            "{ticks} ticks, {orders} orders\nengine: {fills} fills, position {position:?}, P&L {profit}\n\
             tick to order: p50 {p50:.1} us, p99 {p99:.1} us, at most {most:.1} us"
        )
    }
}
