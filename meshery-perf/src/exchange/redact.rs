//! A result is passed on, so what would open a door does not stand in it.

use meshery_core::secrets::{HIDDEN, is_telling};

use super::outcome::Outcome;

/// Names of query parameters that carry credentials, beside those that tell so of any header and field.
const NAMES: [&str; 3] = ["key", "sig", "signature"];

/// Words before a credential in headers, which some tools repeat in their errors.
const SCHEMES: [&str; 3] = ["Basic ", "Bearer ", "Token "];

impl Outcome {
    /// Without the credentials that URLs and the texts of faults can carry.
    pub(super) fn redacted(&self) -> Self {
        let mut clean = self.clone();
        clean.target = clean.target.as_deref().map(text);
        if let Some(faults) = &mut clean.faults {
            let old = std::mem::take(faults);
            for (name, count) in old {
                *faults.entry(text(&name)).or_default() += count;
            }
        }
        clean
    }
}

/// A text without the credentials in its URLs and headers.
pub(crate) fn text(text: &str) -> String {
    SCHEMES.iter().fold(parameters(&user_information(text)), |text, scheme| after(&text, scheme))
}

/// Without `user:password@` in URLs.
fn user_information(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, authority) = rest.split_at(start + 3);
        clean += before;
        let end = authority.find(|c: char| "/?#\"'<>".contains(c) || c.is_whitespace()).unwrap_or(authority.len());
        if let Some(at) = authority[..end].rfind('@') {
            clean += HIDDEN;
            rest = &authority[at..];
        } else {
            rest = authority;
        }
    }
    clean + rest
}

/// Without the values of query parameters that are named like credentials.
fn parameters(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['?', '&', ';']) {
        let (before, parameter) = rest.split_at(start + 1);
        clean += before;
        rest = parameter;
        let end = parameter.find(|c: char| "?&;#\"'<>".contains(c) || c.is_whitespace()).unwrap_or(parameter.len());
        let is_secret = |name: &str| is_telling(name) || NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret));
        let name = parameter[..end].split_once('=').map(|(name, _)| name).filter(|name| is_secret(name));
        if let Some(name) = name {
            clean.extend([name, "=", HIDDEN]);
            rest = &parameter[end..];
        }
    }
    clean + rest
}

/// Without the word after `scheme`, in any case.
fn after(text: &str, scheme: &str) -> String {
    // ASCII only, so that positions in one are positions in the other.
    let (lower, scheme) = (text.to_ascii_lowercase(), scheme.to_ascii_lowercase());
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(start) = lower[done..].find(&scheme).map(|at| done + at + scheme.len()) {
        let end =
            text[start..].find(|c: char| c.is_whitespace() || "\"',;".contains(c)).map_or(text.len(), |at| start + at);
        clean += &text[done..start];
        clean += HIDDEN;
        done = end;
    }
    clean + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn credentials_go_and_the_rest_stays() {
        for (dirty, clean) in [
            ("http://a:81/b?c=d#e", "http://a:81/b?c=d#e"),
            ("http://u:hunter2@a/", "http://***@a/"),
            ("http://a/?x=1&access_token=hunter2&y=2", "http://a/?x=1&access_token=***&y=2"),
            ("http://a/?API_KEY=hunter2", "http://a/?API_KEY=***"),
            ("GET http://u@p:x@a/b failed, see http://c/@d", "GET http://***@a/b failed, see http://c/@d"),
            ("sent authorization: bearer hunter2, got 401", "sent authorization: bearer ***, got 401"),
        ] {
            assert_eq!(text(dirty), clean);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(dirty in "\\PC*") {
            let _ = text(&dirty);
        }

        #[test]
        fn a_password_never_survives(before in "[a-z ]{0,9}", password in "S3CR3T[a-z0-9:]{0,9}", after in "[a-z/ ?]{0,9}") {
            let clean = text(&format!("{before}http://user:{password}@host/{after}"));
            prop_assert!(!clean.contains("S3CR3T"), "{clean}");
        }
    }
}
