/// One request as data: all that is sent, but for the key's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The whole address; there is never a key in it.
    pub url: String,
    /// The key that goes with it.
    pub key: Option<Key>,
    /// What the answer must be.
    pub form: Form,
}

/// Where a key comes from and goes to; not the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The header that bears it.
    pub header: &'static str,
    /// The variable of the environment that holds it.
    pub variable: &'static str,
}

/// What an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Records of UN Comtrade's interface, under `data`, with their `count`.
    Records,
    /// A list of codes of UN Comtrade's interface, under `results`.
    Codes,
    /// CSV of statistical exchange (SDMX).
    SdmxCsv,
    /// A zip archive, which can be fetched on from where a connection was cut.
    Archive,
}

impl Form {
    /// What the request says that it takes.
    pub fn accept(self) -> &'static str {
        match self {
            Form::Records | Form::Codes => "application/json",
            Form::SdmxCsv => "application/vnd.sdmx.data+csv;version=1.0.0",
            Form::Archive => "application/zip, application/octet-stream",
        }
    }

    /// The words that the type of an answer must hold one of.
    pub(crate) fn types(self) -> &'static [&'static str] {
        match self {
            Form::Records | Form::Codes => &["json"],
            Form::SdmxCsv => &["csv"],
            Form::Archive => &["zip", "octet-stream", "binary"],
        }
    }

    /// The extension of the file in which an answer is kept.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Form::Records | Form::Codes => "json",
            Form::SdmxCsv => "csv",
            Form::Archive => "zip",
        }
    }

    /// Whether a cut answer can be continued.
    pub(crate) fn resumes(self) -> bool {
        self == Form::Archive
    }
}

impl Request {
    /// What tells the request from others: the hash of all that is sent, but for the key.
    pub fn id(&self) -> String {
        store::sha256_of_bytes(format!("GET {}\naccept: {}\n", self.url, self.form.accept()).as_bytes())
    }
}

/// Whether a user stands before the host, as in `http://user:password@host`: such an address is never used, since what looks
/// like a host in it is none, and a password would be shown and kept.
pub(crate) fn names_user(url: &str) -> bool {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#'])
        .next()
        .is_some_and(|host| host.contains('@'))
}

/// The scheme, host and port of an address: where a key may go.
pub(crate) fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if names_user(url) {
        return None;
    }
    (!host.is_empty()).then(|| &url[..scheme.len() + 3 + host.len()])
}

/// Whether what is sent there can be read by nobody on the way: it is encrypted, or does not leave the machine.
pub(crate) fn is_private(url: &str) -> bool {
    url.starts_with("https://") && origin(url).is_some() || is_local(url)
}

/// Whether it is this machine that is asked.
pub(crate) fn is_local(url: &str) -> bool {
    let Some((_, host)) = origin(url).and_then(|origin| origin.split_once("://")) else {
        return false;
    };
    let host = match host.find(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split(':').next().unwrap_or_default(),
    };
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_to_one_origin_and_not_in_the_clear() {
        assert_eq!(origin("https://a.org:8/b?c"), Some("https://a.org:8"));
        assert_eq!(origin("ftp://a.org/"), None);
        assert_eq!(origin("/b"), None);
        for private in [
            "https://a.org",
            "http://127.0.0.1:80/x",
            "http://localhost/",
            "http://[::1]:9/",
        ] {
            assert!(is_private(private), "{private}");
        }
        for open in [
            "http://a.org",
            "http://127.0.0.1.a.org/",
            "http://user@127.0.0.2",
            "http://127.0.0.1:80@127.0.0.2:9",
            "https://user:word@a.org",
            "x",
        ] {
            assert!(!is_private(open), "{open}");
        }
        assert!(is_local("https://localhost:8/x") && !is_local("https://a.org/localhost") && !is_local("[::1]"));
    }
}
