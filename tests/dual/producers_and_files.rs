// Several modules at once: threads read a file and a socket, send through channels, and a child counts the words.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::{env, process, thread};

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-words", process::id()));
    fs::write(&path, "the file\nhas three\nlines\n")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let (send, receive) = mpsc::sync_channel::<String>(1);

    let from_socket = {
        let send = send.clone();
        thread::spawn(move || -> io::Result<()> {
            for line in BufReader::new(listener.accept()?.0).lines() {
                send.send(line?).unwrap();
            }
            Ok(())
        })
    };
    let from_file = {
        let path = path.clone();
        thread::spawn(move || -> io::Result<()> {
            BufReader::new(File::open(path)?).lines().try_for_each(|line| {
                send.send(line?).unwrap();
                Ok(())
            })
        })
    };
    let mut stream = TcpStream::connect(addr)?;
    writeln!(stream, "the socket\nhas two")?;
    drop(stream);

    let mut child = Command::new("wc").arg("-w").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut input = child.stdin.take().unwrap();
    for line in receive {
        writeln!(input, "{line}")?;
        lines.lock().unwrap().push(line);
    }
    drop(input);
    from_file.join().unwrap()?;
    from_socket.join().unwrap()?;
    let output = child.wait_with_output()?;
    println!("{} words", String::from_utf8_lossy(&output.stdout).trim());
    let mut lines = Arc::into_inner(lines).unwrap().into_inner().unwrap();
    lines.sort();
    println!("{lines:?}");
    fs::remove_file(path)
}
