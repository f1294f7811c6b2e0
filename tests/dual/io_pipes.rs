// Pipes: between threads, into children, and their two ends.

use std::io::{self, BufRead, BufReader, IoSlice, IoSliceMut, PipeReader, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::thread;

fn main() -> io::Result<()> {
    let (mut reader, mut writer) = io::pipe()?;
    let reading = thread::spawn(move || {
        let mut lines = Vec::new();
        for line in BufReader::new(&reader).lines() {
            lines.push(line.unwrap());
        }
        (lines, reader.read(&mut [0; 4]).unwrap())
    });
    let mut clone = writer.try_clone()?;
    writeln!(writer, "first")?;
    drop(writer);
    (&clone).write_all(b"second\n")?;
    clone.flush()?;
    drop(clone);
    println!("{:?}", reading.join().unwrap());

    // More than a pipe holds.
    let (mut reader, mut writer) = io::pipe()?;
    let writing = thread::spawn(move || writer.write_all(&[7; 300_000]));
    let mut all = Vec::new();
    println!("{:?}", reader.read_to_end(&mut all)?);
    println!("{:?}", writing.join().unwrap());

    let (mut reader, mut writer) = io::pipe()?;
    println!("{}", writer.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")])?);
    let (mut a, mut b) = ([0; 1], [0; 8]);
    println!("{}", reader.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)])?);
    println!("{a:?} {b:?}");
    let reader = PipeReader::from(OwnedFd::from(reader));
    let writer = PipeWriter::from(OwnedFd::from(writer));

    // A child writes into one and reads from another.
    let mut child = Command::new("sh").args(["-c", "echo from the child"]).stdout(writer).spawn()?;
    println!("{:?}", io::read_to_string(reader)?);
    println!("{}", child.wait()?);
    let (reader, mut writer) = io::pipe()?;
    let mut child =
        Command::new("sh").args(["-c", "read a; read b; exit $((a + b))"]).stdin(reader).spawn()?;
    writer.write_all(b"3\n4\n")?;
    drop(writer);
    println!("{}", child.wait()?);

    // Broken.
    let (reader, mut writer) = io::pipe()?;
    let full = thread::spawn(move || {
        loop {
            if let Err(error) = writer.write(&[0; 65536]) {
                return error;
            }
        }
    });
    thread::yield_now();
    drop(reader);
    let error = full.join().unwrap();
    println!("{:?}: {error}", error.kind());
    Ok(())
}
