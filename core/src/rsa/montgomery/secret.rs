//! Arithmetic for private keys: its time, and the addresses that it reads, depend on the lengths of numbers and on
//! nothing else of them.
//!
//! Carries are added and never branched upon; what is taken or left is masked, behind the barrier of `subtle`; the modulus
//! may be secret too, so there is no division: `R^2` comes from doubling, and a longer number is reduced by products with
//! it. A processor must multiply in constant time: a Cortex-M4, M7 or M33 does, a Cortex-M3 does not.

use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroize;

use super::{DIGIT_BYTES, DIGITS, Digit, Limb, Modulus, ZERO, add, load};

/// What the powers of a base may take: a table of 16 for a prime of 1024 bits, of 8 for one of 2048.
const TABLE_BYTES: usize = 2048;

const DIGIT_BITS: usize = 8 * DIGIT_BYTES;

/// What is computed in, for one modulus after the other.
pub(in crate::rsa) struct Room {
    n: [Digit; DIGITS],
    product: [[Digit; 2]; DIGITS],
    r_squared: [Digit; DIGITS],
    x: [Digit; DIGITS],
    table: [Digit; TABLE_BYTES / DIGIT_BYTES],
}

impl Room {
    pub(in crate::rsa) const fn new() -> Self {
        Self {
            n: [ZERO; DIGITS],
            product: [[ZERO; 2]; DIGITS],
            r_squared: [ZERO; DIGITS],
            x: [ZERO; DIGITS],
            table: [ZERO; TABLE_BYTES / DIGIT_BYTES],
        }
    }
}

impl Zeroize for Room {
    fn zeroize(&mut self) {
        self.n.zeroize();
        self.product.zeroize();
        self.r_squared.zeroize();
        self.x.zeroize();
        self.table.zeroize();
    }
}

/// Numbers modulo an odd `n`, in Montgomery's form unless something else is said: `a` stands for `a / R`.
pub(in crate::rsa) struct Residues<'r> {
    modulus: Modulus<'r, true>,
    r_squared: &'r mut [Digit],
    /// Room for one more number.
    x: &'r mut [Digit],
    table: &'r mut [Digit],
}

impl<'r> Residues<'r> {
    /// With a secret modulus, big-endian. `None` if it is empty or too long.
    pub(in crate::rsa) fn of_secret(room: &'r mut Room, modulus: &[u8]) -> Option<Self> {
        let mut residues = Self::new(room, modulus)?;
        residues.square_r();
        Some(residues)
    }

    /// With a public modulus of more than a limb, big-endian; the numbers are secret nevertheless.
    pub(in crate::rsa) fn of_public(room: &'r mut Room, modulus: &[u8]) -> Option<Self> {
        let residues = Self::new(room, modulus)?;
        residues.r_squared.fill(ZERO);
        *residues.r_squared.first_mut()? = [1, 0];
        let mut public = Modulus::<false>::new(residues.modulus.n, &mut *residues.modulus.product)?;
        public.enter(residues.r_squared);
        public.enter(residues.r_squared);
        Some(residues)
    }

    fn new(room: &'r mut Room, modulus: &[u8]) -> Option<Self> {
        let count = modulus.len().div_ceil(DIGIT_BYTES);
        let n = room.n.get_mut(..count)?;
        load(n, modulus);
        Some(Self {
            modulus: Modulus::new(n, &mut room.product)?,
            r_squared: room.r_squared.get_mut(..count)?,
            x: room.x.get_mut(..count)?,
            table: &mut room.table,
        })
    }

    /// `R^2 mod n`, from doubling and squaring.
    fn square_r(&mut self) {
        let count = self.modulus.n.len();
        one(self.r_squared);
        // R is as many times 2 as its digits have bits. Twice a number, taken out of the form, is twice the number in it.
        for _ in 0..count.saturating_mul(DIGIT_BITS.saturating_add(1)) {
            let carry = double(self.r_squared);
            self.modulus.subtract_if_not_below(self.r_squared, carry);
        }
        // It stands for 2^count now, and each square for one of twice the exponent.
        for _ in 0..DIGIT_BITS.trailing_zeros() {
            self.modulus.square(self.r_squared);
        }
    }

    pub(in crate::rsa) const fn modulus(&self) -> &[Digit] {
        self.modulus.n
    }

    /// How many digits the modulus has, and each number.
    pub(in crate::rsa) const fn len(&self) -> usize {
        self.modulus.n.len()
    }

    /// Brings a number of any length, as it is, into the form: `result` is as long as the modulus.
    pub(in crate::rsa) fn reduce(&mut self, result: &mut [Digit], number: &[Digit]) {
        result.fill(ZERO);
        for part in number.chunks(self.len().max(1)).rev() {
            self.enter(result);
            self.x.fill(ZERO);
            copy(self.x, part);
            self.modulus.multiply(self.x, self.r_squared.iter().copied());
            let carry = add(result.as_flattened_mut(), self.x.as_flattened());
            self.modulus.subtract_if_not_below(result, carry);
        }
    }

