//! `select!`.

/// Waits for the first of several things, and runs the code that belongs to it.
///
/// ```text
/// select! {
///     pattern = source => code,
///     …
///     default => code            // optional: when nothing is ready at once
/// }
/// ```
///
/// A source is written as the blocking call would be: `queue.get()`, `queue.put(value)`, `queue.peek()`, `receiver.recv()`,
/// `sender.send(value)`, `semaphore.acquire()`, `event.wait()`, `result.get()`, `greenlet.wait()`; or `after(duration)`,
/// `at(instant)`, `readable(&fd)`, `writable(&fd)`; or any other expression that is a [`Source`](crate::select::Source). The
/// pattern gets what the call would return, and must match all of it. See [the module](mod@crate::select) for what each yields.
///
/// Sources are evaluated once, in order, before the wait. If several are ready at once, each has the same chance. Sources that
/// lose give away nothing: no item is taken, no permit acquired, and a value that was to be put is dropped, before the code runs. The code
/// is not in a closure: `return`, `break`, `continue` and `?` in it work as outside. Its value is the value of the whole.
///
/// Up to 24 sources; for more, and for a number known only at run time, see [`Select`](crate::select::Select).
///
/// # Cancellation
/// Blocks here: yes, unless there is a `default`. Nothing has been taken from any source then. Where a cancellation cannot
/// unwind, it waits to the end.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::queue::Queue;
/// use vervet::sync::Event;
///
/// let (orders, stop) = (Queue::unbounded(), Event::new());
/// orders.put("tea").unwrap();
/// let mut served = Vec::new();
/// loop {
///     vervet::select! {
///         order = orders.get() => served.push(order.unwrap()),
///         _ = stop.wait() => break,
///         _ = after(Duration::from_secs(60)) => unreachable!("nobody came"),
///     }
///     if !served.is_empty() {
///         stop.set();
///     }
/// }
/// assert_eq!(served, ["tea"]);
/// ```
#[macro_export]
macro_rules! select {
    // ---- The arms, one after the other: [names left] [arms done] [default] rest.

    (@arms $names:tt $done:tt []) => {
        $crate::select!(@wait $done)
    };
    (@arms $names:tt $done:tt [$default:expr]) => {
        $crate::select!(@look $done $default)
    };
    (@arms $names:tt $done:tt [] default => $($rest:tt)+) => {
        $crate::select!(@default $names $done $($rest)+)
    };
    (@arms $names:tt $done:tt $default:tt default => $($rest:tt)+) => {
        compile_error!("one `default` is enough")
    };
    (@arms [] $done:tt $default:tt $($rest:tt)+) => {
        compile_error!("too many sources for one `select!`: see `vervet::select::Select`")
    };
    (@arms $names:tt $done:tt $default:tt $pattern:pat = $($rest:tt)+) => {
        $crate::select!(@source $names $done $default ($pattern) [] $($rest)+)
    };

    // ---- The code of `default`.

    (@default $names:tt $done:tt $code:block , $($rest:tt)*) => {
        $crate::select!(@arms $names $done [$code] $($rest)*)
    };
    (@default $names:tt $done:tt $code:block $($rest:tt)*) => {
        $crate::select!(@arms $names $done [$code] $($rest)*)
    };
    (@default $names:tt $done:tt $code:expr , $($rest:tt)*) => {
        $crate::select!(@arms $names $done [$code] $($rest)*)
    };
    (@default $names:tt $done:tt $code:expr) => {
        $crate::select!(@arms $names $done [$code])
    };

    // ---- The source: [tokens before the last call] rest. The calls that stand for a source of the same name:

    (@source $names:tt $done:tt $default:tt $pattern:tt [] after ($d:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($crate::select::after($d)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [] at ($moment:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($crate::select::at($moment)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [] readable ($fd:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($crate::select::readable($fd)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [] writable ($fd:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($crate::select::writable($fd)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . get () => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_get()) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . peek () => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_peek()) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . put ($value:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_put($value)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . recv () => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_recv()) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . send ($value:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_send($value)) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . wait () => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_wait()) $($rest)+)
    };
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($object:tt)+] . acquire () => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($object)+.select_acquire()) $($rest)+)
    };
    // Any other expression.
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($source:tt)+] => $($rest:tt)+) => {
        $crate::select!(@code $names $done $default $pattern ($($source)+) $($rest)+)
    };
    // One more token of it.
    (@source $names:tt $done:tt $default:tt $pattern:tt [$($before:tt)*] $next:tt $($rest:tt)+) => {
        $crate::select!(@source $names $done $default $pattern [$($before)* $next] $($rest)+)
    };

    // ---- The code of an arm, which then is done: it gets its name and its number.

    (@code $names:tt $done:tt $default:tt $pattern:tt $source:tt $code:block , $($rest:tt)*) => {
        $crate::select!(@done $names $done $default $pattern $source ($code) $($rest)*)
    };
    (@code $names:tt $done:tt $default:tt $pattern:tt $source:tt $code:block $($rest:tt)*) => {
        $crate::select!(@done $names $done $default $pattern $source ($code) $($rest)*)
    };
    (@code $names:tt $done:tt $default:tt $pattern:tt $source:tt $code:expr , $($rest:tt)*) => {
        $crate::select!(@done $names $done $default $pattern $source ($code) $($rest)*)
    };
    (@code $names:tt $done:tt $default:tt $pattern:tt $source:tt $code:expr) => {
        $crate::select!(@done $names $done $default $pattern $source ($code))
    };
    (
        @done [($name:ident $number:tt) $($names:tt)*] [$($done:tt)*] $default:tt
        ($pattern:pat) ($source:expr) ($code:expr) $($rest:tt)*
    ) => {
        $crate::select!(
            @arms [$($names)*] [$($done)* ($name $number ($pattern) ($source) ($code))] $default $($rest)*
        )
    };

    // ---- What it all comes to.

    (@wait []) => {
        compile_error!("`select!` needs a source")
    };
    (@wait [$(($name:ident $number:tt ($pattern:pat) ($source:expr) ($code:expr)))+]) => {{
        // What the sources borrow from lives as long as this statement; they themselves end with it.
        let (chosen, $($name),+) = match ($($crate::select::__private::Arm::new($source),)+) {
            ($(mut $name,)+) => (
                $crate::select::__private::select(&mut [$(&mut $name as _),+]),
                $($name.into_taken()),+
            ),
        };
        match chosen {
            $($number => {
                let $pattern = $crate::select::__private::had($name);
                $code
            })+
            _ => ::core::unreachable!(),
        }
    }};
    (@look [] $default:expr) => {
        $default
    };
    (@look [$(($name:ident $number:tt ($pattern:pat) ($source:expr) ($code:expr)))+] $default:expr) => {{
        let (chosen, $($name),+) = match ($($crate::select::__private::Arm::new($source),)+) {
            ($(mut $name,)+) => (
                $crate::select::__private::try_select(&mut [$(&mut $name as _),+]),
                $($name.into_taken()),+
            ),
        };
        match chosen {
            $(::core::option::Option::Some($number) => {
                let $pattern = $crate::select::__private::had($name);
                $code
            })+
            _ => $default,
        }
    }};

    // ---- The beginning.

    (@$unknown:tt $($rest:tt)*) => {
        compile_error!("a source of `select!` is written `pattern = source => code`")
    };
    ($($arms:tt)+) => {
        $crate::select!(
            @arms
            [
                (arm0 0usize) (arm1 1usize) (arm2 2usize) (arm3 3usize) (arm4 4usize) (arm5 5usize)
                (arm6 6usize) (arm7 7usize) (arm8 8usize) (arm9 9usize) (arm10 10usize) (arm11 11usize)
                (arm12 12usize) (arm13 13usize) (arm14 14usize) (arm15 15usize) (arm16 16usize)
                (arm17 17usize) (arm18 18usize) (arm19 19usize) (arm20 20usize) (arm21 21usize)
                (arm22 22usize) (arm23 23usize)
            ]
            []
            []
            $($arms)+
        )
    };
    () => {
        compile_error!("`select!` needs a source")
    };
}
