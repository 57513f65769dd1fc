//! Phones on the local network: a certificate made here for this machine's addresses, and the address as a QR code.
//!
//! A phone warns once, since nobody but this machine vouches for the certificate. Pages may use the camera all the same.

use medproof_node::{
    config::Api,
    fault::{Fault, Result},
    folder::{self, Folder},
};
use qrcode::{QrCode, render::unicode::Dense1x2};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Lets the interface be reached from the local network, with a certificate for `addresses`.
pub(super) fn open(folder: &Folder, api: &mut Api, addresses: &[IpAddr]) -> Result {
    let names = addresses.iter().map(ToString::to_string).chain(["localhost".to_owned()]).collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names);
    let made = made.map_err(|cause| Fault::new("cli.lan.certificate").with("cause", cause))?;
    let (certificate, key) = (folder.path().join("lan.pem"), folder.keys().join("lan.pem"));
    folder::write_public(&certificate, made.cert.pem().as_bytes())?;
    folder::write_private(&key, made.key_pair.serialize_pem().as_bytes())?;
    api.listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, api.listen.port()));
    (api.tls_certificate, api.tls_key) = (Some(certificate), Some(key));
    Ok(())
}

/// This machine's addresses in its local networks.
pub(super) fn addresses() -> Result<Vec<IpAddr>> {
    let found = if_addrs::get_if_addrs().map_err(|cause| Fault::new("cli.lan.none").with("cause", cause))?;
    let local = found.iter().map(if_addrs::Interface::ip).filter(is_local);
    let mut addresses: Vec<IpAddr> = local.collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(Fault::new("cli.lan.none").with("cause", "no private IPv4 address"));
    }
    Ok(addresses)
}

/// Where phones open the pages.
pub(super) fn url(address: &IpAddr, port: u16) -> String {
    format!("https://{address}:{port}")
}

/// The text of a QR code with `url`, for a terminal with dark background.
pub(super) fn qr(url: &str) -> Result<String> {
    let code = QrCode::new(url).map_err(|cause| Fault::new("cli.lan.certificate").with("cause", cause))?;
    Ok(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

/// Whether an address belongs to a network of one's own: nobody else can reach a demonstration.
fn is_local(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.is_private())
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_private_addresses_are_for_phones() {
        let is_local = |text: &str| super::is_local(&text.parse().expect("an address"));
        assert!(is_local("192.168.1.7") && is_local("10.0.0.2") && is_local("172.16.3.4"));
        assert!(!is_local("127.0.0.1") && !is_local("203.0.113.9") && !is_local("169.254.1.1") && !is_local("::1"));
    }

    #[test]
    fn a_node_serves_tls_with_the_certificate_that_was_made() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path().join("data"));
        folder.create().expect("made");
        let mut api = Api { listen: SocketAddr::from(([127, 0, 0, 1], 7)), ..Api::default() };
        open(&folder, &mut api, &[IpAddr::from([192, 168, 1, 7])]).expect("opened");
        assert_eq!(api.listen, SocketAddr::from(([0, 0, 0, 0], 7)));
        let key = api.tls_key.expect("a key");
        assert!(folder::read_private(&key).is_ok_and(|pem| pem.starts_with(b"-----BEGIN PRIVATE KEY")));
        let text = qr(&url(&IpAddr::from([192, 168, 1, 7]), 7410)).expect("a code");
        assert!(text.lines().count() > 12 && text.lines().all(|line| line.chars().count() > 25), "{text}");
    }
}
