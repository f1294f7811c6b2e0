//! Figures as people read them.

use std::time::Duration;

/// `1234567` as `1,234,567`.
#[allow(dead_code, reason = "not every example has such")]
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three digits and the unit that suits them.
#[allow(dead_code, reason = "not every example has such")]
pub(crate) fn duration(d: Duration) -> String {
    let micros = d.as_nanos() as f64 / 1e3;
    match micros {
        m if m < 1e3 => three_digits(m, "µs"),
        m if m < 1e6 => three_digits(m / 1e3, "ms"),
        m => three_digits(m / 1e6, "s"),
    }
}

#[allow(dead_code, reason = "not every example has such")]
pub(crate) fn bytes(n: u64) -> String {
    match n as f64 / 1024.0 {
        kib if kib < 1024.0 => three_digits(kib, "KiB"),
        kib => three_digits(kib / 1024.0, "MiB"),
    }
}

fn three_digits(x: f64, unit: &str) -> String {
    let decimals = if x < 9.995 {
        2
    } else if x < 99.95 {
        1
    } else {
        0
    };
    format!("{x:.decimals$} {unit}")
}
