// The end of a program by `exit`, with threads still waiting.

use std::net::TcpListener;
use std::process;
use std::sync::mpsc;
use std::thread;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (sender, receiver) = mpsc::channel::<()>();
    thread::spawn(move || listener.accept().map(drop));
    thread::spawn(move || receiver.recv());
    thread::spawn(|| thread::park());
    println!("not flushed by a newline, but seen at the end");
    print!("code ");
    print!("33");
    drop(thread::spawn(move || {
        println!();
        process::exit(33);
    }));
    loop {
        thread::park();
        let _ = &sender;
    }
}
