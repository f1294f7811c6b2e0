//! The market: prices that wander, sent to whoever connects.

use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;

use vervet::Greenlet;
use vervet::net::TcpListener;

use crate::wire::SYMBOLS;

/// Serves one client. The greenlet's result are the last prices.
pub(crate) fn serve(ticks: u64, seed: u64) -> io::Result<(Greenlet<io::Result<Vec<i64>>>, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let market = vervet::spawn(move || {
        let mut client = BufWriter::new(listener.accept()?.0);
        // They rise and fall in long waves, and shiver.
        let (mut prices, mut drifts) = (vec![6_400_000, 300_000, 15_000_i64], [0_i64; SYMBOLS.len()]);
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..ticks {
            let symbol = random.below(SYMBOLS.len() as i64) as usize;
            if random.below(100) == 0 {
                drifts[symbol] = random.below(7) - 3;
            }
            let price = &mut prices[symbol];
            *price = (*price + drifts[symbol] + random.below(11) - 5).max(1_000);
            writeln!(client, "{} {price}", SYMBOLS[symbol])?;
        }
        client.flush()?;
        Ok(prices)
    });
    Ok((market, addr))
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as i64 % n
    }
}
