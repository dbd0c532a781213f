// The arithmetic of a curve against its crate, and prepared keys of it: once for each curve, in ../tests.rs.

fn number(hex: &[u8]) -> BigUint {
    BigUint::parse_bytes(hex, 16).unwrap()
}

fn bytes(number: &BigUint) -> [u8; BYTES] {
    let digits = number.to_bytes_be();
    let mut bytes = [0; BYTES];
    bytes[BYTES - digits.len()..].copy_from_slice(&digits);
    bytes
}

/// Numbers of as many bytes as a coordinate: those at borders of words and of the moduli, and random ones.
fn numbers() -> Vec<BigUint> {
    let one = BigUint::from(1_u8);
    let mut numbers: Vec<_> = (0..40_u8).map(BigUint::from).collect();
    for border in [32, 64, 96, 128, 192, 224, 255, 256, 320, 384, 448, 512, 521, 528]
        .map(|bit| &one << bit)
        .into_iter()
        .chain([number(P_HEX), number(N_HEX)])
    {
        numbers.extend([&border - 2_u8, &border - 1_u8, border.clone(), &border + 1_u8, (&border + 1_u8) >> 1]);
    }
    let mut random = Random(7);
    numbers.extend((0..40).map(|_| random.number()));
    numbers.retain(|number| number.to_bytes_be().len() <= BYTES);
    numbers
}

struct Random(u64);

impl Random {
    fn number(&mut self) -> BigUint {
        self.0 += 1;
        let blocks = (0..3_u8)
            .flat_map(|block| Sha256::new().chain_update(self.0.to_be_bytes()).chain_update([block]).finalize());
        BigUint::from_bytes_be(&blocks.take(BYTES).collect::<Vec<_>>())
    }
}

fn arithmetic_is_that_of<M: Modulus<W>>(modulus: &BigUint) {
    let read = |number: &BigUint| Residue::<M, W>::from_bytes(&bytes(number));
    let numbers = numbers();
    let inverse_of_r = (BigUint::from(1_u8) << (64 * W)).modinv(modulus).unwrap();
    for a in &numbers {
        let reduced = Residue::<M, W>::reduced(&bytes(a));
        assert_eq!(reduced, read(&(a % modulus)).filter(|_| *a < modulus * 2_u8));
        assert_eq!(read(a).is_some(), a < modulus);
        let Some(x) = read(a) else { continue };
        assert_eq!((x.is_zero(), x.is_odd()), (*a == BigUint::ZERO, a.bit(0)));
        assert!((0..600).all(|place| x.bit(place) == a.bit(place as u64)));
        assert_eq!(Some(x.negate()), read(&((modulus - a) % modulus)));
        assert_eq!(x.halve().double(), x);
        assert_eq!(Some(x.double()), read(&((a + a) % modulus)));
        assert_eq!(Some(x.square()), read(&(a * a * &inverse_of_r % modulus)));
        assert_eq!(Some(x.to_montgomery()), read(&((a << (64 * W)) % modulus)));
        if let Some(inverse) = a.modinv(modulus).filter(|_| !x.is_zero()) {
            assert_eq!(Some(x.montgomery_inverse()), read(&((inverse << (64 * W)) % modulus)));
            assert_eq!(x.to_montgomery().inverse().multiply(&x.to_montgomery()), Residue::ONE);
        }
        for b in numbers.iter().filter(|b| *b < modulus) {
            let y = read(b).unwrap();
            assert_eq!(Some(x.add(&y)), read(&((a + b) % modulus)), "{a} + {b}");
            assert_eq!(Some(x.subtract(&y)), read(&((a + modulus - b) % modulus)), "{a} - {b}");
            assert_eq!(Some(x.multiply(&y)), read(&(a * b * &inverse_of_r % modulus)), "{a} * {b}");
        }
    }
}

#[test]
fn arithmetic_modulo_p_is_that_of_num_bigint() {
    arithmetic_is_that_of::<<C as Curve<W>>::P>(&number(P_HEX));
}

#[test]
fn arithmetic_modulo_n_is_that_of_num_bigint() {
    arithmetic_is_that_of::<<C as Curve<W>>::N>(&number(N_HEX));
}

#[test]
fn the_inverse_of_zero_ends() {
    _ = Scalar::<C, W>::ZERO.montgomery_inverse();
    _ = Coordinate::<C, W>::ZERO.inverse();
}

type Oracle = library::Scalar;

