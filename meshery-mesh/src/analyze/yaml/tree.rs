//! From the parser's events to nodes.

use std::collections::HashMap;

use meshery_core::resource::{File, Node, Value};
use meshery_core::{Error, ErrorKind, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as EventSpan, StrInput};

use super::budget::{Budget, check_depth, too_deep};
use super::chars::Chars;
use super::layout::Layout;
use super::map::PartialMap;
use super::scalar;
use super::split::Document;
use super::texts::Texts;

/// An error and where it stands.
pub(super) type Misplaced = (Span, Error);

/// What a document is a part of.
pub(super) struct Whole<'a> {
    pub(super) file: &'a File,
    /// Bytes of the file before its text: the length of its byte order mark.
    pub(super) before: usize,
    /// Those of the text.
    pub(super) chars: Chars<'a>,
}

/// Reads one document. `None` when it holds nothing but comments.
pub(super) fn read(document: &Document<'_>, whole: &Whole<'_>, texts: &mut Texts) -> Result<Option<Node>, Misplaced> {
    let base = whole.chars.before(document.start);
    let mut layout = Layout::new(document);
    loop {
        match Tree::new(whole, base, &layout, texts).read(Parser::new_from_str(layout.text())) {
            Err(Failure::Scan(error)) if layout.loosen(&error) => {}
            Err(Failure::Scan(error)) => {
                let place = Tree::new(whole, base, &layout, texts).span(EventSpan::empty(*error.marker()));
                return Err((place, syntax(&error)));
            }
            Err(Failure::Content(place, error)) => return Err((place, error)),
            Ok(root) => return Ok(root.filter(|node| node.value != Value::Null)),
        }
    }
}

/// Why a document could not be read.
enum Failure {
    /// The scanner refused the text.
    Scan(ScanError),
    /// The text means nothing that can be read.
    Content(Span, Error),
}

impl From<Misplaced> for Failure {
    fn from((place, error): Misplaced) -> Self {
        Self::Content(place, error)
    }
}

fn syntax(error: &ScanError) -> Error {
    match error.info() {
        // The scanner has a limit of its own for brackets that it has not reported yet.
        "recursion limit exceeded" => too_deep(),
        tab if tab.contains("tab") => Error::new(ErrorKind::Syntax, tab).expected("spaces"),
        other => Error::new(ErrorKind::Syntax, other),
    }
}

fn second_document() -> Error {
    Error::new(ErrorKind::Syntax, "the API server ignores what follows the first document")
        .expected("a line `---` between documents")
}

/// The document as far as it has been read.
struct Tree<'a> {
    whole: &'a Whole<'a>,
    /// Characters of the text before the document.
    base: usize,
    layout: &'a Layout<'a>,
    texts: &'a mut Texts,
    stack: Vec<Open>,
    anchors: HashMap<usize, Finished>,
    budget: Budget,
}

/// A list or map that has not ended.
struct Open {
    content: Content,
    flow: bool,
    anchor: usize,
    span: Span,
    nodes: usize,
    height: usize,
}

enum Content {
    List(Vec<Node>),
    Map(PartialMap),
}

/// A node with what its aliases need to know.
#[derive(Clone)]
struct Finished {
    node: Node,
    /// How many nodes it has, aliases written out.
    nodes: usize,
    /// How many levels of lists and maps it has, aliases written out.
    height: usize,
    merge: bool,
    alias: bool,
}

impl<'a> Tree<'a> {
    fn new(whole: &'a Whole<'a>, base: usize, layout: &'a Layout<'a>, texts: &'a mut Texts) -> Self {
        Self { whole, base, layout, texts, stack: Vec::new(), anchors: HashMap::new(), budget: Budget::default() }
    }

    fn read(mut self, mut parser: Parser<'_, StrInput<'_>>) -> Result<Option<Node>, Failure> {
        let mut root = None;
        while let Some(event) = parser.next_event() {
            let (event, place) = event.map_err(Failure::Scan)?;
            if matches!(event, Event::DocumentStart(_)) && root.is_some() {
                return Err(Failure::Content(self.span(place), second_document()));
            }
            if let Some(node) = self.take(event, place)? {
                root = Some(node);
            }
        }
        Ok(root)
    }

