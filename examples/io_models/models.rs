//! The servers, and what they are made of.

use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;

use crate::{blocking, epoll, greenlets, polling, threads};

pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// Serves until something fails.
    pub(crate) serve: fn(TcpListener) -> io::Result<()>,
    /// All of it.
    sources: [&'static str; 2],
}

const SHOUT: &str = include_str!("shout.rs");
const CLIENT: &str = include_str!("client.rs");

pub(crate) const MODELS: [Model; 5] = [
    Model { name: "blocking", serve: blocking::serve, sources: [include_str!("blocking.rs"), SHOUT] },
    Model { name: "threads", serve: threads::serve, sources: [include_str!("threads.rs"), SHOUT] },
    Model { name: "polling", serve: polling::serve, sources: [include_str!("polling.rs"), CLIENT] },
    Model { name: "epoll", serve: epoll::serve, sources: [include_str!("epoll.rs"), CLIENT] },
    Model {
        name: "vervet",
        serve: |listener| vervet::run(move || greenlets::serve(OwnedFd::from(listener).into())),
        sources: [include_str!("vervet.rs"), SHOUT],
    },
];

impl Model {
    /// Lines of code: without those that are blank, or comments.
    pub(crate) fn lines(&self) -> usize {
        let lines = self.sources.iter().flat_map(|source| source.lines().map(str::trim));
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    }
}
