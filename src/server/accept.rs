//! The acceptor: takes connections while there is room, and bears with the system when it fails.
//!
//! Uses `server::roster`, `net` and `wait`.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::roster::{Door, Roster};
use super::serving::{self, Role, text};
use crate::net::trouble::Trouble;
use crate::wait::backoff::Backoff;
use crate::wait::{Cancelled, cancel};

/// Log records about failures are at least that far apart.
const QUIET: Duration = Duration::from_secs(1);

/// What the user wants to be told.
#[derive(Clone)]
pub(super) struct Hook(pub(super) Arc<dyn Fn(&io::Error) + Send + Sync>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook(..)")
    }
}

/// How one attempt to take somebody in ended.
pub(super) enum Taken {
    /// Somebody has come, and is being served.
    Served,
    /// There is no seat for anybody.
    Full,
}

/// Where they come in. Dropped in this order: whoever finds the door closed finds the socket closed.
pub(super) struct Entrance<S> {
    pub(super) socket: S,
    pub(super) door: Door,
}

/// Takes in one after the other, by `take`, which waits for somebody, until there is no more to be done.
pub(super) fn take_all<S>(
    entrance: Entrance<S>,
    hook: Option<Hook>,
    mut take: impl FnMut(&S, &Arc<Roster>) -> io::Result<Taken>,
) {
    let roster = entrance.door.roster();
    serving::work_for(roster, Role::Acceptor);
    let mut troubles = Troubles { roster, hook, backoff: Backoff::patient(), log: Log::default() };
    while !roster.is_draining() {
        let left = roster.left();
        let outcome = match take(&entrance.socket, roster) {
            Ok(Taken::Served) => {
                troubles.backoff = Backoff::patient();
                Ok(())
            }
            Ok(Taken::Full) => roster.wait_for_seat(),
            // Where a kill cannot unwind, it is an error.
            Err(_) if roster.is_draining() => break,
            Err(error) => troubles.bear(&error, left),
        };
        if outcome.is_err() {
            break;
        }
    }
}

struct Troubles<'a> {
    roster: &'a Roster,
    hook: Option<Hook>,
    backoff: Backoff,
    log: Log,
}

impl Troubles<'_> {
    /// Tells of a failure and waits until there is hope again. `left` is from before it.
    fn bear(&mut self, error: &io::Error, left: u64) -> Result<(), Cancelled> {
        let trouble = Trouble::of(error);
        let name = self.roster.name();
        match trouble {
            Trouble::Peer => log::debug!("{name}: {error}"),
            Trouble::OutOfFds | Trouble::System => self.log.warn(name, error),
            Trouble::Fatal => log::error!("{name}: ends, because its socket is of no use: {error}"),
        }
        if let Some(hook) = &self.hook {
            call(self.roster, hook, error);
        }
        match trouble {
            Trouble::Peer => Ok(()),
            Trouble::OutOfFds => self.roster.wait_for_leaving(left, self.backoff.next()),
            Trouble::System => self.roster.rest(self.backoff.next()),
            Trouble::Fatal => {
                self.roster.stop(Some(error.raw_os_error().unwrap_or_default()));
                Ok(())
            }
        }
    }
}

/// The user's panic must not cost him the listener.
fn call(roster: &Roster, hook: &Hook, error: &io::Error) {
    if let Err(payload) = cancel::catch_panic(|| hook.0(error)) {
        log::error!("{}: the hook for errors panicked: {}", roster.name(), text(&*payload));
    }
}

/// Warnings, not too many.
#[derive(Default)]
struct Log {
    last: Option<Instant>,
    held_back: u32,
}

impl Log {
    fn warn(&mut self, name: &str, error: &io::Error) {
        if self.last.is_some_and(|last| last.elapsed() < QUIET) {
            self.held_back += 1;
            return;
        }
        match std::mem::take(&mut self.held_back) {
            0 => log::warn!("{name}: {error}"),
            more => log::warn!("{name}: {error} ({more} more like it, or others, since the last report)"),
        }
        self.last = Some(Instant::now());
    }
}
