//! The outcomes as bars, in SVG: a panel for each column, with a bar for each server.

use std::fmt::Write as _;

use crate::drive::Load;
use crate::outcome::{COLUMNS, Column, Outcome};

const WIDTH: usize = 720;
/// Of the names, at the left, and of the figures, behind the bars.
const NAMES: usize = 90;
const FIGURES: usize = 90;
const LONGEST: usize = WIDTH - NAMES - FIGURES;

/// From one bar to the next, and from one panel to the next beyond that.
const STEP: usize = 20;
const GAP: usize = 45;
const TOP: usize = 30;

pub(crate) fn draw(load: &Load, outcomes: &[Outcome]) -> String {
    let panel = outcomes.len() * STEP + GAP;
    let height = TOP + COLUMNS.len() * panel;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"22\">{}</text>\n",
        escaped(&load.to_string())
    );
    for (i, column) in COLUMNS.iter().enumerate() {
        draw_panel(&mut svg, TOP + i * panel, column, outcomes);
    }
    svg + "</svg>\n"
}

fn draw_panel(svg: &mut String, top: usize, column: &Column, outcomes: &[Outcome]) {
    let most = outcomes.iter().map(column.value).fold(f64::MIN_POSITIVE, f64::max);
    let name = escaped(column.name);
    put(svg, format_args!("<g><title>{name}</title>"));
    put(svg, format_args!("<text x=\"10\" y=\"{}\" font-weight=\"bold\">{name}</text>", top + GAP - 18));
    for (i, outcome) in outcomes.iter().enumerate() {
        let y = top + GAP - 10 + i * STEP;
        let (width, base) = ((column.value)(outcome) / most * LONGEST as f64, y + 13);
        let (name, cell) = (escaped(outcome.name), escaped(&column.cell(outcome)));
        let colour = if outcome.name == "vervet" { "seagreen" } else { "darkgray" };
        put(svg, format_args!("<text x=\"10\" y=\"{base}\">{name}</text>"));
        put(
            svg,
            format_args!(
                "<rect x=\"{NAMES}\" y=\"{y}\" width=\"{width:.1}\" height=\"16\" fill=\"{colour}\"/>"
            ),
        );
        let behind = NAMES as f64 + width + 6.0;
        put(svg, format_args!("<text x=\"{behind:.1}\" y=\"{base}\">{cell}</text>"));
    }
    put(svg, format_args!("</g>"));
}

fn put(svg: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(svg, "{line}").expect("a string takes everything");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