    /// Brings a number that is as long as the modulus into the form.
    pub(in crate::rsa) fn enter(&mut self, a: &mut [Digit]) {
        self.modulus.multiply(a, self.r_squared.iter().copied());
    }

    /// Takes a number out of the form.
    pub(in crate::rsa) fn leave(&mut self, a: &mut [Digit]) {
        self.multiply_plain(a, [[1, 0]].into_iter());
    }

    /// Multiplies by a number that is as it is, and leaves the form by that.
    pub(in crate::rsa) fn multiply_plain(&mut self, a: &mut [Digit], plain: impl Iterator<Item = Digit>) {
        self.modulus.multiply(a, plain);
    }

    /// `a - b`
    pub(in crate::rsa) fn subtract(&self, a: &mut [Digit], b: &[Digit]) {
        let borrow = subtract_if(a, b, Choice::from(1));
        let (mask, mut carry) = (mask(borrow), false);
        for (a, n) in a.as_flattened_mut().iter_mut().zip(self.modulus.n.as_flattened()) {
            (*a, carry) = a.carrying_add(n & mask, carry);
        }
    }

    /// `a^exponent`, for a secret exponent in big-endian order. `None` if the modulus is too long for the table.
    ///
    /// The exponent is taken in windows of as many bits as the table has room for: all of them, and for each the whole
    /// table is read.
    pub(in crate::rsa) fn power(&mut self, a: &mut [Digit], exponent: &[u8]) -> Option<()> {
        let count = self.len();
        let fits = |(_, size): &(usize, u8)| count.saturating_mul(usize::from(*size)) <= self.table.len();
        let (window, size) = [(4, 16), (3, 8), (2, 4)].into_iter().find(fits)?;
        copy(self.x, a);
        self.set_one(a);
        let mut table = &mut *self.table;
        for _ in 0..size {
            let (entry, rest) = table.split_at_mut_checked(count)?;
            table = rest;
            copy(entry, a);
            self.modulus.multiply(a, self.x.iter().copied());
        }
        self.set_one(a);
        let windows = exponent.len().checked_mul(8)?.checked_add(window)?.checked_sub(1)?.checked_div(window)?;
        for place in (0..windows).rev() {
            for _ in 0..window {
                self.modulus.square(a);
            }
            let index = bits(exponent, place, window);
            self.x.fill(ZERO);
            let mut table = &*self.table;
            for number in 0..size {
                let (entry, rest) = table.split_at_checked(count)?;
                table = rest;
                let mask = mask(number.ct_eq(&index));
                for (x, y) in self.x.as_flattened_mut().iter_mut().zip(entry.as_flattened()) {
                    *x |= y & mask;
                }
            }
            self.modulus.multiply(a, self.x.iter().copied());
        }
        Some(())
    }

    /// `a^exponent`, for a public exponent that is not 0.
    pub(in crate::rsa) fn power_public(&mut self, a: &mut [Digit], exponent: u64) {
        copy(self.x, a);
        for position in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            self.modulus.square(a);
            if exponent.wrapping_shr(position) & 1 == 1 {
                self.modulus.multiply(a, self.x.iter().copied());
            }
        }
    }

    /// The 1 of the form.
    fn set_one(&mut self, a: &mut [Digit]) {
        one(a);
        self.enter(a);
    }
}

/// Whether `a` is below `b`, of the same length.
pub(super) fn is_below(a: &[Digit], b: &[Digit]) -> Choice {
    let mut borrow = false;
    for (a, b) in a.as_flattened().iter().zip(b.as_flattened()) {
        (_, borrow) = a.borrowing_sub(*b, borrow);
    }
    Choice::from(u8::from(borrow))
}

/// Subtracts `b` from `a`, of the same length, modulo `R`, or 0; and says whether it borrowed.
pub(super) fn subtract_if(a: &mut [Digit], b: &[Digit], choice: Choice) -> Choice {
    let (mask, mut borrow) = (mask(choice), false);
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        (*a, borrow) = a.borrowing_sub(b & mask, borrow);
    }
    Choice::from(u8::from(borrow))
}

/// All bits, or none.
fn mask(choice: Choice) -> Limb {
    Limb::from(choice.unwrap_u8()).wrapping_neg()
}

/// Doubles modulo `R`, and returns whether it overflowed.
fn double(a: &mut [Digit]) -> bool {
    let mut carry = false;
    for limb in a.as_flattened_mut() {
        (*limb, carry) = limb.carrying_add(*limb, carry);
    }
    carry
}

/// The bits of an exponent that stand in a window, counted from the last.
fn bits(exponent: &[u8], place: usize, window: usize) -> u8 {
    let lowest = place.saturating_mul(window);
    (0..window).rev().fold(0, |bits, at| {
        let position = lowest.saturating_add(at);
        let byte = exponent.iter().rev().nth(position / 8).copied().unwrap_or(0);
        (bits << 1) | ((byte >> (position % 8)) & 1)
    })
}

fn one(a: &mut [Digit]) {
    a.fill(ZERO);
    if let Some(lowest) = a.first_mut() {
        *lowest = [1, 0];
    }
}

fn copy(to: &mut [Digit], from: &[Digit]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

#[cfg(test)]
mod tests;
