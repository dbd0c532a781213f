//! The calls of a resource server to its authorization server.
#![no_std]
