// Children that run to their end: output, exit codes, signals, environment, folder.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;

fn sh(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn show(output: Output) {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    println!("{} {out:?} {err:?}", output.status);
}

fn main() -> io::Result<()> {
    show(sh("echo out; echo err >&2; exit 3").output()?);
    show(sh("kill -9 $$").output()?);
    println!("{:?}", sh("kill -15 $$").status()?.signal());
    println!("{:?}", sh("exit 7").status()?.code());
    println!("{:?}", sh("true").status()?.success());
    println!("{}", ExitStatus::from_raw(256));
    for (program, dir) in [("dual-does-not-exist", "/"), ("/etc/passwd", "/"), ("true", "/does/not/exist")] {
        let error = Command::new(program).current_dir(dir).output().unwrap_err();
        println!("{program}: {:?}: {error}", error.kind());
    }
    let error = Command::new("nul\0inside").status().unwrap_err();
    println!("{:?}: {error}", error.kind());

    show(sh("echo $ONE$TWO; pwd").env("ONE", "1").envs([("TWO", "2")]).current_dir("/").output()?);
    let mut command = sh("echo [$ONE] [$HOME]");
    command.env("ONE", "1").env_remove("HOME");
    show(command.output()?);
    show(command.env_clear().env("PATH", "/usr/bin:/bin").output()?);
    println!("{:?}", command.get_envs().collect::<Vec<_>>());
    println!("{:?} {:?}", command.get_program(), command.get_args().collect::<Vec<_>>());
    println!("{:?} {:?}", command.get_current_dir(), command.get_args().len());
    println!("{:?}", Command::new("echo").arg("it's").env("A", "b c").current_dir("/tmp"));

    // `output` reads from nothing, unless it is told otherwise; and what goes elsewhere is not collected.
    show(Command::new("cat").output()?);
    show(sh("echo out; echo err >&2").stderr(Stdio::null()).output()?);
    // More than a pipe holds, on both at once.
    let both = sh("head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2").output()?;
    println!("{} {}", both.stdout.len(), both.stderr.len());

    // Many at once.
    let children: Vec<_> =
        (0..12).map(|n| thread::spawn(move || sh(&format!("sleep 0.1; echo {n}")).output())).collect();
    for child in children {
        show(child.join().unwrap()?);
    }
    Ok(())
}
