//! The logic: runners on a track, which go the way they were last told.

use std::fmt;

use crate::player::Input;

const LENGTH: i32 = 60;

pub(crate) struct World {
    runners: Vec<Runner>,
    pub(crate) steps: u64,
    inputs: u64,
}

#[derive(Clone, Default)]
struct Runner {
    at: i32,
    way: i32,
    laps: u32,
}

impl World {
    pub(crate) fn new(players: u8) -> World {
        World { runners: vec![Runner::default(); players.into()], steps: 0, inputs: 0 }
    }

    pub(crate) fn steer(&mut self, input: Input) {
        self.inputs += 1;
        if let Some(runner) = self.runners.get_mut(usize::from(input.player)) {
            runner.way = input.way.signum().into();
        }
    }

    pub(crate) fn step(&mut self) {
        self.steps += 1;
        for runner in &mut self.runners {
            let to = runner.at + runner.way;
            runner.laps += u32::from(to >= LENGTH);
            runner.at = to.rem_euclid(LENGTH);
        }
    }

    /// A line of the picture for each.
    pub(crate) fn draw(&self) -> String {
        let line = |runner: &Runner| (0..LENGTH).map(|at| if at == runner.at { '@' } else { '.' }).collect();
        self.runners.iter().map(line).map(|line: String| line + "\n").collect()
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let laps: u32 = self.runners.iter().map(|runner| runner.laps).sum();
        writeln!(f, "{} steps, {} inputs, {laps} laps", self.steps, self.inputs)
    }
}
