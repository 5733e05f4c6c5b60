//! Values that objects of several meshes write in one way.

mod go_duration;

pub(super) use go_duration::go_duration;
