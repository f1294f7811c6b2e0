// What vervet has of `std::sync::mpsc`, and in what form: one check for each row of std.tsv.
checks! {
    "sync::mpsc": #[allow(unused_imports)] use host::sync::mpsc::*;
    "sync::mpsc::IntoIter": fn check<T>(_: host::sync::mpsc::IntoIter<T>) {}
    "sync::mpsc::IntoIter: impl<T: Debug> Debug for IntoIter<T>": fn check<T: ::std::fmt::Debug>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::IntoIter<T>>(); }
    "sync::mpsc::IntoIter: impl<T> Iterator for IntoIter<T>": fn check<T>() { fn has<It: Iterator>() {} has::<host::sync::mpsc::IntoIter<T>>(); }
    "sync::mpsc::Iter": fn check<'a, T: 'a>(_: host::sync::mpsc::Iter<'a, T>) {}
    "sync::mpsc::Iter: impl<'a, T: Debug + 'a> Debug for Iter<'a, T>": fn check<'a, T: ::std::fmt::Debug + 'a>() where T: 'a { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::Iter<'a, T>>(); }
    "sync::mpsc::Iter: impl<'a, T> Iterator for Iter<'a, T>": fn check<'a, T>() where T: 'a { fn has<It: Iterator>() {} has::<host::sync::mpsc::Iter<'a, T>>(); }
    "sync::mpsc::Receiver": fn check<T>(_: host::sync::mpsc::Receiver<T>) {}
    "sync::mpsc::Receiver::try_recv": fn check<T>() { let _: fn(&host::sync::mpsc::Receiver<T>) -> Result<T, host::sync::mpsc::TryRecvError> = <host::sync::mpsc::Receiver<T>>::try_recv; }
    "sync::mpsc::Receiver::recv": fn check<T>() { let _: fn(&host::sync::mpsc::Receiver<T>) -> Result<T, host::sync::mpsc::RecvError> = <host::sync::mpsc::Receiver<T>>::recv; }
    "sync::mpsc::Receiver::recv_timeout": fn check<T>() { let _: fn(&host::sync::mpsc::Receiver<T>, host::time::Duration) -> Result<T, host::sync::mpsc::RecvTimeoutError> = <host::sync::mpsc::Receiver<T>>::recv_timeout; }
    "sync::mpsc::Receiver::iter": fn check<T>() { let _: fn(&host::sync::mpsc::Receiver<T>) -> host::sync::mpsc::Iter<'_, T> = <host::sync::mpsc::Receiver<T>>::iter; }
    "sync::mpsc::Receiver::try_iter": fn check<T>() { let _: fn(&host::sync::mpsc::Receiver<T>) -> host::sync::mpsc::TryIter<'_, T> = <host::sync::mpsc::Receiver<T>>::try_iter; }
    "sync::mpsc::Receiver: impl<T> Debug for Receiver<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::Receiver<T>>(); }
    "sync::mpsc::Receiver: impl<'a, T> IntoIterator for &'a Receiver<T>": fn check<'a, T>() where T: 'a { fn has<It: IntoIterator>() {} has::<&'a host::sync::mpsc::Receiver<T>>(); }
    "sync::mpsc::Receiver: impl<T> IntoIterator for Receiver<T>": fn check<T>() { fn has<It: IntoIterator>() {} has::<host::sync::mpsc::Receiver<T>>(); }
    "sync::mpsc::Receiver: impl<T: Send> Send for Receiver<T>": fn check<T: Send>() { fn has<It: Send>() {} has::<host::sync::mpsc::Receiver<T>>(); }
    "sync::mpsc::RecvError" is std: fn check(it: ::std::sync::mpsc::RecvError) -> host::sync::mpsc::RecvError { it }
    "sync::mpsc::RecvError: impl Clone for RecvError": fn check() { fn has<It: Clone>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl Debug for RecvError": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl Display for RecvError": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl Error for RecvError": fn check() { fn has<It: ::std::error::Error>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl From<RecvError> for RecvTimeoutError": fn check() { let _: fn(host::sync::mpsc::RecvError) -> host::sync::mpsc::RecvTimeoutError = <host::sync::mpsc::RecvTimeoutError as From<_>>::from; }
    "sync::mpsc::RecvError: impl From<RecvError> for TryRecvError": fn check() { let _: fn(host::sync::mpsc::RecvError) -> host::sync::mpsc::TryRecvError = <host::sync::mpsc::TryRecvError as From<_>>::from; }
    "sync::mpsc::RecvError: impl PartialEq for RecvError": fn check() { fn has<It: PartialEq>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl Copy for RecvError": fn check() { fn has<It: Copy>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::RecvError: impl Eq for RecvError": fn check() { fn has<It: Eq>() {} has::<host::sync::mpsc::RecvError>(); }
    "sync::mpsc::SendError" is std: fn check<T>(it: ::std::sync::mpsc::SendError<T>) -> host::sync::mpsc::SendError<T> { it }
    "sync::mpsc::SendError::0": fn check<T>(it: host::sync::mpsc::SendError<T>) -> T { it.0 }
    "sync::mpsc::SendError: impl<T: Clone> Clone for SendError<T>": fn check<T: Clone>() { fn has<It: Clone>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T> Debug for SendError<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T> Display for SendError<T>": fn check<T>() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T> Error for SendError<T>": fn check<T>() { fn has<It: ::std::error::Error>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T> From<SendError<T>> for TrySendError<T>": fn check<T>() { let _: fn(host::sync::mpsc::SendError<T>) -> host::sync::mpsc::TrySendError<T> = <host::sync::mpsc::TrySendError<T> as From<_>>::from; }
    "sync::mpsc::SendError: impl<T: PartialEq> PartialEq for SendError<T>": fn check<T: PartialEq>() { fn has<It: PartialEq>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T: Copy> Copy for SendError<T>": fn check<T: Copy>() { fn has<It: Copy>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::SendError: impl<T: Eq> Eq for SendError<T>": fn check<T: Eq>() { fn has<It: Eq>() {} has::<host::sync::mpsc::SendError<T>>(); }
    "sync::mpsc::Sender": fn check<T>(_: host::sync::mpsc::Sender<T>) {}
    "sync::mpsc::Sender::send": fn check<T>() { let _: fn(&host::sync::mpsc::Sender<T>, T) -> Result<(), host::sync::mpsc::SendError<T>> = <host::sync::mpsc::Sender<T>>::send; }
    "sync::mpsc::Sender: impl<T> Clone for Sender<T>": fn check<T>() { fn has<It: Clone>() {} has::<host::sync::mpsc::Sender<T>>(); }
    "sync::mpsc::Sender: impl<T> Debug for Sender<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::Sender<T>>(); }
    "sync::mpsc::Sender: impl<T: Send> Send for Sender<T>": fn check<T: Send>() { fn has<It: Send>() {} has::<host::sync::mpsc::Sender<T>>(); }
    "sync::mpsc::Sender: impl<T: Send> Sync for Sender<T>": fn check<T: Send>() { fn has<It: Sync>() {} has::<host::sync::mpsc::Sender<T>>(); }
    "sync::mpsc::SyncSender": fn check<T>(_: host::sync::mpsc::SyncSender<T>) {}
    "sync::mpsc::SyncSender::send": fn check<T>() { let _: fn(&host::sync::mpsc::SyncSender<T>, T) -> Result<(), host::sync::mpsc::SendError<T>> = <host::sync::mpsc::SyncSender<T>>::send; }
    "sync::mpsc::SyncSender::try_send": fn check<T>() { let _: fn(&host::sync::mpsc::SyncSender<T>, T) -> Result<(), host::sync::mpsc::TrySendError<T>> = <host::sync::mpsc::SyncSender<T>>::try_send; }
    "sync::mpsc::SyncSender: impl<T> Clone for SyncSender<T>": fn check<T>() { fn has<It: Clone>() {} has::<host::sync::mpsc::SyncSender<T>>(); }
    "sync::mpsc::SyncSender: impl<T> Debug for SyncSender<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::SyncSender<T>>(); }
    "sync::mpsc::SyncSender: impl<T: Send> Send for SyncSender<T>": fn check<T: Send>() { fn has<It: Send>() {} has::<host::sync::mpsc::SyncSender<T>>(); }
    "sync::mpsc::TryIter": fn check<'a, T: 'a>(_: host::sync::mpsc::TryIter<'a, T>) {}
    "sync::mpsc::TryIter: impl<'a, T: Debug + 'a> Debug for TryIter<'a, T>": fn check<'a, T: ::std::fmt::Debug + 'a>() where T: 'a { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::TryIter<'a, T>>(); }
    "sync::mpsc::TryIter: impl<'a, T> Iterator for TryIter<'a, T>": fn check<'a, T>() where T: 'a { fn has<It: Iterator>() {} has::<host::sync::mpsc::TryIter<'a, T>>(); }
    "sync::mpsc::RecvTimeoutError" is std: fn check(it: ::std::sync::mpsc::RecvTimeoutError) -> host::sync::mpsc::RecvTimeoutError { it }
    "sync::mpsc::RecvTimeoutError::Timeout": fn check() -> host::sync::mpsc::RecvTimeoutError { <host::sync::mpsc::RecvTimeoutError>::Timeout }
    "sync::mpsc::RecvTimeoutError::Disconnected": fn check() -> host::sync::mpsc::RecvTimeoutError { <host::sync::mpsc::RecvTimeoutError>::Disconnected }
    "sync::mpsc::RecvTimeoutError: impl Clone for RecvTimeoutError": fn check() { fn has<It: Clone>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl Debug for RecvTimeoutError": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl Display for RecvTimeoutError": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl Error for RecvTimeoutError": fn check() { fn has<It: ::std::error::Error>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl From<RecvError> for RecvTimeoutError": fn check() { let _: fn(host::sync::mpsc::RecvError) -> host::sync::mpsc::RecvTimeoutError = <host::sync::mpsc::RecvTimeoutError as From<_>>::from; }
    "sync::mpsc::RecvTimeoutError: impl PartialEq for RecvTimeoutError": fn check() { fn has<It: PartialEq>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl Copy for RecvTimeoutError": fn check() { fn has<It: Copy>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::RecvTimeoutError: impl Eq for RecvTimeoutError": fn check() { fn has<It: Eq>() {} has::<host::sync::mpsc::RecvTimeoutError>(); }
    "sync::mpsc::TryRecvError" is std: fn check(it: ::std::sync::mpsc::TryRecvError) -> host::sync::mpsc::TryRecvError { it }
    "sync::mpsc::TryRecvError::Empty": fn check() -> host::sync::mpsc::TryRecvError { <host::sync::mpsc::TryRecvError>::Empty }
    "sync::mpsc::TryRecvError::Disconnected": fn check() -> host::sync::mpsc::TryRecvError { <host::sync::mpsc::TryRecvError>::Disconnected }
    "sync::mpsc::TryRecvError: impl Clone for TryRecvError": fn check() { fn has<It: Clone>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl Debug for TryRecvError": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl Display for TryRecvError": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl Error for TryRecvError": fn check() { fn has<It: ::std::error::Error>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl From<RecvError> for TryRecvError": fn check() { let _: fn(host::sync::mpsc::RecvError) -> host::sync::mpsc::TryRecvError = <host::sync::mpsc::TryRecvError as From<_>>::from; }
    "sync::mpsc::TryRecvError: impl PartialEq for TryRecvError": fn check() { fn has<It: PartialEq>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl Copy for TryRecvError": fn check() { fn has<It: Copy>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TryRecvError: impl Eq for TryRecvError": fn check() { fn has<It: Eq>() {} has::<host::sync::mpsc::TryRecvError>(); }
    "sync::mpsc::TrySendError" is std: fn check<T>(it: ::std::sync::mpsc::TrySendError<T>) -> host::sync::mpsc::TrySendError<T> { it }
    "sync::mpsc::TrySendError::Full": fn check<T>() { let _: fn(T) -> host::sync::mpsc::TrySendError<T> = <host::sync::mpsc::TrySendError<T>>::Full; }
    "sync::mpsc::TrySendError::Disconnected": fn check<T>() { let _: fn(T) -> host::sync::mpsc::TrySendError<T> = <host::sync::mpsc::TrySendError<T>>::Disconnected; }
    "sync::mpsc::TrySendError: impl<T: Clone> Clone for TrySendError<T>": fn check<T: Clone>() { fn has<It: Clone>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T> Debug for TrySendError<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T> Display for TrySendError<T>": fn check<T>() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T> Error for TrySendError<T>": fn check<T>() { fn has<It: ::std::error::Error>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T> From<SendError<T>> for TrySendError<T>": fn check<T>() { let _: fn(host::sync::mpsc::SendError<T>) -> host::sync::mpsc::TrySendError<T> = <host::sync::mpsc::TrySendError<T> as From<_>>::from; }
    "sync::mpsc::TrySendError: impl<T: PartialEq> PartialEq for TrySendError<T>": fn check<T: PartialEq>() { fn has<It: PartialEq>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T: Copy> Copy for TrySendError<T>": fn check<T: Copy>() { fn has<It: Copy>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::TrySendError: impl<T: Eq> Eq for TrySendError<T>": fn check<T: Eq>() { fn has<It: Eq>() {} has::<host::sync::mpsc::TrySendError<T>>(); }
    "sync::mpsc::channel": fn check<T>() { let _: fn() -> (host::sync::mpsc::Sender<T>, host::sync::mpsc::Receiver<T>) = host::sync::mpsc::channel::<T>; }
    "sync::mpsc::sync_channel": fn check<T>() { let _: fn(usize) -> (host::sync::mpsc::SyncSender<T>, host::sync::mpsc::Receiver<T>) = host::sync::mpsc::sync_channel::<T>; }
}

// Whose auto traits are compared.
types! {
    "sync::mpsc::IntoIter" <T>: host::sync::mpsc::IntoIter<T>;
    "sync::mpsc::Iter" <T>: host::sync::mpsc::Iter<'static, T>;
    "sync::mpsc::Receiver" <T>: host::sync::mpsc::Receiver<T>;
    "sync::mpsc::Sender" <T>: host::sync::mpsc::Sender<T>;
    "sync::mpsc::SyncSender" <T>: host::sync::mpsc::SyncSender<T>;
    "sync::mpsc::TryIter" <T>: host::sync::mpsc::TryIter<'static, T>;
}
