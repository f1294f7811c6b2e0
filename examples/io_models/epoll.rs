//! Multiplexing by hand: one thread, which asks the kernel for those of its sockets that something can be done with.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::retry_on_intr;

use crate::client::{Client, accept};

pub(crate) fn serve(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, key(&listener), EventFlags::IN)?;
    let mut clients = HashMap::new();
    let mut events = Vec::with_capacity(256);
    loop {
        events.clear();
        retry_on_intr(|| epoll::wait(&epoll, rustix::buffer::spare_capacity(&mut events), None))?;
        for event in &events {
            let of = event.data.u64();
            if of == key(&listener).u64() {
                while let Some(client) = accept(&listener)? {
                    let key = key(&client.stream);
                    epoll::add(&epoll, &client.stream, key, EventFlags::IN)?;
                    clients.insert(key.u64(), client);
                }
            } else if let Some(client) = clients.get_mut(&of)
                && !turn(client, &epoll)?
            {
                clients.remove(&of);
            }
        }
    }
}

/// What the kernel is to call a socket: its fd, which no other one has while this one is open.
fn key(socket: &impl AsRawFd) -> EventData {
    EventData::new_u64(socket.as_raw_fd() as u64)
}

/// Does what can be done, and asks the kernel for what comes next if that has changed. Whether the client is still there.
fn turn(client: &mut Client, epoll: &OwnedFd) -> io::Result<bool> {
    let was_writing = client.is_writing();
    let stays = client.turn();
    let is_writing = client.is_writing();
    if stays && is_writing != was_writing {
        let flags = if is_writing { EventFlags::OUT } else { EventFlags::IN };
        epoll::modify(epoll, &client.stream, key(&client.stream), flags)?;
    }
    Ok(stays)
}