    /// Takes an event; gives the document's root when it is complete.
    fn take(&mut self, event: Event<'_>, place: EventSpan) -> Result<Option<Node>, Misplaced> {
        let span = self.span(place);
        let (done, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
                let span = self.trimmed(span, anchor > 0 || tag.is_some());
                (scalar_node(&text, style, tag.as_deref(), span, self.texts)?, anchor)
            }
            Event::Alias(anchor) => (self.alias(anchor, span)?, 0),
            Event::SequenceStart(anchor, _) => {
                return self.open(Content::List(Vec::new()), anchor, span).map(|()| None);
            }
            Event::MappingStart(anchor, _) => {
                return self.open(Content::Map(PartialMap::default()), anchor, span).map(|()| None);
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => close(open, span),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.budget.node();
        if anchor > 0 {
            self.anchors.insert(anchor, done.clone());
        }
        self.place(done)
    }

    fn open(&mut self, content: Content, anchor: usize, span: Span) -> Result<(), Misplaced> {
        check_depth(self.stack.len() + 1).map_err(|error| (span, error))?;
        let span = self.trimmed(span, anchor > 0);
        let flow = self.text(span).starts_with(['[', '{']);
        self.stack.push(Open { content, flow, anchor, span, nodes: 0, height: 0 });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Finished, Misplaced> {
        let at = |error| (span, error);
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(at(Error::new(ErrorKind::Syntax, "an anchor contains itself")));
        };
        self.budget.alias(target.nodes).map_err(at)?;
        check_depth(self.stack.len() + target.height).map_err(at)?;
        let node = Node { value: target.node.value.clone(), span };
        Ok(Finished { node, alias: true, merge: false, ..*target })
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, done: Finished) -> Result<Option<Node>, Misplaced> {
        let Some(open) = self.stack.last_mut() else {
            return Ok(Some(done.node));
        };
        open.nodes = open.nodes.saturating_add(done.nodes);
        open.height = open.height.max(done.height);
        if !open.flow {
            open.span.end = open.span.end.max(done.node.span.end);
        }
        let span = done.node.span;
        match &mut open.content {
            Content::List(items) => items.push(done.node),
            Content::Map(map) if map.wants_key() => {
                let position = |span: Span| self.whole.file.position(span.start);
                map.key(&done.node, done.merge, position).map_err(|error| (span, error))?;
            }
            Content::Map(map) => map.value(done.node, done.alias).map_err(|error| (span, error))?,
        }
        Ok(None)
    }

    fn span(&self, span: EventSpan) -> Span {
        let Whole { before, chars, .. } = self.whole;
        let place = |marker: Marker| before + chars.byte(self.base + self.layout.original(marker.index()));
        let (start, end) = (place(span.start), place(span.end));
        Span::new(start, end.max(start))
    }

    fn text(&self, span: Span) -> &str {
        self.whole.file.slice(span)
    }

    /// The span without the anchor, the tag and the comments before the value and the space behind it.
    fn trimmed(&self, span: Span, decorated: bool) -> Span {
        let whole = self.text(span);
        let mut rest = whole;
        while decorated && rest.starts_with(['&', '!', '#']) {
            let end = if rest.starts_with('#') { rest.find('\n') } else { rest.find(char::is_whitespace) };
            rest = rest[end.unwrap_or(rest.len())..].trim_start();
        }
        let start = span.range().start + whole.len() - rest.len();
        Span::new(start, start + rest.trim_end().len())
    }
}

fn scalar_node(
    text: &str,
    style: ScalarStyle,
    tag: Option<&str>,
    span: Span,
    texts: &mut Texts,
) -> Result<Finished, Misplaced> {
    let plain = style == ScalarStyle::Plain;
    let value = scalar::resolve(text, plain, tag, texts).map_err(|error| (span, error))?;
    let merge = text == "<<" && (plain && tag.is_none() || tag == Some("tag:yaml.org,2002:merge"));
    Ok(Finished { node: Node { value, span }, nodes: 1, height: 0, merge, alias: false })
}

fn close(open: Open, end: Span) -> (Finished, usize) {
    let value = match open.content {
        Content::List(items) => Value::List(items.into()),
        Content::Map(map) => Value::Map(map.finish()),
    };
    let mut span = open.span;
    if open.flow {
        span.end = end.end;
    }
    let nodes = open.nodes.saturating_add(1);
    (Finished { node: Node { value, span }, nodes, height: open.height + 1, merge: false, alias: false }, open.anchor)
}
