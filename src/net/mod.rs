//! std::net for greenlets.
