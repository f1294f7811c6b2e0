// std's adapters over what blocks: buffers, limits, chains, copies.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, LineWriter, Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::{env, fs, process, thread};

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-adapters", process::id()));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;

    // file -> socket -> socket -> file
    fs::write(&path, (0..20_000).map(|n| format!("{n}\n")).collect::<String>())?;
    let server = thread::spawn(move || -> io::Result<u64> {
        let (mut from, _) = listener.accept()?;
        let (mut to, _) = listener.accept()?;
        io::copy(&mut from, &mut to)
    });
    let mut first = TcpStream::connect(addr)?;
    let mut second = TcpStream::connect(addr)?;
    let sender = {
        let path = path.clone();
        thread::spawn(move || -> io::Result<u64> {
            let n = io::copy(&mut File::open(path)?, &mut first)?;
            first.shutdown(Shutdown::Write)?;
            Ok(n)
        })
    };
    let copy = path.with_extension("copy");
    println!("{}", io::copy(&mut second, &mut File::create(&copy)?)?);
    println!("{} {}", sender.join().unwrap()?, server.join().unwrap()?);
    println!("{}", fs::read(&path)? == fs::read(&copy)?);

    let (a, b) = UnixStream::pair()?;
    let writer = thread::spawn(move || -> io::Result<()> {
        let mut out = BufWriter::with_capacity(16, &a);
        for n in 0..100 {
            write!(out, "{n},")?;
        }
        out.flush()?;
        let mut lines = LineWriter::new(out.into_inner()?);
        write!(lines, "one\ntwo")?;
        lines.flush()
    });
    let mut reader = BufReader::with_capacity(7, b);
    let mut sum = 0;
    for number in reader.by_ref().split(b',').take(100) {
        sum += String::from_utf8(number?).unwrap().parse::<u32>().unwrap();
    }
    println!("{sum}");
    let mut rest = String::new();
    println!("{} {rest:?}", reader.by_ref().take(2).chain(&b"!!"[..]).read_to_string(&mut rest)?);
    println!("{rest:?} {:?}", reader.by_ref().bytes().next().unwrap()?);
    writer.join().unwrap()?;
    rest.clear();
    reader.read_to_string(&mut rest)?;
    println!("{rest:?}");

    let mut file = BufReader::new(File::open(&copy)?);
    file.seek(SeekFrom::Start(4))?;
    let mut line = String::new();
    file.read_line(&mut line)?;
    println!("{line:?} {}", file.stream_position()?);
    file.seek_relative(-2)?;
    println!("{}", file.stream_position()?);
    let mut cursor = Cursor::new(vec![]);
    println!("{} {}", io::copy(&mut file.take(10), &mut cursor)?, cursor.position());
    println!("{}", io::copy(&mut io::repeat(1).take(9), &mut io::sink())?);
    fs::remove_file(path)?;
    fs::remove_file(copy)
}
