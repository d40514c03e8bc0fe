//! What the demo says, and that the ways in can read it.

mod models;
