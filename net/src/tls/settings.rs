//! How servers are authenticated, as a part of a device's configuration
//! ([RFC 8446 §4.4](https://www.rfc-editor.org/rfc/rfc8446#section-4.4)).

use bearward_core::{Algorithm, Application};

use super::{embedded::EmbeddedTls, provider::ClientCertificate, trust::Trust};

/// Whom an application trusts over TLS, and the certificate that it shows.
///
/// All that [`EmbeddedTls`] needs and that is known before the device runs, so it can be `static`; the buffers and the
/// randomness come when it does.
#[derive(Clone, Copy)]
pub struct TlsSettings<'a> {
    trust: Trust<'a>,
    algorithms: &'a [&'a dyn Algorithm],
    certificate: Option<ClientCertificate<'a>>,
}

impl<'a> TlsSettings<'a> {
    /// Trusts these, with signatures under these algorithms: see [`EmbeddedTls`].
    #[must_use]
    pub const fn new(trust: Trust<'a>, algorithms: &'a [&'a dyn Algorithm]) -> Self {
        Self { trust, algorithms, certificate: None }
    }

    /// Shows this certificate to servers that ask for one (RFC 8705 §2).
    #[must_use]
    pub const fn with_client_certificate(self, certificate: ClientCertificate<'a>) -> Self {
        Self { certificate: Some(certificate), ..self }
    }

    /// The client of TLS with these settings.
    #[must_use]
    pub const fn client<R>(&self, rng: R, receive: &'a mut [u8], send: &'a mut [u8]) -> EmbeddedTls<'a, R> {
        let mut tls = EmbeddedTls::new(rng, self.trust, self.algorithms, receive, send);
        if let Some(certificate) = self.certificate {
            tls = tls.with_client_certificate(certificate);
        }
        tls
    }
}

impl core::fmt::Debug for TlsSettings<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TlsSettings")
            .field("trust", &self.trust)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// An application with the TLS settings that belong to it: one authorization server may have a public certificate, and
/// another, in the same house, a pinned key.
///
/// ```
/// use bearward_core::{Algorithm, Application, Client, Es256};
/// use bearward_net::{TlsApplication, TlsSettings, Trust};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// # const ROOT: &[u8] = &[];
/// // static ROOT: &[u8] = include_bytes!("root.der");
/// static PUBLIC: TlsSettings<'_> = TlsSettings::new(Trust::anchors(&[ROOT]), ALGORITHMS);
/// static HOUSE: TlsSettings<'_> = TlsSettings::new(Trust::keys(&[[0x11; 32], [0x22; 32]]), ALGORITHMS);
///
/// static APPLICATIONS: [TlsApplication<'_>; 2] = [
///     TlsApplication {
///         application: Application::resource_server("valve", "https://authority.example", Client::none("valve")),
///         tls: PUBLIC,
///     },
///     TlsApplication {
///         application: Application::client("boiler", "https://boiler.example", Client::none("valve")),
///         tls: HOUSE,
///     },
/// ];
/// assert_eq!(TlsApplication::find(&APPLICATIONS, "boiler").unwrap().application.issuer(), "https://boiler.example");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TlsApplication<'a> {
    /// What it is to which authorization server.
    pub application: Application<'a>,
    /// How that server, and the resource that it calls, are authenticated.
    pub tls: TlsSettings<'a>,
}

impl<'a> TlsApplication<'a> {
    /// The application with this name, among those of a device.
    #[must_use]
    pub fn find<'l>(applications: &'l [Self], name: &str) -> Option<&'l Self> {
        applications.iter().find(|own| own.application.name() == name)
    }
}
