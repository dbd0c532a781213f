//! Power that goes in the middle of a write, at every word of it.

use std::collections::BTreeMap;

use bearward_net::{FLASH_OVERHEAD, FlashStorage, TokenStorage as _};
use tokio::runtime;

use crate::flash::{Cut, Flash, PAGE, PAGES};

const LONGEST: usize = 160;
const PLACES: u16 = 3;

type Contents = BTreeMap<u16, Vec<u8>>;

fn block_on<F: Future>(work: F) -> F::Output {
    runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Stores a record, or removes it if it is empty. Whether there was power for it.
fn write(flash: Flash, place: u16, record: &[u8], cut: Option<(usize, Cut)>) -> (Flash, bool) {
    let mut flash = flash.restart();
    if let Some((after, cut)) = cut {
        flash.cut(after, cut);
    }
    let mut buffer = [0; LONGEST + FLASH_OVERHEAD];
    let mut storage = FlashStorage::new(&mut flash, 0..(PAGE * PAGES) as u32, &mut buffer).unwrap();
    let done = block_on(async {
        if record.is_empty() { storage.remove(place).await } else { storage.store(place, record).await }
    });
    (flash, done.is_ok())
}

/// All records after a restart.
fn read(flash: Flash) -> (Flash, Contents) {
    let mut flash = flash.restart();
    let mut buffer = [0; LONGEST + FLASH_OVERHEAD];
    let mut storage = FlashStorage::new(&mut flash, 0..(PAGE * PAGES) as u32, &mut buffer).unwrap();
    let mut contents = Contents::new();
    for place in 0..PLACES {
        let mut record = [0; LONGEST];
        if let Some(length) = block_on(storage.load(place, &mut record)).unwrap() {
            contents.insert(place, record[..length].to_vec());
        }
    }
    (flash, contents)
}

#[test]
fn power_that_goes_at_any_word_leaves_the_old_record_or_the_new_one_and_all_others() {
    let mut flash = Flash::new("cut");
    let mut expected = Contents::new();
    let mut cuts = 0;
    // Lengths that come to the ends of pages in different ways, with erasures among them, and removals.
    for number in 0..24_u16 {
        let place = number % PLACES;
        let length = if number % 7 == 6 { 0 } else { 20 + usize::from(number) * 37 % 140 };
        let record = vec![number as u8; length];
        let image = flash.image();
        let mut after = expected.clone();
        if length == 0 {
            after.remove(&place)
        } else {
            after.insert(place, record.clone())
        };
        for cut in [Cut::Before, Cut::Within] {
            for words in 0.. {
                flash.put(&image);
                let (there, done) = write(flash, place, &record, Some((words, cut)));
                let (there, found) = read(there);
                assert!(found == expected || found == after, "record {number}, {cut:?} word {words}: {found:?}");
                if done {
                    assert_eq!(found, after);
                    flash = there;
                    break;
                }
                cuts += 1;
                // And the device goes on.
                let (there, done) = write(there, place, &record, None);
                assert!(done);
                let (there, found) = read(there);
                assert_eq!(found, after, "record {number}, after {cut:?} word {words}");
                flash = there;
            }
        }
        expected = after;
        let (there, found) = read(flash);
        assert_eq!(found, expected);
        flash = there;
    }
    println!("{cuts} cuts");
    assert!(cuts > 1000);
}
