//! What the benches share.
//!
//! | module | holds |
//! |---|---|
//! | [`arguments`] | what a bench of several rows is told |
//! | [`goal`] | what is hoped for, and whether it is kept |
//! | [`numbers`] | numbers as the tables have them |
//! | [`process`] | running a program, and what the kernel says of it |

pub mod arguments;
pub mod goal;
pub mod numbers;
pub mod process;

/// A result of a bench: whoever reads the error is a person.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
