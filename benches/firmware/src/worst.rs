//! Reads inputs that fuzzing found, on a Cortex-M4, and prints a line for each: the reader, the input's name and length,
//! instructions and stack, with tabs between. Which inputs, `benches/firmware/worst/run` says.
#![no_std]
#![no_main]

use core::{fmt::Write as _, hint::black_box, panic::PanicInfo};

use bearward_core::{
    Algorithm, Answer, BearerToken, Ed25519, EdDsa, Es256, Es384, Es512, Hs256, Jwk, JwkSet, JwkSetReader, Keys,
    Metadata, MetadataReader, Policy, Ps256, Rs256, UnixTime, base64url::Encoded, json,
};
use chip_bench::{Cost, Meter};
use heapless::String;
use semihosting::{println, process};

#[path = "../../../tests/fuzz/src/believer.rs"]
mod believer;

use believer::{AnyKey, Believer};

/// A reader, the input's name, the input.
type Input = (&'static str, &'static str, &'static [u8]);

static INPUTS: &[Input] = include!(env!("WORST_INPUTS"));

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
static ALGORITHMS: &[&dyn Algorithm] = &[&Hs256, &Rs256, &Ps256, &Es256, &Es384, &Es512, &EdDsa, &Ed25519];
static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
static BELIEVING: Policy<'_> = Policy::relaxed("https://authority.example", "https://valve.example", &[&Believer]);
/// The keys of the fuzz target's tokens.
const KEYS: &[u8] = include_bytes!("../../../tests/fuzz/data/jwks.json");

#[chip_bench::entry]
fn main() -> ! {
    let meter = Meter::start();
    let Ok(keys) = JwkSet::<4>::read(KEYS) else { panic!("the keys of the fuzz targets") };
    let (mut copy, mut buffer, mut token) = ([0; 8192], [0; 8192], String::<8192>::new());
    for (reader, name, input) in INPUTS {
        let copy = &mut copy[..input.len()];
        copy.copy_from_slice(input);
        token.clear();
        let written = match *reader {
            "header" => write!(token, "{}.e30.AA", Encoded(input)),
            "claims" => write!(token, "eyJhbGciOiJiZWxpZXZlZCJ9.{}.AA", Encoded(input)),
            _ => token.write_str(core::str::from_utf8(input).unwrap_or_default()),
        };
        let token = if written.is_ok() { token.as_str() } else { "" };
        let cost = match *reader {
            "json" => meter.cost(&mut || _ = black_box(json::read(copy))),
            "escapes" => meter.cost(&mut || _ = black_box(json::resolve_escapes(copy))),
            "header" | "claims" => verify(&meter, &BELIEVING, token, &AnyKey, &mut buffer),
            "jws" | "policy" => verify(&meter, &POLICY, token, &keys, &mut buffer),
            "jwk" => meter.cost(&mut || _ = black_box(Jwk::<516>::read(input).is_ok())),
            // The fuzzer's first bytes say how it cuts.
            "jwks" => {
                let mut set = JwkSet::<3>::new();
                meter.cost(&mut || _ = black_box(feed(&mut set, input.get(1..).unwrap_or_default())))
            }
            "introspection" => meter.cost(&mut || {
                let answer = Answer { status: 200, content_type: Some("application/json"), body: copy };
                _ = black_box(POLICY.introspect(answer, NOW).is_ok());
            }),
            "metadata" => {
                let mut metadata = Metadata::<64>::new();
                meter.cost(&mut || {
                    let mut reader = MetadataReader::new(&mut metadata, "https://authority.example");
                    let fed = input.chunks(64).try_for_each(|piece| reader.feed(piece));
                    _ = black_box((fed.is_ok(), reader.finish().is_ok()));
                })
            }
            _ => panic!("no such reader"),
        };
        println!("row\t{}\t{}\t{}\t{}\t{}", reader, name, input.len(), cost.instructions, cost.stack);
    }
    process::exit(0)
}

fn verify(meter: &Meter, policy: &Policy<'_>, token: &str, keys: &dyn Keys, buffer: &mut [u8]) -> Cost {
    let Ok(token) = BearerToken::new(token) else { return meter.cost(&mut || ()) };
    meter.cost(&mut || _ = black_box(policy.verify(token, keys, NOW, buffer).is_ok()))
}

fn feed(set: &mut JwkSet<3>, document: &[u8]) -> bool {
    let mut reader = JwkSetReader::new(set);
    document.chunks(64).all(|piece| reader.feed(piece).is_ok()) && reader.finish().is_ok()
}

/// Says nothing of the panic: its text would be in the image, with paths of the machine that built it.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    println!("panic");
    process::exit(1)
}