fn oracle(scalar: &BigUint) -> Oracle {
    Oracle::from_repr(bytes(&(scalar % number(N_HEX))).into()).unwrap()
}

fn scalar(oracle: &Oracle) -> Scalar<C, W> {
    Scalar::<C, W>::from_bytes(&oracle.to_repr()).unwrap()
}

/// Its coordinates; of the point at infinity there are none.
fn affine(point: &ProjectivePoint) -> Option<([u8; BYTES], [u8; BYTES])> {
    let point = point.to_affine().to_sec1_point(false);
    Some((point.x()?.as_slice().try_into().unwrap(), point.y()?.as_slice().try_into().unwrap()))
}

fn ours(point: &ProjectivePoint) -> Affine<C, W> {
    let (x, y) = affine(point).unwrap();
    Affine::<C, W>::from_coordinates(&x, &y).unwrap()
}

/// Brought to affine coordinates, to be compared.
fn normal(point: &Jacobian<C, W>) -> Option<Affine<C, W>> {
    let mut affine = [Affine { x: point.x, y: point.y }];
    (!point.z.is_zero()).then(|| point::normalize(&mut affine, &[point.z], &mut [Coordinate::<C, W>::ZERO]))?;
    Some(affine[0])
}

fn table(point: &Affine<C, W>, points: usize) -> Vec<Affine<C, W>> {
    let mut table = vec![Affine::NONE; points];
    fill(&mut table, point);
    table
}

#[test]
fn the_table_of_the_base_point_is_what_is_made_of_it() {
    assert_eq!(table(&ours(&ProjectivePoint::GENERATOR), C::GENERATOR.len()), C::GENERATOR);
}

/// `u G + v Q`, by each table and without, for scalars and points where additions meet equal and inverse points: Q is a
/// small multiple of G or of its inverse, or a sum that the tables hold.
#[test]
fn sums_are_those_of_the_crate_also_where_additions_are_exceptional() {
    let one = Oracle::ONE;
    let mut random = Random(100);
    let small = (0..20_u8).chain([31, 32, 33, 64]).map(|small| oracle(&BigUint::from(small)));
    let mut scalars: Vec<_> = small.flat_map(|small| [small, -small]).collect();
    let powers = [1, 2, 3, 4, 5]
        .map(|tooth| tooth * C::SCALAR_BITS.div_ceil(6))
        .into_iter()
        .chain([128, C::SCALAR_BITS - 1])
        .map(|bit| oracle(&(BigUint::from(1_u8) << bit)));
    scalars.extend(powers.flat_map(|power| [power, -power, power - one]));
    scalars.extend((0..4).map(|_| oracle(&random.number())));
    let logarithms: Vec<_> = scalars.iter().copied().filter(|scalar| *scalar != Oracle::ZERO).collect();

    for (at, logarithm) in logarithms.iter().enumerate().filter(|(at, _)| at % 3 != 2) {
        let oracle_point = ProjectivePoint::GENERATOR * logarithm;
        let point = ours(&oracle_point);
        let sizes = [8, 16, 32, 64, 128];
        let table = table(&point, sizes[at % sizes.len()]);
        let inverse = logarithm.invert().unwrap();
        for (index, v) in scalars.iter().enumerate().filter(|(index, _)| (index + at).is_multiple_of(STRIDE)) {
            // Among them those whose sum is the point at infinity, and those whose two halves are equal.
            let others =
                [-(*logarithm * v), *logarithm * v, Oracle::ZERO, scalars[(index + at) % scalars.len()], inverse];
            for u in others {
                let expected = affine(&(ProjectivePoint::GENERATOR * u + oracle_point * v));
                let expected = expected.map(|(x, y)| Affine::<C, W>::from_coordinates(&x, &y).unwrap());
                let generator = Comb::new(C::GENERATOR, &scalar(&u));
                let alone = sum_alone(&generator, &point, &scalar(v));
                assert_eq!(normal(&alone), expected, "{u:?} G + {v:?} * {logarithm:?} G");
                let with_table = sum([&generator, &Comb::new(&table, &scalar(v))]);
                assert_eq!(normal(&with_table), expected, "{u:?} G + {v:?} * {logarithm:?} G, {}", table.len());
            }
        }
    }
}

