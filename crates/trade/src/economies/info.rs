use crate::Economy;
use std::borrow::Cow;
use std::fmt;

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EconomyKind {
    /// A state of today, whether or not all others recognise it.
    Country,
    /// A state, union or territory that no longer exists or reports: `SUN`, `YUG`, `BLX`.
    Former,
    /// A dependent territory or special administrative region: `HKG`, `GRL`.
    Territory,
    /// Trade that is not allocated to one economy: areas not elsewhere specified, bunkers,
    /// free zones, special categories. It is part of the world's total and of no other line.
    Unspecified,
    /// The world and named groups. Never summed with their parts.
    Group,
}

impl EconomyKind {
    /// The word as it stands in the table and in output.
    pub fn as_str(self) -> &'static str {
        match self {
            EconomyKind::Country => "country",
            EconomyKind::Former => "former",
            EconomyKind::Territory => "territory",
            EconomyKind::Unspecified => "unspecified",
            EconomyKind::Group => "group",
        }
    }
}

/// Years from a first to a last one, both included; `None` leaves that end open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Years {
    /// The first year.
    pub first: Option<i16>,
    /// The last year.
    pub last: Option<i16>,
}

impl Years {
    /// Whether `year` lies within.
    pub fn contains(&self, year: i16) -> bool {
        self.first.is_none_or(|first| first <= year) && self.last.is_none_or(|last| year <= last)
    }

    /// Whether the two have a year in common.
    pub fn overlaps(&self, other: &Years) -> bool {
        let starts_in_time = |a: &Years, b: &Years| a.first.zip(b.last).is_none_or(|(first, last)| first <= last);
        starts_in_time(self, other) && starts_in_time(other, self)
    }
}

/// A numeric code and the years in which it has this meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumericCode {
    /// The number.
    pub code: u16,
    /// When it is valid.
    pub years: Years,
}

/// A place on the globe, in degrees: north and east are positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// The mean radius of the Earth in kilometres (IUGG, R1).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

impl Coordinates {
    /// The great-circle distance in kilometres, by the haversine formula on a sphere of
    /// radius [`EARTH_RADIUS_KM`]:
    /// d = 2R asin sqrt(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2)).
    ///
    /// ```
    /// # use trade::Coordinates;
    /// let pole = Coordinates { latitude: 90.0, longitude: 0.0 };
    /// let equator = Coordinates { latitude: 0.0, longitude: 77.0 };
    /// assert!((pole.distance_km(&equator) - 10007.557).abs() < 0.001); // a quarter of the circumference
    /// ```
    pub fn distance_km(&self, other: &Coordinates) -> f64 {
        let (phi1, phi2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_phi = (phi2 - phi1) / 2.0;
        let half_lambda = (other.longitude - self.longitude).to_radians() / 2.0;
        let h = half_phi.sin().powi(2) + phi1.cos() * phi2.cos() * half_lambda.sin().powi(2);
        2.0 * EARTH_RADIUS_KM * h.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// One line of the reference table.
#[derive(Clone, Debug)]
pub struct EconomyInfo {
    /// The code: ISO 3166 alpha-3 where there is one.
    pub code: Economy,
    /// ISO 3166 alpha-2, where there is or was one.
    pub alpha2: Option<&'static str>,
    /// The name for tables and charts.
    pub name: &'static str,
    /// Whether the name takes the article in a sentence: the United States. See [`EconomyInfo::in_prose`].
    pub article: bool,
    /// Other names, as sources write them.
    pub aliases: Vec<&'static str>,
    /// What the code stands for.
    pub kind: EconomyKind,
    /// The sub-region of the United Nations' M49 standard, such as `Eastern Asia`; the
    /// sub-regions of sub-Saharan Africa and Latin America are the intermediate ones.
    pub region: Option<&'static str>,
    /// The years of existence; both ends open where they do not matter to trade statistics.
    pub years: Years,
    /// The numeric codes of M49 and UN Comtrade, today's first.
    pub m49: Vec<NumericCode>,
    /// The numeric codes of the Correlates of War project.
    pub cow: Vec<NumericCode>,
    /// The numeric codes of the International Monetary Fund.
    pub imf: Vec<NumericCode>,
    /// Whether it has no coast on the open sea (the Caspian is none).
    pub landlocked: Option<bool>,
    /// Where the capital, or the seat of government, lies.
    pub capital: Option<Coordinates>,
    /// The name of that place.
    pub capital_name: Option<&'static str>,
    /// The economies with which it shares a land border, sorted.
    pub borders: Vec<Economy>,
}

impl EconomyInfo {
    /// The name as it stands within a sentence: `the United States`, `Peru`.
    pub fn in_prose(&self) -> Cow<'static, str> {
        if self.article {
            Cow::Owned(format!("the {}", self.name))
        } else {
            Cow::Borrowed(self.name)
        }
    }

    /// Whether the code stands for one place on the map: a country, a territory or a former one.
    pub fn is_place(&self) -> bool {
        matches!(
            self.kind,
            EconomyKind::Country | EconomyKind::Territory | EconomyKind::Former
        )
    }

    /// The continent of [`region`](Self::region): Africa, Americas, Asia, Europe or Oceania.
    pub fn continent(&self) -> Option<&'static str> {
        let region = self.region?;
        Some(match region {
            _ if region.ends_with("Africa") => "Africa",
            _ if region.ends_with("America") || region == "Caribbean" => "Americas",
            _ if region.ends_with("Asia") => "Asia",
            _ if region.ends_with("Europe") => "Europe",
            _ => "Oceania",
        })
    }
}

impl fmt::Display for EconomyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_ends_hold_every_year() {
        let years = |first, last| Years { first, last };
        assert!(Years::default().contains(1800));
        assert!(years(Some(1991), None).contains(1991) && !years(Some(1991), None).contains(1990));
        assert!(years(None, Some(1990)).overlaps(&years(Some(1990), None)));
        assert!(!years(None, Some(1990)).overlaps(&years(Some(1991), None)));
        assert!(years(None, None).overlaps(&years(Some(1918), Some(1992))));
    }

    #[test]
    fn opposite_points_are_half_the_circumference_apart() {
        let here = Coordinates {
            latitude: 39.0,
            longitude: 125.783,
        };
        let opposite = Coordinates {
            latitude: -39.0,
            longitude: 125.783 - 180.0,
        };
        assert!((here.distance_km(&opposite) - std::f64::consts::PI * EARTH_RADIUS_KM).abs() < 0.01);
        assert_eq!(here.distance_km(&here), 0.0);
    }
}
