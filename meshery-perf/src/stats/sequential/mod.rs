//! Looking more than once while runs come in, without a false alarm for each look.

pub mod confidence_sequence;
pub mod spending;
