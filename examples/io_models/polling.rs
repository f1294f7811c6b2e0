//! Sockets that do not block, and a loop that asks all of them again and again whether there is something to do.

use std::io;
use std::net::TcpListener;

use crate::client::{Client, accept};

pub(crate) fn serve(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut clients: Vec<Client> = Vec::new();
    loop {
        clients.extend(accept(&listener)?);
        clients.retain_mut(Client::turn);
    }
}
