//! The exchange: fills each order, a little worse than asked for, and writes down what was traded.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;

use vervet::Greenlet;
use vervet::net::TcpListener;

use crate::book::money;
use crate::wire::{self, Trade};

const SLIPPAGE: i64 = 1; // cents for each piece

/// All trades, one by one.
pub(crate) struct Ledger(Vec<Trade>);

/// Serves one client, until that has no more orders. The greenlet's result is what was traded.
pub(crate) fn serve() -> io::Result<(Greenlet<io::Result<Ledger>>, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let floor = vervet::spawn(move || {
        let (mut client, mut ledger) = (listener.accept()?.0, Vec::new());
        for line in BufReader::new(client.try_clone()?).lines() {
            let Some(order) = wire::trade(&line?) else { return Err(io::ErrorKind::InvalidData.into()) };
            let fill = Trade { price: order.price + SLIPPAGE * order.quantity.signum(), ..order };
            ledger.push(fill);
            client.write_all(format!("{fill}\n").as_bytes())?;
        }
        Ok(Ledger(ledger))
    });
    Ok((floor, addr))
}

/// What the exchange knows of its client.
pub(crate) struct Statement {
    fills: usize,
    position: Vec<i64>,
    profit: i64,
}

impl Ledger {
    /// Each trade by what it has earned since.
    pub(crate) fn marked(&self, last: &[i64]) -> Statement {
        let position = |symbol| self.0.iter().filter(|t| t.symbol == symbol).map(|t| t.quantity).sum();
        Statement {
            fills: self.0.len(),
            position: (0..last.len()).map(position).collect(),
            profit: self.0.iter().map(|t| t.quantity * (last[t.symbol] - t.price)).sum(),
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fills, position {:?}, P&L {}", self.fills, self.position, money(self.profit))
    }
}
