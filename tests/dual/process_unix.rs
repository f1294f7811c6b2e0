// What Unix adds to commands.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt, parent_id};
use std::process::{self, Command, Stdio};

fn show(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    println!("{} {:?}", output.status, String::from_utf8_lossy(&output.stdout));
    Ok(())
}

fn main() -> io::Result<()> {
    show(Command::new("sh").arg0("another name").args(["-c", "echo $0"]))?;
    let script = "read -r pid name state parent group rest < /proc/$$/stat; test $group = $$ && echo leads";
    show(Command::new("sh").args(["-c", script]).process_group(0))?;
    let mut command = Command::new("sh");
    command.args(["-c", "echo $FROM_BEFORE; pwd"]);
    // SAFETY: the closure calls nothing that a child after a fork may not call.
    unsafe {
        command.pre_exec(|| std::env::set_current_dir("/usr"));
    }
    show(&mut command)?;
    // SAFETY: as above.
    unsafe {
        command.pre_exec(|| Err(io::Error::from_raw_os_error(13)));
    }
    let error = command.spawn().map(drop).unwrap_err();
    println!("{:?}: {error}", error.kind());

    // It only returns if it fails.
    let error = Command::new("dual-does-not-exist").exec();
    println!("{:?}: {error}", error.kind());

    // A socket as a child's input and output.
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = Command::new("cat")
        .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
        .stdout(Stdio::from(OwnedFd::from(theirs)))
        .spawn()?;
    io::Write::write_all(&mut &ours, b"around")?;
    ours.shutdown(std::net::Shutdown::Write)?;
    println!("{:?} {}", io::read_to_string(&ours)?, child.wait()?);
    println!("{}", child.id() != process::id() && parent_id() > 0 && ours.as_raw_fd() > 2);

    let status = Command::new("sh").args(["-c", "kill -11 $$"]).status()?;
    println!("{:?} {:?} {}", status.signal(), status.stopped_signal(), status.continued());
    Ok(())
}
