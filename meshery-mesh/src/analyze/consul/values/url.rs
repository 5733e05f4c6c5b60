//! URLs, as Go's `net/url` reads them.

/// Whether it can be asked for: an absolute URL, or an absolute path.
pub(in crate::analyze) fn is_requestable(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    let Some((scheme, rest)) = split_scheme(text).filter(|_| is_clean(text)) else { return false };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match (scheme, rest.strip_prefix("//")) {
        (Some(_), Some(after)) => {
            let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            is_authority(authority) && is_escaped(path)
        }
        (Some(_), None) => !rest.starts_with('/') || is_escaped(rest),
        (None, _) => rest.starts_with('/') && is_escaped(rest),
    }
}

/// The scheme and the host of an absolute URL, both there.
pub(in crate::analyze) fn absolute(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = split_scheme(text).filter(|_| is_clean(text))?;
    let after = rest.strip_prefix("//")?;
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    scheme.filter(|_| !host.is_empty() && is_authority(authority)).map(|scheme| (scheme, host))
}

/// No URL has a control character.
fn is_clean(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|byte| byte < b' ' || byte == 0x7f)
}

/// The scheme, if there is one, and what follows; `None` where a colon comes first.
fn split_scheme(text: &str) -> Option<(Option<&str>, &str)> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return None,
            ':' => return Some((text.get(..at), text.get(at + 1..)?)),
            _ => break,
        }
    }
    Some((None, text))
}

/// Whether it can be a host, with a port of digits perhaps.
fn is_authority(authority: &str) -> bool {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(inner) = host.strip_prefix('[') {
        let Some((_, after)) = inner.rsplit_once(']') else { return false };
        return after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
    }
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    is_port(port) && is_escaped(name) && !name.contains([' ', '<', '>', '\\', '^', '`', '{', '|', '}', '#', '/', ':'])
}

/// Whether every `%` begins an escape.
fn is_escaped(text: &str) -> bool {
    let is_hex = |two: &[u8]| two.len() >= 2 && two.iter().take(2).all(u8::is_ascii_hexdigit);
    text.as_bytes().split(|byte| *byte == b'%').skip(1).all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::{absolute, is_requestable};

    #[test]
    fn what_can_be_asked_for() {
        for url in ["https://jwks.example.com", "http://a:80/b?c=%zz", "/path", "*", "foo:bar", "https://[::1]:8080/"] {
            assert!(is_requestable(url), "{url}");
        }
        for url in
            ["", "jwks.example.com/keys", "invalid-uri", "https://a b", "/%zz", ":a", "http://a:x", "http://[::1"]
        {
            assert!(!is_requestable(url), "{url}");
        }
        assert_eq!(absolute("https://u@vault:8200/v1"), Some(("https", "vault:8200")));
        assert_eq!((absolute("vault:8200"), absolute("https://"), absolute("/a")), (None, None, None));
    }
}