#[test]
fn an_addition_knows_equal_and_inverse_points_and_infinity() {
    let point = ours(&(ProjectivePoint::GENERATOR * oracle(&BigUint::from(5_u8))));
    let twice = ours(&(ProjectivePoint::GENERATOR * oracle(&BigUint::from(10_u8))));
    // The same point with another z.
    let mut scaled = Jacobian::from_affine(&point);
    scaled.add(&twice, false);
    scaled.add(&twice, true);
    for start in [Jacobian::from_affine(&point), scaled] {
        let mut sum = start;
        sum.add(&point, false);
        assert_eq!(normal(&sum), Some(twice));
        sum = start;
        sum.add(&point, true);
        assert_eq!(normal(&sum), None);
        sum.double();
        assert_eq!(normal(&sum), None);
        sum.add(&twice, false);
        assert_eq!(normal(&sum), Some(twice));
    }
    assert!(
        !Jacobian::<C, W>::INFINITY.has_x(&Coordinate::<C, W>::ZERO)
            && !Jacobian::<C, W>::INFINITY.has_x(&Coordinate::<C, W>::ONE)
    );
}

#[test]
fn a_point_is_on_the_curve_and_its_coordinates_below_p() {
    let (x, y) = affine(&ProjectivePoint::GENERATOR).unwrap();
    assert!(Affine::<C, W>::from_coordinates(&x, &y).is_some());
    let mut beside = y;
    beside[BYTES - 1] ^= 1;
    assert_eq!(Affine::<C, W>::from_coordinates(&x, &beside), None);
    assert_eq!(Affine::<C, W>::from_coordinates(&y, &x), None);
    assert_eq!(Affine::<C, W>::from_coordinates(&[0; BYTES], &[0; BYTES]), None);

    // A point with a small x has another encoding of the same length, x + p.
    let found = (5_u8..).map(BigUint::from).find_map(|x| Some((x.clone(), lift(&x)?))).unwrap();
    let (x, y) = found;
    assert!(Affine::<C, W>::from_coordinates(&bytes(&x), &bytes(&y)).is_some());
    assert_eq!(Affine::<C, W>::from_coordinates(&bytes(&(&x + number(P_HEX))), &bytes(&y)), None);
    assert_eq!(Affine::<C, W>::from_coordinates(&[0xff; BYTES], &bytes(&y)), None);
    assert_eq!(Affine::<C, W>::from_coordinates(&bytes(&x), &[0xff; BYTES]), None);
}

/// The point's y, if there is a point with this x.
fn lift(x: &BigUint) -> Option<BigUint> {
    let p = number(P_HEX);
    let b = number(B_HEX);
    let square = (x * x * x + &p * 3_u8 - x * 3_u8 + b) % &p;
    let y = square.modpow(&((&p + 1_u8) >> 2), &p);
    (&y * &y % &p == square).then_some(y)
}

/// A signature of which only the x coordinate is chosen: `Q = (s R - e G) / r` verifies it.
fn signature_of_x(x: &BigUint, r: &BigUint) -> Option<Affine<C, W>> {
    let (x, y) = (bytes(x), bytes(&lift(x)?));
    let encoded = library::Sec1Point::from_affine_coordinates((&x).into(), (&y).into(), false);
    let point = library::PublicKey::from_sec1_point(&encoded).into_option()?.to_projective();
    let (s, digest) = (oracle(&number(b"3")), oracle(&number(b"7")));
    Some(ours(&((point * s - ProjectivePoint::GENERATOR * digest) * oracle(r).invert().unwrap())))
}

#[test]
fn an_x_from_n_to_p_is_that_of_an_r_that_is_less_by_n() {
    let (n, p) = (number(N_HEX), number(P_HEX));
    let (s, digest) = (bytes(&number(b"3")), bytes(&number(b"7")));
    let good = |key: Affine<C, W>, r: &BigUint| {
        let table = table(&key, 16);
        let with_table = is_signature(&PublicPoint::Table(&table), &digest, &bytes(r), &s);
        let alone = is_signature(&PublicPoint::Alone(key), &digest, &bytes(r), &s);
        assert_eq!(with_table, alone);
        alone == Some(true)
    };
    // The lowest such x, and the highest below p.
    let lowest = (1_u8..).map(BigUint::from).find_map(|r| Some((signature_of_x(&(&r + &n), &r)?, r))).unwrap();
    let highest = (1_u8..).map(|less| &p - &n - less).find_map(|r| Some((signature_of_x(&(&r + &n), &r)?, r))).unwrap();
    for (key, r) in [lowest, highest] {
        assert!(good(key, &r));
        assert!(!good(key, &(r + 1_u8)));
    }
    // An x below p - n is r itself, and one above has no second chance: x = r + n - p is no x of r.
    let (key, r) = (1_u8..).map(BigUint::from).find_map(|r| Some((signature_of_x(&r, &r)?, r))).unwrap();
    assert!(good(key, &r));
    let above = |x: &BigUint| x + &p - &n;
    let (key, x) = (1_u8..).map(BigUint::from).find_map(|x| Some((signature_of_x(&x, &above(&x))?, x))).unwrap();
    assert!(!good(key, &above(&x)));
}

