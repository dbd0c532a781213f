//! `cargo bench -p benches --bench parts`: what a validation consists of, by criterion. Each part is measured over the small
//! token alone, so that a change can be compared with what was before it on the same machine.

use bearward_core::{Algorithm, BearerRequest, Transport, json::Object, verify_jws};
use benches::{Case, Size, ours, ours_cached};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use tests::signer::Verifying;

/// Whole validations: each algorithm, and a token that is found in the cache.
fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole");
    for case in Case::all() {
        let validate = ours(&case);
        group.throughput(bytes(&case.good));
        group.bench_function(case.name(), |bencher| bencher.iter(|| assert!(validate(black_box(&case.good)))));
        if case.algorithm == "ES256" {
            let validate = ours_cached(&case);
            let name = format!("{}, found in the cache", case.name());
            group.bench_function(name, |bencher| bencher.iter(|| assert!(validate(black_box(&case.good)))));
        }
    }
}

/// The token out of its field, its claims, and a bare JWS: header, key and signature.
fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts");
    for case in Case::all().filter(|case| case.size == Size::Small) {
        let field = format!("Bearer {}", case.good);
        if case.algorithm == "ES256" {
            group.throughput(bytes(&field));
            group.bench_function("bearer", |bencher| {
                bencher.iter(|| {
                    let request = BearerRequest::new(Transport::Tls).with_authorization([black_box(&field)]);
                    assert!(request.token(&mut []).is_ok_and(|found| found.is_some()));
                });
            });
            group.throughput(bytes(&case.claims));
            group.bench_function("claims, JSON", |bencher| {
                bencher.iter(|| assert!(Object::read(black_box(case.claims.as_bytes())).is_ok()));
            });
        }
        // The set as it was read: no key is prepared.
        let Verifying::Public(keys) = case.signer.keys() else { continue };
        let algorithms: [&dyn Algorithm; 1] = [case.signer.verifier()];
        let mut buffer = [0; 2560];
        group.throughput(bytes(&case.good));
        group.bench_function(format!("JWS, {}", case.algorithm), |bencher| {
            bencher.iter(|| {
                assert!(verify_jws(black_box(case.good.as_bytes()), &algorithms, &*keys, &mut buffer).is_ok());
            });
        });
    }
}

fn bytes(text: &str) -> Throughput {
    Throughput::Bytes(text.len().try_into().unwrap_or(u64::MAX))
}

criterion_group!(benches, whole, parts);
criterion_main!(benches);
