//! Every algorithm, the reader of JWK Sets, and the challenge.
#![no_std]
#![no_main]

chip_bench::image! {
    Hs256 Hs384 Hs512 Rs256 Rs384 Rs512 Ps256 Ps384 Ps512 Es256 Es384 Es512 EdDsa Ed25519
    => chip_bench::read_keys_and_challenge
}
