//! `--name VALUE` flags for the examples: lexopt reads them, this file words the complaints.
//!
//! Every mistake ends as one line on stderr that names the flag, and exit code 2.

use std::fmt::Display;
use std::process::ExitCode;
use std::str::FromStr;

use lexopt::{Arg, Parser};

/// The flag being read, its value still to come.
pub(crate) struct Flag<'p> {
    name: String,
    parser: &'p mut Parser,
}

impl Flag<'_> {
    /// The flag's value; the complaint about a bad one names the flag.
    pub(crate) fn value<T: FromStr<Err: Display>>(self) -> Result<T, String> {
        let value = self.parser.value().map_err(|e| e.to_string())?;
        let text = value.to_string_lossy();
        text.parse().map_err(|e| format!("bad value for --{}: '{text}': {e}", self.name))
    }

    /// For the names an example does not know.
    pub(crate) fn unknown(self) -> String {
        format!("unknown flag '--{}', see --help", self.name)
    }
}

/// Hands each flag to `set`; `Err` carries the code to leave `main` with, everything being said.
pub(crate) fn read(
    help: &str,
    set: impl FnMut(&str, Flag<'_>) -> Result<(), String>,
) -> Result<(), ExitCode> {
    match parse(help, set) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ExitCode::SUCCESS),
        Err(complaint) => Err(refuse(complaint)),
    }
}

/// Says what went wrong at work, and gives the code for it.
pub(crate) fn fail(complaint: impl Display) -> ExitCode {
    eprintln!("{complaint}");
    ExitCode::FAILURE
}

/// Says what is wrong with the settings and gives the code for it.
pub(crate) fn refuse(complaint: impl Display) -> ExitCode {
    eprintln!("{complaint}");
    ExitCode::from(2)
}

/// `false` when help was asked for, and given.
fn parse(help: &str, mut set: impl FnMut(&str, Flag<'_>) -> Result<(), String>) -> Result<bool, String> {
    let mut parser = Parser::from_env();
    while let Some(arg) = parser.next().map_err(|e| e.to_string())? {
        let name = match arg {
            Arg::Long("help") | Arg::Short('h') => {
                print!("{help}");
                return Ok(false);
            }
            Arg::Long(name) => name.to_owned(),
            other => return Err(other.unexpected().to_string()),
        };
        set(&name, Flag { name: name.clone(), parser: &mut parser })?;
    }
    Ok(true)
}
