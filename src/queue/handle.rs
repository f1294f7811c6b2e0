//! What all types of queues have in common: a handle to a core, its calls, and its iterators.
//!
//! Uses `queue::core` and `wait`.

/// Defines the type `$name`, whose items are in a `$store`. `$make` is how an example makes one.
macro_rules! handle {
    (
        $(#[$doc:meta])*
        $name:ident, $store:ident $(, $ord:ident)?;
        make: $make:literal;
        next: $next:literal;
        put: $put:literal;
        try_put: $try_put:literal;
        is_full: $is_full:literal;
    ) => {
        $(#[$doc])*
        pub struct $name<T>(Arc<Core<T, $store<T>>>);

        impl<T $(: $ord)?> $name<T> {
            #[doc = $put]
            ///
            /// # Errors
            /// The queue is closed, or is closed meanwhile → the item comes back in the error.
            ///
            /// # Cancellation
            /// Blocks here: yes. If the putter is killed here, or a [`timeout`](crate::timeout) runs out, nobody has got the
            /// item or ever will: it is dropped.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::{PutError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// let theirs = queue.clone();
            /// let getter = vervet::spawn(move || theirs.get());
            /// assert_eq!(queue.put(1), Ok(()));
            /// assert_eq!(getter.join().unwrap(), Ok(1));
            ///
            /// queue.close();
            /// assert_eq!(queue.put(2), Err(PutError(2)));
            /// ```
            pub fn put(&self, item: T) -> Result<(), PutError<T>> {
                self.0.put(item, NEVER).map_err(|error| PutError(error.into_inner()))
            }

            #[doc = $try_put]
            ///
            /// # Errors
            /// That is not so → `Full`; the queue is closed → `Closed`. Either gives the item back.
            ///
            /// # Cancellation
            /// Blocks here: no.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::{TryPutError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// while queue.try_put(1).is_ok() {}
            /// assert_eq!(queue.try_put(2), Err(TryPutError::Full(2)));
            /// queue.close();
            /// assert_eq!(queue.try_put(3), Err(TryPutError::Closed(3)));
            /// ```
            pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
                wait::give_way();
                self.0.try_put(item)
            }

            /// Puts an item as [`put`](Self::put) does, and waits for so long at most.
            ///
            /// If it need not wait the item is put even if the time is zero; a time too long for the clock never ends.
            ///
            /// # Errors
            /// The time was up → `TimedOut`; the queue is closed, or is closed meanwhile → `Closed`. Either gives the item back.
            ///
            /// # Cancellation
            /// Blocks here: yes; as [`put`](Self::put).
            ///
            /// # Examples
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use vervet::queue::{PutTimeoutError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// while queue.try_put(1).is_ok() {}
            /// let refused = queue.put_timeout(2, Duration::from_millis(5));
            /// assert_eq!(refused, Err(PutTimeoutError::TimedOut(2)));
            /// ```
            pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutTimeoutError<T>> {
                self.0.put(item, wait::deadline_in(Some(timeout)))
            }

            #[doc = concat!("Takes ", $next, ", and waits until there is one.")]
            ///
            /// Getters that wait get their turns in the order in which they came.
            ///
            /// # Errors
            /// There is none, and the queue is closed, or is closed meanwhile → `GetError`. What was put before that is got
            /// first.
            ///
            /// # Cancellation
            /// Blocks here: yes. If the getter is killed here, it has not taken anything: the next getter gets what comes.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::{GetError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// let theirs = queue.clone();
            /// vervet::spawn(move || {
            ///     theirs.put("item").unwrap();
            ///     theirs.close();
            /// });
            /// assert_eq!(queue.get(), Ok("item"));
            /// assert_eq!(queue.get(), Err(GetError));
            /// ```
            pub fn get(&self) -> Result<T, GetError> {
                self.0.get(NEVER).map_err(|_| GetError)
            }

            #[doc = concat!("Takes ", $next, ", if there is one.")]
            ///
            /// # Errors
            /// There is none → `Empty`; and none will come, as the queue is closed → `Closed`.
            ///
            /// # Cancellation
            /// Blocks here: no.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::{TryGetError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// # let _: Option<u32> = queue.try_get().ok();
            /// assert_eq!(queue.try_get(), Err(TryGetError::Empty));
            /// queue.close();
            /// assert_eq!(queue.try_get(), Err(TryGetError::Closed));
            /// ```
            pub fn try_get(&self) -> Result<T, TryGetError> {
                wait::give_way();
                self.0.try_get()
            }

            #[doc = concat!("Takes ", $next, ", and waits for one for so long at most.")]
            ///
            /// An item that is there is taken even if the time is zero; a time too long for the clock never ends.
            ///
            /// # Errors
            /// None came in time → `TimedOut`; there is none, and the queue is closed, or is closed meanwhile → `Closed`.
            ///
            /// # Cancellation
            /// Blocks here: yes; as [`get`](Self::get).
            ///
            /// # Examples
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use vervet::queue::{GetTimeoutError, ", stringify!($name), "};")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// # let _: Option<u32> = queue.try_get().ok();
            /// assert_eq!(queue.get_timeout(Duration::from_millis(5)), Err(GetTimeoutError::TimedOut));
            /// queue.close();
            /// assert_eq!(queue.get_timeout(Duration::MAX), Err(GetTimeoutError::Closed));
            /// ```
            pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetTimeoutError> {
                self.0.get(wait::deadline_in(Some(timeout)))
            }

            #[doc = concat!("Copies ", $next, ", leaves it where it is, and waits until there is one.")]
            ///
            /// It takes no turn: as soon as there is an item all who wait in a `peek` look at it, each unless somebody has
            /// taken it by then. An item that goes straight to a getter who waits is not there to be looked at.
            ///
            /// The copy is made under the queue's lock: `clone` must neither block nor use the queue.
            ///
            /// # Errors
            /// As [`get`](Self::get).
            ///
            /// # Cancellation
            /// Blocks here: yes; nothing is left behind.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// let theirs = queue.clone();
            /// vervet::spawn(move || theirs.put(1).unwrap());
            /// assert_eq!(queue.peek(), Ok(1));
            /// assert_eq!(queue.get(), Ok(1));
            /// ```
            pub fn peek(&self) -> Result<T, GetError>
            where
                T: Clone,
            {
                self.0.peek(NEVER).map_err(|_| GetError)
            }

            #[doc = concat!("Copies ", $next, ", if there is one, and leaves it where it is.")]
            ///
            /// The copy is made under the queue's lock: `clone` must neither block nor use the queue.
            ///
            /// # Errors
            /// As [`try_get`](Self::try_get).
            ///
            /// # Cancellation
            /// Blocks here: no.
            pub fn try_peek(&self) -> Result<T, TryGetError>
            where
                T: Clone,
            {
                wait::give_way();
                self.0.try_peek()
            }

            /// Copies an item as [`peek`](Self::peek) does, and waits for so long at most.
            ///
            /// # Errors
            /// As [`get_timeout`](Self::get_timeout).
            ///
            /// # Cancellation
            /// Blocks here: yes; nothing is left behind.
            pub fn peek_timeout(&self, timeout: Duration) -> Result<T, GetTimeoutError>
            where
                T: Clone,
            {
                self.0.peek(wait::deadline_in(Some(timeout)))
            }

            /// Iterates over the items, taking each and waiting for the next, until the queue is closed and empty.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// let theirs = queue.clone();
            /// vervet::spawn(move || {
            ///     (1..=3).try_for_each(|n| theirs.put(n)).unwrap();
            ///     theirs.close();
            /// });
            /// assert_eq!(queue.iter().sum::<i32>(), 6);
            /// ```
            pub fn iter(&self) -> Iter<'_, $name<T>> {
                Iter(self)
            }

            /// Iterates over the items that are there, taking each, without waiting for more.
            pub fn try_iter(&self) -> TryIter<'_, $name<T>> {
                TryIter(self)
            }

            /// A source for [`select!`](crate::select!), where it is written `queue.get()`: takes an item as
            /// [`get`](Self::get) does. In a selection that is decided otherwise, it takes nothing.
            ///
            /// # Examples
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// let theirs = queue.clone();
            /// vervet::spawn(move || theirs.put(1).unwrap());
            /// let item = vervet::select! {
            ///     item = queue.get() => item.unwrap(),
            ///     _ = after(Duration::from_secs(60)) => panic!("nothing came"),
            /// };
            /// assert_eq!(item, 1);
            /// ```
            pub fn select_get(&self) -> SelectGet<'_, $name<T>> {
                SelectGet { queue: self, turn: Turn::default() }
            }

            /// A source for [`select!`](crate::select!), where it is written `queue.put(item)`: puts the item as
            /// [`put`](Self::put) does. In a selection that is decided otherwise, the item is dropped with the source.
            ///
            /// # Examples
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// while queue.try_put(1).is_ok() {}
            /// let was_put = vervet::select! {
            ///     put = queue.put(2) => put.is_ok(),
            ///     _ = after(Duration::from_millis(5)) => false,
            /// };
            /// assert!(!was_put);
            /// ```
            pub fn select_put(&self, item: T) -> SelectPut<'_, $name<T>, T> {
                SelectPut { queue: self, item: Some(item), turn: Turn::default() }
            }

            /// A source for [`select!`](crate::select!), where it is written `queue.peek()`: copies an item as
            /// [`peek`](Self::peek) does.
            pub fn select_peek(&self) -> SelectPeek<'_, $name<T>>
            where
                T: Clone,
            {
                SelectPeek { queue: self, place: None }
            }
        }

        impl<T> $name<T> {
            /// Ends putting: all puts fail from now on, those that wait for their turns included; gets go on until nothing is left,
            /// and fail from then on. `false`: it was closed before.
            ///
            /// A queue is not closed by itself: not when the last one who could put goes, as each handle can do both.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", $make, ";")]
            /// # let _ = queue.try_put(1);
            /// assert!(queue.close());
            /// assert!(queue.is_closed());
            /// assert!(!queue.close());
            /// ```
            pub fn close(&self) -> bool {
                self.0.close()
            }

            /// Whether it is closed.
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.0.is_closed()
            }

            /// How many items are in it. Those of putters who wait are not.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there is no item in it.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            #[doc = $is_full]
            #[must_use]
            pub fn is_full(&self) -> bool {
                self.0.is_full()
            }

            /// Whether both are handles to the same queue.
            #[must_use]
            pub fn same_queue(&self, other: &$name<T>) -> bool {
                Arc::ptr_eq(&self.0, &other.0)
            }
        }

        /// Another handle to the same queue.
        impl<T> Clone for $name<T> {
            fn clone(&self) -> $name<T> {
                $name(Arc::clone(&self.0))
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.show(stringify!($name), f)
            }
        }

        // No panic leaves a queue in between, and items are out of reach until they are got.
        impl<T> UnwindSafe for $name<T> {}
        impl<T> RefUnwindSafe for $name<T> {}

        impl<'a, T $(: $ord)?> IntoIterator for &'a $name<T> {
            type Item = T;
            type IntoIter = Iter<'a, $name<T>>;

            fn into_iter(self) -> Iter<'a, $name<T>> {
                self.iter()
            }
        }

        impl<T $(: $ord)?> IntoIterator for $name<T> {
            type Item = T;
            type IntoIter = IntoIter<$name<T>>;

            fn into_iter(self) -> IntoIter<$name<T>> {
                IntoIter(self)
            }
        }

        impl<T $(: $ord)?> Iterator for Iter<'_, $name<T>> {
            type Item = T;

            fn next(&mut self) -> Option<T> {
                self.0.get().ok()
            }
        }

        impl<T $(: $ord)?> Iterator for TryIter<'_, $name<T>> {
            type Item = T;

            fn next(&mut self) -> Option<T> {
                self.0.try_get().ok()
            }
        }

        impl<T $(: $ord)?> Iterator for IntoIter<$name<T>> {
            type Item = T;

            fn next(&mut self) -> Option<T> {
                self.0.get().ok()
            }
        }

        sources! { $name $(, $ord)? }
    };
}
pub(super) use handle;

