use crate::{Error, Result};
use std::fmt;

/// The code of an economy, an area or a group: two to seven characters.
///
/// ISO 3166 alpha-3 for economies (`PRK`), the alpha-3 of former states (`SUN`),
/// stated codes for areas not elsewhere specified, `WLD` for the world, and
/// `WLD-KOR` for "the world less the Republic of Korea", the partner of a compiler
/// that does not count trade with it. Ordered as text. A code says nothing about
/// whether the economy exists: that is the reference table's business.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Economy([u8; 7]);

impl Economy {
    /// The world, the partner of totals. Never added to its parts.
    pub const WORLD: Economy = Economy(*b"WLD\0\0\0\0");

    /// Reads a code.
    ///
    /// # Errors
    /// Refuses anything but two to seven upper-case ASCII letters, digits, `-` or `_`.
    pub fn new(code: &str) -> Result<Self> {
        let bytes = code.as_bytes();
        let fits = (2..=7).contains(&bytes.len())
            && bytes
                .iter()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
        if !fits {
            return Err(Error::Malformed {
                what: "an economy's code",
                expected: "two to seven upper-case letters, digits, `-` or `_`, such as PRK, SUN or WLD-KOR",
                found: code.to_owned(),
            });
        }
        let mut padded = [0; 7];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(Economy(padded))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&b| b == 0).unwrap_or(7);
        // Only ASCII ever gets in.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }

    /// Whether this is the world or the world less one economy: a total, whose parts
    /// stand elsewhere.
    pub fn is_world(&self) -> bool {
        *self == Self::WORLD || self.as_str().starts_with("WLD-")
    }

    /// Whether this is a group, such as the European Union: a total of economies that may also stand on their own. The
    /// world and the world less one economy are told by [`is_world`](Self::is_world).
    pub fn is_group(&self) -> bool {
        let group = |info: &crate::EconomyInfo| info.kind == crate::EconomyKind::Group;
        !self.is_world() && crate::economies().get(*self).is_some_and(group)
    }

    /// The economy that a world total leaves out: `KOR` for `WLD-KOR`.
    pub fn world_without(&self) -> Option<Economy> {
        self.as_str()
            .strip_prefix("WLD-")
            .and_then(|rest| Economy::new(rest).ok())
    }
}

impl fmt::Display for Economy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Economy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Economy {
    type Err = Error;
    fn from_str(code: &str) -> Result<Self> {
        Economy::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_text_and_order() {
        let prk = Economy::new("PRK").unwrap();
        assert_eq!(prk.to_string(), "PRK");
        assert!(Economy::new("CHN").unwrap() < prk);
        assert!(!prk.is_world());
    }

    #[test]
    fn a_world_can_leave_one_economy_out() {
        let rest = Economy::new("WLD-KOR").unwrap();
        assert!(rest.is_world());
        assert_eq!(rest.world_without(), Some(Economy::new("KOR").unwrap()));
        assert_eq!(Economy::WORLD.world_without(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["", "P", "prk", "Korea", "TOOLONGCODE", "PR K", "ÄÖ"] {
            assert!(Economy::new(bad).is_err(), "{bad}");
        }
    }
}
