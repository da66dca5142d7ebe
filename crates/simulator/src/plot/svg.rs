//! A chart as SVG: readable on light and on dark pages.

use std::fmt::Write;

use super::axis::marks;
use super::{Chart, Line, Look, Panel};

const WIDTH: f64 = 820.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 30.0;
/// Height of a line of the title, and how many letters it takes.
const TITLE: f64 = 18.0;
const TITLE_LETTERS: usize = 95;
/// Above each panel stands what its lines are.
const LEGEND: f64 = 22.0;
const BOTTOM: f64 = 34.0;
/// Distance of two marks on an axis of values, about.
const MARK: f64 = 36.0;

/// Colours of lines; a further line has the first again.
const COLOURS: usize = 5;

const STYLE: &str = "\
<style>\
svg{--page:#fff;--ink:#1f2328;--pale:#59636e;--grid:#d1d9e0;--limit:#818b98;\
--c0:#0969da;--c1:#bc4c00;--c2:#1a7f37;--c3:#8250df;--c4:#bf3989;\
font:12px system-ui,sans-serif}\
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--ink:#f0f6fc;--pale:#9198a1;--grid:#30363d;--limit:#7d8590;\
--c0:#58a6ff;--c1:#f0883e;--c2:#3fb950;--c3:#bc8cff;--c4:#ff7bc0}}\
.page{fill:var(--page)}text{fill:var(--ink)}.pale{fill:var(--pale)}.title{font-size:14px;font-weight:600}\
.grid{stroke:var(--grid);stroke-width:1;fill:none}polyline{fill:none;stroke-linejoin:round}\
.limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:6 3}.decided{stroke-width:1.8}.happened{stroke-width:1;opacity:.55}\
.k0{stroke:var(--c0)}.k1{stroke:var(--c1)}.k2{stroke:var(--c2)}.k3{stroke:var(--c3)}.k4{stroke:var(--c4)}\
</style>";

/// Draws it.
pub(super) fn write(chart: &Chart) -> String {
    let panels: f64 = chart.panels.iter().map(|panel| LEGEND + panel.height).sum();
    let title = lines_of(&chart.title);
    let top = TOP + TITLE * (title.len() as f64 - 1.0);
    let height = top + panels + BOTTOM;
    let mut svg = String::new();
    put(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             role=\"img\" aria-label=\"{}\">\n{STYLE}\n<rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
            escaped(&chart.title)
        ),
    );
    for (line, y) in title.iter().zip((0..).map(|line| 20.0 + TITLE * f64::from(line))) {
        put(
            &mut svg,
            format_args!("<text class=\"title\" x=\"{LEFT}\" y=\"{y}\">{}</text>\n", escaped(line)),
        );
    }
    let lasts = chart.lasts.as_secs_f64().max(1e-3);
    let mut top = top;
    for panel in &chart.panels {
        top += LEGEND;
        write_panel(&mut svg, panel, top, lasts);
        top += panel.height;
    }
    write_time(&mut svg, top, lasts);
    svg.push_str("</svg>\n");
    svg
}

/// A title in lines that fit, broken between words.
fn lines_of(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split(' ') {
        let line = lines.last_mut().expect("there is one from the start");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= TITLE_LETTERS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn write_panel(svg: &mut String, panel: &Panel, top: f64, lasts: f64) {
    write_legend(svg, panel, top - 7.0);
    let values = panel.lines.iter().flat_map(|line| &line.points).map(|(_, value)| *value);
    let marks = marks(values.fold(panel.least, f64::max), (panel.height / MARK).max(2.0));
    let most = marks.last().copied().unwrap_or(1.0);
    let y = |value: f64| top + panel.height * (1.0 - (value / most).clamp(0.0, 1.0));
    for mark in &marks {
        let at = y(*mark);
        put(
            svg,
            format_args!(
                "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{}\"/><text class=\"pale\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                WIDTH - RIGHT,
                LEFT - 6.0,
                at + 4.0,
                plain(*mark)
            ),
        );
    }
    panel.lines.iter().for_each(|line| write_line(svg, line, lasts, y));
}

fn write_legend(svg: &mut String, panel: &Panel, y: f64) {
    put(svg, format_args!("<text x=\"{LEFT}\" y=\"{y:.1}\">{}</text>\n", escaped(panel.what)));
    let mut x = LEFT + 7.0 * panel.what.chars().count() as f64 + 24.0;
    for line in &panel.lines {
        let middle = y - 4.0;
        let name = escaped(&line.name);
        put(
            svg,
            format_args!(
                "<path class=\"{}\" d=\"M{x:.0} {middle:.1}h18\"/><text class=\"pale\" x=\"{:.0}\" y=\"{y:.1}\">{name}</text>\n",
                class(line.look),
                x + 23.0,
            ),
        );
        x += 23.0 + 6.4 * line.name.chars().count() as f64 + 18.0;
    }
}

fn write_line(svg: &mut String, line: &Line, lasts: f64, y: impl Fn(f64) -> f64) {
    let x = |seconds: f64| LEFT + (WIDTH - LEFT - RIGHT) * (seconds / lasts).clamp(0.0, 1.0);
    let in_steps = matches!(line.look, Look::Limit | Look::Steps(_));
    put(svg, format_args!("<polyline class=\"{}\" points=\"", class(line.look)));
    let mut last = None;
    for &(at, value) in &line.points {
        let (x, y) = (x(at), y(value));
        if let Some(before) = last.filter(|before| in_steps && *before != y) {
            put(svg, format_args!("{x:.0},{before:.0} "));
        }
        put(svg, format_args!("{x:.0},{y:.0} "));
        last = Some(y);
    }
    svg.push_str("\"/>\n");
}

fn write_time(svg: &mut String, top: f64, lasts: f64) {
    for mark in marks(lasts, 10.0).into_iter().filter(|mark| *mark <= lasts) {
        let x = LEFT + (WIDTH - LEFT - RIGHT) * mark / lasts;
        put(
            svg,
            format_args!(
                "<path class=\"grid\" d=\"M{x:.1} {top:.1}v5\"/><text class=\"pale\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} s</text>\n",
                top + 19.0,
                plain(mark)
            ),
        );
    }
}

fn class(look: Look) -> String {
    match look {
        Look::Limit => "limit".to_owned(),
        Look::Decided(number) | Look::Steps(number) => format!("decided k{}", number % COLOURS),
        Look::Happened(number) => format!("happened k{}", number % COLOURS),
    }
}

/// A number without digits that say nothing.
fn plain(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn put(svg: &mut String, what: std::fmt::Arguments<'_>) {
    svg.write_fmt(what).expect("a string takes any text");
}
