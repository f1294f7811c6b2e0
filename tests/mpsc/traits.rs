//! What the types look like from outside: auto traits, `Debug` output, errors.

use std::cell::Cell;
use std::fmt::Debug;
use std::marker::{PhantomData, PhantomPinned};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::mpsc as of_std;

use vervet::sync::mpsc as of_vervet;

/// Whether a type has a trait.
macro_rules! has {
    ($type:ty: $trait:path) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code, reason = "used where the type has it not")]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code, reason = "used where the type has it")]
        impl<T: ?Sized + $trait> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

macro_rules! auto_traits {
    ($type:ty) => {
        [
            has!($type: Send),
            has!($type: Sync),
            has!($type: Unpin),
            has!($type: UnwindSafe),
            has!($type: RefUnwindSafe),
            has!($type: Clone),
        ]
    };
}

/// The iterators with a lifetime, so that all have one parameter.
macro_rules! one_parameter {
    ($($name:ident $mpsc:ident)*) => { $(
        mod $name {
            pub(super) use super::$mpsc::{IntoIter, Receiver, Sender, SyncSender};
            pub(super) type Iter<T> = super::$mpsc::Iter<'static, T>;
            pub(super) type TryIter<T> = super::$mpsc::TryIter<'static, T>;
        }
    )* };
}
one_parameter!(stds of_std vervets of_vervet);

/// For messages that are Send and Sync, only Send, neither, not unwind safe, not Unpin.
macro_rules! same_auto_traits {
    ($($name:ident)*) => { $(
        same_auto_traits!($name: u32, Cell<u32>, Rc<u32>, &'static mut u32, *const u32, PhantomPinned);
    )* };
    ($name:ident: $($message:ty),*) => { $(
        assert_eq!(
            auto_traits!(vervets::$name<$message>),
            auto_traits!(stds::$name<$message>),
            "{}<{}>", stringify!($name), stringify!($message),
        );
    )* };
}

#[test]
fn auto_traits_are_those_of_std() {
    same_auto_traits!(Sender SyncSender Receiver TryIter Iter IntoIter);
    // And the probe can tell.
    assert!(has!(of_vervet::Sender<u32>: Sync) && !has!(of_vervet::Receiver<u32>: Sync));
    assert!(has!(of_vervet::Receiver<u32>: Send) && !has!(of_vervet::Receiver<Rc<u32>>: Send));
}

#[test]
fn debug_output_is_that_of_std() {
    fn both(ours: impl Debug, theirs: impl Debug) {
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        assert_eq!(format!("{ours:#?}"), format!("{theirs:#?}"));
    }
    let (tx, rx) = of_vervet::channel::<u32>();
    let (std_tx, std_rx) = of_std::channel::<u32>();
    both(&tx, &std_tx);
    both(&rx, &std_rx);
    both(rx.iter(), std_rx.iter());
    both(rx.try_iter(), std_rx.try_iter());
    both(rx.into_iter(), std_rx.into_iter());
    let (tx, rx) = of_vervet::sync_channel::<u32>(1);
    let (std_tx, std_rx) = of_std::sync_channel::<u32>(1);
    both(tx, std_tx);
    both(rx, std_rx);
}

#[test]
fn errors_are_those_of_std() {
    let (tx, rx) = of_vervet::sync_channel(1);
    drop(rx);
    let refused: of_std::SendError<u32> = tx.send(1).unwrap_err();
    assert_eq!(refused.to_string(), "sending on a closed channel");
    let refused: of_std::TrySendError<u32> = tx.try_send(1).unwrap_err();
    assert_eq!(refused.to_string(), "sending on a closed channel");
}

/// Borrowed messages, and a receiver that is covariant no more than std's.
#[test]
fn messages_may_borrow() {
    let text = String::from("borrowed");
    let (tx, rx) = of_vervet::channel();
    vervet::scope(|scope| {
        scope.spawn(|| tx.send(text.as_str()).unwrap());
        assert_eq!(rx.recv(), Ok("borrowed"));
    });
    let (tx, rx) = of_vervet::sync_channel::<&str>(1);
    tx.send(&text).unwrap();
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), ["borrowed"]);
}