#[test]
fn a_sum_at_infinity_is_no_signature() {
    // Q = -(e / r) G: u G + v Q is the point at infinity.
    let (r, digest) = (number(b"5"), number(b"7"));
    let key = ours(&(ProjectivePoint::GENERATOR * -(oracle(&digest) * oracle(&r).invert().unwrap())));
    let table = table(&key, 8);
    for key in [PublicPoint::Alone(key), PublicPoint::Table(&table)] {
        assert_eq!(is_signature(&key, &bytes(&digest), &bytes(&r), &bytes(&number(b"3"))), Some(false));
    }
}

fn jwk(point: &ProjectivePoint) -> Jwk<{ 2 * BYTES }> {
    let (x, y) = affine(point).unwrap();
    Jwk::new(PublicKey::Ec { curve: KEY_CURVE, x: &x, y: &y }).unwrap()
}

#[test]
fn a_prepared_key_is_the_key_it_was_made_of() {
    let jwk = jwk(&ProjectivePoint::GENERATOR).with_key_id("a").unwrap().with_algorithm(ALGORITHM.name()).unwrap();
    let mut prepared = Prepared::<8>::new();
    assert!(prepared.entry(0).is_none());
    prepared.prepare(&jwk).unwrap();
    let KeyEntry { id, algorithm, key: PreparedKey(key) } = prepared.entry(0).unwrap() else { panic!() };
    assert_eq!((id, algorithm, key.public_key()), (Some("a"), Some(ALGORITHM.name()), jwk.public_key()));
    assert!(prepared.entry(1).is_none() && prepared.any_key_id());
    assert!(ALGORITHM.fits(&PreparedKey(key)));
}

#[test]
fn a_key_that_cannot_be_prepared_leaves_no_key_behind() {
    let good = jwk(&ProjectivePoint::GENERATOR);
    let other_curve = if KEY_CURVE == key::Curve::P384 { key::Curve::P256 } else { key::Curve::P384 };
    let numbers = [1; 66];
    let of = |curve: key::Curve| {
        let number = &numbers[..curve.coordinate_bytes()];
        Jwk::<132>::new(PublicKey::Ec { curve, x: number, y: number }).unwrap()
    };
    let ed25519 = Jwk::<132>::new(PublicKey::Ed25519 { x: &[1; 32] }).unwrap();
    for (key, error) in [
        (of(other_curve), KeyError::UnsupportedCurve),
        (ed25519, KeyError::UnsupportedType),
        (of(KEY_CURVE), KeyError::NotOnCurve),
    ] {
        let mut prepared = Prepared::<8>::new();
        prepared.prepare(&good).unwrap();
        assert_eq!(prepared.prepare(&key), Err(error));
        assert!(prepared.entry(0).is_none());
    }
}

#[test]
fn within_a_set_only_the_key_of_the_table_is_replaced() {
    let (key, other) =
        (jwk(&ProjectivePoint::GENERATOR), jwk(&(ProjectivePoint::GENERATOR + ProjectivePoint::GENERATOR)));
    let mut prepared = Prepared::<8>::new();
    prepared.prepare(&key.clone().with_key_id("of the table").unwrap()).unwrap();
    let json = std::format!(r#"{{"keys":[{},{}]}}"#, other.with_key_id("a").unwrap(), key.with_key_id("b").unwrap());
    let set = JwkSet::<2>::read(json.as_bytes()).unwrap();
    let keys = prepared.within(&set);
    let entries: Vec<_> = (0..).map_while(|index| keys.entry(index)).collect();
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [Some("a"), Some("b")]);
    assert!(matches!([entries[0].key, entries[1].key], [Key::Public(_), PreparedKey(_)]));
    assert!(!keys.any_key_id() && prepared.within(&prepared).any_key_id());

    let empty = JwkSet::<2>::new();
    assert!(prepared.within(&empty).entry(0).is_none(), "a key that the set has dropped");
}
