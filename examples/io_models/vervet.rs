//! A greenlet for each connection: vervet switches between them.

use std::io;
use vervet::net::TcpListener;
use vervet::thread;

use crate::shout::shout;

pub(crate) fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        thread::spawn(move || shout(stream));
    }
}
