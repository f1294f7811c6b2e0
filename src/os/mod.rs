//! OS-specific extensions, at std's paths.
