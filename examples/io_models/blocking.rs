//! One connection after the other. While a client thinks, all the others wait.

use std::io;
use std::net::TcpListener;

use crate::shout::shout;

pub(crate) fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let _ = shout(stream); // one who breaks off is no reason to stop
    }
}
