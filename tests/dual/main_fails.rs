// A program whose main returns an error ends with code 1.

use std::fs::File;
use std::io;

struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        println!("dropped on the way out");
    }
}

fn main() -> io::Result<()> {
    let _last = Last;
    println!("still fine");
    File::open("/does/not/exist")?;
    println!("never seen");
    Ok(())
}
