//! Pictures as others see them: through the public interface.

mod gallery;
mod pictures;
mod png;
mod samples;
