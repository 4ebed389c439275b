//! Charts as SVG: the same chart gives the same text, byte for byte.
//!
//! A chart is drawn at one of two sizes, so that the letters stay readable on a phone
//! without scaling. Colours come from the page's stylesheet by class (`s0` to `s7`, `s8` for the rest), hence
//! from its light, dark and print themes; dashes, markers and hatches tell the series apart
//! without colour.

mod bars;
mod description;
mod domain;
mod dots;
mod element;
mod end_labels;
mod frame;
mod line;
mod mark_lines;
mod scale;
mod scene;
mod style;
mod ticks;
mod unit;

pub(crate) use element::escape;
pub(crate) use scene::{Drawing, Dress, draw, look};
pub(crate) use style::{BOUNDS, LOOKS, REST, band_numbers, band_words, colour, dashes, patterns, swatch, variant};
pub(crate) use unit::value_words;

/// How wide a drawing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// For a screen or paper: 720 units.
    Wide,
    /// For a phone: 360 units.
    Narrow,
}

impl Size {
    /// The width of the drawing.
    pub(crate) const fn width(self) -> f64 {
        match self {
            Size::Wide => 720.0,
            Size::Narrow => 360.0,
        }
    }

    /// The height of the plot itself, without axes and labels.
    pub(crate) const fn plot_height(self) -> f64 {
        match self {
            Size::Wide => 300.0,
            Size::Narrow => 230.0,
        }
    }

    /// The word in classes and anchors.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Size::Wide => "wide",
            Size::Narrow => "narrow",
        }
    }
}
