//! Each type of vervet's has the auto traits that std's has, whatever it contains.

use std::any::Any;
use std::cell::Cell;
use std::marker::PhantomPinned;
use std::rc::Rc;

use crate::data::{Mark, rows};
use crate::{of_std, of_vervet};

/// A type and which auto traits it has, in the order of [`NAMES`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TypeTraits {
    pub(crate) name: String,
    pub(crate) has: [bool; 5],
}

const NAMES: [&str; 5] = ["Send", "Sync", "UnwindSafe", "RefUnwindSafe", "Unpin"];

/// Whether a type has a trait. An inherent constant, where its bounds hold, comes before the trait's.
macro_rules! has {
    ($type:ty: $trait:path) => {{
        struct Type<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "not used where the bound holds")]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Type<T> {}
        #[allow(dead_code, reason = "not used where the bound does not hold")]
        impl<T: ?Sized + $trait> Type<T> {
            const HAS: bool = true;
        }
        <Type<$type>>::HAS
    }};
}

/// Adds a type, or a generic one with all that it may contain.
macro_rules! traits_of {
    ($all:ident, $name:expr, $type:ty) => {
        $all.push(TypeTraits {
            name: $name.to_string(),
            has: [
                has!($type: Send),
                has!($type: Sync),
                has!($type: std::panic::UnwindSafe),
                has!($type: std::panic::RefUnwindSafe),
                has!($type: Unpin),
            ],
        })
    };
    ($all:ident, $name:expr, $parameter:ident, $type:ty) => {{
        type Of<$parameter> = $type;
        traits_of!($all, concat!($name, " of u8"), Of<u8>);
        traits_of!($all, concat!($name, " of what is not Sync"), Of<std::cell::Cell<u8>>);
        traits_of!($all, concat!($name, " of what is not Send"), Of<std::sync::MutexGuard<'static, u8>>);
        traits_of!($all, concat!($name, " of what is neither"), Of<std::rc::Rc<u8>>);
        traits_of!($all, concat!($name, " of what is not UnwindSafe"), Of<&'static mut u8>);
        traits_of!($all, concat!($name, " of what is not RefUnwindSafe"), Of<std::cell::UnsafeCell<u8>>);
        traits_of!($all, concat!($name, " of a trait object"), Of<Box<dyn std::any::Any + Send>>);
        traits_of!($all, concat!($name, " of what is not Unpin"), Of<std::marker::PhantomPinned>);
    }};
}

#[test]
fn the_probe_tells_right_from_wrong() {
    let mut all = Vec::new();
    traits_of!(all, "u8", u8);
    traits_of!(all, "Cell", Cell<u8>);
    traits_of!(all, "Rc", Rc<Cell<u8>>);
    traits_of!(all, "PhantomPinned", PhantomPinned);
    traits_of!(all, "dyn Any", dyn Any + Send);
    let has: Vec<_> = all.iter().map(|one| one.has).collect();
    assert_eq!(
        has,
        [
            [true, true, true, true, true],
            [true, false, true, false, true],
            [false, false, false, false, true],
            [true, true, true, true, false],
            [true, false, false, false, false],
        ]
    );
}

#[test]
fn vervets_types_have_what_stds_have() {
    let mut differences = Vec::new();
    for part in of_vervet::PARTS {
        let std = of_std::PARTS.iter().find(|other| other.name == part.name).unwrap();
        for (ours, stds) in (part.types)().into_iter().zip((std.types)()) {
            assert_eq!(ours.name, stds.name);
            for ((name, ours_has), stds_has) in NAMES.iter().zip(ours.has).zip(stds.has) {
                if ours_has != stds_has {
                    differences.push(format!("{}: {name} is {stds_has} in std, not here", ours.name));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn every_type_of_vervets_is_compared() {
    let compared: Vec<_> = of_std::PARTS.iter().flat_map(|part| (part.types)()).map(|one| one.name).collect();
    let ours = rows().into_iter().filter(|row| row.mark == Mark::Implemented);
    for row in ours.filter(|row| matches!(row.kind, "struct" | "enum")) {
        let found = compared.iter().any(|name| {
            let rest = name.strip_prefix(row.item);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        });
        assert!(found, "not compared: {}", row.item);
    }
}
