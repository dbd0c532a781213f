//! What the futures of calls cost in memory.

use core::mem::size_of_val;

use tests::script::Network;

use crate::support::{GET, client, url};

/// Without the connection, which is the network's and TLS's own, the client adds a few hundred bytes.
#[test]
fn futures_hold_no_buffers() {
    let network = Network::default();
    let (mut head, mut buffer) = ([0; 16], [0; 16]);
    let mut client = client(&network, &mut head);
    let url = url();
    let fetch = size_of_val(&client.fetch(&url, &GET, &mut buffer));
    let open = size_of_val(&client.open(&url));
    println!("fetch {fetch}, open {open}");
    assert!(fetch <= 1);
    assert!(open <= 1);
}
