//! What processes use, and where all this runs, as the kernel tells it.

mod environment;
mod process;
mod window;

pub use environment::environment;
pub(crate) use window::Sampler;
