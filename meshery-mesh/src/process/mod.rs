//! Processes that cannot outlive their owner, and what they need: ports of their own, a reader of what they write, and
//! waiting that ends.

pub(crate) mod background;
pub(crate) mod child;
pub(crate) mod find;
pub(crate) mod folder;
pub(crate) mod log;
pub(crate) mod notify;
mod os;
pub(crate) mod ports;
pub(crate) mod sign;
pub(crate) mod spawn;
pub(crate) mod wait;
