// Talking to children: their input and output, pipelines, ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

fn main() -> io::Result<()> {
    // A dialogue.
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    println!("{} {} {}", child.stdin.is_some(), child.stdout.is_some(), child.stderr.is_some());
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for n in 0..3 {
        writeln!(input, "line {n}")?;
        let mut line = String::new();
        answers.read_line(&mut line)?;
        print!("{line}");
    }
    println!("{:?}", child.try_wait()?);
    drop(input);
    println!("{} {:?}", child.wait()?, child.try_wait()?.map(|status| status.code()));
    println!("{}", answers.read(&mut [0; 4])?);

    // Both ways, more than pipes hold.
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(&[b'x'; 300_000]));
    let output = child.wait_with_output()?;
    println!("{} {:?} {}", output.stdout.len(), writer.join().unwrap(), output.status);

    // A wait closes the input first.
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    println!("{} {}", child.wait()?, child.stdin.is_none());
    println!("{:?} {}", child.kill(), child.wait()?);

    // A pipeline.
    let mut first =
        Command::new("sh").args(["-c", "echo b; echo a; echo c"]).stdout(Stdio::piped()).spawn()?;
    let second = Command::new("sort").stdin(first.stdout.take().unwrap()).stdout(Stdio::piped()).spawn()?;
    let third = Command::new("tr").args(["a-z", "A-Z"]).stdin(second.stdout.unwrap()).output()?;
    println!("{:?}", String::from_utf8_lossy(&third.stdout));
    println!("{}", first.wait()?);

    // Killed, while someone waits for its output.
    let mut child =
        Command::new("sleep").arg("1000").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut out = child.stdout.take().unwrap();
    let mut err = child.stderr.take().unwrap();
    let reader = thread::spawn(move || (out.read(&mut [0; 4]).unwrap(), err.read(&mut [0; 4]).unwrap()));
    println!("{}", child.id() > 0);
    child.kill()?;
    println!("{} {:?}", child.wait()?, reader.join().unwrap());

    // The reader has gone.
    let mut child = Command::new("true").stdin(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().unwrap();
    println!("{}", child.wait()?);
    let error = (&input).write(b"x").unwrap_err();
    println!("{:?}: {error}", error.kind());
    println!("{:?}", input.flush());

    // Threads wait for children side by side.
    let codes: Vec<_> = (0..8)
        .map(|n| {
            thread::spawn(move || {
                let mut child = Command::new("sh").args(["-c", &format!("exit {n}")]).spawn().unwrap();
                child.wait().unwrap().code()
            })
        })
        .collect();
    println!("{:?}", codes.into_iter().map(|code| code.join().unwrap()).collect::<Vec<_>>());
    Ok(())
}
