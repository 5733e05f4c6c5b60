//! Leaves the symbols of Node-API for Node.js to fill in.

fn main() {
    napi_build::setup();
}