/// What those types have that hold items: all but the rendezvous.
macro_rules! holds_items {
    ($name:ident, $with_bound:ident $(, $ord:ident)?) => {
        impl<T $(: $ord)?> $name<T> {
            /// Makes a queue that holds at most `capacity` items: a put waits for room.
            ///
            /// Memory is taken as items come, and given back in part when the queue is empty.
            ///
            /// # Panics
            /// If `capacity` is 0: such a queue would hold nothing. [`Channel`](crate::queue::Channel) is the rendezvous.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", stringify!($name), "::bounded(1);")]
            /// queue.put(1).unwrap();
            /// assert!(queue.is_full());
            /// assert!(queue.try_put(2).is_err());
            /// ```
            #[must_use]
            #[track_caller]
            pub fn bounded(capacity: usize) -> $name<T> {
                assert!(capacity > 0, "a queue of capacity 0 holds nothing; Channel is the rendezvous");
                $name(Arc::new(Core::$with_bound(capacity)))
            }

            /// Makes a queue without a bound: a put never waits.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("use vervet::queue::", stringify!($name), ";")]
            ///
            #[doc = concat!("let queue = ", stringify!($name), "::unbounded();")]
            /// (0..10_000).for_each(|n| queue.put(n).unwrap());
            /// assert_eq!((queue.len(), queue.capacity()), (10_000, None));
            /// ```
            #[must_use]
            pub fn unbounded() -> $name<T> {
                $name(Arc::new(Core::new(usize::MAX)))
            }
        }

        impl<T> $name<T> {
            /// How many items it holds at most; `None` if there is no bound.
            #[must_use]
            pub fn capacity(&self) -> Option<usize> {
                self.0.capacity()
            }
        }

        /// Without a bound.
        impl<T $(: $ord)?> Default for $name<T> {
            fn default() -> $name<T> {
                $name::unbounded()
            }
        }

        /// Without a bound, and with these items in it.
        impl<T $(: $ord)?> FromIterator<T> for $name<T> {
            fn from_iter<I: IntoIterator<Item = T>>(items: I) -> $name<T> {
                let mut store = <_ as Default>::default();
                for item in items {
                    Store::push(&mut store, &mut Some(item));
                }
                $name(Arc::new(Core::filled(usize::MAX, store)))
            }
        }
    };
}
pub(super) use holds_items;
