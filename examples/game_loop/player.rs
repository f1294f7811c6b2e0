//! A player: somebody with a socket, who sends which way to go, again and again.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use vervet::net::UdpSocket;

#[derive(Clone, Copy)]
pub(crate) struct Input {
    pub(crate) player: u8,
    /// Forwards or backwards.
    pub(crate) way: i8,
}

/// Plays until it is killed: twice forwards for once backwards, each player with a rhythm of its own.
pub(crate) fn play(game: SocketAddr, player: u8) -> io::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(game)?;
    loop {
        for way in [1_i8, 1, -1] {
            socket.send(&[player, way.cast_unsigned()])?;
            vervet::sleep(Duration::from_millis(3 + u64::from(player) % 5));
        }
    }
}

/// What has come.
pub(crate) fn receive(socket: &UdpSocket) -> io::Result<Input> {
    let mut bytes = [0; 2];
    match socket.recv(&mut bytes)? {
        2 => Ok(Input { player: bytes[0], way: bytes[1].cast_signed() }),
        n => Err(io::Error::new(io::ErrorKind::InvalidData, format!("{n} bytes"))),
    }
}
