//! A thread for each connection: the kernel switches between them.

use std::io;
use std::net::TcpListener;
use std::thread;

use crate::shout::shout;

pub(crate) fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        thread::spawn(move || shout(stream));
    }
}
