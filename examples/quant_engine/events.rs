//! The events, and who handles them.

use vervet::event_engine::EventEngine;
use vervet::sync::{Arc, Mutex};

use crate::desk::Desk;
use crate::strategy::{Breakout, Crossover, Strategy};
use crate::wire::{Tick, Trade};

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Of one symbol.
    Market(usize),
    Fills,
}

pub(crate) enum Event {
    Tick(Tick),
    Fill(Trade),
    /// There is no more of that.
    End,
}

/// Two strategies, which see each price of the symbol; the desk after them.
pub(crate) fn trade_on(engine: &EventEngine<Key, Event>, desk: &Arc<Desk>, symbol: usize) {
    let strategies: [Box<dyn Strategy>; 2] =
        [Box::new(Crossover::new(20, 100)), Box::new(Breakout::new(200))];
    for strategy in strategies {
        let (desk, mind) = (Arc::clone(desk), Mutex::new((strategy, 0)));
        engine.register(Key::Market(symbol), move |event| {
            let Event::Tick(tick) = event else { return };
            let (strategy, has) = &mut *mind.lock().expect("nobody panics");
            if let Some(wanted) = strategy.look(tick.price).filter(|wanted| wanted != has) {
                desk.order(tick, wanted - *has);
                *has = wanted;
            }
        });
    }
    let desk = Arc::clone(desk);
    engine.register(Key::Market(symbol), move |event| desk.see(event));
}

pub(crate) fn keep_books(engine: &EventEngine<Key, Event>, desk: &Arc<Desk>) {
    let (desk, handle) = (Arc::clone(desk), engine.handle());
    engine.register(Key::Fills, move |event| match event {
        Event::End => drop(handle.close()),
        _ => desk.see(event),
    });
}
