//! Sheets of A4 that fill from top to bottom: what stands where, before any PDF is made.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::ExportError;

/// Width of A4 in points.
pub(super) const WIDTH: f32 = 595.0;
/// Height of A4 in points.
pub(super) const HEIGHT: f32 = 842.0;
/// Left and right margin.
pub(super) const MARGIN: f32 = 50.0;
/// Width between the margins.
pub(super) const INNER: f32 = WIDTH - 2.0 * MARGIN;
const BOTTOM: f32 = HEIGHT - 64.0;
const TOP: f32 = 56.0;

/// Red, green, blue.
pub(super) type Color = [u8; 3];
pub(super) const INK: Color = [28, 32, 38];
pub(super) const MUTED: Color = [98, 106, 116];
pub(super) const LINE: Color = [222, 226, 231];
pub(super) const ACCENT: Color = [36, 84, 158];

/// One thing on a sheet; places in points from the top left.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// A line of text, its foot at `y`.
    Text {
        x: f32,
        y: f32,
        size: f32,
        bold: bool,
        color: Color,
        text: String,
    },
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        color: Color,
    },
}

/// A text's look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) color: Color,
}

pub(super) const BODY: Style = Style { size: 9.5, bold: false, color: INK };
pub(super) const STRONG: Style = Style { size: 9.5, bold: true, color: INK };
pub(super) const SMALL: Style = Style { size: 8.0, bold: false, color: MUTED };

/// Sheets being filled.
pub(super) struct Paper {
    pub(super) sheets: Vec<Vec<Mark>>,
    /// Top of what comes next on the last sheet.
    pub(super) y: f32,
}

impl Paper {
    pub(super) fn new() -> Self {
        Self { sheets: vec![Vec::new()], y: TOP }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.push(mark);
        }
    }

    /// Begins a new sheet unless `height` is left.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.sheets.push(Vec::new());
            self.y = TOP;
        }
    }

    pub(super) fn text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let text = printable(text);
        self.mark(Mark::Text { x, y, size: style.size, bold: style.bold, color: style.color, text });
    }

    /// A text that ends at `x`.
    pub(super) fn text_right(&mut self, x: f32, y: f32, style: Style, text: &str) {
        self.text(x - width(&printable(text), style), y, style, text);
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, color: Color) {
        self.mark(Mark::Box { x, y, width, height, color });
    }

    /// The title of a section, with room for the beginning of what follows it.
    pub(super) fn heading(&mut self, title: &str, follows: f32) {
        self.need(follows + 48.0);
        self.y += 22.0;
        let y = self.y + 10.0;
        self.text(MARGIN, y, Style { size: 13.0, bold: true, color: INK }, title);
        self.rect(MARGIN, y + 6.0, INNER, 0.7, LINE);
        self.y += 26.0;
    }

    /// Text that is broken into lines between `x` and the right margin.
    pub(super) fn paragraph(&mut self, x: f32, style: Style, text: &str) {
        let leading = style.size * 1.42;
        for line in wrapped(&printable(text), style, WIDTH - MARGIN - x) {
            self.need(leading);
            let y = self.y + style.size;
            self.text(x, y, style, &line);
            self.y += leading;
        }
    }
}

struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    Some(Fonts { regular: FontRef::new(notosans::REGULAR_TTF).ok()?, bold: FontRef::new(notosans::BOLD_TTF).ok()? })
});

/// Whether the fonts can be read.
///
/// # Errors
///
/// When they can't: then the build is broken.
pub(super) fn check_fonts() -> Result<(), ExportError> {
    FONTS.as_ref().map(|_| ()).ok_or_else(|| ExportError::Pdf("its fonts can't be read".to_owned()))
}

/// Width of a text in points.
pub(super) fn width(text: &str, style: Style) -> f32 {
    let Some(fonts) = &*FONTS else { return 0.0 };
    let font = if style.bold { &fonts.bold } else { &fonts.regular };
    let (map, metrics) = (font.charmap(), font.glyph_metrics(Size::new(style.size), LocationRef::default()));
    text.chars().map(|ch| map.map(ch).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(0.0)).sum()
}

/// The text with `?` for what the font can't show, in one line.
fn printable(text: &str) -> String {
    let Some(fonts) = &*FONTS else { return text.to_owned() };
    let map = fonts.regular.charmap();
    let shown = |ch: char| match ch {
        ch if ch.is_whitespace() || ch.is_control() => ' ',
        ch if map.map(ch).is_some() => ch,
        _ => '?',
    };
    text.chars().map(shown).collect()
}

/// Lines not wider than `room`; a word that is wider is cut.
fn wrapped(text: &str, style: Style, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        loop {
            let line = lines.last().map_or("", String::as_str);
            let tried = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if width(&tried, style) <= room {
                replace_last(&mut lines, tried);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let fits =
                word.char_indices().map(|(at, _)| at).skip(1).take_while(|at| width(&word[..*at], style) <= room);
            let cut = fits.last().unwrap_or_else(|| word.chars().next().map_or(word.len(), char::len_utf8));
            replace_last(&mut lines, word[..cut].to_owned());
            word = &word[cut..];
            if word.is_empty() {
                break;
            }
            lines.push(String::new());
        }
    }
    lines
}

fn replace_last(lines: &mut [String], line: String) {
    if let Some(last) = lines.last_mut() {
        *last = line;
    }
}

/// A text cut to a width, with `…`.
pub(super) fn fitted(text: &str, style: Style, room: f32) -> String {
    let text = printable(text);
    if width(&text, style) <= room {
        return text;
    }
    let mut cut = text;
    while !cut.is_empty() && width(&cut, style) + width("…", style) > room {
        cut.pop();
    }
    cut + "…"
}
