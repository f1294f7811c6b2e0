//! What goes on in the greenlet of a handler: which server it is of, and what becomes of its panic.
//!
//! Uses `server::roster`, `greenlet` and `wait`.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::handle::ServerRef;
use super::roster::{Roster, Seat};
use crate::greenlet::{Builder, panic_text};
use crate::wait::cancel;

/// Whom a greenlet works for, and as what.
struct Place {
    roster: Arc<Roster>,
    role: Role,
}

/// What a greenlet is to its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The handler of that number.
    Handler(u64),
    Acceptor,
}

crate::greenlet_local! {
    static PLACE: RefCell<Option<Place>> = RefCell::new(None);
}

/// The server in whose handler, or hook for errors, this is called; `None` elsewhere, and in greenlets that a handler has
/// spawned.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::net::TcpStream;
/// use vervet::server::{self, StreamServer};
///
/// # fn main() -> std::io::Result<()> {
/// // Whoever connects ends it.
/// let server = StreamServer::bind("127.0.0.1:0")?
///     .on_connection(|_, _| server::current().map(|server| server.shutdown(Duration::ZERO)))
///     .start()?;
/// TcpStream::connect(server.local_addr())?;
/// server.wait()
/// # }
/// ```
#[must_use]
pub fn current() -> Option<ServerRef> {
    let place =
        |place: &RefCell<Option<Place>>| Some(ServerRef::new(Arc::clone(&place.borrow().as_ref()?.roster)));
    PLACE.try_with(place).ok().flatten()
}

/// Whether the server in whose handler this is called is being shut down, so that the handler should come to an end.
///
/// # Examples
/// ```
/// use std::io::{self, Read, Write};
/// use vervet::net::TcpStream;
/// use vervet::server;
///
/// fn echo(mut stream: TcpStream) -> io::Result<()> {
///     let mut buf = [0; 1024];
///     while !server::is_draining() {
///         match stream.read(&mut buf)? {
///             0 => break,
///             n => stream.write_all(&buf[..n])?,
///         }
///     }
///     Ok(())
/// }
/// ```
#[must_use]
pub fn is_draining() -> bool {
    let place = |place: &RefCell<Option<Place>>| {
        place.borrow().as_ref().is_some_and(|place| place.roster.is_draining())
    };
    PLACE.try_with(place).unwrap_or(false)
}

/// What the running code is to that server.
pub(super) fn role_at(roster: &Arc<Roster>) -> Option<Role> {
    let role = |place: &RefCell<Option<Place>>| {
        place.borrow().as_ref().filter(|place| Arc::ptr_eq(&place.roster, roster)).map(|place| place.role)
    };
    PLACE.try_with(role).ok().flatten()
}

/// From here on, the running greenlet is that to the server.
pub(super) fn work_for(roster: &Arc<Roster>, role: Role) {
    PLACE.set(Some(Place { roster: Arc::clone(roster), role }));
}

/// What a greenlet is to do, and the seat that is free afterwards.
struct Job<F> {
    // Dropped in this order: what is still open goes before the seat.
    serve: F,
    number: u64,
    seat: Seat,
}

/// Spawns a greenlet that serves `peer`.
pub(super) fn start(
    roster: &Arc<Roster>,
    mut seat: Seat,
    peer: impl fmt::Debug + Send + 'static,
    serve: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let number = seat.take();
    let builder = Builder::new().name(format!("{} {peer:?}", roster.name()));
    let (job, theirs) = (Job { serve, number, seat }, Arc::clone(roster));
    let greenlet = builder.spawn(move || run(job, theirs, &peer))?;
    roster.introduce(number, greenlet.handle());
    Ok(())
}

fn run<F: FnOnce()>(job: Job<F>, roster: Arc<Roster>, peer: &dyn fmt::Debug) {
    let Job { serve, number, seat } = job;
    work_for(&roster, Role::Handler(number));
    if let Err(payload) = cancel::catch_panic(serve) {
        roster.count_panic();
        log::error!("{}: the handler of {peer:?} panicked: {}", roster.name(), text(&*payload));
    }
    drop(seat);
}

/// The text of a panic.
pub(super) fn text(payload: &(dyn Any + Send)) -> &str {
    panic_text(payload).unwrap_or("no text")
}
