//! Filter expressions, as go-bexpr reads them: `Service.Meta.version == v1 and Node != "a"`.

/// How deep parentheses may be; what is deeper is not judged.
const DEPTH: usize = 64;

/// Whether it is a filter expression. What may be one of another release, a collection expression, counts as one too.
pub(in crate::analyze) fn is_filter(text: &str) -> bool {
    let mut reader = Reader { rest: text.trim_matches(BLANKS), depth: 0, is_beyond: false };
    let is_read = reader.either() && reader.rest.trim_matches(BLANKS).is_empty();
    is_read || reader.is_beyond
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    /// Whether something came up that is not judged here.
    is_beyond: bool,
}

impl Reader<'_> {
    /// `a or b or c`.
    fn either(&mut self) -> bool {
        while self.both() {
            if !self.word("or") {
                return true;
            }
        }
        false
    }

    /// `a and b and c`.
    fn both(&mut self) -> bool {
        while self.one() {
            if !self.word("and") {
                return true;
            }
        }
        false
    }

    fn one(&mut self) -> bool {
        while self.word("not") {}
        self.blanks();
        for word in ["any", "all"] {
            let mut ahead = Self { rest: self.rest, depth: 0, is_beyond: false };
            if ahead.word(word) && ahead.selector() && ahead.word("as") {
                self.is_beyond = true;
                return false;
            }
        }
        let Some(inner) = self.rest.strip_prefix('(') else { return self.comparison() };
        if self.depth >= DEPTH {
            self.is_beyond = true;
            return false;
        }
        self.rest = inner;
        self.depth += 1;
        let is_read = self.either() && self.sign(")");
        self.depth -= 1;
        is_read
    }

    /// `field == value`, `field is empty`, `value in field` and the like.
    fn comparison(&mut self) -> bool {
        let start = self.rest;
        if self.selector() {
            if self.word("is") {
                self.word("not");
                return self.word("empty");
            }
            if self.sign("==") || self.sign("!=") || self.word("contains") || self.word("matches") {
                return self.value();
            }
            let before = self.rest;
            if self.word("not") && (self.word("contains") || self.word("matches")) {
                return self.value();
            }
            self.rest = before;
        }
        self.rest = start;
        if !self.value() {
            return false;
        }
        self.word("not");
        self.word("in") && self.selector()
    }

    /// A field: names with dots between, keys in brackets, or a path in quotes.
    fn selector(&mut self) -> bool {
        self.blanks();
        if self.rest.starts_with("\"/") {
            return self.quoted();
        }
        if !self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return false;
        }
        self.skip_while(|c| c.is_ascii_alphanumeric() || "_/".contains(c));
        loop {
            if let Some(after) = self.rest.strip_prefix('.') {
                if !after.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    return true;
                }
                self.rest = after;
                self.skip_while(|c| c.is_ascii_alphanumeric() || "_/".contains(c));
            } else if let Some(after) = self.rest.strip_prefix('[') {
                self.rest = after;
                self.blanks();
                if !self.quoted() || !self.sign("]") {
                    return false;
                }
            } else {
                return true;
            }
        }
    }

    /// A text in quotes, a number, or a word.
    fn value(&mut self) -> bool {
        self.blanks();
        if self.rest.starts_with(['"', '`']) {
            return self.quoted();
        }
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            self.rest = digits;
            self.skip_while(|c| c.is_ascii_digit() || c == '.');
            // What follows a number is a blank or the end.
            return self.rest.is_empty() || self.rest.starts_with(BLANKS) || self.rest.starts_with(')');
        }
        self.selector()
    }

    fn quoted(&mut self) -> bool {
        let Some(quote) = self.rest.chars().next().filter(|c| "\"`".contains(*c)) else { return false };
        let mut is_escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            if c == quote && !is_escaped {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                return true;
            }
            is_escaped = c == '\\' && quote == '"' && !is_escaped;
        }
        false
    }

    /// A word that ends where it ends.
    fn word(&mut self, word: &str) -> bool {
        let after = self.rest.trim_start_matches(BLANKS).strip_prefix(word);
        let after = after.filter(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || "_./[".contains(c)));
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn sign(&mut self, sign: &str) -> bool {
        let after = self.rest.trim_start_matches(BLANKS).strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(BLANKS);
    }

    fn skip_while(&mut self, is_of: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(is_of);
    }
}

#[cfg(test)]
mod tests {
    use super::is_filter;

    #[test]
    fn filters_are_told_from_what_is_none() {
        for text in [
            "Service.Meta.version == v1",
            "Service.Meta.version==v2",
            "\"v1\" in Service.Tags and Node.Node != `a b`",
            "Service.Tags is not empty or not (Checks is empty)",
            "Service.Meta[\"a b\"] matches \"^v[0-9]\"",
            "a not contains b",
            "v1 not in Service.Tags",
            "Port == 8080",
            "\"/Service/Meta/x\" == 1",
            "any Service.Tags as tag { tag == \"a\" }",
        ] {
            assert!(is_filter(text), "{text}");
        }
        for text in [
            "Service.Meta.version",
            "a = b",
            "a == ",
            "== b",
            "a == b and",
            "(a == b",
            "a == b)",
            "a == \"b",
            "a && b",
            "a is blue",
            "this is not a filter",
            "",
        ] {
            assert!(!is_filter(text), "{text}");
        }
        assert!(is_filter(&"(".repeat(1000)), "too deep to be judged");
    }
}
