// Unix sockets with names in the file system.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::{env, process, thread};

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-listener", process::id()));
    let _ = fs::remove_file(&path);
    let show = |addr: &SocketAddr| match addr.as_pathname() {
        Some(name) => format!("named as it was bound: {}", name == path),
        None => format!("unnamed: {}", addr.is_unnamed()),
    };
    println!("{:?}", UnixStream::connect(&path).unwrap_err().kind());

    let listener = UnixListener::bind(&path)?;
    println!("{}", show(&listener.local_addr()?));
    println!("{:?}", UnixListener::bind(&path).unwrap_err().kind());
    let server = thread::spawn(move || -> io::Result<UnixListener> {
        for stream in (&listener).into_iter().take(3) {
            let mut stream = stream?;
            let mut number = [0];
            stream.read_exact(&mut number)?;
            write!(stream, "you are {}", number[0])?;
        }
        Ok(listener)
    });
    for number in 0..3 {
        let mut stream = UnixStream::connect(&path)?;
        println!("{}; {}", show(&stream.peer_addr()?), show(&stream.local_addr()?));
        stream.write_all(&[number])?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        println!("{answer}");
    }
    let listener = server.join().unwrap()?;

    listener.set_nonblocking(true)?;
    println!("{:?}", listener.accept().unwrap_err().kind());
    let clone = listener.try_clone()?;
    println!("{:?}", clone.incoming().next().unwrap().unwrap_err().kind());
    let connected = UnixStream::connect_addr(&SocketAddr::from_pathname(&path)?)?;
    let (_, from) = listener.accept()?;
    println!("{}", show(&from));
    println!("{:?}", listener.take_error()?.map(|error| error.kind()));
    drop((listener, clone, connected));
    println!("{:?}", UnixStream::connect(&path).unwrap_err().kind());
    fs::remove_file(&path)?;
    let error = UnixStream::connect("x".repeat(200)).unwrap_err();
    println!("{:?}: {error}", error.kind());
    let error = UnixListener::bind("nul\0inside").unwrap_err();
    println!("{:?}: {error}", error.kind());
    Ok(())
}
