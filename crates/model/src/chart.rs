/// The name of the series that holds what a chart shows no other series of. Reports draw it in a muted colour: it is
/// nobody, however large it is.
pub const OTHERS: &str = "others";

/// A chart as data: what to draw, not how.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The name: lower case, digits and `-`.
    pub id: String,
    /// What the chart shows, as a sentence a reader can check.
    pub title: String,
    /// What stands on the axes, the units, what is left out.
    pub caption: String,
    /// The shape of the marks.
    pub form: Form,
    /// What stands on the horizontal axis, with its unit.
    pub x_label: String,
    /// What stands on the vertical axis, with its unit.
    pub y_label: String,
    /// The horizontal scale.
    pub x_scale: Scale,
    /// The vertical scale.
    pub y_scale: Scale,
    /// What is drawn.
    pub series: Vec<Series>,
    /// Vertical or horizontal lines with a word beside them.
    pub marks: Vec<Mark>,
    /// What each point is, series by series, where its place on the axes does not say it: `China to Japan`. Series
    /// beyond the list have points without names.
    pub names: Vec<Vec<String>>,
}

/// The shape of a chart's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines over a continuous axis; gaps in the data are gaps in the line.
    Line,
    /// Bars side by side.
    Bars,
    /// Bars on top of each other; the parts of a whole.
    Stacked,
    /// Points.
    Dots,
}

/// A scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Years: no thousands separator, ticks on whole years.
    Year,
    /// Plain numbers.
    Linear,
    /// Logarithmic; values must be positive.
    Log,
    /// Shares, 0 to 1, printed as per cent.
    Share,
    /// Distances from zero by their square roots, on both sides of it: small values stay apart beside ones that are many
    /// times as large, and, unlike on a logarithmic scale, there are a zero and values below it.
    Root,
}

/// One line, or one colour of bars or points.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its points, in order of x.
    pub points: Vec<Point>,
    /// Draw a line through the points although the chart is of [`Form::Dots`]: a fitted curve.
    pub curve: bool,
}

/// A point; `band` is its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The horizontal position.
    pub x: f64,
    /// The vertical position; `None` draws only the band.
    pub y: Option<f64>,
    /// The interval around it.
    pub band: Option<Band>,
}

/// The interval of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A line across the chart with a word beside it, such as a sanction's date.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The position.
    pub at: f64,
    /// Whether `at` is on the horizontal axis (a vertical line).
    pub vertical: bool,
    /// The word beside it.
    pub label: String,
}

impl Chart {
    /// A chart without series as yet, on linear scales.
    pub fn new(id: &str, form: Form, title: &str) -> Self {
        Chart {
            id: id.to_owned(),
            title: title.to_owned(),
            caption: String::new(),
            form,
            x_label: String::new(),
            y_label: String::new(),
            x_scale: Scale::Linear,
            y_scale: Scale::Linear,
            series: Vec::new(),
            marks: Vec::new(),
            names: Vec::new(),
        }
    }

    /// The name of a series' point; none for a point without one.
    pub fn point_name(&self, series: usize, point: usize) -> Option<&str> {
        self.names.get(series)?.get(point).map(String::as_str)
    }
}

impl Point {
    /// A point without an interval.
    pub fn new(x: f64, y: f64) -> Self {
        Point {
            x,
            y: Some(y),
            band: None,
        }
    }
}
