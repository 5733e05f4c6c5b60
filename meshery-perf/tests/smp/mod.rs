//! Service Mesh Performance: documents of every dialect, what is measured as a document, and the proto itself as a judge.

mod dialects;
mod proto;
mod random;
mod units;
mod write;
