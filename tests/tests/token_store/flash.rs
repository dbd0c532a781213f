//! A NOR flash in a file: erased to ones, written in words of four bytes that only clear bits, and without power when a
//! test says so.

use std::{fs, path::PathBuf};

use embedded_storage_async::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

pub const WORD: usize = 4;
pub const PAGE: usize = 512;
pub const PAGES: usize = 4;

/// What becomes of the word, or the page, at which the power goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It is as it was.
    Before,
    /// Half of it is done.
    Within,
}

pub struct Flash {
    path: PathBuf,
    bytes: Vec<u8>,
    /// After how many words and erasures the power goes.
    power: Option<(usize, Cut)>,
}

#[derive(Debug)]
pub struct NoPower;

impl NorFlashError for NoPower {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl Flash {
    /// An empty one, in a file of this name.
    pub fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.flash"));
        fs::write(&path, vec![0xff; PAGE * PAGES]).unwrap();
        Self::on(path)
    }

    fn on(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap();
        Self { path, bytes, power: None }
    }

    /// The same after a restart: what the file has.
    pub fn restart(self) -> Self {
        let path = self.path.clone();
        drop(self);
        Self::on(path)
    }

    pub fn image(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// Puts back an earlier content.
    pub fn put(&mut self, image: &[u8]) {
        fs::write(&self.path, image).unwrap();
        self.bytes = image.to_vec();
        self.power = None;
    }

    pub fn cut(&mut self, after: usize, cut: Cut) {
        self.power = Some((after, cut));
    }

    /// What there is power for: the whole of it, half of it, or nothing.
    fn step(&mut self) -> Result<(), Option<Cut>> {
        match &mut self.power {
            None => Ok(()),
            Some((0, cut)) => {
                let last = *cut;
                // The next one finds none at all.
                self.power = Some((0, Cut::Before));
                Err(Some(last).filter(|cut| *cut == Cut::Within))
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

impl Drop for Flash {
    fn drop(&mut self) {
        fs::write(&self.path, &self.bytes).unwrap();
    }
}

impl ErrorType for Flash {
    type Error = NoPower;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NoPower> {
        let at = offset as usize;
        bytes.copy_from_slice(&self.bytes[at..at + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        PAGE * PAGES
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), NoPower> {
        assert!((from as usize).is_multiple_of(PAGE) && (to as usize).is_multiple_of(PAGE));
        for at in (from as usize..to as usize).step_by(PAGE) {
            match self.step() {
                Ok(()) => self.bytes[at..at + PAGE].fill(0xff),
                Err(Some(_)) => {
                    self.bytes[at..at + PAGE / 2].fill(0xff);
                    return Err(NoPower);
                }
                Err(None) => return Err(NoPower),
            }
        }
        Ok(())
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NoPower> {
        assert!((offset as usize).is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        for (number, word) in bytes.chunks_exact(WORD).enumerate() {
            let at = offset as usize + number * WORD;
            let step = self.step();
            let mask = match step {
                Ok(()) => 0,
                // Of the bits that go, those in odd places are left.
                Err(Some(_)) => 0b1010_1010,
                Err(None) => return Err(NoPower),
            };
            for (stored, byte) in self.bytes[at..at + WORD].iter_mut().zip(word) {
                *stored &= byte | mask;
            }
            if step.is_err() {
                return Err(NoPower);
            }
        }
        Ok(())
    }
}
