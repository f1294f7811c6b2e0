//! Answers one client, in blocking code: of whatever it is that blocks.

use std::io::{self, Read, Write};

pub(crate) fn shout(mut stream: impl Read + Write) -> io::Result<()> {
    let mut text = [0; 4096];
    loop {
        match stream.read(&mut text)? {
            0 => return Ok(()),
            n => {
                text[..n].make_ascii_uppercase();
                stream.write_all(&text[..n])?;
            }
        }
    }
}
