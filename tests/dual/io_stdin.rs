// Standard input, by lines, by bytes, to the end. It holds seven lines, the last of them without an end.

use std::io::{self, BufRead, Read};
use std::thread;

fn main() -> io::Result<()> {
    let stdin = io::stdin();
    let mut line = String::new();
    println!("{} {line:?}", stdin.read_line(&mut line)?);
    println!("{line:?}");

    // A thread reads one, then this goes on.
    println!("{:?}", thread::spawn(|| io::stdin().lines().next().unwrap().unwrap()).join().unwrap());

    let mut lock = stdin.lock();
    let mut bytes = Vec::new();
    println!("{} {:?}", lock.read_until(b' ', &mut bytes)?, String::from_utf8_lossy(&bytes));
    println!("{:?}", lock.fill_buf()?[0] as char);
    lock.consume(1);
    let mut two = [0; 2];
    lock.read_exact(&mut two)?;
    println!("{:?}", String::from_utf8_lossy(&two));
    drop(lock);
    println!("{:?}", io::stdin().lines().take(2).collect::<Result<Vec<_>, _>>()?);
    let mut one = [0];
    (&stdin).read_exact(&mut one)?;
    println!("{:?}", one[0] as char);
    println!("{:?}", io::read_to_string(stdin)?);
    println!("{:?}", io::stdin().read(&mut one)?);
    println!("{:?}", io::stdin().lines().next().is_none());
    println!("{:?}", io::stdin().read_line(&mut line)?);
    Ok(())
}
