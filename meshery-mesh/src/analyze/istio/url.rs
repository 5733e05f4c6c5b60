//! URLs, as Go reads them.

/// The host of a URL, without its port; empty where it has none. `None` for what is no URL.
pub(super) fn host(text: &str) -> Option<String> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return None;
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (scheme, rest) = scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    if !is_escaped(fragment) {
        return None;
    }
    let Some(after) = rest.strip_prefix("//").filter(|_| scheme || !rest.starts_with("///")) else {
        return without_authority(scheme, rest);
    };
    let (authority, path) = after.split_at_checked(after.find('/').unwrap_or(after.len()))?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    (is_escaped(path) && is_user(user)).then_some(())?;
    of_authority(host)
}

/// Whether there is a scheme, and what follows it.
fn scheme(text: &str) -> Option<(bool, &str)> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return None,
            ':' => return Some((true, text.get(at + 1..)?)),
            _ => break,
        }
    }
    Some((false, text))
}

fn without_authority(scheme: bool, rest: &str) -> Option<String> {
    let is_opaque = scheme && !rest.starts_with('/');
    let first = rest.split('/').next().unwrap_or_default();
    // It would look like a scheme.
    let is_ambiguous = !scheme && !rest.starts_with('/') && first.contains(':');
    (is_opaque || (!is_ambiguous && is_escaped(rest))).then(String::new)
}

fn of_authority(host: &str) -> Option<String> {
    let is_port = |text: &str| {
        let digits = text.strip_prefix(':');
        text.is_empty() || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(inner) = host.strip_prefix('[') {
        let (address, port) = inner.rsplit_once(']')?;
        return is_port(port).then(|| address.replace("%25", "%"));
    }
    let name = match host.rfind(':') {
        Some(at) => {
            let (name, port) = host.split_at_checked(at)?;
            is_port(port).then_some(name)?
        }
        None => host,
    };
    let is_allowed =
        |byte: u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&byte);
    (name.bytes().all(is_allowed) && is_host_escaped(name)).then(|| name.to_owned())
}

fn is_user(user: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    user.bytes().all(is_allowed) && is_escaped(user)
}

/// Whether each `%` is followed by two digits of a byte.
fn is_escaped(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
}

/// In a host only what is not ASCII may be written so.
fn is_host_escaped(text: &str) -> bool {
    let is_foreign = |rest: &str| rest.starts_with("25") || !rest.starts_with(|c: char| ('0'..='7').contains(&c));
    is_escaped(text) && text.split('%').skip(1).all(is_foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found() {
        let good = [
            ("https://istiod.example.com:15017/inject", "istiod.example.com"),
            ("https://10.0.0.1:15017/inject", "10.0.0.1"),
            ("https://[::1]:15017/inject", "::1"),
            ("https://user@istiod/inject?a=b#c", "istiod"),
            ("https:///inject", ""),
            ("istiod.example.com/inject", ""),
            ("istiod:15017/inject", ""),
            ("", ""),
        ];
        for (text, expected) in good {
            assert_eq!(host(text).as_deref(), Some(expected), "{text}");
        }
        let bad = [
            "https://istiod:port/",
            "10.0.0.1:15017/inject",
            ":15017",
            "https://a b/",
            "https://a/%zz",
            "a\n",
            "https://[::1/",
        ];
        for text in bad {
            assert_eq!(host(text), None, "{text}");
        }
    }
}
