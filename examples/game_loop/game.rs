//! The events, and what they do to the game.

use std::fmt;
use std::io;
use std::time::Duration;

use vervet::event_engine::Tick;

use crate::frames::Frames;
use crate::player::Input;
use crate::world::World;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Frame,
    Input,
}

pub(crate) enum Event {
    Frame(Tick),
    Input(io::Result<Input>),
}

pub(crate) struct Game {
    world: World,
    frames: Frames,
    /// As many as it lasts.
    steps: u64,
}

impl Game {
    pub(crate) fn new(period: Duration, steps: u64, players: u8) -> Game {
        Game { world: World::new(players), frames: Frames::new(period), steps }
    }

    pub(crate) fn goes_on(&mut self, event: &Event) -> bool {
        match event {
            Event::Input(Ok(input)) => self.world.steer(*input),
            Event::Input(Err(error)) => eprintln!("a player cannot be understood: {error}"),
            Event::Frame(tick) => {
                self.frames.begin(tick);
                // The last frame may be late, and the game is not to be longer for that.
                for _ in 0..(1 + tick.missed).min(self.steps - self.world.steps) {
                    self.world.step();
                }
                self.frames.draw(&self.world);
            }
        }
        self.world.steps < self.steps
    }
}

impl fmt::Display for Game {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Game { world, frames, .. } = self;
        write!(f, "{}{world}{frames}", frames.picture)
    }
}
