//! Images that are linked for their size and never run: what a resource server needs, with the algorithms of its policy.

use core::hint::black_box;

use bearward_core::{
    A256Gcm, Answer, BearerRequest, Challenge, Decryption, DeviceKeys, EcdhEsP256, Error, Es256, JwkSet, JwkSetReader,
    Key, KeyEntry, KeyError, Keys, Policy, PublicKey, Secret, Transport, UnixTime, UserInfoEndpoint, UserInfoError,
};

/// One key in flash.
struct OneKey(Key<'static>);

impl Keys for OneKey {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        (index == 0).then_some(KeyEntry { id: Some("key"), algorithm: None, key: self.0 })
    }
}

/// A request, from its field `Authorization` to the status of the answer. The key is in flash.
pub fn from_field_to_status(policy: &'static Policy<'static>) {
    let keys = OneKey(black_box(Key::Secret(Secret::new(&[7; 32]))));
    let field = black_box("Bearer a.b.c");
    black_box(answer(policy, field, &keys).map_err(Error::status).err());
}

/// The same with the keys of a JWK Set that comes in pieces, and with the challenge of the answer.
pub fn read_keys_and_challenge(policy: &'static Policy<'static>) {
    let mut keys = JwkSet::<4>::new();
    black_box(read_keys(&mut keys).is_ok());
    if let Err(error) = answer(policy, black_box("Bearer a.b.c"), &keys) {
        let challenge = Challenge::new().with_realm("valve").with_error(error);
        // To be formatted through a pointer, as a server does it.
        black_box::<&dyn core::fmt::Display>(&challenge);
    }
}

/// An answer about a user, signed, and encrypted to a key that the device has in flash.
pub fn open_userinfo(_: &'static Policy<'static>) {
    let mut own = DeviceKeys::<2>::new();
    black_box(own.import(black_box(b"bwdk")).is_ok());
    black_box(read_userinfo(&own).is_ok());
}

fn read_userinfo(own: &DeviceKeys<2>) -> Result<(), UserInfoError> {
    let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], own);
    let (issuer, device) = ("https://authority.example", "https://valve.example");
    let endpoint = UserInfoEndpoint::signed_and_encrypted(issuer, device, &[&Es256], decryption);
    let keys =
        OneKey(black_box(Key::Public(PublicKey::Ec { curve: bearward_core::Curve::P256, x: &[7; 32], y: &[7; 32] })));
    let (mut body, mut buffer) = (black_box([7; 1024]), [0; 1024]);
    let answer = Answer { status: black_box(200), content_type: Some(black_box("application/jwt")), body: &mut body };
    let now = UnixTime::from_seconds(black_box(0));
    black_box(endpoint.read(answer, black_box("jane"), &keys, now, &mut buffer)?.subject());
    Ok(())
}

fn read_keys(keys: &mut JwkSet<4>) -> Result<(), KeyError> {
    let mut reader = JwkSetReader::new(keys);
    for piece in black_box("{}").as_bytes().chunks(64) {
        reader.feed(piece)?;
    }
    reader.finish()
}

fn answer(policy: &Policy<'_>, field: &str, keys: &dyn Keys) -> Result<(), Error> {
    let mut buffer = [0; 1024];
    let request = BearerRequest::new(Transport::Tls).with_authorization([field]);
    let Some(found) = request.token(&mut [])? else { return Ok(()) };
    let now = UnixTime::from_seconds(black_box(0));
    policy.verify(found.token, keys, now, &mut buffer)?.require_scope("valve:open")
}

/// An image: its algorithms, and which of the functions above it calls.
#[macro_export]
macro_rules! image {
    () => {
        $crate::image! { => |_: &'static ::bearward_core::Policy<'static>| () }
    };
    ($($algorithm:ident)* => $run:expr) => {
        static POLICY: ::bearward_core::Policy<'static> =
            ::bearward_core::Policy::new("https://authority.example", "https://valve.example", &[
                $(&::bearward_core::$algorithm),*
            ]);

        #[$crate::entry]
        fn main() -> ! {
            ($run)(&POLICY);
            loop {
                ::core::hint::spin_loop();
            }
        }

        #[panic_handler]
        fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            loop {
                ::core::hint::spin_loop();
            }
        }
    };
}
