//! Everything stable that std has in the modules that vervet mirrors, vervet has, in the same form.
//! The list is that of Rust 1.95, which is what this test needs; the library needs less.
//!
//! * `std.tsv` is the list: item, kind, since when, mark, and the reason where it is left out. The marks:
//!   `implemented` (vervet's own), `re-exported` (std's, passed on; what a type of std's has, it has) and `left out`.
//! * `checks/*.rs` hold a check for each row that is not left out. They are compiled twice, `host` being std once and vervet
//!   once, so that a check cannot ask of vervet what std does not have. Functions are coerced to pointers of their full type, with
//!   std's own bounds on what is generic. `is std` marks the checks which prove that an item *is* std's.
//! * `forms.rs`, compiled in the same way, holds what a list of items does not show.
//! * [`coverage`]: rows and checks belong together, one by one. [`auto_traits`]: each type of vervet's has the auto traits that
//!   std's has. [`drift`]: the list agrees with the documentation of the installed std.

#[macro_use]
mod auto_traits;
mod coverage;
mod data;
mod drift;

use auto_traits::TypeTraits;

/// One check per row: the rows' names, and whether the check proves that the item is std's. They are checked by being compiled.
macro_rules! checks {
    ($($row:literal $(is $std:ident)?: $check:item)*) => {
        pub(crate) const ROWS: &[(&str, bool)] = &[$(($row, is_std!($($std)?))),*];
        $(const _: () = { $check };)*
    };
}

macro_rules! is_std {
    (std) => {
        true
    };
    () => {
        false
    };
}

/// The types of one file of checks, with their auto traits.
macro_rules! types {
    () => {
        pub(crate) fn types() -> Vec<TypeTraits> {
            Vec::new()
        }
    };
    ($($name:literal $(<$parameter:ident>)?: $type:ty;)*) => {
        pub(crate) fn types() -> Vec<TypeTraits> {
            let mut all = Vec::new();
            $(traits_of!(all, $name, $($parameter,)? $type);)*
            all
        }
    };
}

/// A file of checks, by its name.
struct Part {
    name: &'static str,
    rows: &'static [(&'static str, bool)],
    types: fn() -> Vec<TypeTraits>,
}

macro_rules! side {
    ($side:ident, $host:path: $($part:ident)*) => {
        #[allow(deprecated, reason = "deprecated is not removed")]
        #[allow(dead_code, unused_imports, unused_macros, reason = "what compiles has been checked")]
        #[allow(clippy::all, reason = "signatures are as std has them")]
        mod $side {
            use super::{Part, TypeTraits};
            use $host as host;

            $(mod $part {
                use super::{TypeTraits, host};

                include!(concat!("checks/", stringify!($part), ".rs"));
            })*

            mod forms {
                use super::host;

                include!("forms.rs");
            }

            pub(super) const PARTS: &[Part] =
                &[$(Part { name: stringify!($part), rows: $part::ROWS, types: $part::types }),*];
        }
    };
}

macro_rules! both_sides {
    ($($part:ident)*) => {
        side!(of_std, ::std: $($part)*);
        side!(of_vervet, ::vervet: $($part)*);
    };
}

both_sides!(net net_udp thread sync sync_mpsc io fs process time os os_fs os_linux_net os_process os_thread os_unix_net);
