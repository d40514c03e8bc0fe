//! Pictures as others see them: through the public interface.

mod gallery;
mod samples;
